"""Sync history: runs with their plans, what is held, undo."""

from django.urls import URLPattern

from rostering.console import change_pages, hold_pages, undo_pages
from rostering.console.pages import Entry

PATHS: list[URLPattern] = [*change_pages.PATHS, *hold_pages.PATHS, *undo_pages.PATHS]
ENTRIES: list[Entry] = [
    Entry("rostering_run_changelist", "Sync history", "Sync"),
]
