"""The console's pages, one module per subject; importing them registers them."""

from rostering.console import classes, districts, runs, users, warnings

__all__ = ["classes", "districts", "runs", "users", "warnings"]
