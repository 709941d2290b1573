"""Data warnings: folded under their cause, with what to fix; accepted with a reason; as a file (R42–R44)."""

from typing import cast

from django.contrib import messages
from django.db.models import Case, IntegerField, Q, QuerySet, Value, When
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    HttpResponseRedirect,
)
from django.shortcuts import redirect
from django.urls import URLPattern, path, reverse
from django.views.decorators.http import require_POST

from accounts.access import SignedInRequest
from accounts.lifecycle import Actor, audit
from accounts.models import District
from rostering.acceptance import NoReasonError, NotOpenError, accept, open_again
from rostering.console import audit_pages
from rostering.console.downloads import csv_download
from rostering.console.pages import WHOLE, Entry, page, show
from rostering.console.paging import page_of
from rostering.console.run_changes import school_names
from rostering.core.records import source_id
from rostering.models import Connection, DataWarning
from rostering.warning_file import codes_in_words, lines_of, place_of
from rostering.warnings import OPEN

SEVERITIES = ("HOLD", "ERROR", "WARN", "INFO")
STATES = {"": OPEN, "new": ("new",), "accepted": ("accepted",), "resolved": ("resolved",)}
RANK = Case(
    *(When(severity=each, then=Value(rank)) for rank, each in enumerate(SEVERITIES)),
    default=Value(9), output_field=IntegerField(),
)  # fmt: skip


@page(*WHOLE)
def warnings_page(request: HttpRequest, district: District) -> HttpResponse:
    """The list: causes only, the worst first, those that keep the most out first."""
    rows = wanted_of(request, district).order_by(RANK, "code", "-students", "-classes", "name", "pk")
    names = school_names(district)
    listed = page_of(request, rows)
    for row in listed.page.object_list:
        row.school_name, row.source_id = names.get(row.school, row.school), source_id(row.kind, row.key)
    context = {
        "listed": listed, "asked": request.GET, "severities": SEVERITIES, "codes": sorted(codes_in_words().items()),
        "schools": sorted(names.items(), key=lambda each: each[1]), "words": codes_in_words(),
        "states": {"": "Open", "new": "New", "accepted": "Accepted", "resolved": "Resolved"},
    }  # fmt: skip
    return show(request, district, "console/warnings/list.html", "Data warnings", context)


@page(*WHOLE)
def warning_page(request: HttpRequest, district: District, pk: int) -> HttpResponse:
    """One warning: whom it keeps out, what to fix and where, and the form to accept it."""
    row = warning_or_404(district, pk)
    connection = Connection.objects.filter(district=district).first()
    waiting = DataWarning.objects.filter(
        district=district, parent_kind=row.kind, parent_key=row.key, state__in=OPEN
    ).exclude(parent_kind="")
    file, column = place_of(connection, row.kind, row.key)
    context = {
        "row": row, "source_id": source_id(row.kind, row.key), "file": file, "column": column,
        "listed": page_of(request, waiting.order_by("name", "pk")), "is_open": row.state in OPEN,
        "school_name": school_names(district).get(row.school, row.school),
    }  # fmt: skip
    parents = (("Data warnings", reverse("admin:warnings", args=[district.slug])),)
    title = row.name or source_id(row.kind, row.key) or codes_in_words().get(row.code, row.code)
    return show(request, district, "console/warnings/warning.html", title, context, parents=parents)


@page(*WHOLE)
@require_POST
def decide_warning(request: HttpRequest, district: District, pk: int) -> HttpResponseRedirect:
    """Accept a warning, or all open ones of its code, with a reason; or take that back."""
    row, do = warning_or_404(district, pk), request.POST.get("do")
    alike = DataWarning.objects.filter(code=row.code) if request.POST.get("all") else None
    chosen = alike if alike is not None else DataWarning.objects.filter(pk=row.pk)
    actor = Actor.of(cast("SignedInRequest", request).user)
    try:
        if do == "open":
            open_again(district, chosen, by=actor)
            messages.success(request, "It is open again.")
        elif do == "accept":
            count = accept(district, chosen, request.POST.get("why", ""), by=actor)
            messages.success(request, f"Accepted: {count:,}.")
    except (NoReasonError, NotOpenError) as error:
        messages.warning(request, str(error))
    return redirect(reverse("admin:warning", args=[district.slug, row.pk]))


@page(*WHOLE)
def warnings_csv(request: HttpRequest, district: District) -> HttpResponseBase:
    """What the list shows, as a file for the people who keep the SIS."""
    rows = wanted_of(request, district).order_by(RANK, "code", "name", "pk")
    connection = Connection.objects.filter(district=district).first()
    audit(district, Actor.of(cast("SignedInRequest", request).user), "export warnings", rows.count())
    return csv_download(f"{district.slug}-warnings", lines_of(connection, rows.iterator(2000)))


def wanted_of(request: HttpRequest, district: District) -> QuerySet[DataWarning]:
    """The warnings that the address asks for: open causes, unless it says otherwise."""
    asked = request.GET
    rows = DataWarning.objects.filter(
        district=district, parent_kind="", state__in=STATES.get(asked.get("state", ""), OPEN)
    )
    if asked.get("severity") in SEVERITIES:
        rows = rows.filter(severity=asked["severity"])
    if code := asked.get("code"):
        rows = rows.filter(code=code)
    if school := asked.get("school"):
        rows = rows.filter(school=school)
    if text := asked.get("q", "").strip():
        rows = rows.filter(Q(name__icontains=text) | Q(key__icontains=text) | Q(message__icontains=text))
    return rows


def warning_or_404(district: District, pk: int) -> DataWarning:
    """A warning of the district."""
    row = DataWarning.objects.filter(district=district, pk=pk).first()
    if row is None:
        raise Http404
    return row


PATHS: list[URLPattern] = [
    path("warnings/", warnings_page, name="warnings"),
    path("warnings.csv", warnings_csv, name="warnings_csv"),
    path("warnings/<int:pk>/", warning_page, name="warning"),
    path("warnings/<int:pk>/decide/", decide_warning, name="warning_decide"),
    *audit_pages.PATHS,
]
ENTRIES: list[Entry] = [
    Entry("warnings", "Data warnings", "Roster"),
    *audit_pages.ENTRIES,
]
