"""The console's menu: which pages stand in it for whom, and which of them is open."""

from dataclasses import dataclass
from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse

from accounts.models import District, User
from rostering.console import (
    class_pages,
    history_pages,
    home_pages,
    people_pages,
    setting_pages,
    sync_pages,
    team_pages,
    warning_pages,
)
from rostering.console.pages import OPS, Entry, districts_of

AREAS = (
    home_pages, sync_pages, history_pages, people_pages, warning_pages, class_pages, setting_pages, team_pages,
)  # fmt: skip
GROUPS = ("Roster", "People and classes", "Sync", "Settings", "Operations")
PATHS = [path for area in AREAS for path in area.PATHS]


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the menu. ``open``: ``page``, ``true`` (a page below it is open) or nothing."""

    words: str
    address: str
    open: str


def menu(request: HttpRequest) -> list[tuple[str, list[Line]]]:
    """The lines by group; those about a district only where one is chosen."""
    user = request.user
    if not isinstance(user, User) or not user.is_staff:
        return []
    district = district_of(request, user)
    lines: dict[str, list[Line]] = {group: [] for group in GROUPS}
    for entry in (entry for area in AREAS for entry in area.ENTRIES):
        address = _address(entry, district)
        if user.role in entry.roles and address:
            lines[entry.group].append(Line(entry.words, address, _open(request.path, address)))
    return [(group, found) for group, found in lines.items() if found]


def district_of(request: HttpRequest, user: User) -> District | None:
    """The district that the page is about: one's own, or for ops that of the address."""
    if user.role != OPS:
        return user.district
    chosen: Any = getattr(request, "console_district", None)
    if chosen is None and (number := request.GET.get("district__id__exact", "")).isdecimal():
        chosen = districts_of(user).filter(pk=number).first()
    return chosen if isinstance(chosen, District) else None


def _address(entry: Entry, district: District | None) -> str:
    if entry.name.endswith(("_changelist", "index")):
        return reverse(f"admin:{entry.name}", current_app=admin.site.name)
    return reverse(f"admin:{entry.name}", args=[district.slug]) if district else ""


def _open(path: str, address: str) -> str:
    if path == address:
        return "page"
    return "true" if path.startswith(address) and address.count("/") > 4 else ""
