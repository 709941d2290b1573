"""A folder of CSV files as the sandbox takes it: whole, or not at all (clever.md §5.1, §5.12)."""

import csv
from collections.abc import Iterator
from pathlib import Path

from rostering.rehearsal.csv_files import HEADERS, Sheet, columns

REQUIRED = {
    "schools.csv": columns("School_id School_name"),
    "students.csv": columns("School_id Student_id Last_name First_name"),
    "teachers.csv": columns("School_id Teacher_id First_name Last_name"),
    "sections.csv": columns("School_id Section_id Teacher_id"),
    "enrollments.csv": columns("School_id Section_id Student_id"),
    "staff.csv": columns("School_id Staff_id First_name Last_name"),
}
"""The columns without which a file is refused."""
MAY_BE_BLANK = {("sections.csv", "Teacher_id"), ("enrollments.csv", "School_id")}
OPTIONAL = "staff.csv"

Signature = tuple[tuple[str, int, int], ...]
Row = dict[str, str]


class DataRefusedError(Exception):
    """A folder is no whole set of files; the message says why. What was served before is served on."""


def files_in(folder: Path) -> dict[str, Path]:
    """The files of a district in a folder, whatever the case of their names."""
    found = {path.name.lower(): path for path in sorted(folder.iterdir(), reverse=True)} if folder.is_dir() else {}
    return {name: found[name] for name in HEADERS if name in found}


def signature(folder: Path) -> Signature:
    """What changes when a file does: names, sizes and times."""
    stats = ((path.name, path.stat()) for path in files_in(folder).values())
    return tuple((name, stat.st_size, stat.st_mtime_ns) for name, stat in stats)


class Tables:
    """The rows of a folder's files. ``DataRefusedError`` if one is missing, unreadable or still being written.

    ``renamed`` puts other ids in the place of some: (column, id) to id.
    """

    def __init__(self, folder: Path, renamed: dict[tuple[str, str], str] | None = None) -> None:
        self.folder = folder
        self.renamed = renamed or {}
        paths = files_in(folder)
        if missing := [name for name in REQUIRED if name not in paths and name != OPTIONAL]:
            raise DataRefusedError(f"{folder} has no {', '.join(missing)}.")
        if growing := sorted(path.name for path in folder.glob(".*.part")):
            raise DataRefusedError(f"{folder} is still being written ({growing[0]}).")
        self.sheets = {name: open_sheet(path) for name, path in paths.items()}

    def has_column(self, file: str, column: str) -> bool:
        """Whether a file is there and has a column."""
        return file in self.sheets and column.lower() in self.sheets[file].place

    def rows(self, file: str) -> Iterator[Row]:
        """The rows as cells by column, trimmed, lower-case names; without those that lack a required cell."""
        if file not in self.sheets:
            return
        sheet, bound = self.sheets[file], [c for c in REQUIRED[file] if (file, c) not in MAY_BE_BLANK]
        needed, names = [name.lower() for name in bound], list(sheet.place)
        try:
            yield from (row for row in self._cells(sheet, names) if all(row[name] for name in needed))
        except (UnicodeDecodeError, csv.Error) as error:
            raise DataRefusedError(f"{file} cannot be read: {error}.") from error

    def _cells(self, sheet: Sheet, names: list[str]) -> Iterator[Row]:
        width, torn = len(sheet.header), False
        renamed = {(column.lower(), old): new for (column, old), new in self.renamed.items()}
        for cells in sheet.rows():
            torn = len(cells) != width
            if torn:
                continue
            row = {name: cell.strip() for name, cell in zip(names, cells, strict=True)}
            if renamed:
                row = {name: renamed.get((name, cell), cell) for name, cell in row.items()}
            yield row
        if torn:
            raise DataRefusedError(f"{sheet.path.name} ends within a row.")


def open_sheet(path: Path) -> Sheet:
    """The file behind a header that has all the required columns."""
    try:
        sheet = Sheet(path)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise DataRefusedError(f"{path.name} cannot be read: {error}.") from error
    if missing := [name for name in REQUIRED[path.name.lower()] if name.lower() not in sheet.place]:
        raise DataRefusedError(f"{path.name} has no column {missing[0]}.")
    if len(sheet.place) != len(sheet.header):
        raise DataRefusedError(f"{path.name} names a column twice.")
    return sheet
