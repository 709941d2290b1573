"""What a district sets: sharing, usernames and passwords, permissions, guards and pauses."""

from django.urls import URLPattern

from rostering.console.pages import Entry

PATHS: list[URLPattern] = []
ENTRIES: list[Entry] = []
