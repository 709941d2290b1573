"""What the files of a district say without the breaches of clever.md §5.12: rows by id, all references good."""

from collections.abc import Iterator

from rostering.rehearsal.clever.tables import Row, Tables
from rostering.rehearsal.clever.values import iso_day

TEACHER_COLUMNS = ("teacher_id", *(f"teacher_{number}_id" for number in range(2, 11)))

Span = tuple[str, str]
"""First and last day (``YYYY-MM-DD`` or blank)."""


class Source:
    """A folder's rows. Of rows that repeat an id the first counts; rows with an unknown school or student do not."""

    def __init__(self, tables: Tables) -> None:
        self.tables = tables
        self.schools: dict[str, Row] = {}
        for row in tables.rows("schools.csv"):
            self.schools.setdefault(row["school_id"], row)
        self.teachers = self._first_rows("teachers.csv", "teacher_id")
        self.sections = self._first_rows("sections.csv", "section_id")
        self.staff = self._read_staff()
        self.students = dict.fromkeys(row["student_id"] for row in self.all_student_rows())
        self.members = self._read_seats()
        self.taught_at: dict[str, dict[str, None]] = {}
        for section in self.sections.values():
            for teacher in self.teachers_of(section):
                self.taught_at.setdefault(teacher, {})[section["school_id"]] = None
        self.learns_at = self._spans_of_students()

    def all_student_rows(self) -> Iterator[Row]:
        """Every row of students.csv; those that repeat a student bring further contacts (§5.8)."""
        return (row for row in self.tables.rows("students.csv") if row["school_id"] in self.schools)

    def teachers_of(self, section: Row) -> list[str]:
        """The known teachers of a section, each once, the primary one first."""
        named = dict.fromkeys(section.get(column, "") for column in TEACHER_COLUMNS)
        return [teacher for teacher in named if teacher in self.teachers]

    def term_of(self, section: Row) -> tuple[str, str, str]:
        """Name, start and end; a term is known by all three."""
        start, end = iso_day(section.get("term_start", "")), iso_day(section.get("term_end", ""))
        return section.get("term_name", ""), start, end

    def _first_rows(self, file: str, column: str) -> dict[str, Row]:
        rows: dict[str, Row] = {}
        for row in self.tables.rows(file):
            if row["school_id"] in self.schools:
                rows.setdefault(row[column], row)
        return rows

    def _read_staff(self) -> dict[str, dict[str, Row]]:
        """Staff id to school to row: one row per school."""
        staff: dict[str, dict[str, Row]] = {}
        for row in self.tables.rows("staff.csv"):
            if row["school_id"] in self.schools:
                staff.setdefault(row["staff_id"], {}).setdefault(row["school_id"], row)
        return staff

    def _read_seats(self) -> dict[str, dict[str, None]]:
        """Section to its students, in the order of the file."""
        seats: dict[str, dict[str, None]] = {section: {} for section in self.sections}
        own = {student: student for student in self.students}  # one text per student, not one per seat
        for row in self.tables.rows("enrollments.csv"):
            student = own.get(row["student_id"])
            if student is not None and row["section_id"] in seats:
                seats[row["section_id"]][student] = None
        return seats

    def _spans_of_students(self) -> dict[str, dict[str, Span]]:
        """Student to school to the days between the first and the last day of the sections there."""
        spans: dict[str, dict[str, Span]] = {}
        for key, section in self.sections.items():
            _, start, end = self.term_of(section)
            for student in self.members[key]:
                held = spans.setdefault(student, {})
                before = held.get(section["school_id"], (start, end))
                held[section["school_id"]] = (min(before[0], start), max(before[1], end))
        return spans
