"""One reading of a set of CSV files: the snapshot that grows, and what every layout does alike while it grows."""

from collections.abc import Callable, Container, Iterable, Iterator, Mapping
from contextlib import contextmanager

from rostering.core.data_warnings import Finding
from rostering.core.normalize import digits_lost, is_scientific
from rostering.core.snapshot import BadRow, Snapshot
from rostering.sources.base import Reading
from rostering.sources.files import FileSet
from rostering.sources.headers import ROSTER, Columns
from rostering.sources.tables import Row, Table, open_table

PHASE = "reading"

SHOWN = 20
"""Row numbers that one message lists, and findings of one kind about pairs in one file."""


class Intake:
    """A reading under way. ``snapshot`` is what it will yield once every file was read to its end."""

    def __init__(self, files: FileSet, reading: Reading) -> None:
        self.snapshot = Snapshot()
        self.digest = reading.digest
        self._files = files
        self._reading = reading
        self._rows = 0
        self._unknown: dict[tuple[str, str], dict[str, None]] = {}

    @contextmanager
    def table(self, columns: Columns) -> Iterator[Table]:
        """One of the files; when its rows have been read to the end, what is to be said of it is in the snapshot."""
        name = columns.file.lower()
        before = self._rows
        with open_table(
            self._files.paths[name],
            columns,
            self._files.label,
            self._reading.memory.get(name),
            lambda rows: self._reading.progress(PHASE, before + rows),
        ) as table:
            yield table
        self._rows += table.records
        self._reading.progress(PHASE, self._rows)
        self.snapshot.files[name] = table.facts
        self.snapshot.findings += table.findings
        self.snapshot.bad_rows += table.bad
        self._block_unreadable(columns.space, table.bad_ids)

    def say(
        self,
        code: str,
        kind: str,
        key: str,
        words: Mapping[str, str | int],
        name: str = "",
        school: str = "",
        variant: str = "",
    ) -> None:
        """Add a finding."""
        self.snapshot.findings.append(Finding(code, kind, key, name, school, dict(words), variant=variant))

    def say_no_id(self, table: Table, row: int, cells: Row, name: str, school: str = "") -> None:
        """A record without an id: it counts as seen, but nobody can tell by its id who it is (R34)."""
        kind = kind_of(table.columns.space)
        code = "STUDENT_NO_ID" if table.columns.space == "s:" else "RECORD_NO_ID"
        file = table.columns.file
        words: dict[str, str | int] = {"name": name or "without a name", "file": file, "row": row}
        self.say(code, kind, "", words, name, school, variant=f"{file} {school} {name or row}")
        self.keep_unnamed(table, row, cells)

    def keep_unnamed(self, table: Table, row: int, cells: Row) -> None:
        """Keep what a row without an id holds, to tell whom it may be about."""
        space, kept = table.columns.space, table.header.kept_of(cells)
        kind = kind_of(space)
        self.snapshot.unnamed[kind] = self.snapshot.unnamed.get(kind, 0) + 1
        self.snapshot.bad_rows.append(BadRow(space, table.columns.file, row, kept, readable=True))

    def refer(self, columns: Columns, space: str, key: str) -> None:
        """Note that a file names an id that the file of that space does not have; to be looked at in the end."""
        self._unknown.setdefault((columns.file, space), {})[key] = None

    def check_own_id(self, columns: Columns, key: str) -> None:
        """Note a record's own id if a spreadsheet has damaged it."""
        if is_scientific(key):
            self.refer(columns, "", key)

    def say_digits_lost(self) -> None:
        """One finding per file whose ids would be known with other leading zeros."""
        pairs: dict[str, list[tuple[str, str]]] = {}
        for (file, space), unknown in self._unknown.items():
            pairs.setdefault(file, []).extend(digits_lost(unknown, self._known(space)))
        for file, lost in pairs.items():
            if lost:
                words: dict[str, str | int] = {"n": len(lost), "file": file, "found": lost[0][0], "likely": lost[0][1]}
                self.say("ID_DIGITS_LOST", "file", file.lower(), words, file)

    def _known(self, space: str) -> Iterable[str]:
        """The source ids that were received in a space."""
        if space == "school":
            return self.snapshot.schools
        if space == "section":
            return self.snapshot.sections
        keys = (*self.snapshot.people, *self.snapshot.aliases)
        return (key[2:] for key in keys if space and key.startswith(space))

    def _block_unreadable(self, space: str, ids: list[str]) -> None:
        """Mark records whose only rows could not be read: seen, but not usable (R34)."""
        kind = kind_of(space)
        snapshot = self.snapshot
        held: dict[str, Container[str]] = {
            "school": snapshot.schools,
            "section": snapshot.sections,
            "person": snapshot.people,
        }
        for found in ids:
            key = f"{space}{found}" if kind == "person" else found
            if key not in held[kind]:
                snapshot.blocked[(kind, key)] = "FILE_ROW_UNREADABLE"


def kind_of(space: str) -> str:
    """The kind of record that a space of ids is about."""
    return space if space in ("school", "section", ROSTER) else "person"


class Repeats:
    """The rows of each id in one file: the first counts, the others are told (R34)."""

    def __init__(self, columns: Columns) -> None:
        self._columns = columns
        self._first: dict[str, int] = {}
        self._more: dict[str, list[int]] = {}

    def is_first(self, found: str, row: int) -> bool:
        """Whether no row before had this id."""
        return self._first.setdefault(found, row) == row

    def note(self, found: str, row: int) -> None:
        """Keep a row that repeats an id."""
        self._more.setdefault(found, [self._first[found]]).append(row)

    def say(self, intake: Intake, describe: Callable[[str], tuple[str, str, str]]) -> None:
        """One finding per id that was repeated. ``describe``: id -> key, name and school of the record."""
        for found, rows in self._more.items():
            key, name, school = describe(found)
            words = repeat_words(found, self._columns.file, rows)
            intake.say("ROW_REPEATED", kind_of(self._columns.space), key, words, name, school)


def repeat_words(what: str, file: str, rows: list[int]) -> dict[str, str | int]:
    """The words of ROW_REPEATED."""
    return {"id": what, "file": file, "n": len(rows), "rows": list_rows(rows), "first": rows[0]}


def list_rows(rows: list[int]) -> str:
    """Row numbers as a message lists them."""
    more = f" and {len(rows) - SHOWN} more" if len(rows) > SHOWN else ""
    return ", ".join(map(str, rows[:SHOWN])) + more
