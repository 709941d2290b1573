"""Seats that an unread row may be about: nobody leaves a class because a row could not be read (R34)."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from rostering.core.holdings import Links
from rostering.core.snapshot import BadRow, Snapshot


@dataclass(slots=True)
class UnreadSeats:
    """What the unread rows of enrollments leave open.

    ``anything``: a row that names nothing we know, or a roster that was not read to its end: then every seat. Else
    whole sections (by key), whole people (by source id), or single pairs of these.
    """

    anything: bool = False
    sections: set[str] = field(default_factory=set)
    people: set[str] = field(default_factory=set)
    pairs: set[tuple[str, str]] = field(default_factory=set)

    def may_hold(self, section: str, person: str) -> bool:
        """Whether the seat of a person (by key) in a section may stand in a row that was not read."""
        if self.anything:
            return True
        who = person[2:]
        return section in self.sections or who in self.people or (section, who) in self.pairs


def unread_seats(snapshot: Snapshot, links: Links) -> UnreadSeats:
    """What the unread rows of a snapshot may have said about seats."""
    unread = UnreadSeats(anything="enrollment" not in snapshot.complete)
    rows = [row for row in snapshot.bad_rows if row.space == "enrollment"]
    if rows and not unread.anything:
        ids = {key[2:] for key in (*links.people, *snapshot.people)}
        for row in rows:
            _note(unread, row, snapshot, links, ids)
    return unread


def _note(unread: UnreadSeats, row: BadRow, snapshot: Snapshot, links: Links, ids: set[str]) -> None:
    sections = [cell for cell in row.cells if cell in snapshot.sections or cell in links.sections]
    people = [cell for cell in row.cells if cell in ids]
    known = {*sections, *people, *snapshot.schools, *links.schools}
    if sections and people and any(cell not in known for cell in row.cells):
        # two rows run together ("010,c1,s1" + "010,c2,s2" has no cell "s1"): what is legible is of either of them
        unread.sections.update(sections)
        unread.people.update(people)
    elif sections and people:
        unread.pairs.update(_pairs(sections, people))
    elif sections:
        unread.sections.update(sections)
    elif people:
        unread.people.update(people)
    else:
        unread.anything = True


def _pairs(sections: Iterable[str], people: list[str]) -> Iterable[tuple[str, str]]:
    return ((section, person) for section in sections for person in people)
