"""Schools and sections from CSV rows, whichever layout the files have."""

from collections.abc import Callable, Iterable
from typing import NamedTuple

from rostering.core.normalize import clean, clean_or_none, grade, iso_date_or_none, section_name
from rostering.core.records import TEACHER, School, Section
from rostering.sources.headers import Columns
from rostering.sources.intake import Intake, Repeats
from rostering.sources.people import is_active
from rostering.sources.rosters import Rosters
from rostering.sources.tables import Row, Table


class Cells(NamedTuple):
    """A section's raw cells, in the order in which the ``Columns`` of a file of sections begin."""

    id: str
    school: str
    name: str | None
    course_name: str | None
    course_number: str | None
    period: str | None
    subject: str | None
    grade: str | None
    number: str | None
    term_name: str | None
    term_start: str | None
    term_end: str | None
    status: str | None


WIDTH = len(Cells._fields)  # noqa: SLF001 a named tuple's own


class Faculty:
    """What sections need to know of the teachers received: last names and schools by key."""

    def __init__(self, intake: Intake) -> None:
        people = intake.snapshot.people
        found = [people[key] for key in people if key.startswith(TEACHER)]
        self.last_names = {person.key: person.last_name for person in found}
        self.schools = {person.key: person.schools for person in found}
        self.further: dict[str, dict[str, None]] = {}

    def teaches_at(self, keys: Iterable[str], school: str) -> None:
        """Note a school at which these teachers have a section."""
        for key in keys:
            if school and school not in self.schools.get(key, (school,)):
                self.further.setdefault(key, {})[school] = None


class Sections:
    """The sections of one file, each packed with its roster as it is read.

    ``teachers_of``: a section's id, its school and the cells beyond ``Cells`` -> the keys of its teachers, the primary
    one first. ``knows_teachers``: False after reading if a column of teachers went missing since the last time.
    """

    def __init__(
        self,
        intake: Intake,
        columns: Columns,
        rosters: Rosters,
        faculty: Faculty,
        teachers_of: Callable[[str, str, Row], tuple[str, ...]],
    ) -> None:
        self._intake = intake
        self._columns = columns
        self._rosters = rosters
        self._faculty = faculty
        self._teachers_of = teachers_of
        self._repeats = Repeats(columns)
        self._other: dict[str, str] = {}
        self.knows_teachers = True

    def read(self) -> None:
        """Read the whole file into the snapshot."""
        with self._intake.table(self._columns) as table:
            for row, values in table.rows():
                cells = Cells(*values[:WIDTH])
                if is_active(cells.status):
                    self._take(table, row, cells, values)
        self.knows_teachers = not any(map(table.header.is_gone, self._columns.cells[WIDTH:]))
        self._repeats.say(self._intake, self._describe)
        self._say_other()

    def _take(self, table: Table, row: int, cells: Cells, values: Row) -> None:
        """One row of a section that is sent."""
        intake, key, school = self._intake, clean(cells.id), clean(cells.school)
        if not key:
            intake.say_no_id(table, row, values, clean(cells.name or cells.course_name or ""), school)
            return
        if not self._repeats.is_first(key, row):
            self._repeats.note(key, row)
            self._compare(key, cells)
            return
        teachers = self._teachers_of(key, school, values[WIDTH:])
        name = self._name(cells, teachers)
        shown = name or clean(cells.number or "") or key
        section = build_section(key, shown, cells, teachers, self._rosters.members_of(key, school))
        intake.snapshot.sections.add(key, section)
        intake.check_own_id(self._columns, key)
        self._faculty.teaches_at(teachers, school)
        self._refer(school, teachers)
        if not name:
            intake.say("CLASS_NAME_UNUSABLE", "section", key, {"id": key, "shown": shown}, shown, school)

    def _refer(self, school: str, teachers: Iterable[str]) -> None:
        """Note school and teachers that were not received."""
        if school and school not in self._intake.snapshot.schools:
            self._intake.refer(self._columns, "school", school)
        for teacher in teachers:
            if teacher not in self._faculty.last_names:
                self._intake.refer(self._columns, TEACHER, teacher[2:])

    def _name(self, cells: Cells, teachers: tuple[str, ...]) -> str:
        """The section's name, built as Clever builds it where the file has none (R18)."""
        last = next((name for teacher in teachers if (name := self._faculty.last_names.get(teacher, ""))), "")
        return clean(cells.name or "") or section_name(clean(cells.course_name or ""), last, clean(cells.period or ""))

    def _compare(self, key: str, cells: Cells) -> None:
        """Note a second section, of another name or course, that has taken the id of one that was read."""
        held = self._intake.snapshot.sections[key]
        name, course = clean(cells.name or ""), clean_or_none(cells.course_name)
        if (name and name != held.name) or course != held.course_name:
            self._other.setdefault(key, name or course or "")

    def _say_other(self) -> None:
        for key, name in self._other.items():
            held = self._intake.snapshot.sections[key]
            words = {"id": key, "a": held.name, "b": name}
            self._intake.say("CLASS_DUPLICATE_ID", "section", key, words, held.name, held.school)

    def _describe(self, key: str) -> tuple[str, str, str]:
        held = self._intake.snapshot.sections[key]
        return key, held.name, held.school


def build_section(key: str, name: str, cells: Cells, teachers: tuple[str, ...], students: tuple[str, ...]) -> Section:
    """The record of a row. A grade that we do not know is ``Other``: it says nothing about anybody's account."""
    return Section(
        key=key,
        name=name,
        school=clean(cells.school),
        teachers=teachers,
        students=students,
        course_name=clean_or_none(cells.course_name),
        course_number=clean_or_none(cells.course_number),
        period=clean_or_none(cells.period),
        subject=clean_or_none(cells.subject),
        grade=None if cells.grade is None else grade(cells.grade)[0],
        number=clean_or_none(cells.number),
        term_name=clean_or_none(cells.term_name),
        term_start=iso_date_or_none(cells.term_start),
        term_end=iso_date_or_none(cells.term_end),
    )


def read_schools(intake: Intake, columns: Columns) -> None:
    """Read the file of schools into the snapshot: id, name, number, lowest and highest grade."""
    repeats = Repeats(columns)
    schools = intake.snapshot.schools
    with intake.table(columns) as table:
        for row, values in table.rows():
            raw_id, raw_name, number, low, high = values
            key, name = clean(raw_id), clean(raw_name)
            if not key:
                intake.say_no_id(table, row, values, name)
            elif repeats.is_first(key, row):
                grades = [None if raw is None else grade(raw)[0] for raw in (low, high)]
                schools.add(key, School(key, name or key, clean_or_none(number), *grades))
                intake.check_own_id(columns, key)
            else:
                repeats.note(key, row)
    repeats.say(intake, lambda key: (key, schools[key].name, key))
