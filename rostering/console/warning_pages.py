"""Data warnings, the audit log."""

from django.urls import URLPattern

from rostering.console.pages import Entry

PATHS: list[URLPattern] = []
ENTRIES: list[Entry] = [
    Entry("rostering_datawarning_changelist", "Data warnings", "Roster"),
]
