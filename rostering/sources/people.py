"""Students, teachers and staff from CSV rows, whichever layout the file has."""

from collections.abc import Callable
from typing import NamedTuple

import msgspec

from rostering.core.normalize import clean, clean_or_none, email, grade, iso_date
from rostering.core.records import Person, Role
from rostering.sources.base import Digest
from rostering.sources.headers import Columns
from rostering.sources.intake import Intake, Repeats
from rostering.sources.remarks import remark
from rostering.sources.tables import Row, Table

FEWEST_CHARACTERS = 4
"""A shorter password counts as none (R14)."""


class Cells(NamedTuple):
    """A person's raw cells, in the order in which the ``Columns`` of a file of people name them."""

    id: str
    school: str
    first: str | None
    last: str | None
    email: str | None
    grade: str | None
    student_number: str | None
    teacher_number: str | None
    state_id: str | None
    username: str | None
    password: str | None
    birth: str | None
    status: str | None


WIDTH = len(Cells._fields)  # noqa: SLF001 a named tuple's own

GRADE = Cells._fields.index("grade")  # noqa: SLF001 a named tuple's own

Again = Callable[[Intake, Person, Row, bool], bool]
"""Whether a row is in order although its id stood in the file before: (intake, the person as this row has it, the
cells beside, whether it is the id's first row). Called once a row; for a first row the answer does not matter."""


class People:
    """The people of one role and one file.

    Of rows that repeat an id the first counts and the others are told (R34), unless ``again`` says it is no repeat.
    ``seen`` is called with each new person and the raw cells.
    """

    def __init__(
        self, intake: Intake, columns: Columns, role: Role, again: Again, seen: Callable[[Person, Cells], None]
    ) -> None:
        self._intake = intake
        self._columns = columns
        self._role: Role = role
        self._again = again
        self._seen = seen
        self._repeats = Repeats(columns)

    def read(self) -> None:
        """Read the whole file into the snapshot."""
        with self._intake.table(self._columns) as table:
            for row, values in table.rows():
                cells = Cells(*values[:WIDTH])
                if is_active(cells.status):
                    self._take(table, row, cells, values)
        if self._role == "student":
            self._say_no_grades(table)
        self._repeats.say(self._intake, self._describe)

    def _take(self, table: Table, row: int, cells: Cells, values: Row) -> None:
        """One row of somebody who is sent."""
        intake = self._intake
        found = clean(cells.id)
        if not found:
            name = " ".join(filter(None, (clean(cells.first or ""), clean(cells.last or ""))))
            intake.say_no_id(table, row, values, name, clean(cells.school))
            return
        person = build_person(self._columns.space + found, self._role, cells, intake.digest)
        first = self._repeats.is_first(found, row)
        fine = self._again(intake, person, values[WIDTH:], first)
        if first:
            intake.snapshot.people.add(person.key, person)
            intake.check_own_id(self._columns, found)
            remark(intake.snapshot, person, first=cells.first, last=cells.last, email=cells.email, grades=cells.grade)
            self._seen(person, cells)
        elif not fine:
            self._repeats.note(found, row)
        if person.schools and person.schools[0] not in intake.snapshot.schools:
            intake.refer(self._columns, "school", person.schools[0])

    def _say_no_grades(self, table: Table) -> None:
        """One finding for a file that never had grades; where the column went missing, that was said already."""
        column = self._columns.cells[GRADE]
        if column and not table.header.has(column) and not table.header.is_gone(column):
            file = self._columns.file
            words = {"name": f"Everyone in {file}", "value": f"(there is no column {column})"}
            self._intake.say("GRADE_MISSING", "file", file.lower(), words, file)

    def _describe(self, found: str) -> tuple[str, str, str]:
        person = self._intake.snapshot.people[self._columns.space + found]
        return person.key, person.name, "".join(person.schools[:1])


def build_person(key: str, role: Role, cells: Cells, digest: Digest) -> Person:
    """The record of a row; secrets go through the digest and no further (R5, R16)."""
    school = clean(cells.school)
    password, short = seal_password(key, cells.password, digest)
    return Person(
        keys=(key,),
        roles=(role,),
        first_name=clean(cells.first or ""),
        last_name=clean(cells.last or ""),
        schools=(school,) if school else (),
        email=None if cells.email is None else email(cells.email),
        grade=None if cells.grade is None else grade(cells.grade)[0],
        student_number=clean_or_none(cells.student_number),
        teacher_number=clean_or_none(cells.teacher_number),
        state_id=clean_or_none(cells.state_id),
        sis_id=key[2:],
        username=clean_or_none(cells.username),
        password=password,
        short_password=short,
        birth=seal_birth(cells.birth, digest),
    )


def seal_password(key: str, raw: str | None, digest: Digest) -> tuple[str | None, bool]:
    """The digest of a password, and whether one was sent that is too short to count (R14)."""
    if raw is None:
        return None, False
    if not raw.strip():
        return "", False
    if len(raw) < FEWEST_CHARACTERS:
        return "", True
    return digest.password(key, raw), False


def seal_birth(raw: str | None, digest: Digest) -> str | None:
    """The digest of a birth date; empty where the date cannot be read."""
    if raw is None:
        return None
    found = iso_date(raw)
    return digest.birth(found) if found else ""


def is_active(status: str | None) -> bool:
    """Whether a row is sent at all: SDS's ``Status`` is ``Active`` or blank, or the layout has none."""
    return status is None or status.strip().lower() in ("", "active")


def pass_by(person: Person, cells: Cells) -> None:
    """Nothing more is to be known of a person than the record says."""


def never_again(intake: Intake, person: Person, beside: Row, is_first: bool) -> bool:  # noqa: ARG001 a kind of Again
    """Each id once."""
    return False


def at_other_school(intake: Intake, person: Person, beside: Row, is_first: bool) -> bool:  # noqa: ARG001 a kind of Again
    """One row per school: a row for a school that is new adds it to the person."""
    if is_first:
        return True
    people = intake.snapshot.people
    held = people[person.key]
    if not person.schools or person.schools[0] in held.schools:
        return False
    people.add(person.key, msgspec.structs.replace(held, schools=held.schools + person.schools))
    return True


class ContactRows:
    """One row per contact: what we use of the student is the same, and the contact is another (clever.md §5.8)."""

    def __init__(self) -> None:
        self._seen: set[int] = set()

    def __call__(self, intake: Intake, person: Person, beside: Row, is_first: bool) -> bool:
        """Keep no contact, only a number that tells whether this one was there before."""
        if not any(cell is not None for cell in beside):
            return False
        mark = hash((person.key, beside))
        known = mark in self._seen
        self._seen.add(mark)
        return is_first or (not known and intake.snapshot.people[person.key] == person)
