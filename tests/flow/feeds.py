"""Feeds: a district's roster as the files of Clever's CSV layout, small and written by hand.

A ``Feed`` holds rows as dicts, a list per file, and writes them as real files:

    feed = Feed()
    feed.school("10", "Hill School")
    feed.teacher("t1", "Ada", "King", school="10")
    feed.student("s1", "José", "Núñez", school="10", Grade="4", Username="jn")
    feed.section("c1", "Maths 4", school="10", teachers=["t1"], students=["s1"])
    feed.write(folder)

Every adder takes further cells by their column's name and returns the row, which may be changed later, also by
``feed.row("students", "s1")["Grade"] = "5"``. The next day of a feed: ``feed.copy()``, changed, written to the
same folder. A column that no row of ``COLUMNS`` names (``Race``) is added to the header behind the published ones.
``without``: files that are not written (``{"staff"}``).
"""

import csv
from copy import deepcopy
from dataclasses import dataclass, field
from pathlib import Path

Row = dict[str, str]

COLUMNS = {
    "schools": ("School_id", "School_name", "School_number", "Low_grade", "High_grade"),
    "students": (
        *("School_id", "Student_id", "Student_number", "State_id", "Last_name", "First_name", "Grade", "DOB"),
        *("Student_email", "Username", "Password"),
    ),
    "teachers": (
        *("School_id", "Teacher_id", "Teacher_number", "State_teacher_id", "Teacher_email", "First_name", "Last_name"),
        *("Username", "Password"),
    ),
    "staff": ("School_id", "Staff_id", "Staff_email", "First_name", "Last_name", "Username", "Password"),
    "sections": (
        *("School_id", "Section_id", "Teacher_id", *(f"Teacher_{number}_id" for number in range(2, 11))),
        *("Name", "Section_number", "Grade", "Course_name", "Course_number", "Period", "Subject"),
        *("Term_name", "Term_start", "Term_end"),
    ),
    "enrollments": ("School_id", "Section_id", "Student_id"),
}
TEACHERS_OF_SECTION = COLUMNS["sections"][2:12]
ID = {
    "schools": "School_id",
    "students": "Student_id",
    "teachers": "Teacher_id",
    "staff": "Staff_id",
    "sections": "Section_id",
}


@dataclass
class Feed:
    """One day of a district's files. See the module's docstring."""

    schools: list[Row] = field(default_factory=list)
    students: list[Row] = field(default_factory=list)
    teachers: list[Row] = field(default_factory=list)
    staff: list[Row] = field(default_factory=list)
    sections: list[Row] = field(default_factory=list)
    enrollments: list[Row] = field(default_factory=list)
    without: set[str] = field(default_factory=set)

    # -- adding -------------------------------------------------------------------------------------------

    def school(self, key: str, name: str = "", **cells: str) -> Row:
        """A school."""
        return _add(self.schools, School_id=key, School_name=name or f"School {key}", **cells)

    def student(self, key: str, first: str, last: str, *, school: str, **cells: str) -> Row:
        """A student, in grade 5 unless said otherwise."""
        cells = {"Grade": "5", **cells}
        return _add(self.students, School_id=school, Student_id=key, First_name=first, Last_name=last, **cells)

    def teacher(self, key: str, first: str, last: str, *, school: str, **cells: str) -> Row:
        """A teacher."""
        return _add(self.teachers, School_id=school, Teacher_id=key, First_name=first, Last_name=last, **cells)

    def staff_member(self, key: str, first: str, last: str, *, school: str, **cells: str) -> Row:
        """A row of the staff file; a member at two schools has two rows."""
        return _add(self.staff, School_id=school, Staff_id=key, First_name=first, Last_name=last, **cells)

    def section(
        self, key: str, name: str, *, school: str, teachers: list[str], students: list[str] | None = None, **cells: str
    ) -> Row:
        """A section with its teachers, the primary one first, and its enrollments."""
        row = _add(self.sections, School_id=school, Section_id=key, Name=name, **cells)
        set_teachers(row, teachers)
        self.enroll(key, *(students or []))
        return row

    def enroll(self, section: str, *students: str) -> None:
        """Enrollments of students in a section."""
        school = next((row["School_id"] for row in self.sections if row["Section_id"] == section), "")
        for student in students:
            _add(self.enrollments, School_id=school, Section_id=section, Student_id=student)

    # -- changing -----------------------------------------------------------------------------------------

    def row(self, file: str, key: str) -> Row:
        """The first row of a file that has this id."""
        return next(row for row in getattr(self, file) if row[ID[file]] == key)

    def teach(self, section: str, *teachers: str) -> None:
        """Give a section these teachers instead of those it has."""
        set_teachers(self.row("sections", section), list(teachers))

    def leave(self, section: str, *students: str) -> None:
        """End enrollments of students in a section."""
        self.enrollments = [
            row for row in self.enrollments if row["Section_id"] != section or row["Student_id"] not in students
        ]

    def drop(self, file: str, *keys: str) -> None:
        """Take records out of a file, with the enrollments that name them (but not out of sections' teachers)."""
        column = ID[file]
        gone = [row for row in getattr(self, file) if row[column] in keys]
        assert {row[column] for row in gone} == set(keys), f"{file} has not all of {keys}"
        setattr(self, file, [row for row in getattr(self, file) if row[column] not in keys])
        if file in ("students", "sections"):
            self.enrollments = [row for row in self.enrollments if row[column] not in keys]

    def copy(self) -> "Feed":
        """The same rows, to be changed into another day."""
        return deepcopy(self)

    # -- writing ------------------------------------------------------------------------------------------

    def write(self, folder: Path) -> Path:
        """Write the files as a district would send them, over those that are there. Returns the folder."""
        folder.mkdir(parents=True, exist_ok=True)
        for file, published in COLUMNS.items():
            path = folder / f"{file}.csv"
            if file in self.without:
                path.unlink(missing_ok=True)
                continue
            rows: list[Row] = getattr(self, file)
            header = [*published, *dict.fromkeys(name for row in rows for name in row if name not in published)]
            with path.open("w", encoding="utf-8", newline="") as out:
                writer = csv.DictWriter(out, header, restval="", lineterminator="\r\n")
                writer.writeheader()
                writer.writerows(rows)
        return folder


def set_teachers(row: Row, teachers: list[str]) -> None:
    """Write the teachers' columns of a section's row, the primary one first."""
    assert len(teachers) <= len(TEACHERS_OF_SECTION)
    for place, column in enumerate(TEACHERS_OF_SECTION):
        row[column] = teachers[place] if place < len(teachers) else ""


def small_district() -> Feed:
    """Two schools, three teachers, six students, three sections: enough for one thing to go wrong at a time.

    School 10: Ada King (t1) teaches Maths 4 (c1: s1, s2, s3) and, with Alan Roe (t2), Art (c2: s2, s4).
    School 20: Zoë Ng (t3) teaches Latin (c3: s5, s6).
    """
    feed = Feed()
    feed.school("10", "Hill School")
    feed.school("20", "Lake School")
    feed.teacher("t1", "Ada", "King", school="10", Teacher_email="ada@hill.example")
    feed.teacher("t2", "Alan", "Roe", school="10", Teacher_email="alan@hill.example")
    feed.teacher("t3", "Zoë", "Ng", school="20", Teacher_email="zoe@lake.example")
    feed.student("s1", "José", "Núñez", school="10", Grade="4")
    feed.student("s2", "Mia", "O'Brien", school="10", Grade="1")
    feed.student("s3", "Ben", "Smith", school="10", Grade="4")
    feed.student("s4", "Bo", "Smith", school="10", Grade="4")
    feed.student("s5", "Eva", "Holm", school="20", Grade="7")
    feed.student("s6", "Kai", "Lund", school="20", Grade="7")
    feed.section("c1", "Maths 4", school="10", teachers=["t1"], students=["s1", "s2", "s3"])
    feed.section("c2", "Art", school="10", teachers=["t1", "t2"], students=["s2", "s4"])
    feed.section("c3", "Latin", school="20", teachers=["t3"], students=["s5", "s6"])
    return feed


def _add(rows: list[Row], **cells: str) -> Row:
    rows.append(cells)
    return cells
