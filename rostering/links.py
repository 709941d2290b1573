"""Links: which row a record means, and what is written of it once a plan is applied."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import msgspec

from accounts import bulk
from accounts.models import District
from classes.models import Class, Membership
from rostering.core.holdings import Links
from rostering.core.planning import Mark, Planning
from rostering.core.records import Person, Record, Section
from rostering.models import Link

ANALYZE_FROM = 5000
"""So many new rows make the database's statistics worthless."""
SPOKEN_COLUMNS = ("object_id", "state", "live", "fingerprint", "said", "name", "school")
NEW_COLUMNS = ("district_id", "kind", "key", *SPOKEN_COLUMNS, "changed_run", "manual")
QUIET_COLUMNS = ("state", "live", "fingerprint")
FORGOTTEN_COLUMNS = ("state", "live", "fingerprint", "said", "name", "school")


@dataclass(slots=True)
class Rows:
    """Which row a record's key means, while a plan is applied: what links say, and what the plan has made so far."""

    schools: dict[str, int] = field(default_factory=dict)
    people: dict[str, int] = field(default_factory=dict)
    sections: dict[str, int] = field(default_factory=dict)

    def of(self, kind: str) -> dict[str, int]:
        """The rows of one kind of link."""
        return {"school": self.schools, "person": self.people, "section": self.sections}[kind]


def rows_of(links: Links) -> Rows:
    """Which row each record means, as the links have it."""
    return Rows(
        *(
            {key: link.object_id for key, link in of_kind.items() if link.object_id is not None}
            for of_kind in (links.schools, links.people, links.sections)
        )
    )


def write_links(district: District, run_id: int, planning: Planning, rows: Rows) -> None:
    """Make every link say what became of its record; ``run_id`` is the run that did it."""
    marks = planning.marks
    fresh = (mark for mark in marks if not _link_id(planning, mark))
    bulk.insert(Link, NEW_COLUMNS, (_new(district, run_id, planning, rows, mark) for mark in fresh))
    known = [(pk, mark) for mark in marks if (pk := _link_id(planning, mark))]
    _update(("object_id",), ((pk, None) for pk, mark in known if mark.unlink))
    _update(SPOKEN_COLUMNS, ((pk, *_spoken(planning, rows, mark)) for pk, mark in known if mark.said))
    _update(("changed_run",), ((pk, run_id) for pk, mark in known if mark.changed))
    quiet = ((pk, mark) for pk, mark in known if not mark.said and not mark.forget)
    _update(QUIET_COLUMNS, ((pk, mark.state, mark.live, "") for pk, mark in quiet))
    _update(FORGOTTEN_COLUMNS, ((pk, mark.state, mark.live, "", "", "", "") for pk, mark in known if mark.forget))
    further = ((pk, mark) for pk, mark in known if mark.of in rows.people and not mark.said)
    _update(("object_id", "said"), ((pk, rows.people[mark.of], "") for pk, mark in further))
    _stay_manual(district, planning)
    if len(marks) >= ANALYZE_FROM:
        bulk.analyze(Link, Membership, Class)


def _stay_manual(district: District, planning: Planning) -> None:
    """A class that a person tied to a section stays so when the section has another key (R24)."""
    was = {old: key for (kind, old), key in planning.renamed.items() if kind == "section"}
    links = Link.objects.filter(district=district, kind="section")
    tied = set(links.filter(manual=True).values_list("key", flat=True)) & was.keys() if was else set()
    for old in tied:
        links.filter(key=was[old]).update(manual=True)
        links.filter(key=old).update(manual=False)


def _link_id(planning: Planning, mark: Mark) -> int:
    """The link that is there already, or 0."""
    link = planning.links.of(mark.kind).get(mark.key)
    return link.id if link else 0


def _update(columns: tuple[str, ...], values: Iterator[tuple[Any, ...]]) -> None:
    bulk.update(Link, columns, values)


def _new(district: District, run_id: int, planning: Planning, rows: Rows, mark: Mark) -> tuple[Any, ...]:
    changed = run_id if mark.changed else None
    return (district.pk, mark.kind, mark.key, *_spoken(planning, rows, mark), changed, False)


def _spoken(planning: Planning, rows: Rows, mark: Mark) -> tuple[Any, ...]:
    """The values of ``SPOKEN_COLUMNS``: what the source said of the record, and its row."""
    row = rows.of(mark.kind).get(mark.of or mark.key)
    records = planning.snapshot.of(mark.kind)
    if not mark.said or mark.key not in records:
        return row, mark.state, mark.live, "", "", "", ""
    line = records.line(mark.key)
    record: Record = records[mark.key]
    fingerprint = "" if mark.reopen else planning.fingerprints.of(line)
    if mark.kind == "person" and mark.key in planning.recalled:
        line = planning.recalled[mark.key]
        record = msgspec.json.decode(line, type=Person)
    return row, mark.state, mark.live, fingerprint, line.decode(), record.name, _school_of(record)


def _school_of(record: Record) -> str:
    if isinstance(record, Person):
        return next(iter(record.schools), "")
    return record.school if isinstance(record, Section) else record.key
