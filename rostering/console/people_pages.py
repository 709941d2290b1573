"""People: users and what is done to them, matching, and why somebody is not here."""

from django.urls import URLPattern

from rostering.console.pages import ALL, Entry

PATHS: list[URLPattern] = []
ENTRIES: list[Entry] = [
    Entry("accounts_user_changelist", "Users", "People and classes", ALL),
]
