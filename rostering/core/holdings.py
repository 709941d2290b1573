"""What we hold, in the shape that the planner compares with a snapshot.

The planner is handed a ``Holdings`` and asks it only for rows that it has to look at (architecture rule 4). The
database's is in ``rostering.current``; the property tests have one in memory.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol


class LinkState(NamedTuple):
    """A link without what was said: enough to tell whether a record moved. ``id`` is 0 while it is not written yet."""

    id: int
    object_id: int | None
    state: str
    live: bool
    fingerprint: str


class HeldSeat(NamedTuple):
    """A seat of a class. ``person``: the key that names the user's record, empty where no record feeds the user.

    ``hold``: empty, ``waiting`` or ``kept``. ``user``: the account's id.
    """

    id: int
    person: str
    role: str
    active: bool
    synced: bool
    hold: str
    user: int = 0

    def of(self, person: str) -> "HeldSeat":
        """The same seat, of the person with this key."""
        return self if person == self.person else self._replace(person=person)


Fields = dict[str, str]
"""A row's fields as text, as in ``core.changes``."""


@dataclass(slots=True)
class Links:
    """All links of a district by kind and key."""

    schools: dict[str, LinkState] = field(default_factory=dict)
    people: dict[str, LinkState] = field(default_factory=dict)
    sections: dict[str, LinkState] = field(default_factory=dict)

    def of(self, kind: str) -> dict[str, LinkState]:
        """The links of one kind."""
        return {"school": self.schools, "person": self.people, "section": self.sections}[kind]


class Holdings(Protocol):
    """What the planner may ask. Rows are asked for in chunks; nothing is asked for a record that did not move."""

    def school_rows(self, ids: Iterable[int]) -> Mapping[int, Fields]:
        """Schools by id."""

    def user_rows(self, ids: Iterable[int]) -> Mapping[int, Fields]:
        """Users by id: fields of a person, ``username``, ``schools`` as keys."""

    def class_rows(self, ids: Iterable[int]) -> Mapping[int, Fields]:
        """Classes by id: fields of a class, ``school`` as key."""

    def seats(self, class_ids: Iterable[int]) -> Mapping[int, list[HeldSeat]]:
        """All seats ever given in these classes."""

    def seated_in(self, user_ids: Iterable[int]) -> set[int]:
        """Ids of live classes in which these users hold active synced seats."""

    def said(self, kind: str, keys: Iterable[str]) -> Iterator[tuple[str, bytes]]:
        """What the source last said of these records; a key that has nothing is left out."""

    def unfed_users(self) -> Mapping[int, bool]:
        """Ids of the teachers', staff's and students' accounts that no record ever fed -> whether they are active."""

    def decisions(self) -> Mapping[str, int | None]:
        """What was decided in the review of people: key -> the account that it is, or None for a new one."""

    def usernames(self) -> Iterable[str]:
        """Every username of the district, active or not."""

    def totals(self) -> Mapping[tuple[str, str], int]:
        """Live synced rows by (school key, guard kind): students, teachers, staff, classes, seats."""

    def active_seats(self) -> int:
        """Active synced seats in live classes."""
