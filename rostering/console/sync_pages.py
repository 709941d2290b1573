"""Sync now, preview, progress and the connection."""

from django.urls import URLPattern

from rostering.console.pages import Entry

PATHS: list[URLPattern] = []
ENTRIES: list[Entry] = []
