"""Who is gone: records that were sent before and now are not (R30, R20), as far as that is proven (R34)."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import cast

import msgspec

from rostering.core.holdings import LinkState
from rostering.core.planning import Mark, Planning
from rostering.core.records import STAFF, STUDENT, TEACHER, USER, Kind, Person, School, Section, main_role, source_id
from rostering.core.snapshot import BadRow

RECORD = {"school": School, "person": Person, "section": Section}
NO_LONGER_SENT = "no longer sent"
GUARD_OF_ROLE = {"student": "students", "teacher": "teachers", "staff": "staff"}


@dataclass(frozen=True, slots=True)
class Gone:
    """A live row whose record is no longer sent, or no longer shared. ``companions``: the person's further keys."""

    kind: Kind
    key: str
    link: LinkState
    reason: str
    name: str
    school: str
    guard: str
    companions: tuple[str, ...] = ()

    @property
    def waiting(self) -> bool:
        """Whether the removal waits already: then it goes on waiting, whatever tonight's numbers say (R33)."""
        return self.link.state == "waiting"


def find_gone(planning: Planning, kind: Kind) -> list[Gone]:
    """Live rows of a kind that the source no longer speaks of. Links of rows that are not live are marked here."""
    candidates = _candidates(planning, kind)
    if not candidates:
        return []
    records = _said(planning, kind, candidates)
    protected = _protected(planning, kind, candidates, records)
    going = {
        key: reason
        for key, reason in candidates.items()
        if key not in protected and not _is_awaited(planning, kind, key) and not _fades(planning, kind, key, reason)
    }
    if kind == "person":
        return _gone_people(planning, going, records)
    return [_describe(planning, kind, key, reason, records.get(key)) for key, reason in going.items()]


def _is_awaited(planning: Planning, kind: Kind, key: str) -> bool:
    """Whether a question in the review is about its row, which stays until it is answered (R40)."""
    return (kind, planning.links.of(kind)[key].object_id) in planning.awaited


def _fades(planning: Planning, kind: Kind, key: str, reason: str) -> bool:
    """Whether a record that is no longer sent stays in use for its grace period. What waits already does not."""
    rules = planning.rules
    if rules.today is None or reason != NO_LONGER_SENT:
        return False
    first = planning.gone_since.get((kind, key), rules.today)
    planning.missing[kind, key] = first
    if planning.links.of(kind)[key].state == "waiting" or (rules.today - first).days >= rules.grace_days:
        return False
    planning.fading.add((kind, key))
    return True


def find_lost(planning: Planning, kind: Kind) -> dict[str, LinkState]:
    """Live rows of a kind of which it is proven that the source no longer speaks, be they kept by decision."""
    lost = {
        key: ""
        for key, link in planning.links.of(kind).items()
        if link.live and link.object_id is not None
        and (kind, key) not in planning.not_shared.keys
        and not is_seen(planning, kind, key) and is_proven(planning, kind, key)
    }  # fmt: skip
    safe = _protected(planning, kind, lost, _said(planning, kind, lost)) if planning.snapshot.bad_rows else set()
    return {key: planning.links.of(kind)[key] for key in lost if key not in safe}


def _candidates(planning: Planning, kind: Kind) -> dict[str, str]:
    """Keys of live links that are not seen -> why they would go."""
    candidates: dict[str, str] = {}
    dropped = planning.not_shared.keys
    for key, link in planning.links.of(kind).items():
        if (kind, key) in dropped:
            if link.live and link.state != "kept" and not planning.rules.additive:
                candidates[key] = "no longer shared"
            elif not link.live and link.state != "not_shared":
                planning.mark(Mark(kind, key, "not_shared", live=False, forget=True))
        elif is_seen(planning, kind, key) or not is_proven(planning, kind, key):
            continue
        elif link.live and link.state != "kept" and not planning.rules.additive:
            candidates[key] = NO_LONGER_SENT
        elif not link.live and link.state != "withdrawn":
            planning.mark(Mark(kind, key, "withdrawn", live=False))
    links = planning.links.of(kind)
    for of, key in sorted(dropped):
        if of == kind and key not in links:
            planning.mark(Mark(kind, key, "not_shared", live=False, forget=True))
    return candidates


def space_of(kind: Kind, key: str) -> str:
    """Which of ``snapshot.SPACES`` a record belongs to."""
    return key[:2] if kind == "person" else kind


def is_proven(planning: Planning, kind: Kind, key: str) -> bool:
    """Whether a record's absence is proven (architecture rule 2).

    Who was sent by a source that numbers people in another way is gone when all people of this one were read.
    """
    snapshot = planning.snapshot
    read = snapshot.complete
    if kind == "person" and (USER in read or {STUDENT, TEACHER, STAFF} <= read):
        return True
    return space_of(kind, key) in read or (kind, key) in snapshot.gone


def is_seen(planning: Planning, kind: Kind, key: str) -> bool:
    """Whether the source speaks of a record today, be it but a row that cannot be read (R34)."""
    snapshot = planning.snapshot
    if (kind, key) in snapshot.blocked:
        return True
    if kind == "person":
        return key in snapshot.people or key in snapshot.aliases
    return key in (snapshot.schools if kind == "school" else snapshot.sections)


def _said(planning: Planning, kind: Kind, keys: dict[str, str]) -> dict[str, School | Person | Section]:
    decoder = msgspec.json.Decoder(RECORD[kind])
    return {
        key: cast("School | Person | Section", decoder.decode(line)) for key, line in planning.holdings.said(kind, keys)
    }


def _protected(
    planning: Planning, kind: Kind, candidates: dict[str, str], records: dict[str, School | Person | Section]
) -> set[str]:
    """Candidates that a bad row may be about: nobody goes because a row could not be read (R34)."""
    protected: set[str] = set()
    by_mark: dict[tuple[str, str], list[str]] = {}
    for key in candidates if planning.snapshot.bad_rows else ():
        for mark in _marks_of_record(kind, key, records.get(key)):
            by_mark.setdefault((space_of(kind, key), mark), []).append(key)
    for row in planning.snapshot.bad_rows:
        about = {key for cell in row.cells for key in by_mark.get((row.space, cell), ())}
        about = {key for key in about if _fits(row, kind, key, records.get(key))}
        protected |= about
        if not about and not row.readable and not _about_known(planning, kind, row):
            protected.update(key for key in candidates if space_of(kind, key) == row.space)
    return protected


def protected_people(planning: Planning, keys: dict[str, str], said: Mapping[str, Person]) -> set[str]:
    """Which of these people a row may be about that could not be read."""
    return _protected(planning, "person", keys, {**said})


def _marks_of_record(kind: Kind, key: str, record: School | Person | Section | None) -> Iterator[str]:
    """Texts by which a row may be told to be about a record: its id, and what else is the record's own."""
    yield source_id(kind, key)
    if isinstance(record, Person):
        owned = (record.student_number, record.teacher_number, record.email, record.first_name)
        yield from (value for value in owned if value)
    elif record is not None:
        yield record.name


def _fits(row: BadRow, kind: Kind, key: str, record: School | Person | Section | None) -> bool:
    """Whether a row that carries one of a record's marks may be about it: of a name, both parts are needed."""
    if not isinstance(record, Person) or source_id(kind, key) in row.cells:
        return True
    owned = (record.student_number, record.teacher_number, record.email)
    return any(value and value in row.cells for value in owned) or record.last_name in row.cells


def _about_known(planning: Planning, kind: Kind, row: BadRow) -> bool:
    """Whether the row carries the id of a record that we hold or could read.

    An id that only unreadable rows have proves nothing: where a cell is missing, its neighbour stands in its place.
    """
    prefix = row.space if kind == "person" else ""
    return any(_known(planning, kind, prefix + cell) for cell in row.cells)


def _known(planning: Planning, kind: Kind, key: str) -> bool:
    link = planning.links.of(kind).get(key)
    if link is not None and link.object_id is not None:
        return True
    return is_seen(planning, kind, key) and planning.snapshot.blocked.get((kind, key)) != "FILE_ROW_UNREADABLE"


def _gone_people(
    planning: Planning, candidates: dict[str, str], records: dict[str, School | Person | Section]
) -> list[Gone]:
    """One removal per account; a further key of someone who stays is only unlinked (R29)."""
    links = planning.links.people
    staying = {
        link.object_id
        for key, link in links.items()
        if key not in candidates and (link.live or (key in planning.snapshot.people and key not in planning.disowned))
    }
    by_account: dict[int | None, list[str]] = {}
    for key in candidates:
        if links[key].object_id in staying:
            planning.mark(Mark("person", key, "withdrawn", live=False))
        else:
            by_account.setdefault(links[key].object_id, []).append(key)
    gone = []
    for keys in by_account.values():
        key = next((one for one in keys if one in records), keys[0])
        others = tuple(one for one in keys if one != key)
        described = _describe(planning, "person", key, candidates[key], records.get(key))
        gone.append(replace(described, companions=others))
    return gone


def _describe(planning: Planning, kind: Kind, key: str, reason: str, record: School | Person | Section | None) -> Gone:
    name = record.name if record is not None else source_id(kind, key)
    if isinstance(record, Person):
        school, guard = record.schools[0] if record.schools else "", GUARD_OF_ROLE[main_role(record.roles)]
    elif isinstance(record, Section):
        school, guard = record.school, "classes"
    else:
        school, guard = (
            key if kind == "school" else "",
            {"school": "", "section": "classes", "person": "students"}[kind],
        )
    return Gone(kind, key, planning.links.of(kind)[key], reason, name, planning.now("school", school), guard)


def marks_of(gone: Gone, held: bool) -> Iterator[Mark]:
    """What becomes of the links of something gone."""
    for key in (gone.key, *gone.companions):
        if held:
            yield Mark(gone.kind, key, "waiting", live=True)
        elif gone.reason == "no longer shared":
            yield Mark(gone.kind, key, "not_shared", live=False, forget=True, changed=True)
        else:
            yield Mark(gone.kind, key, "withdrawn", live=False, changed=True)
