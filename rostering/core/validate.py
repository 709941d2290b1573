"""Whole-snapshot checks: what no single record can tell, whichever source it came from.

To be called once, after what is not shared was taken out. A record that fails is ``blocked``, which never removes
anybody (R34); everything else is only said.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

import msgspec

from rostering.core.data_warnings import Finding
from rostering.core.records import Person, Section, source_id
from rostering.core.snapshot import Snapshot

BLANK = "(blank)"


def validate(snapshot: Snapshot) -> list[Finding]:
    """Check the references between records.

    May add to ``snapshot.blocked``, and takes schools that were not received from people who have others. Linear in
    the records; keeps a few words per person and one record at a time.
    """
    census = Census(snapshot)
    for key in snapshot.people:
        census.count_person(key, snapshot.people[key])
    for key in snapshot.sections:
        census.count_section(key, snapshot.sections[key])
    return [
        *census.schools_unknown(),
        *census.schools_empty(),
        *census.numbers_shared(),
        *census.students_elsewhere(),
        *census.people_idle(),
        *census.findings,
    ]


@dataclass(slots=True)
class Waiting:
    """What names a school that was not received."""

    people: int = 0
    sections: int = 0
    students: set[str] = field(default_factory=set)


@dataclass(slots=True)
class Elsewhere:
    """The classes of a student outside their schools."""

    classes: int = 0
    schools: dict[str, None] = field(default_factory=dict)


class Census:
    """Who is where: all people are to be counted, then all sections, then the answers may be asked for."""

    def __init__(self, snapshot: Snapshot) -> None:
        self.findings: list[Finding] = []
        self._snapshot = snapshot
        self._unknown: dict[str, Waiting] = {}
        self._homes: dict[str, tuple[str, ...]] = {}
        self._same: dict[tuple[str, ...], tuple[str, ...]] = {}
        self._idle: dict[str, None] = {}
        self._with_students: set[str] = set()
        self._with_sections: set[str] = set()
        self._numbers: dict[str, str] = {}
        self._sharing: dict[str, list[str]] = {}
        self._elsewhere: dict[str, Elsewhere] = {}

    def count_person(self, key: str, person: Person) -> None:
        """Settle the schools of a person; somebody without any that was received is blocked."""
        schools = self._received(person)
        is_student = "student" in person.roles
        if is_student:
            self._with_students.update(schools)
            self._homes[key] = self._same.setdefault(schools, schools)
            if person.student_number:
                self._count_number(person.student_number, key)
        if not schools:
            self._snapshot.blocked.setdefault(("person", key), "SCHOOL_NOT_SET_UP")
        elif schools != person.schools:
            self._snapshot.people.add(key, msgspec.structs.replace(person, schools=schools))
        if (is_student or "teacher" in person.roles) and ("person", key) not in self._snapshot.blocked:
            self._idle[key] = None

    def count_section(self, key: str, section: Section) -> None:
        """Settle a section: it is blocked without a school that was received, and without any teacher (R19)."""
        blocked = self._snapshot.blocked
        for member in (*section.teachers, *section.students):
            self._idle.pop(self._snapshot.aliases.get(member, member), None)
        if section.school in self._snapshot.schools:
            self._with_sections.add(section.school)
            self._count_elsewhere(section)
        else:
            waiting = self._unknown.setdefault(section.school, Waiting())
            waiting.sections += 1
            waiting.students.update(section.students)
            blocked.setdefault(("section", key), "SCHOOL_NOT_SET_UP")
        if ("section", key) in blocked:
            return
        if not section.teachers:
            blocked[("section", key)] = "CLASS_NO_TEACHER"
            students = len(section.students)
            words: dict[str, str | int] = {"name": section.name, "where": "in the data", "students": students}
            self._say_section("CLASS_NO_TEACHER", section, words)
        elif not section.students:
            self._say_section("CLASS_NO_STUDENTS", section, {"name": section.name})

    def schools_unknown(self) -> Iterator[Finding]:
        """One finding per school that is named but was not received; its people and sections wait behind it (R43)."""
        for key, waiting in self._unknown.items():
            words: dict[str, str | int] = {
                "id": key or BLANK,
                "people": waiting.people,
                "classes": waiting.sections,
            }
            yield Finding(
                "SCHOOL_NOT_SET_UP",
                "school",
                key,
                name=key,
                words=words,
                classes=waiting.sections,
                students=len(waiting.students),
                waiting=frozenset(waiting.students),
            )

    def schools_empty(self) -> Iterator[Finding]:
        """One finding per school without students, without classes, or without both."""
        for key, school in self._snapshot.schools.items():
            have = (("students", self._with_students), ("classes", self._with_sections))
            lacking = [what for what, schools in have if key not in schools]
            if lacking:
                words: dict[str, str | int] = {"name": school.name, "what": " and no ".join(lacking)}
                yield Finding("SCHOOL_EMPTY", "school", key, name=school.name, school=key, words=words)

    def numbers_shared(self) -> Iterator[Finding]:
        """One finding per student number that several students carry; nobody is blocked for it (R34)."""
        for number, keys in self._sharing.items():
            first, *others = (self._snapshot.people[key] for key in keys)
            words: dict[str, str | int] = {
                "a": _named(first),
                "b": " and ".join(map(_named, others)),
                "number": number,
            }
            yield self._about("STUDENT_NUMBER_SHARED", first, words)

    def students_elsewhere(self) -> Iterator[Finding]:
        """One finding per student who has classes at other schools than their own."""
        schools = self._snapshot.schools
        for key, elsewhere in self._elsewhere.items():
            person = self._snapshot.people[key]
            words: dict[str, str | int] = {
                "name": person.label,
                "home": " and ".join(schools[school].name for school in person.schools),
                "other": " and ".join(schools[school].name for school in elsewhere.schools),
            }
            yield self._about("ENROLL_OTHER_SCHOOL", person, words, elsewhere.classes)

    def people_idle(self) -> Iterator[Finding]:
        """One finding per student in no section and per teacher of none."""
        for key in self._idle:
            person = self._snapshot.people[key]
            code = "TEACHER_NO_CLASS" if "teacher" in person.roles else "STUDENT_NO_CLASS"
            yield self._about(code, person, {"name": person.label})

    def _received(self, person: Person) -> tuple[str, ...]:
        """The schools of a person that were received; the others, or that there is none, are counted."""
        known = self._snapshot.schools
        for school in person.schools or ("",):
            if school not in known:
                waiting = self._unknown.setdefault(school, Waiting())
                waiting.people += 1
                waiting.students.update([person.key] if "student" in person.roles else [])
        return tuple([school for school in person.schools if school in known])

    def _count_number(self, number: str, key: str) -> None:
        first = self._numbers.setdefault(number, key)
        if first != key:
            self._sharing.setdefault(number, [first]).append(key)

    def _count_elsewhere(self, section: Section) -> None:
        """Count the students of a section who have schools, but not the section's."""
        homes, aliases = self._homes, self._snapshot.aliases
        for member in section.students:
            key = aliases.get(member, member)
            home = homes.get(key)
            if home and section.school not in home and ("person", key) not in self._snapshot.blocked:
                found = self._elsewhere.setdefault(key, Elsewhere())
                found.classes += 1
                found.schools[section.school] = None

    def _say_section(self, code: str, section: Section, words: dict[str, str | int]) -> None:
        students = len(section.students)
        self.findings.append(
            Finding(code, "section", section.key, section.name, section.school, words, classes=1, students=students)
        )

    def _about(self, code: str, person: Person, words: dict[str, str | int], classes: int = 0) -> Finding:
        school = "".join(person.schools[:1])
        return Finding(code, "person", person.key, person.label, school, words, classes=classes)


def _named(person: Person) -> str:
    """Name and id: two people may share a name."""
    return f"{person.name} ({source_id('person', person.key)})".strip()
