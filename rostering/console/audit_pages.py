"""The audit log: who did what, and when (R49)."""

from datetime import date
from typing import cast

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.urls import URLPattern, path

from accounts.access import SignedInRequest
from accounts.lifecycle import Actor, audit
from accounts.models import AuditEntry, District
from rostering.console.downloads import csv_download
from rostering.console.pages import WHOLE, Entry, page, show
from rostering.console.paging import page_of
from rostering.csv_lines import csv_lines

HEADER = ("when", "who", "what", "how many", "about")


@page(*WHOLE)
def audit_page(request: HttpRequest, district: District) -> HttpResponse:
    """The entries, the latest first, narrowed by words, by what was done, and by day."""
    verbs = AuditEntry.objects.filter(district=district).order_by("verb").values_list("verb", flat=True).distinct()
    listed = page_of(request, entries_of(request, district))
    context = {"listed": listed, "asked": request.GET, "verbs": list(verbs)}
    return show(request, district, "console/audit/list.html", "Audit log", context)


@page(*WHOLE)
def audit_csv(request: HttpRequest, district: District) -> HttpResponseBase:
    """The same as a file."""
    rows = entries_of(request, district)
    audit(district, Actor.of(cast("SignedInRequest", request).user), "export audit log", rows.count())
    cells = (
        (f"{entry.at:%Y-%m-%d %H:%M:%S}", who(entry), entry.verb, entry.count, entry.subject)
        for entry in rows.iterator(2000)
    )
    return csv_download(f"{district.slug}-audit", csv_lines(HEADER, cells))


def entries_of(request: HttpRequest, district: District) -> QuerySet[AuditEntry]:
    """The entries that the address asks for."""
    asked = request.GET
    rows = AuditEntry.objects.filter(district=district).select_related("actor").order_by("-at", "-pk")
    if verb := asked.get("verb"):
        rows = rows.filter(verb=verb)
    if text := asked.get("q", "").strip():
        own = rows.filter(actor_label__icontains=text) | rows.filter(subject__icontains=text)
        rows = own | rows.filter(actor__last_name__icontains=text) | rows.filter(actor__username__icontains=text)
    for name, lookup in (("from", "at__date__gte"), ("until", "at__date__lte")):
        if (day := _day(asked.get(name, ""))) is not None:
            rows = rows.filter(**{lookup: day})
    return rows


def who(entry: AuditEntry) -> str:
    """Who did it, in words."""
    return entry.actor.get_full_name() if entry.actor else entry.actor_label


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


PATHS: list[URLPattern] = [
    path("audit/", audit_page, name="audit"),
    path("audit.csv", audit_csv, name="audit_csv"),
]
ENTRIES: list[Entry] = [
    Entry("audit", "Audit log", "Settings"),
]
