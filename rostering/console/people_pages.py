"""People: users and what is done to them, matching, and why somebody is not here."""

from django.urls import URLPattern, path

from rostering.console import export_pages, matching_pages, merge_pages, second_step_pages, user_actions, why_pages
from rostering.console.pages import ALL, Entry

PATHS: list[URLPattern] = [
    path("why/", why_pages.why, name="why"),
    path("why/check/", why_pages.check_now, name="why_check"),
    path("users/<int:pk>/password/", user_actions.new_password, name="user_password"),
    path("users/<int:pk>/active/", user_actions.switch, name="user_switch"),
    path("users/<int:pk>/second-step/", second_step_pages.reset, name="user_second_step"),
    path("users/<int:pk>/merge/", merge_pages.merge, name="user_merge"),
    path("merges/<int:pk>/split/", merge_pages.split, name="user_split"),
    path("export/educators/", export_pages.export_educators, name="export_educators"),
    path("export/students/", export_pages.export_students, name="export_students"),
    path("matching/", matching_pages.matching, name="matching"),
    path("matching/first/", matching_pages.matching_report, name="matching_report"),
    path("matching/<int:pk>/", matching_pages.matching_one, name="matching_one"),
]
ENTRIES: list[Entry] = [
    Entry("accounts_user_changelist", "Users", "People and classes", ALL),
    Entry("matching", "Matching", "People and classes"),
    Entry("why", "Why is … not here?", "People and classes", ALL),
]
