"""Sync history: runs with their plans, what is held, undo."""

from django.urls import URLPattern

from rostering.console.pages import Entry

PATHS: list[URLPattern] = []
ENTRIES: list[Entry] = [
    Entry("rostering_run_changelist", "Sync history", "Sync"),
]
