"""Seats that move: students who join or leave a class, written down for its teachers, and which seats are locked."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import timedelta
from typing import Protocol, TypeVar

from django.utils import timezone

from accounts import bulk
from accounts.lifecycle import CHUNK, Actor
from accounts.locks import LockedError
from accounts.models import District
from classes.models import Class, Membership, SeatMove

SETTLING = timedelta(days=1)
"""For so long after a class was made, joining it is no news."""


class Seat(Protocol):
    """What is asked of a seat that is given."""

    @property
    def class_id(self) -> int:
        """Of the class."""

    @property
    def user_id(self) -> int:
        """Whose it is."""

    @property
    def role(self) -> str:
        """As what."""


AnySeat = TypeVar("AnySeat", bound=Seat)


class Moves:
    """The moves of students in classes of a district that have settled; to be used in the transaction of the move."""

    def __init__(self, district: District) -> None:
        self._now = timezone.now()
        classes = Class.objects.filter(district=district, status=Class.Status.ACTIVE)
        self._settled = set(classes.filter(created__lt=self._now - SETTLING).values_list("pk", flat=True))
        self._seen: list[tuple[int, int]] = []

    def passing(self, seats: Iterable[AnySeat]) -> Iterator[AnySeat]:
        """The seats, one by one, each remembered if it is a move."""
        for seat in seats:
            if seat.class_id in self._settled and seat.role == Membership.Role.STUDENT:
                self._seen.append((seat.class_id, seat.user_id))
            yield seat

    def see(self, seats: Sequence[int], *, active: bool) -> None:
        """Remember those of the seats that are not yet as they shall be."""
        for chunk in _chunks(seats):
            rows = Membership.objects.filter(pk__in=chunk, role=Membership.Role.STUDENT, active=not active)
            found = rows.values_list("klass_id", "user_id")
            self._seen += [(klass, user) for klass, user in found if klass in self._settled]

    def note(self, *, joined: bool) -> None:
        """Write down what was seen."""
        rows = ((klass, user, joined, self._now) for klass, user in self._seen)
        bulk.insert(SeatMove, ("klass_id", "user_id", "joined", "at"), rows)


def refuse_synced_seats(seats: Sequence[int], by: Actor) -> None:
    """Raise LockedError when anybody but the roster moves a seat that the roster keeps true (R45)."""
    if not by.roster and any(Membership.objects.filter(pk__in=chunk, synced=True).exists() for chunk in _chunks(seats)):
        raise LockedError(["students"])


def _chunks(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    return (ids[start : start + CHUNK] for start in range(0, len(ids), CHUNK))
