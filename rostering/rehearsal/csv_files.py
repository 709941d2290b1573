"""Clever's CSV files (clever.md §5.3-5.9): their headers, reading them and writing a whole set of them."""

import csv
from collections.abc import Iterable, Iterator, Sequence
from io import TextIOWrapper
from pathlib import Path
from types import TracebackType
from typing import Any

Row = dict[str, str]
"""A row to be written: column to cell; columns left out are empty."""


def columns(text: str) -> tuple[str, ...]:
    """The columns that a text names, parted by blanks."""
    return tuple(text.split())


CONTACT = columns(
    "Contact_relationship Contact_type Contact_name Contact_phone Contact_phone_type Contact_email Contact_sis_id"
)
CO_TEACHERS = tuple(f"Teacher_{number}_id" for number in range(2, 11))
HEADERS: dict[str, tuple[str, ...]] = {
    "schools.csv": columns(
        "School_id School_name School_number State_id Low_grade High_grade Principal Principal_email "
        "School_address School_city School_state School_zip School_phone"
    ),
    "students.csv": (
        *columns("School_id Student_id Student_number State_id Last_name First_name Middle_name Grade Gender"),
        *columns("Graduation_year DOB Race Hispanic_Latino Home_language Ell_status Frl_status IEP_status"),
        *columns("Student_street Student_city Student_state Student_zip Student_email"),
        *CONTACT,
        *("Username", "Password"),
    ),
    "teachers.csv": columns(
        "School_id Teacher_id Teacher_number State_teacher_id Teacher_email First_name Middle_name Last_name Title "
        "Username Password"
    ),
    "sections.csv": (
        *("School_id", "Section_id", "Teacher_id"),
        *CO_TEACHERS,
        *columns("Name Section_number Grade Course_name Course_number Period Subject Term_name Term_start Term_end"),
    ),
    "enrollments.csv": ("School_id", "Section_id", "Student_id"),
    "staff.csv": columns("School_id Staff_id Staff_email First_name Last_name Department Title Username Password Role"),
}


class FolderRefusedError(Exception):
    """A folder cannot be written to or read from; the message says why and what to do."""


def partial(path: Path) -> Path:
    """Where a file grows until the whole set is complete."""
    return path.with_name(f".{path.name}.part")


class FileSet:
    """CSV files that appear in ``out`` together, when the ``with`` block ends well; else none of them does.

    ``out`` is made if need be. Refused (``FolderRefusedError``) if it holds anything but these files: those are
    overwritten. ``counts`` is the rows written of each file, the header not counted.
    """

    def __init__(self, out: Path, headers: dict[str, Sequence[str]]) -> None:
        self.out, self.headers = out, headers
        self.counts = dict.fromkeys(headers, 0)
        self.streams: dict[str, TextIOWrapper] = {}
        self.writers: dict[str, Any] = {}

    def __enter__(self) -> "FileSet":
        """Opens the growing files and writes their headers."""
        if self.out.exists() and not self.out.is_dir():
            raise FolderRefusedError(f"{self.out} is a file. Name a new or empty folder.")
        self.out.mkdir(parents=True, exist_ok=True)
        ours = {name for file in self.headers for name in (file, partial(self.out / file).name)}
        strangers = sorted({entry.name for entry in self.out.iterdir()} - ours)
        if strangers:
            raise FolderRefusedError(
                f"{self.out} holds files that are not ours to overwrite ({', '.join(strangers[:3])}). "
                "Nothing was written. Name a new or empty folder."
            )
        for file, header in self.headers.items():
            self.streams[file] = partial(self.out / file).open("w", encoding="utf-8", newline="")
            self.writers[file] = csv.writer(self.streams[file], lineterminator="\n")
            self.writers[file].writerow(header)
        return self

    def write_cells(self, file: str, cells: Sequence[str]) -> None:
        """Adds one row, its cells in the order of the header."""
        self.writers[file].writerow(cells)
        self.counts[file] += 1

    def write(self, file: str, rows: Iterable[Row]) -> None:
        """Adds rows to a file."""
        header = self.headers[file]
        for row in rows:
            self.write_cells(file, [row.get(column, "") for column in header])

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Renames the files to their names, or removes what was begun."""
        for stream in self.streams.values():
            stream.close()
        for file in self.streams:
            if kind is None:
                partial(self.out / file).replace(self.out / file)
            else:
                partial(self.out / file).unlink(missing_ok=True)


class Sheet:
    """A CSV file to read, row after row. Columns are found case-blind, a blank being an underscore (§5.2)."""

    def __init__(self, path: Path) -> None:
        self.path = path
        with path.open(encoding="utf-8-sig", newline="") as stream:
            self.header = next(csv.reader(stream), [])
        self.place = {name.strip().lower().replace(" ", "_"): place for place, name in enumerate(self.header)}

    def rows(self) -> Iterator[list[str]]:
        """The rows below the header, as lists of cells."""
        with self.path.open(encoding="utf-8-sig", newline="") as stream:
            reader = csv.reader(stream)
            next(reader, None)
            yield from reader

    def get(self, row: Sequence[str], column: str) -> str:
        """The cell of a column; empty if the file or the row does not have it."""
        place = self.place.get(column.lower(), len(row))
        return row[place] if place < len(row) else ""

    def put(self, row: list[str], column: str, value: str) -> None:
        """Fills a cell; nothing happens if the file or the row does not have it."""
        place = self.place.get(column.lower(), len(row))
        if place < len(row):
            row[place] = value
