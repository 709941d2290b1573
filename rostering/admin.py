"""The console's pages: stock lists, one module per subject, registered by importing them, and our own."""

from django.contrib import admin

from rostering.console import classes, districts, home_pages, menu, runs, users, warnings

admin.site.take(menu.PATHS, menu.menu, home_pages.home)  # type: ignore[attr-defined]

__all__ = ["classes", "districts", "home_pages", "menu", "runs", "users", "warnings"]
