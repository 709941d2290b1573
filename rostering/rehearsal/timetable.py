"""The sections of one school and who sits in them (reference/districts.md).

An elementary homeroom comes as one section per subject. Students of grade 6 and above change classes: no one is
in two places in the same period, and classmates differ from course to course.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TypeVar

from rostering.rehearsal.courses import (
    CORE,
    ELECTIVES,
    EXTRA,
    HOMEROOM_TEACHER,
    SPECIALISTS,
    Course,
    elementary_course,
    secondary_courses,
)
from rostering.rehearsal.csv_files import CO_TEACHERS, Row
from rostering.rehearsal.dice import Dice, Weighted
from rostering.rehearsal.ledger import SEMESTERS, YEAR, Ledger, Pupil, Teacher, Term
from rostering.rehearsal.shape import GRADE_WORDS, SchoolPlan

T = TypeVar("T")
CLASS_SIZES = {"primary": (17, 25), "middle": (18, 29), "high": (16, 29)}
EMPTY = 0.006  # of the sections: opened, nobody enrolled yet
OWN_NAME = 0.3  # of the sections: a Name of their own and no course; the others are named after theirs
ELSEWHERE = 0.005  # of the students from grade 6: one more seat, at the next school
LOAD = Weighted((6, 7, 8), (25, 50, 25))
SUBJECTS_OF_HOMEROOM = Weighted((7, 8, 9), (20, 60, 20))


@dataclass(slots=True)
class Section:
    """A section while it is put together. ``family`` is what its teacher must be able to teach."""

    family: str
    course: Course
    grade: int
    period: str
    term: Term
    group: str
    pupils: list[Pupil] = field(default_factory=list)
    teachers: list[Teacher] = field(default_factory=list)


def timetable(plan: SchoolPlan, ledger: Ledger, pupils: list[Pupil]) -> list[Section]:
    """All sections of a school with their students, teachers still missing."""
    dice = ledger.dice(plan, "sections")
    by_grade: dict[int, list[Pupil]] = defaultdict(list)
    for pupil in pupils:
        by_grade[pupil.grade].append(pupil)
    homeroom_subjects = homeroom_families(dice.draw(SUBJECTS_OF_HOMEROOM))
    slots = secondary_slots(dice, ledger.semesters)
    sections: list[Section] = []
    for grade, members in by_grade.items():
        dice.mix(members)
        if grade < 6:
            sections += homeroom_sections(dice, grade, members, homeroom_subjects)
        else:
            sections += secondary_sections(dice, grade, members, slots)
    sections += [
        Section(s.family, s.course, s.grade, s.period, s.term, f"{s.group}x") for s in sections if dice.chance(EMPTY)
    ]
    seat_guests(dice, ledger, pupils, sections)
    return sections


def homeroom_families(count: int) -> tuple[str, ...]:
    """The 7 to 9 subjects of the homerooms of a school, those of the homeroom teacher first."""
    own = HOMEROOM_TEACHER[: min(5, count - 3)]
    return (*own, *SPECIALISTS, *(("technology",) if count == 9 else ()))


def homeroom_sections(dice: Dice, grade: int, members: list[Pupil], families: tuple[str, ...]) -> Iterator[Section]:
    """One section per homeroom and subject."""
    rooms = cut(dice, members, round(dice.bell(*CLASS_SIZES["primary"])))
    for room, pupils in enumerate(rooms):
        for period, family in enumerate(families, start=1):
            course = elementary_course(family, grade)
            yield Section(family, course, grade, str(period), YEAR, room_letter(room), pupils)


def secondary_slots(dice: Dice, semesters: bool) -> list[tuple[str, int, Term]]:
    """What every student has: family, first period and term. 7 to 9 of them.

    A district with semesters runs four long periods and changes the courses at half-year; another keeps its
    courses all year, but for the last period, which has two half-year electives.
    """
    if semesters:
        families = (*CORE, "pe", "language", "art", "technology")
        return [(family, at % 4, SEMESTERS[at // 4]) for at, family in enumerate(families)]
    periods = dice.draw(LOAD)
    slots = [(family, at, YEAR) for at, family in enumerate((*CORE, *EXTRA)[: periods - 1])]
    return [*slots, (dice.pick(ELECTIVES[:2]), periods - 1, SEMESTERS[0]), ("music", periods - 1, SEMESTERS[1])]


def secondary_sections(
    dice: Dice, grade: int, members: list[Pupil], slots: list[tuple[str, int, Term]]
) -> Iterator[Section]:
    """Sections per course and period. Groups rotate through the periods, so that nobody has two at once."""
    size = dice.bell(*CLASS_SIZES["high" if grade >= 9 else "middle"])
    periods = 1 + max(first for _, first, _ in slots)
    classes = max(1, round(len(members) / size))
    groups = cut(dice, members, len(members) / max(1, min(periods, classes // 2)))
    for family, first, term in slots:
        courses = secondary_courses(family, grade)
        for number, group in enumerate(groups):
            period = (first + number) % periods + 1
            for room, pupils in enumerate(cut(dice, group, size)):
                yield Section(family, dice.pick(courses), grade, str(period), term, room_letter(room), pupils)
            dice.mix(group)


def cut(dice: Dice, items: list[T], size: float) -> list[list[T]]:
    """The items in parts of about ``size``; neighbouring parts differ by a few where they are large enough."""
    parts = max(1, round(len(items) / size))
    bounds = [len(items) * part // parts for part in range(parts + 1)]
    if size >= 12:
        bounds[1:-1] = [bound + dice.between(-2, 2) for bound in bounds[1:-1]]
    return [items[start:end] for start, end in pairwise(bounds)]


def seat_guests(dice: Dice, ledger: Ledger, pupils: list[Pupil], sections: list[Section]) -> None:
    """Seats students of the school before, and lends a few older ones to the next school that has older ones."""
    open_to = [section for section in sections if section.grade >= 6 and section.pupils]
    if open_to:
        for guest in ledger.carried.pupils:
            dice.pick(open_to).pupils.append(guest)
        ledger.carried.pupils = [pupil for pupil in pupils if pupil.grade >= 6 and dice.chance(ELSEWHERE)]


def room_letter(room: int) -> str:
    """A, B, … Z, A2, …: which of several parallel sections."""
    return chr(ord("A") + room % 26) + (str(room // 26 + 1) if room >= 26 else "")


def section_row(dice: Dice, plan: SchoolPlan, number: int, section: Section, style: int) -> Row:
    """The row of sections.csv. ``style`` (0 to 2) is how this school writes names.

    It has either a course and no name, or a name and no course: Clever builds the name from the course wherever there
    is one, and so its API and these files agree.
    """
    course, teachers, own_name = section.course, section.teachers, dice.chance(OWN_NAME)
    names = (
        f"{course.name} - {section.group}",
        f"{course.name} Period {section.period}",
        f"{course.name} ({section.term.name}) {section.group}{section.period}",
    )
    row: Row = {
        "School_id": plan.id,
        "Section_id": f"{plan.id}-{number:04d}",
        "Teacher_id": teachers[0].id if teachers else "",
        "Name": names[style] if own_name else "",
        "Section_number": str(number),
        "Grade": GRADE_WORDS[section.grade],
        "Course_name": "" if own_name else course.name,
        "Course_number": "" if own_name else course.number,
        "Period": section.period,
        "Subject": course.subject,
        "Term_name": section.term.name,
        "Term_start": section.term.start,
        "Term_end": section.term.end,
    }
    row |= {column: teacher.id for column, teacher in zip(CO_TEACHERS, teachers[1:], strict=False)}
    return row
