"""Deciding what a run holds (R33): approve applies exactly the stored removals that still hold; discard keeps them."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from accounts.lifecycle import Actor, audit, change_schools, deactivate_users
from classes.lifecycle import archive_classes, change_seats
from classes.models import Class, Membership
from rostering.core.data_warnings import CATALOGUE
from rostering.core.diff_sections import NO_TEACHER
from rostering.current import chunks_of
from rostering.held import COUNTED, EVERYTHING, LINK_KIND, Part, Removal, removals_of, standing_of, waits_anywhere
from rostering.models import DataWarning, Link, Run
from rostering.turns import turn_of

NO_LONGER_SHARED = "no longer shared"
"""The reason that ``core.absence`` gives for a removal when the sharing was narrowed."""


class NothingHeldError(Exception):
    """The run holds nothing that could be decided now."""


def nothing() -> dict[str, int]:
    """Zero of every counted kind."""
    return dict.fromkeys(COUNTED.values(), 0)


@dataclass(slots=True)
class Decided:
    """What a decision did: how many removals per counted kind, and the names of those that no longer held.

    ``waiting``: how many per counted kind the decision was not about; they go on waiting.
    """

    run: Run
    done: dict[str, int] = field(default_factory=nothing)
    left: list[str] = field(default_factory=list)
    waiting: dict[str, int] = field(default_factory=nothing)


def approve(run: Run, *, by: Actor, part: Part = EVERYTHING) -> Decided:
    """Apply the removals that the run holds, or a part of them, as far as they still hold; the rest is left.

    Raises NothingHeldError, PlanForgottenError, and BusyError while a run of the district is in progress.
    """
    return _decide(run, part, Run.Decision.APPROVED, _remove, by)


def discard(run: Run, *, by: Actor, part: Part = EVERYTHING) -> Decided:
    """Keep what the run would remove, or a part of it, until the source sends it again; it is not asked anew (R33)."""
    return _decide(run, part, Run.Decision.DISCARDED, _keep, by)


def _decide(
    run: Run, part: Part, decision: Run.Decision, carry_out: Callable[[Run, list[Removal], Actor], None], by: Actor
) -> Decided:
    with turn_of(run.district), transaction.atomic():
        _refuse_decided(run)
        stored = list(removals_of(run))
        chosen = [removal for removal in stored if part.includes(removal)]
        if not (chosen or part.is_all):
            raise NothingHeldError(f"Nothing of what run {run.pk} holds is part of that. See: manage.py run {run.pk}")
        standing = standing_of(run.district, chosen)
        others = [removal for removal in stored if not part.includes(removal)]
        rest = standing_of(run.district, others).holding if others else []
        carry_out(run, standing.holding, by)
        decided = Decided(run, _counted(standing.holding), standing.moved, _counted(rest))
        _say_what_waits(run, rest)
        if not rest:
            _close(run, decision, by)
        subject = f"run {run.pk}" if part.is_all else f"run {run.pk}, in part"
        audit(run.district, by, f"{decision} held removals", len(standing.holding), subject)
        return decided


def _counted(removals: list[Removal]) -> dict[str, int]:
    found = Counter(COUNTED[removal.kind] for removal in removals)
    return {kind: found[kind] for kind in nothing()}


def _refuse_decided(run: Run) -> None:
    run.refresh_from_db()
    if run.decision == Run.Decision.OPEN:
        return
    newer = Run.objects.filter(district=run.district, decision=Run.Decision.OPEN).first()
    if run.decision == Run.Decision.RENEWED:
        hint = "What it held has resolved itself since."
        if newer:
            hint = f"Decide run {newer.pk} instead."
        elif waits_anywhere(run.district):
            hint = "Nobody is removed while runs only add; what is left of it waits again after that."
        raise NothingHeldError(f"A later run has looked again at what run {run.pk} held. {hint}")
    if run.decision in (Run.Decision.APPROVED, Run.Decision.DISCARDED):
        raise NothingHeldError(f"Run {run.pk} was {run.get_decision_display()} already, by {run.decided_by}.")
    raise NothingHeldError(f"Run {run.pk} holds nothing.")


def _remove(run: Run, held: list[Removal], by: Actor) -> None:
    """Do what was held: archive schools and classes, deactivate people, end seats."""
    roster = _roster(by)
    schools, people, classes = (_of(held, kind) for kind in ("school", "person", "class"))
    change_schools(run.district, {school.row: {"active": False} for school in schools}, by=roster)
    deactivate_users(run.district, _rows(people), by=roster)
    seats = [*_seats_of(run, _rows(people)), *_rows(_of(held, "membership"))]
    archive_classes(run.district, _rows(classes), by=roster)
    change_seats(run.district, {pk: {"active": False, "hold": ""} for pk in seats}, by=roster)
    _move_links(
        run, [one for one in held if one.reason == NO_LONGER_SHARED], Link.State.NOT_SHARED, live=False, forget=True
    )
    _move_links(run, [one for one in classes if one.reason == NO_TEACHER], Link.State.BLOCKED, live=False)
    gone = [one for one in held if one.reason not in (NO_LONGER_SHARED, NO_TEACHER)]
    _move_links(run, gone, Link.State.WITHDRAWN, live=False)


def _keep(run: Run, held: list[Removal], by: Actor) -> None:
    """Let it all stay, people with their seats, as kept by decision."""
    _move_links(run, held, Link.State.KEPT, live=True)
    seats = [*_seats_of(run, _rows(_of(held, "person"))), *_rows(_of(held, "membership"))]
    change_seats(run.district, {pk: {"hold": "kept"} for pk in seats}, by=by)


def _of(held: list[Removal], kind: str) -> list[Removal]:
    return [removal for removal in held if removal.kind == kind]


def _rows(removals: list[Removal]) -> list[int]:
    return [removal.row for removal in removals]


def _active_seats(run: Run) -> QuerySet[Membership]:
    return Membership.objects.filter(
        klass__district=run.district, klass__status=Class.Status.ACTIVE, synced=True, active=True
    )


def _seats_of(run: Run, users: list[int]) -> list[int]:
    """Active synced seats of these users."""
    return [
        pk
        for chunk in chunks_of(users)
        for pk in _active_seats(run).filter(user_id__in=chunk).values_list("pk", flat=True)
    ]


def _move_links(run: Run, removals: list[Removal], state: Link.State, *, live: bool, forget: bool = False) -> None:
    """Say in the links what was decided; a person's further keys follow the row they share."""
    words = {"said": "", "name": "", "school": ""} if forget else {}
    for kind, link_kind in LINK_KIND.items():
        for chunk in chunks_of(_rows(_of(removals, kind))):
            waiting = Link.objects.filter(
                district=run.district, kind=link_kind, object_id__in=chunk, state=Link.State.WAITING
            )
            waiting.update(state=state, live=live, fingerprint="", changed_run=run.pk, **words)


def _roster(by: Actor) -> Actor:
    """The roster's right to write, in the name of the person who decided."""
    return Actor(by.label, by.user_id, roster=True)


def _say_what_waits(run: Run, rest: list[Removal]) -> None:
    """Let the warnings say how many wait still; one of whose removals none is left has resolved itself."""
    at_school = Counter((removal.guard, removal.school) for removal in rest)
    everywhere = Counter(removal.guard for removal in rest)
    rows = DataWarning.objects.filter(district=run.district, code="REMOVALS_HELD")
    for row in rows.exclude(state=DataWarning.State.RESOLVED):
        kind = row.words["what"]
        number = at_school[kind, row.key] if row.key else everywhere[kind]
        if number:
            row.words["n"] = min(number, row.words["n"])
            row.message = CATALOGUE[row.code].message.format(**row.words)
        else:
            row.state, row.resolved_at = DataWarning.State.RESOLVED, timezone.now()
        row.save(update_fields=["words", "message", "state", "resolved_at"])


def _close(run: Run, decision: Run.Decision, by: Actor) -> None:
    run.decision, run.decided_by, run.decided_at = decision, by.label, timezone.now()
    if run.status == Run.Status.HELD:
        run.status = Run.Status.SUCCEEDED
    run.save(update_fields=["decision", "decided_by", "decided_at", "status"])
