"""What happens to whom between two days of a district.

Each person's and section's fate is a lot drawn from the seed and the id, so it depends on no order. What is kept
is the ids of those to whom something happens, a few who stay for each school and grade, and, of teachers and
sections, one line each; never the rows.
"""

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TypeVar

from rostering.rehearsal.csv_files import CO_TEACHERS, Sheet
from rostering.rehearsal.dice import lot
from rostering.rehearsal.shape import GRADE_WORDS

T = TypeVar("T")
Fates = dict[str, float]

STUDENTS: Fates = {"leave": 0.20, "join": 0.20, "move": 0.15, "rename": 0.15, "grade": 0.05, "class": 0.25}
TEACHERS: Fates = {"leave": 0.5, "join": 0.5}
SECTIONS: Fates = {"reteach": 0.60, "rename": 0.30, "open": 0.05, "close": 0.05}
"""Shares of those to whom something happens. ``join`` and ``open``: someone like them is added."""

BENCH = 16  # students kept per school and grade, for others to follow into their classes
TEACHER_COLUMNS = ("Teacher_id", *CO_TEACHERS)


def fate(seed: int, kind: str, key: str, percent: float, fates: Fates) -> str:
    """The name of what happens, or nothing at all (``""``) for all but ``percent`` of the keys."""
    luck = lot(seed, kind, key) * 100
    for name, share in fates.items() if luck < percent else ():
        luck -= percent * share
        if luck < 0:
            return name
    return ""


def choose(items: list[T], *name: object) -> T:
    """The item that a lot of this name falls on; there must be one."""
    return items[int(lot(*name) * len(items))]


class FreshIds:
    """Ids that no one has: the template's, with a number above every number seen at the end of an id."""

    def __init__(self) -> None:
        self.top = 0

    def see(self, used: str) -> None:
        """Takes note of an id in use."""
        if number := re.search(r"[0-9]+$", used):
            self.top = max(self.top, int(number[0]))

    def like(self, template: str) -> str:
        """A new id that looks like the template, leading zeros too."""
        self.top += 1
        match = re.fullmatch(r"(.*?)([0-9]*)", template, re.DOTALL)
        prefix, digits = (match[1], match[2]) if match else (template, "")
        return f"{prefix}{self.top:0{len(digits) or 4}d}"


@dataclass(slots=True)
class StudentChanges:
    """The students to whom something happens. ``followers``: who sits in all classes of whom from now on."""

    fates: dict[str, str] = field(default_factory=dict)
    targets: dict[str, tuple[str, str]] = field(default_factory=dict)  # student: new school and grade
    followers: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    joiners: dict[str, str] = field(default_factory=dict)  # template: the new student's id
    swaps: dict[str, tuple[str, str]] = field(default_factory=dict)  # student: from section, to section
    numbers: dict[str, FreshIds] = field(default_factory=dict)  # column: its unused values

    def seatless(self, student: str) -> bool:
        """True if the student's seats of yesterday are gone."""
        return self.fates.get(student) == "leave" or student in self.targets


STUDENT_NUMBERS = ("Student_id", "Student_number", "State_id", "Username")
TEACHER_NUMBERS = ("Teacher_id", "Teacher_number", "State_teacher_id", "Username")


def change_students(sheet: Sheet, percent: float, seed: int) -> StudentChanges:
    """Decides what happens to the students of a file."""
    changes = StudentChanges(numbers={column: FreshIds() for column in STUDENT_NUMBERS})
    bench: dict[tuple[str, str], list[str]] = defaultdict(list)
    homes: dict[str, tuple[str, str]] = {}
    for row in sheet.rows():
        for column, numbers in changes.numbers.items():
            numbers.see(sheet.get(row, column))
        student, home = sheet.get(row, "Student_id"), (sheet.get(row, "School_id"), sheet.get(row, "Grade"))
        happens = fate(seed, "student", student, percent, STUDENTS) if student and student not in homes else ""
        if happens:
            changes.fates[student] = happens
            homes[student] = home
        elif student and student not in homes and len(bench[home]) < BENCH and student not in bench[home]:
            bench[home].append(student)
    schools: dict[str, list[str]] = defaultdict(list)
    for school, grade in bench:
        schools[grade].append(school)
    for student, happens in changes.fates.items():
        if happens == "join":
            changes.joiners[student] = changes.numbers["Student_id"].like(student)
            changes.followers[student].append(changes.joiners[student])
        elif happens in {"move", "grade"}:
            school, grade = homes[student]
            near = [(school, other) for other in next_grades(grade) if (school, other) in bench]
            other_schools = [(other, grade) for other in schools[grade] if other != school]
            settle(changes, bench, seed, student, other_schools if happens == "move" else near[:1])
    return changes


def next_grades(grade: str) -> list[str]:
    """The grade above and the one below."""
    words = list(GRADE_WORDS.values())
    if grade not in words:
        return []
    at = words.index(grade)
    return words[at + 1 : at + 2] + words[max(0, at - 1) : at]


def settle(
    changes: StudentChanges,
    bench: dict[tuple[str, str], list[str]],
    seed: int,
    student: str,
    places: list[tuple[str, str]],
) -> None:
    """Gives a student one of the places (school, grade) and a companion's classes; a new name if there is none."""
    if not places:
        changes.fates[student] = "rename"
        return
    changes.targets[student] = choose(places, seed, "place", student)
    companion = choose(bench[changes.targets[student]], seed, "companion", student)
    changes.followers[companion].append(student)


@dataclass(slots=True)
class TeacherChanges:
    """The teachers to whom something happens. ``by_school``: who can take over a section, newcomers first."""

    leaving: dict[str, str] = field(default_factory=dict)  # teacher: who takes over
    joiners: dict[str, str] = field(default_factory=dict)  # template: the new teacher's id
    by_school: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    numbers: dict[str, FreshIds] = field(default_factory=dict)


def change_teachers(sheet: Sheet, staff: Sheet | None, percent: float, seed: int) -> TeacherChanges:
    """Decides which teachers leave (someone of the same school takes over, else they stay) and who joins."""
    changes = TeacherChanges(numbers={column: FreshIds() for column in TEACHER_NUMBERS})
    for row in staff.rows() if staff else ():
        changes.numbers["Username"].see(staff.get(row, "Username") if staff else "")
    happens: dict[str, tuple[str, str]] = {}
    for row in sheet.rows():
        for column, numbers in changes.numbers.items():
            numbers.see(sheet.get(row, column))
        teacher, school = sheet.get(row, "Teacher_id"), sheet.get(row, "School_id")
        if teacher and teacher not in happens:
            happens[teacher] = (fate(seed, "teacher", teacher, percent, TEACHERS), school)
            if happens[teacher][0] != "leave":
                changes.by_school[school].append(teacher)
    for teacher, (fated, school) in happens.items():
        if fated == "join":
            changes.joiners[teacher] = changes.numbers["Teacher_id"].like(teacher)
            changes.by_school[school].insert(0, changes.joiners[teacher])
    for teacher, (fated, school) in happens.items():
        if fated == "leave" and changes.by_school[school]:
            changes.leaving[teacher] = choose(changes.by_school[school], seed, "successor", teacher)
    return changes


@dataclass(slots=True)
class SectionChanges:
    """The sections to which something happens, and which of them are parallel."""

    fates: dict[str, str] = field(default_factory=dict)
    opened: dict[str, str] = field(default_factory=dict)  # the section that is split: the new one's id
    course: dict[str, tuple[str, ...]] = field(default_factory=dict)
    parallel: dict[tuple[str, ...], list[str]] = field(default_factory=lambda: defaultdict(list))


def change_sections(sheet: Sheet, percent: float, seed: int) -> SectionChanges:
    """Decides what happens to the sections of a file."""
    changes, numbers = SectionChanges(), FreshIds()
    same: dict[tuple[str, ...], tuple[str, ...]] = {}
    for row in sheet.rows():
        section = sheet.get(row, "Section_id")
        numbers.see(section)
        if not section or section in changes.course:
            continue
        course = tuple(sheet.get(row, column) for column in ("School_id", "Grade", "Course_name", "Term_name"))
        course = changes.course[section] = same.setdefault(course, course)  # one tuple for all parallel sections
        if happens := fate(seed, "section", section, percent, SECTIONS):
            changes.fates[section] = happens
        if happens != "close":
            changes.parallel[course].append(section)
    for section, happens in changes.fates.items():
        if happens == "open":
            changes.opened[section] = numbers.like(section)
    return changes


def change_classes(
    students: StudentChanges, sections: SectionChanges, seats: Iterable[tuple[str, str]], seed: int
) -> None:
    """Gives the students who change classes a parallel section. ``seats``: section and student of every row."""
    own: dict[str, list[str]] = defaultdict(list)
    for section, student in seats:
        if students.fates.get(student) == "class":
            own[student].append(section)
    for student, held in own.items():
        start = int(lot(seed, "class", student) * len(held))
        for section in held[start:] + held[:start]:
            others = sections.parallel.get(sections.course.get(section, ()), [])
            free = [other for other in others if other not in held]
            if free and sections.fates.get(section) != "close":
                students.swaps[student] = (section, choose(free, seed, "swap", student))
                break
