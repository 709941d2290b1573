"""Classes: who is in them, which section they follow."""

from django.urls import URLPattern

from rostering.console.pages import ALL, Entry

PATHS: list[URLPattern] = []
ENTRIES: list[Entry] = [
    Entry("classes_class_changelist", "Classes", "People and classes", ALL),
    Entry("accounts_school_changelist", "Schools", "People and classes", ALL),
]
