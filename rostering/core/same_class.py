"""Whether two sections mean one class: one that vanished and a new one (R40), or one id yesterday and today."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import msgspec

from rostering.core.absence import Gone, find_lost
from rostering.core.data_warnings import Finding
from rostering.core.planning import Adopted, Planning
from rostering.core.records import Section
from rostering.core.rekey import adopt

SAME_ID = "same source id, course and people"
SAME_CLASS = "same course, teachers, period and students"
REUSED = "its id means another class now"
CHUNK = 2000


@dataclass(frozen=True, slots=True)
class Side:
    """A section, and where and who is in it, by the keys that school and people have today."""

    section: Section
    school: str
    teachers: frozenset[str]
    students: frozenset[str]


def find_classes(planning: Planning, new: list[str], barred: Iterable[str]) -> list[str]:
    """Give new sections the classes of those that vanish and evidently are the same. Returns which (``adopted``).

    ``barred``: new sections that cannot be used because their teacher waits for review; their classes stay meanwhile.
    """
    waiting = set(barred)
    keys = [*new, *waiting]
    lost = find_lost(planning, "section") if keys and planning.links.sections else {}
    if not lost:
        return []
    decoder = msgspec.json.Decoder(Section)
    rows = {key: link.object_id for key, link in lost.items() if link.object_id is not None}
    seated, classes = _seated(planning, rows), planning.holdings.class_rows(rows.values())
    old = {
        key: Side(decoder.decode(line), classes[rows[key]]["school"], *seated[key])
        for key, line in planning.holdings.said("section", rows)
    }
    adopted = []
    for key, was, reason in _pairs(planning, keys, old):
        row = lost[was].object_id
        if key in waiting:
            planning.awaited.add(("section", row))
        elif row is not None:
            adopt(planning, "section", key, row, Adopted(reason, (was,)), live=True)
            adopted.append(key)
    return adopted


def find_reused(planning: Planning, known: list[str]) -> list[Gone]:
    """Of sections that have a class, the classes whose section's id means another one now (R40); says so.

    A class that somebody decided to keep is the section's, whatever it is now.
    """
    reused = list[Gone]()
    decoder = msgspec.json.Decoder(Section)
    asked = [key for key in known if planning.links.sections[key].state != "kept"]
    for start in range(0, len(asked), CHUNK):
        suspects = {
            key: before
            for key, line in planning.holdings.said("section", asked[start : start + CHUNK])
            if not same_course(before := decoder.decode(line), planning.snapshot.sections[key])
        }
        seated = _seated(planning, {key: planning.links.sections[key].object_id for key in suspects})
        for key, before in suspects.items():
            section = planning.snapshot.sections[key]
            if _are_others(planning, seated[key], _side(planning, section)):
                school = planning.now("school", before.school)
                link = planning.links.sections[key]
                reused.append(Gone("section", key, link, REUSED, before.name, school, "classes"))
                _say_reused(planning, before, section)
    return reused


def _say_reused(planning: Planning, before: Section, section: Section) -> None:
    words: dict[str, str | int] = {"id": section.key, "old": before.name, "new": section.name}
    planning.findings.append(
        Finding(
            "CLASS_ID_REUSED", "section", section.key, section.name, section.school, words,
            classes=1, students=len(section.students), sticky=True,
        )
    )  # fmt: skip


def same_course(one: Section, other: Section) -> bool:
    """Whether two sections teach the same, by course or by name."""
    numbers, names = (one.course_number, other.course_number), (one.course_name, other.course_name)
    return one.name == other.name or any(a and a == b for a, b in (numbers, names))


def _are_others(planning: Planning, before: tuple[frozenset[str], frozenset[str]], side: Side) -> bool:
    """Whether all teachers are others, and under 20 % of the students are the same."""
    teachers, students = before
    return not _shared(planning, side.teachers, teachers) and (
        _shared(planning, side.students, students) * 5 < len(students)
    )


def _seated(planning: Planning, rows: Mapping[str, int | None]) -> dict[str, tuple[frozenset[str], frozenset[str]]]:
    """Teachers and students who sit in the classes of some sections, by the keys they have today."""
    seated: dict[str, tuple[frozenset[str], frozenset[str]]] = {}
    keys = list(rows)
    for start in range(0, len(keys), CHUNK):
        ids = {key: row for key in keys[start : start + CHUNK] if (row := rows[key]) is not None}
        seats = planning.holdings.seats(ids.values())
        for key, row in ids.items():
            people = [(seat.role, planning.primary(seat.person)) for seat in seats.get(row, ()) if seat.active]
            teachers = frozenset(person for role, person in people if role == "teacher")
            seated[key] = teachers, frozenset(person for role, person in people if role == "student")
    return seated


def _side(planning: Planning, section: Section) -> Side:
    """A section of today."""
    primary = planning.primary
    return Side(
        section, section.school, frozenset(map(primary, section.teachers)), frozenset(map(primary, section.students))
    )


def _shared(planning: Planning, people: frozenset[str], others: frozenset[str]) -> int:
    """How many of these are among the others; somebody in review is if one of those is whom they may be."""
    alike = planning.alike
    return sum(key in others or any(one in others for one in alike.get(key, ())) for key in people)


def _pairs(planning: Planning, keys: list[str], old: dict[str, Side]) -> Iterator[tuple[str, str, str]]:
    """(new, old, why) of those that are the only ones to fit on both sides."""
    fits: dict[str, list[tuple[str, str]]] = {}
    claims: dict[str, list[str]] = {}
    by_place = _by_place(planning, old)
    for key in keys:
        side = _side(planning, planning.snapshot.sections[key])
        near = {was for place in _places(planning, side) for was in by_place.get(place, ())}
        found = [(was, why) for was in sorted(near) if (why := _same(planning, side, old[was]))]
        exact = [one for one in found if one[1] == SAME_ID]
        exact = exact or [one for one in found if _twins(side.section, old[one[0]].section)]
        fits[key] = exact if len(exact) == 1 else found
        for was, _ in fits[key]:
            claims.setdefault(was, []).append(key)
    for key, found in fits.items():
        if len(found) == 1 and claims[found[0][0]] == [key]:
            yield key, *found[0]


def _by_place(planning: Planning, old: dict[str, Side]) -> dict[tuple[str, ...], list[str]]:
    by_place: dict[tuple[str, ...], list[str]] = {}
    for key, side in old.items():
        for place in _places(planning, side):
            by_place.setdefault(place, []).append(key)
    return by_place


def _places(planning: Planning, side: Side) -> Iterator[tuple[str, ...]]:
    """Where a section is looked for: by its id at its school, and by each teacher, the period and what is taught."""
    section = side.section
    school = side.school
    yield "id", school, section.sis_id or section.key
    courses = {section.name, section.course_number or "", section.course_name or ""} - {""}
    teachers = side.teachers.union(*(planning.alike.get(teacher, ()) for teacher in side.teachers))
    for teacher in teachers:
        for course in courses:
            yield "teacher", school, teacher, section.period or "", course


def _same(planning: Planning, new: Side, old: Side) -> str:
    """Why two sections at one school are the same class; empty when they are not."""
    section, before = new.section, old.section
    if not same_course(section, before) or _apart(section, before) or _apart(before, section):
        return ""
    teachers = _shared(planning, new.teachers, old.teachers)
    students = _shared(planning, new.students, old.students)
    if (section.sis_id or section.key) == (before.sis_id or before.key) and (
        teachers or students * 5 >= len(old.students)
    ):
        return SAME_ID
    fits = students * 2 >= max(len(new.students), len(old.students))
    return SAME_CLASS if fits and teachers and (section.period or "") == (before.period or "") else ""


def _apart(one: Section, later: Section) -> bool:
    """Whether a section is over before the other begins: last term's class is not this term's (R31)."""
    return bool(one.term_end and later.term_start and one.term_end < later.term_start)


def _twins(one: Section, other: Section) -> bool:
    """Whether everything by which people tell sections apart is the same."""
    return (one.name, one.number or "", one.course_number or "") == (
        other.name, other.number or "", other.course_number or "",
    )  # fmt: skip
