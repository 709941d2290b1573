"""Data warnings as a file for the people who keep the SIS, in the words of their own files (R42)."""

from collections.abc import Iterable, Iterator

from rostering.core.data_warnings import CATALOGUE
from rostering.core.records import STAFF, STUDENT, TEACHER, USER, source_id
from rostering.csv_lines import csv_lines
from rostering.models import Connection, DataWarning

HEADER = ("severity", "code", "file", "id column", "id", "name", "school", "what is wrong", "what to do", "since")
CLEVER = {
    "school": ("schools.csv", "School_id"), "section": ("sections.csv", "Section_id"),
    "enrollment": ("enrollments.csv", "Section_id"), STUDENT: ("students.csv", "Student_id"),
    TEACHER: ("teachers.csv", "Teacher_id"), STAFF: ("staff.csv", "Staff_id"),
}  # fmt: skip
SDS = {
    "school": ("School.csv", "SIS ID"), "section": ("Section.csv", "SIS ID"),
    "enrollment": ("StudentEnrollment.csv", "Section SIS ID"), STUDENT: ("Student.csv", "SIS ID"),
    TEACHER: ("Teacher.csv", "SIS ID"),
}  # fmt: skip
API = {"school": ("schools", "id"), "section": ("sections", "id"), "enrollment": ("sections", "id"),
       USER: ("users", "id")}  # fmt: skip


def place_of(connection: Connection | None, kind: str, key: str) -> tuple[str, str]:
    """The file and the column of the id where a record stands in the district's own files; empty where unknown."""
    if kind == "file":
        return key, ""
    named = key[:2] if kind == "person" else kind
    if connection is not None and connection.source == Connection.Source.CLEVER:
        return API.get(named, ("", ""))
    is_sds = connection is not None and connection.format == Connection.Format.SDS
    return (SDS if is_sds else CLEVER).get(named, ("", ""))


def lines_of(connection: Connection | None, rows: Iterable[DataWarning]) -> Iterator[str]:
    """The file, line by line."""
    return csv_lines(HEADER, (_cells(connection, row) for row in rows))


def _cells(connection: Connection | None, row: DataWarning) -> tuple[str, ...]:
    file, column = place_of(connection, row.kind, row.key)
    return (
        severity_words(row.severity), row.code, file, column, source_id(row.kind, row.key), row.name, row.school,
        row.message, row.fix, f"{row.since:%Y-%m-%d}",
    )  # fmt: skip


def severity_words(severity: str) -> str:
    """What a severity means, for people who never saw ours."""
    return {
        "HOLD": "waits for a decision", "ERROR": "left out", "WARN": "made, but incomplete",
        "INFO": "for your information",
    }.get(severity, severity)  # fmt: skip


def codes_in_words() -> dict[str, str]:
    """Code -> its words, such as ``SECTION_NO_TEACHER`` -> ``Section no teacher``."""
    return {code: code.replace("_", " ").capitalize() for code in CATALOGUE}
