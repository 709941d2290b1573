"""Deciding what a run holds (R33): approve applies exactly the stored removals that still hold; discard keeps them."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from accounts.lifecycle import Actor, audit, change_schools, deactivate_users
from classes.lifecycle import archive_classes, change_seats
from classes.models import Class, Membership
from rostering.core.changes import Change
from rostering.core.diff_sections import NO_TEACHER, counts_as_removal
from rostering.current import chunks_of, read_links
from rostering.models import DataWarning, Link, Run
from rostering.plans import read_plan
from rostering.turns import turn_of

LINK_KIND = {"school": "school", "person": "person", "class": "section"}
NO_LONGER_SHARED = "no longer shared"
"""The reason that ``core.absence`` gives for a removal when the sharing was narrowed."""


class NothingHeldError(Exception):
    """The run holds nothing that could be decided now."""


@dataclass(slots=True)
class Decided:
    """What a decision did: how many removals per counted kind, and the names of those that no longer held."""

    run: Run
    done: dict[str, int] = field(
        default_factory=lambda: dict.fromkeys(("schools", "people", "classes", "memberships"), 0)
    )
    left: list[str] = field(default_factory=list)


def approve(run: Run, *, by: Actor) -> Decided:
    """Apply the removals that the run holds, as far as they still hold; the rest is named and left."""
    with turn_of(run.district), transaction.atomic():
        decided = Decided(_undecided(run))
        held, decided.left = _still_held(run)
        _archive_schools(run, held, by, decided)
        _deactivate(run, held, by, decided)
        _archive(run, held, by, decided)
        _end_seats(run, held, by, decided)
        return _close(decided, Run.Decision.APPROVED, by)


def discard(run: Run, *, by: Actor) -> Decided:
    """Keep what the run would remove, until the source sends it again; it is not asked anew (R33)."""
    with turn_of(run.district), transaction.atomic():
        decided = Decided(_undecided(run))
        held, decided.left = _still_held(run)
        for kind, counted in (("school", "schools"), ("person", "people"), ("class", "classes")):
            changes = [change for change in held if change.kind == kind and change.action == "archive"]
            _move_links(run, changes, Link.State.KEPT, live=True)
            decided.done[counted] = len(changes)
        seats = _seats_of(run, _ids(_rows(held, "person")))
        kept = [pk for _, pk in _held_seats(held)]
        decided.done["memberships"] = len(kept)
        change_seats(run.district, {pk: {"hold": "kept"} for pk in (*seats, *kept)}, by=by)
        return _close(decided, Run.Decision.DISCARDED, by)


def _undecided(run: Run) -> Run:
    run.refresh_from_db()
    if run.decision == Run.Decision.OPEN:
        return run
    newer = Run.objects.filter(district=run.district, decision=Run.Decision.OPEN).first()
    if run.decision == Run.Decision.RENEWED:
        hint = f"Decide run {newer.pk} instead." if newer else "What it held has resolved itself since."
        raise NothingHeldError(f"A later run has looked again at what run {run.pk} held. {hint}")
    if run.decision in (Run.Decision.APPROVED, Run.Decision.DISCARDED):
        raise NothingHeldError(f"Run {run.pk} was {run.get_decision_display()} already, by {run.decided_by}.")
    raise NothingHeldError(f"Run {run.pk} holds nothing.")


def _still_held(run: Run) -> tuple[list[Change], list[str]]:
    """The held removals whose link still waits and whose row is still there, and the names of the others."""
    links = read_links(run.district)
    held, left = list[Change](), list[str]()
    for change in read_plan(run):
        if change.action != "archive":
            held += [change] if any(seat.held for seat in change.seats) else []
        elif change.held:
            link = links.of(LINK_KIND[change.kind]).get(change.key)
            if link is not None and link.state == "waiting" and link.object_id == change.object_id:
                held.append(change)
            else:
                left.append(change.name)
    return held, left


def _rows(held: list[Change], kind: str) -> list[Change]:
    return [change for change in held if change.kind == kind and change.action == "archive"]


def _ids(changes: list[Change]) -> list[int]:
    return [change.object_id for change in changes if change.object_id is not None]


def _archive_schools(run: Run, held: list[Change], by: Actor, decided: Decided) -> None:
    changes = _rows(held, "school")
    change_schools(run.district, {pk: {"active": False} for pk in _ids(changes)}, by=_roster(by))
    _withdraw(run, changes)
    decided.done["schools"] = len(changes)


def _deactivate(run: Run, held: list[Change], by: Actor, decided: Decided) -> None:
    changes = _rows(held, "person")
    ids = _ids(changes)
    deactivate_users(run.district, ids, by=_roster(by))
    change_seats(run.district, {pk: {"active": False, "hold": ""} for pk in _seats_of(run, ids)}, by=_roster(by))
    _withdraw(run, changes)
    decided.done["people"] = len(changes)


def _archive(run: Run, held: list[Change], by: Actor, decided: Decided) -> None:
    changes = _rows(held, "class")
    archive_classes(run.district, _ids(changes), by=_roster(by))
    untaught = [change for change in changes if change.reason == NO_TEACHER]
    _move_links(run, untaught, Link.State.BLOCKED, live=False)
    _withdraw(run, [change for change in changes if change.reason != NO_TEACHER])
    decided.done["classes"] = len(changes)


def _end_seats(run: Run, held: list[Change], by: Actor, decided: Decided) -> None:
    still = [
        pk
        for chunk in chunks_of([pk for _, pk in _held_seats(held)])
        for pk in _active_seats(run).filter(pk__in=chunk).exclude(hold="kept").values_list("pk", flat=True)
    ]
    change_seats(run.district, {pk: {"active": False, "hold": ""} for pk in still}, by=_roster(by))
    decided.done["memberships"] = len(still)


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


def _held_seats(held: list[Change]) -> Iterator[tuple[str, int]]:
    for change in held:
        for seat in change.seats:
            if seat.held and counts_as_removal(seat):
                yield from ((f"{change.key}/{person}", pk) for person, pk in zip(seat.people, seat.ids, strict=True))


def _withdraw(run: Run, changes: list[Change]) -> None:
    """Say in the links that these are gone; of what is no longer shared only id and kind stay (R4)."""
    unshared = [change for change in changes if change.reason == NO_LONGER_SHARED]
    _move_links(run, unshared, Link.State.NOT_SHARED, live=False, forget=True)
    _move_links(
        run, [change for change in changes if change.reason != NO_LONGER_SHARED], Link.State.WITHDRAWN, live=False
    )


def _move_links(run: Run, changes: list[Change], state: Link.State, *, live: bool, forget: bool = False) -> None:
    """Say in the links what was decided; a person's further keys follow the row they share."""
    words = {"said": "", "name": "", "school": ""} if forget else {}
    by_kind: dict[str, list[int]] = {}
    for change in changes:
        if change.object_id is not None:
            by_kind.setdefault(LINK_KIND[change.kind], []).append(change.object_id)
    for kind, ids in by_kind.items():
        for chunk in chunks_of(ids):
            waiting = Link.objects.filter(
                district=run.district, kind=kind, object_id__in=chunk, state=Link.State.WAITING
            )
            waiting.update(state=state, live=live, fingerprint="", changed_run=run.pk, **words)


def _roster(by: Actor) -> Actor:
    """The roster's right to write, in the name of the person who decided."""
    return Actor(by.label, by.user_id, roster=True)


def _close(decided: Decided, decision: Run.Decision, by: Actor) -> Decided:
    run = decided.run
    run.decision, run.decided_by, run.decided_at = decision, by.label, timezone.now()
    if run.status == Run.Status.HELD:
        run.status = Run.Status.SUCCEEDED
    run.save(update_fields=["decision", "decided_by", "decided_at", "status"])
    DataWarning.objects.filter(district=run.district, code="REMOVALS_HELD").exclude(
        state=DataWarning.State.RESOLVED
    ).update(state=DataWarning.State.RESOLVED, resolved_at=timezone.now())
    audit(run.district, by, f"{decision} held removals", sum(decided.done.values()), f"run {run.pk}")
    return decided
