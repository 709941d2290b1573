"""What Clever said, as a snapshot: ids resolved, people with their roles, sections with their rosters (clever.md §1.9).

A full pull and a delta both end here, with the same ``Said``.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TypeVar

import msgspec

from rostering.core.data_warnings import Finding
from rostering.core.normalize import email, grade, section_name
from rostering.core.records import ROLES, USER, Person, Role, School, Section
from rostering.core.snapshot import Snapshot
from rostering.sources.clever_said import Said, SaidCourse, SaidRole, SaidSchool, SaidSection, SaidTerm, SaidUser
from rostering.sources.remarks import remark

PROVEN = frozenset(("school", USER, "section", "enrollment"))
"""What a pull reads to its end."""
W = TypeVar("W", SaidTerm, SaidCourse)
NO_TERM, NO_COURSE = SaidTerm("", "", ""), SaidCourse("", "")


@dataclass(slots=True)
class Strangers:
    """Seats that name nobody whom we received."""

    seats: int = 0
    sections: int = 0
    ids: dict[str, None] = field(default_factory=dict)
    schools: set[str] = field(default_factory=set)

    def finding(self) -> Finding:
        """All of them at once, with the school if there is only one."""
        school = next(iter(self.schools)) if len(self.schools) == 1 else ""
        words: dict[str, str | int] = {"n": self.seats, "id": next(iter(self.ids))[2:]}
        return Finding(
            "ENROLL_STUDENT_UNKNOWN", "enrollment", "", "", school, words, classes=self.sections, students=len(self.ids)
        )


def assemble(said: Said, *, frozen: bool = False) -> Snapshot:
    """The snapshot of all that was said. Takes ``said`` apart, so that nothing is in memory twice.

    ``frozen``: the district is paused at Clever; then nothing counts as read to its end, and nobody is removed.
    """
    snapshot = Snapshot(complete=frozenset() if frozen else PROVEN)
    for key, line in _taken(said.schools):
        _add_school(snapshot, key, line)
    _add_people(snapshot, said.users)
    _add_sections(snapshot, said)
    return snapshot


def _taken(lines: dict[str, bytes]) -> Iterator[tuple[str, bytes]]:
    """In the order of the ids, which is Clever's, whatever the order in which events came."""
    for key in sorted(lines):
        yield key, lines.pop(key)


def _unreadable(snapshot: Snapshot, kind: str, key: str) -> None:
    snapshot.blocked[(kind, key)] = "RECORD_UNREADABLE"
    found = key[2:] if kind == "person" else key
    snapshot.findings.append(Finding("RECORD_UNREADABLE", kind, key, words={"kind": kind, "id": found}))


def _add_school(snapshot: Snapshot, key: str, line: bytes) -> None:
    if not line:
        _unreadable(snapshot, "school", key)
        return
    said = msgspec.json.decode(line, type=SaidSchool)
    low, high = grade(said.low_grade)[0], grade(said.high_grade)[0]
    snapshot.schools.add(key, School(key, said.name or said.sis_id or key, said.number, low, high, said.sis_id))


def _add_people(snapshot: Snapshot, users: dict[str, bytes]) -> None:
    everywhere = tuple(sorted(snapshot.schools))
    decoder = msgspec.json.Decoder(SaidUser)
    ungraded, students = list[Person](), 0
    for found, line in _taken(users):
        key = USER + found
        if not line:
            _unreadable(snapshot, "person", key)
            continue
        said = decoder.decode(line)
        person = build_person(key, said, everywhere)
        snapshot.people.add(key, person)
        grades = said.student.grade if said.student else None
        students += said.student is not None
        if grades == "":
            ungraded.append(person)
            grades = None
        remark(snapshot, person, first=said.first, last=said.last, email=said.email, grades=grades)
        if len(person.roles) > 1:
            _say_roles(snapshot, person)
    _say_ungraded(snapshot, ungraded, len(ungraded) == students)


def _say_roles(snapshot: Snapshot, person: Person) -> None:
    words: dict[str, str | int] = {
        "name": person.label, "roles": " and ".join(person.roles), "chosen": person.roles[0],
    }  # fmt: skip
    snapshot.findings.append(
        Finding("MULTI_ROLE", "person", person.key, person.label, "".join(person.schools[:1]), words)
    )


def _say_ungraded(snapshot: Snapshot, ungraded: list[Person], nobody_has_one: bool) -> None:
    """One finding for each, or one for all where Clever sends no grades at all."""
    if ungraded and nobody_has_one:
        words: dict[str, str | int] = {"name": "Every student", "value": "(Clever sends no grades)"}
        snapshot.findings.append(Finding("GRADE_MISSING", "source", "", words=words))
        return
    for person in ungraded:
        if ("person", person.key) not in snapshot.blocked:
            words = {"name": person.label, "value": ""}
            school = "".join(person.schools[:1])
            snapshot.findings.append(Finding("GRADE_MISSING", "person", person.key, person.label, school, words))


def build_person(key: str, said: SaidUser, everywhere: tuple[str, ...]) -> Person:
    """One person of a user with all their roles (R29). District administrators without a school are at every one."""
    roles = _roles_of(said)
    student = said.student
    schools = tuple(dict.fromkeys(school for _, role in roles for school in role.schools))
    names: tuple[Role, ...] = tuple(name for name, _ in roles)
    if said.district_admin and "staff" not in names:
        names = tuple(role for role in ROLES if role in (*names, "staff"))
    return Person(
        keys=(key,),
        roles=names,
        first_name=said.first,
        last_name=said.last,
        schools=schools or (everywhere if said.district_admin else ()),
        email=email(said.email),
        grade=grade(student.grade)[0] if student else None,
        student_number=student.number if student else None,
        teacher_number=said.teacher.number if said.teacher else None,
        state_id=next((role.state_id for _, role in roles if role.state_id), ""),
        sis_id=next((role.sis_id for _, role in roles if role.sis_id), ""),
        username=next((role.username for _, role in roles if role.username), ""),
        birth=student.birth if student else None,
    )


def _roles_of(said: SaidUser) -> list[tuple[Role, SaidRole]]:
    found: dict[Role, SaidRole | None] = {"teacher": said.teacher, "staff": said.staff, "student": said.student}
    return [(name, role) for name in ROLES if (role := found[name]) is not None]


def _add_sections(snapshot: Snapshot, said: Said) -> None:
    terms = dict(_words(snapshot, "term", said.terms, SaidTerm))
    courses = dict(_words(snapshot, "course", said.courses, SaidCourse))
    decoder, strangers = msgspec.json.Decoder(SaidSection), Strangers()
    for key, line in _taken(said.sections):
        if not line:
            _unreadable(snapshot, "section", key)
            continue
        section = decoder.decode(line)
        term, course = terms.get(section.term, NO_TERM), courses.get(section.course, NO_COURSE)
        name = section.name or section_name(
            course.name if course else "", _last_name(snapshot, section), section.period
        )
        shown = name or section.number or section.sis_id or key
        record = build_section(key, shown, section, term, course)
        snapshot.sections.add(key, record)
        _count_seats(snapshot, record, strangers)
        if not name:
            words: dict[str, str | int] = {"id": section.sis_id or key, "shown": shown}
            snapshot.findings.append(Finding("CLASS_NAME_UNUSABLE", "section", key, shown, section.school, words))
    if strangers.seats:
        snapshot.findings.append(strangers.finding())


def _words(snapshot: Snapshot, kind: str, lines: dict[str, bytes], shape: type[W]) -> Iterator[tuple[str, W | None]]:
    """Terms or courses by id; None for one that could not be read: then what its classes say of it stays."""
    for key, line in _taken(lines):
        if not line:
            words: dict[str, str | int] = {"kind": kind, "id": key}
            snapshot.findings.append(Finding("RECORD_UNREADABLE", "source", "", words=words, variant=f"{kind} {key}"))
        yield key, msgspec.json.decode(line, type=shape) if line else None


def _last_name(snapshot: Snapshot, section: SaidSection) -> str:
    """The last name of the first teacher who was received."""
    people = snapshot.people
    return next((people[USER + one].last_name for one in section.teachers if USER + one in people), "")


def _count_seats(snapshot: Snapshot, section: Section, strangers: Strangers) -> None:
    """Count the students' seats, and those whose student was not received (clever.md §1.9)."""
    snapshot.seats += len(section.students)
    missing = [key for key in section.students if key not in snapshot.people]
    snapshot.dangling += len(missing)
    unseen = [key for key in missing if ("person", key) not in snapshot.blocked]
    if unseen:
        strangers.seats += len(unseen)
        strangers.sections += 1
        strangers.ids.update(dict.fromkeys(unseen))
        strangers.schools.add(section.school)


def build_section(key: str, name: str, said: SaidSection, term: SaidTerm | None, course: SaidCourse | None) -> Section:
    """The record of a section, with the words of its term and course as far as these could be read."""
    return Section(
        key=key,
        name=name,
        school=said.school,
        teachers=tuple([USER + teacher for teacher in said.teachers]),
        students=tuple([USER + student for student in said.students]),
        course_name=course.name if course else None,
        course_number=course.number if course else None,
        period=said.period,
        subject=said.subject,
        grade=grade(said.grade)[0],
        number=said.number,
        term_name=term.name if term else None,
        term_start=term.start if term else None,
        term_end=term.end if term else None,
        sis_id=said.sis_id,
    )
