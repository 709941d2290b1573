"""Who runs the district's roster, and who is told."""

from django.urls import URLPattern

from rostering.console.pages import OPS, Entry

PATHS: list[URLPattern] = []
ENTRIES: list[Entry] = [
    Entry("accounts_district_changelist", "Districts", "Operations", (OPS,)),
]
