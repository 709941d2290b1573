"""What stands now of the rows that a run changed: what an undo is planned against (R38)."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import msgspec

from rostering.core.changes import Change, ChangeKind, SeatAction, SeatChange

Place = tuple[str, int]
"""A row: its kind (``school``, ``person``, ``class``, ``seat``) and its id."""
Group = tuple[SeatAction, str, str, bool]
"""What happens to a seat: action, role, reason, and whether it is left (``held``)."""


class Row(NamedTuple):
    """A school, account or class. ``fields``: as in a change. ``used``: what people did with it since, in words."""

    active: bool
    fields: Mapping[str, str]
    managed: str = ""
    used: str = ""


class Seat(NamedTuple):
    """A seat: ids of class and account."""

    klass: int
    user: int
    role: str
    active: bool
    synced: bool


class Record(NamedTuple):
    """What a row is called in a plan."""

    key: str
    name: str
    school: str


@dataclass(slots=True)
class Standing:
    """What stands now.

    ``rows`` and ``seats``: those that the run touched, with all seats of its classes and people. ``records``: what
    people and classes are called. ``keys``: (kind, key) -> the row that a record means. ``moved``: places that later
    runs moved -> the run. ``done``: places that an undo of a part of the run has put back. ``approved``: removals of
    the run that waited and were approved. ``unplanned``: seats that ended with an approved removal without standing in
    the plan. ``taken``: usernames in lower case -> account. ``at_school``: school -> live people and classes at it.
    """

    rows: dict[Place, Row] = field(default_factory=dict)
    seats: dict[int, Seat] = field(default_factory=dict)
    records: dict[Place, Record] = field(default_factory=dict)
    keys: dict[tuple[ChangeKind, str], int] = field(default_factory=dict)
    moved: dict[Place, int] = field(default_factory=dict)
    done: set[Place] = field(default_factory=set)
    approved: set[Place] = field(default_factory=set)
    unplanned: list[int] = field(default_factory=list)
    given: dict[tuple[int, int, str], int] = field(default_factory=dict)
    taken: dict[str, int] = field(default_factory=dict)
    at_school: dict[int, set[Place]] = field(default_factory=dict)


@dataclass(slots=True)
class Reversal:
    """One reversal, as it is planned.

    ``falling`` and ``rising``: rows whose life is put back -> the run's change. ``kept``: rows whose life is left ->
    (the run's change, why). ``lost``: what is left of rows that are not there. ``seats``: class -> what happens to its
    seats -> (person's key, seat). ``seen``: seats that the run's plan names.
    """

    now: Standing
    reason: str
    changes: Sequence[Change]
    falling: dict[Place, Change] = field(default_factory=dict)
    rising: dict[Place, Change] = field(default_factory=dict)
    kept: dict[Place, tuple[Change, str]] = field(default_factory=dict)
    lost: list[Change] = field(default_factory=list)
    seats: dict[int, dict[Group, list[tuple[str, int]]]] = field(default_factory=dict)
    seen: set[int] = field(default_factory=set)


def place_of(change: Change) -> Place:
    """The row of a change; 0 where there is none any more."""
    return change.kind, change.object_id or 0


def life_of(change: Change) -> str:
    """What a change does to its row's life: ``up``, ``down``, or nothing."""
    if change.action in ("create", "restore", "archive"):
        return "down" if change.action == "archive" else "up"
    old, new = change.fields.get("status", ("", ""))
    return "" if old == new else "up" if new == "active" else "down"


def part_of(
    changes: Iterable[Change], *, school: str = "", kind: str = "", keys: frozenset[str] = frozenset()
) -> Iterator[Change]:
    """The changes of a school, or of one person or class with one of these keys, with what hangs on them.

    On a class hang its seats, on a person their seats in every class. Neither school nor kind: all changes.
    """
    if not (school or kind):
        yield from changes
        return
    people = set(keys) if kind == "person" else set[str]()
    for change in changes:
        named = change.kind == kind and (change.key in keys or bool(keys.intersection(change.was)))
        if named or (school and change.school == school):
            people.update((change.key, *change.was) if change.kind == "person" else ())
            yield change
        elif seats := tuple(_seats_of(change.seats, people)):
            yield msgspec.structs.replace(change, action="seats", fields={}, seats=seats)


def _seats_of(seats: Iterable[SeatChange], people: set[str]) -> Iterator[SeatChange]:
    for seat in seats:
        places = [place for place, person in enumerate(seat.people) if person in people]
        if places:
            ids = tuple(seat.ids[place] for place in places) if seat.ids else ()
            yield msgspec.structs.replace(seat, people=tuple(seat.people[place] for place in places), ids=ids)
