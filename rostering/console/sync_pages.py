"""Sync now, preview, test the connection; and how far that is."""

from typing import cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import URLPattern, path, reverse
from django.views.decorators.http import require_POST

from accounts.access import SignedInRequest
from accounts.models import District
from rostering.console import connection_pages
from rostering.console.pages import WHOLE, Entry, page, show
from rostering.feed_state import known_of
from rostering.jobs import JobState, What, ask_for, percent_of, running_of, state_of
from rostering.models import Connection, Run

WHATS: dict[str, What] = {"sync": "sync", "preview": "preview", "check": "check"}
BUSY = "A run of this district is under way already. Nothing was started."


@page(*WHOLE)
def sync_page(request: HttpRequest, district: District) -> HttpResponse:
    """What can be started, and how far the last thing that was started is."""
    connection = Connection.objects.filter(district=district).first()
    runs = Run.objects.filter(district=district, mode__in=Run.SYNCS).order_by("-pk")[:5]
    context = {
        "connection": connection, "known": known_of(connection) if connection else {}, "latest": list(runs),
        **progress_of(district, request.GET.get("job", "")),
    }  # fmt: skip
    return show(request, district, "console/sync/sync.html", "Sync", context)


@page(*WHOLE)
def progress(request: HttpRequest, district: District) -> HttpResponse:
    """The same progress alone, as the page asks for it every two seconds."""
    context = {"district": district, **progress_of(district, request.GET.get("job", ""))}
    return render(request, "console/sync/progress.html", context)


@page(*WHOLE)
@require_POST
def start(request: HttpRequest, district: District) -> HttpResponseRedirect:
    """Start a sync, a preview or a test of the connection, unless a run is under way."""
    back = reverse("admin:sync", args=[district.slug])
    what = WHATS.get(request.POST.get("do", ""))
    if what is None or not Connection.objects.filter(district=district).exists():
        messages.error(request, "The district is not connected to a source yet. Nothing was started.")
        return redirect(back)
    if running_of(district):
        messages.warning(request, BUSY)
        return redirect(back)
    job = ask_for(district, what, by=str(cast("SignedInRequest", request).user))
    return redirect(f"{back}?job={job}")


def progress_of(district: District, job: str) -> dict[str, object]:
    """``state`` (nothing where nothing was started), ``percent``, and the job to ask for again."""
    running = running_of(district)
    state = state_of(district, job) if job else JobState("running", running) if running else None
    percent = percent_of(state.run) if state and state.state == "running" and state.run else 0
    return {"state": state, "percent": percent, "job": job}


PATHS: list[URLPattern] = [
    path("sync/", sync_page, name="sync"),
    path("sync/progress/", progress, name="sync_progress"),
    path("sync/start/", start, name="sync_start"),
    *connection_pages.PATHS,
]
ENTRIES: list[Entry] = [
    Entry("sync", "Sync now", "Sync"),
    *connection_pages.ENTRIES,
]
