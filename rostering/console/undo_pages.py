"""Undoing a run: first what would be taken back and what is left, then the undo itself (R38)."""

from typing import Any, cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.urls import URLPattern, path, reverse
from django.views.decorators.http import require_POST

from accounts.access import SignedInRequest
from accounts.lifecycle import Actor
from accounts.models import District
from rostering.console.change_pages import parents_of, run_or_404
from rostering.console.pages import WHOLE, page, show
from rostering.console.run_changes import school_names
from rostering.models import Run
from rostering.turns import BusyError
from rostering.undo import EVERYTHING, NotUndoableError, Part, outcome_of, undo

SHOWN = 200
KINDS = ("person", "section")


@page(*WHOLE)
def undo_page(request: HttpRequest, district: District, pk: int) -> HttpResponse:
    """The forecast, where one was made, and the form that asks for one or for the undo."""
    run = run_or_404(district, pk)
    number = request.GET.get("forecast", "")
    forecasts = Run.objects.filter(district=district, mode="undo", undoes=run.pk)
    forecast = forecasts.filter(pk=number).first() if number.isdecimal() else None
    context = {
        "run": run, "forecast": forecast, "part": part_of(request.GET), "shown": SHOWN,
        "outcome": shortened(outcome_of(forecast)) if forecast else None,
        "schools": sorted(school_names(district).items(), key=lambda each: each[1]),
    }  # fmt: skip
    return show(request, district, "console/history/undo.html", f"Undo run {run.pk}", context, parents=parents_of(run))


@page(*WHOLE)
@require_POST
def do_undo(request: HttpRequest, district: District, pk: int) -> HttpResponseRedirect:
    """Make the forecast (``do=forecast``) or the undo (``do=undo``)."""
    run, part = run_or_404(district, pk), part_of(request.POST)
    forecast = request.POST.get("do") != "undo"
    here = reverse("admin:undo", args=[district.slug, run.pk])
    actor = Actor.of(cast("SignedInRequest", request).user)
    try:
        undoing = undo(run, by=actor, part=part, preview=forecast)
    except (NotUndoableError, BusyError) as error:
        messages.warning(request, f"Nothing was changed. {error}")
        return redirect(here)
    if undoing.status == Run.Status.FAILED:
        messages.error(request, undoing.error_message)
        return redirect(here)
    if forecast:
        asked = f"&school={part.school}" if part.school else f"&kind={part.kind}&id={part.id}" if part.id else ""
        return redirect(f"{here}?forecast={undoing.pk}{asked}")
    done = undoing.outcomes.get("undone", 0)
    left = undoing.outcomes.get("left", 0)
    messages.success(
        request, f"Run {run.pk} is undone: {done:,} changes were taken back, {left:,} left. Scheduled syncs pause now."
    )
    return redirect(reverse("admin:rostering_run_change", args=[undoing.pk]))


def part_of(asked: Any) -> Part:
    """What of the run: a school, a record, or everything."""
    school, kind, key = (asked.get(name, "").strip() for name in ("school", "kind", "id"))
    if school:
        return Part(school=school)
    return Part(kind=kind, id=key) if kind in KINDS and key else EVERYTHING


def shortened(outcome: dict[str, Any]) -> dict[str, Any]:
    """With how many there are, and only the first of each list."""
    left, changes = outcome["left"], outcome["changes"]
    return {
        **outcome, "left": left[:SHOWN], "left_count": len(left), "changes": changes[:SHOWN],
        "changes_count": len(changes),
    }  # fmt: skip


PATHS: list[URLPattern] = [
    path("runs/<int:pk>/undo/", undo_page, name="undo"),
    path("runs/<int:pk>/undo/do/", do_undo, name="undo_do"),
]
