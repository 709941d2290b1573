"""What a district sets: sharing, usernames and passwords, permissions, guards and pauses."""

from django.urls import URLPattern

from rostering.console import guard_pages, permission_pages, policy_pages, sharing_pages
from rostering.console.pages import Entry

PATHS: list[URLPattern] = [
    *sharing_pages.PATHS, *policy_pages.PATHS, *permission_pages.PATHS, *guard_pages.PATHS
]  # fmt: skip
ENTRIES: list[Entry] = [
    Entry("setting_sharing", "Sharing", "Settings"),
    Entry("setting_policies", "Usernames & passwords", "Settings"),
    Entry("setting_permissions", "Permissions", "Settings"),
    Entry("setting_guards", "Guards & pauses", "Settings"),
]
