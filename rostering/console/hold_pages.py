"""What a run holds: who would be removed, by school; approve or discard all, a school's part, or one (R32, R33)."""

from collections import defaultdict
from dataclasses import dataclass, field
from typing import cast

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
from rostering.held import COUNTED, EVERYTHING, Part, Removal, removals_of, standing_of
from rostering.holds import Decided, NothingHeldError, approve, discard
from rostering.models import Run
from rostering.plans import PlanForgottenError, is_forgotten
from rostering.turns import BusyError

DECISIONS = {"approve": approve, "discard": discard}
DONE = {"approve": "Removed", "discard": "Kept"}
SHOWN = 200
"""Names shown of one school; all of them stand in the list of changes."""


@dataclass(slots=True)
class AtSchool:
    """What waits at one school: how many of each kind, and the removals that are not seats."""

    key: str
    name: str
    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(COUNTED.values(), 0))
    removals: list[Removal] = field(default_factory=list)

    @property
    def shown(self) -> list[Removal]:
        """The first names."""
        return self.removals[:SHOWN]


@page(*WHOLE)
def hold(request: HttpRequest, district: District, pk: int) -> HttpResponse:
    """Who would be removed, and the forms."""
    run = run_or_404(district, pk)
    is_open, kept = run.decision == Run.Decision.OPEN, not is_forgotten(run)
    context = {"run": run, "is_open": is_open, "kept": kept, "schools": by_school(run) if is_open and kept else []}
    return show(request, district, "console/history/hold.html", "Held removals", context, parents=parents_of(run))


@page(*WHOLE)
@require_POST
def decide(request: HttpRequest, district: District, pk: int) -> HttpResponseRedirect:
    """Carry a decision out; one that came too late is told so, and nothing is done twice."""
    run, how = run_or_404(district, pk), request.POST.get("do", "")
    back = redirect(reverse("admin:hold", args=[district.slug, run.pk]))
    if how not in DECISIONS:
        return back
    actor = Actor.of(cast("SignedInRequest", request).user)
    try:
        decided = DECISIONS[how](run, by=actor, part=_part(request))
    except (NothingHeldError, PlanForgottenError, BusyError) as error:
        messages.warning(request, f"Nothing was changed. {error}")
        return back
    _tell(request, decided, DONE[how])
    return back


def by_school(run: Run) -> list[AtSchool]:
    """What still waits, by school; seats are only counted."""
    names = school_names(run.district)
    found: dict[str, AtSchool] = {}
    for removal in standing_of(run.district, removals_of(run)).holding:
        place = found.setdefault(
            removal.school, AtSchool(removal.school, names.get(removal.school, removal.school) or "No school")
        )
        place.counts[COUNTED[removal.kind]] += 1
        if removal.kind != "membership":
            place.removals.append(removal)
    return sorted(found.values(), key=lambda place: place.name)


def _part(request: HttpRequest) -> Part:
    """All, the school or the one record that the form names."""
    school, record = request.POST.get("school"), request.POST.get("record", "")
    if record:
        kind, _, key = record.partition(":")
        return Part(records=frozenset({(kind, key)}))
    return EVERYTHING if school is None else Part(schools=frozenset({school}))


def _tell(request: HttpRequest, decided: Decided, verb: str) -> None:
    counts = defaultdict(int, decided.done)
    said = ", ".join(f"{number:,} {kind}" for kind, number in counts.items() if number)
    left = f" Left alone, because they moved since: {', '.join(decided.left[:20])}." if decided.left else ""
    if said:
        messages.success(request, f"{verb}: {said}.{left}")
    else:
        messages.info(request, f"It was so already. Nothing was changed.{left}")


PATHS: list[URLPattern] = [
    path("runs/<int:pk>/hold/", hold, name="hold"),
    path("runs/<int:pk>/hold/decide/", decide, name="hold_decide"),
]
