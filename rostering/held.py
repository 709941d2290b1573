"""What a run holds (R33): its stored removals one by one, and which of them still hold."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from accounts.models import District
from classes.models import Class, Membership
from rostering.core.changes import Change, seat_changes
from rostering.core.diff_sections import counts_as_removal
from rostering.core.records import source_id
from rostering.current import chunks_of, read_links
from rostering.models import Link, Run
from rostering.plans import read_plan

LINK_KIND = {"school": "school", "person": "person", "class": "section"}
COUNTED = {"school": "schools", "person": "people", "class": "classes", "membership": "memberships"}


@dataclass(frozen=True, slots=True)
class Removal:
    """One removal that a run holds. ``kind`` and ``record``: as ``run`` lists it; ``row``: what it would remove.

    ``key``: the link's key, and ``reason``: why it would go, of anything but a membership.
    """

    kind: str
    record: str
    name: str
    school: str
    guard: str
    row: int
    key: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Part:
    """The part of a hold that a decision is about: schools by key, and single removals by (kind, record)."""

    schools: frozenset[str] = frozenset()
    records: frozenset[tuple[str, str]] = frozenset()

    @property
    def is_all(self) -> bool:
        """Whether it is about everything."""
        return not (self.schools or self.records)

    def includes(self, removal: Removal) -> bool:
        """Whether a removal belongs to it; with a class go the seats that wait in it."""
        if self.is_all or removal.school in self.schools or (removal.kind, removal.record) in self.records:
            return True
        return removal.kind == "membership" and ("class", removal.record.rpartition("/")[0]) in self.records


EVERYTHING = Part()


@dataclass(frozen=True, slots=True)
class Standing:
    """The removals of a hold: those that still hold, and the names of those that do not any more.

    What was decided already, and what has gone by another way, is in neither.
    """

    holding: list[Removal]
    moved: list[str]


def removals_of(run: Run) -> Iterator[Removal]:
    """The stored removals that a run holds. Raises PlanForgottenError."""
    for change in read_plan(run):
        if change.action == "archive" and change.held and change.object_id is not None:
            yield Removal(
                change.kind, source_id(change.kind, change.key), change.name, change.school, change.guard,
                change.object_id, change.key, change.reason,
            )  # fmt: skip
        yield from _seats_of(change)


def _seats_of(change: Change) -> Iterator[Removal]:
    rows = (pk for seat in change.seats for pk in (seat.ids or (None,) * len(seat.people)))
    for (seat, person), pk in zip(seat_changes(change), rows, strict=True):
        if seat.held and counts_as_removal(seat) and pk is not None:
            record = f"{change.key}/{source_id('person', person)}"
            yield Removal("membership", record, change.name, change.school, "seats", pk)


def standing_of(district: District, removals: Iterable[Removal]) -> Standing:
    """Which of the removals still hold: the record waits still, and means the same row."""
    listed = list(removals)
    links = read_links(district)
    seats = _seats(district, listed)
    holding, moved, moved_seats = list[Removal](), list[str](), list[Removal]()
    for removal in listed:
        if removal.kind == "membership":
            is_active, hold = seats.get(removal.row, (False, ""))
            if is_active and hold == "waiting":
                holding.append(removal)
            elif is_active and hold != "kept":
                moved_seats.append(removal)
            continue
        link = links.of(LINK_KIND[removal.kind]).get(removal.key)
        if link is None or link.object_id != removal.row:
            moved.append(removal.name)
        elif link.state == "waiting":
            holding.append(removal)
        elif link.live and link.state != "kept":
            moved.append(removal.name)
    return Standing(holding, [*moved, *_names_of(moved_seats)])


def _seats(district: District, removals: list[Removal]) -> dict[int, tuple[bool, str]]:
    """Seat -> whether it is the roster's, active and in a live class, and its hold."""
    wanted = [removal.row for removal in removals if removal.kind == "membership"]
    seats = Membership.objects.filter(
        klass__district=district, klass__status=Class.Status.ACTIVE, synced=True, active=True
    )
    return {
        pk: (True, hold)
        for chunk in chunks_of(wanted)
        for pk, hold in seats.filter(pk__in=chunk).values_list("pk", "hold")
    }


def _names_of(seats: list[Removal]) -> Iterator[str]:
    names = {
        pk: f"{first} {last}".strip()
        for chunk in chunks_of([seat.row for seat in seats])
        for pk, first, last in Membership.objects.filter(pk__in=chunk).values_list(
            "pk", "user__first_name", "user__last_name"
        )
    }
    yield from (f"{names.get(seat.row, seat.record)} in {seat.name}" for seat in seats)


def waits_anywhere(district: District) -> bool:
    """Whether a record of the district waits, though perhaps no hold is open that could be decided."""
    return Link.objects.filter(district=district, state=Link.State.WAITING).exists()
