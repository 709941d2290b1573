"""One CSV file: bytes in; rows out, and what could not be read.

Read once, from top to bottom, in bounded memory. A row that cannot be read is told (``Table.bad``) and never
swallows its neighbours; a file that was cut off is an error (R34).
"""

import csv
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from operator import itemgetter
from pathlib import Path
from typing import Any

from rostering.core.data_warnings import Finding
from rostering.core.normalize import clean
from rostering.core.snapshot import BadRow, FileFacts
from rostering.sources.base import SourceError, source_error
from rostering.sources.headers import Columns, Header
from rostering.sources.lines import Lines, RunawayError, open_lines

LONGEST = 1000
"""Characters in a cell that we use; a longer one is two rows in one, or no name and no id."""

FEW = 5
"""Unreadable rows that are no reason to doubt a file."""

STEP = 20_000

Row = tuple[Any, ...]
"""The cells of a row in the order of ``Columns``: text where the column is required, text or None elsewhere."""


@contextmanager
def open_table(
    path: Path, columns: Columns, label: str, known: FileFacts | None, tick: Callable[[int], None]
) -> Iterator["Table"]:
    """A CSV file whose header has been read and found to hold what we need.

    ``known``: facts of the last good reading. ``tick`` is called with the rows so far, every 20,000.
    """
    with open_lines(path, columns.file, label) as lines:
        yield Table(lines, columns, label, known, tick)


class Table:
    """The rows of one file. After ``rows`` has ended: ``records``, ``bad``, ``bad_ids``, ``facts``, ``findings``.

    ``records``: rows that are not blank. ``bad_ids``: what stands in the id's column of rows that could not be read.
    """

    def __init__(
        self, lines: Lines, columns: Columns, label: str, known: FileFacts | None, tick: Callable[[int], None]
    ) -> None:
        self.columns = columns
        self.row = 0
        self.records = 0
        self.bad: list[BadRow] = []
        self.bad_ids: list[str] = []
        self._why = ""
        self._torn = 0
        self._open = 0
        self._doubtful = 0
        self._surplus = 0
        self._lines = lines
        self._label = label
        self._known = known
        self._tick = tick
        self._reader = csv.reader(lines, strict=True)
        self.header = Header(columns, self._first_record(), known)
        self._surplus = self.header.surplus

    def rows(self) -> Iterator[tuple[int, Row]]:
        """Row number (as a spreadsheet counts, the header being row 1) and cells of every row that can be read."""
        pick: Callable[[list[Any]], Row] = itemgetter(*self.header.places)
        reader, taken, width = self._reader, self._lines.taken, self.header.width
        one, two, *_ = self.header.places
        while True:
            taken.clear()
            self.row += 1
            try:
                cells: list[Any] = next(reader)
            except StopIteration:
                break
            except (csv.Error, RunawayError):
                self._refuse_first_line()
                continue
            line = taken[-1]
            plain = len(cells) == width and len(taken) == 1 and line.isascii() and len(line) <= LONGEST
            doubtful = not plain or "\0" in line or '"' in cells[one] or '"' in cells[two] or self.row <= self._doubtful
            if doubtful and not self._is_readable(cells):
                continue
            if any(cells):
                self.records += 1
                cells.append(None)
                yield self.row, pick(cells)
            if not self.row % STEP:
                self._tick(self.row)
        self.row -= 1
        self._check_end()

    @property
    def facts(self) -> FileFacts:
        """What to remember of this reading; a column that went missing stays remembered until it is back."""
        return FileFacts(self.records, self.header.remembered, self._lines.ended)

    @property
    def findings(self) -> list[Finding]:
        """What is wrong with the file as a whole."""
        name = self.columns.file
        found = self.header.findings()
        if self.bad:
            words: dict[str, str | int] = {"n": len(self.bad), "file": name, "row": self.bad[0].row, "why": self._why}
            found.append(Finding("FILE_ROW_UNREADABLE", "file", name.lower(), name=name, words=words))
        return found

    def _first_record(self) -> list[str]:
        """The header's cells."""
        wrong: csv.Error | RunawayError | None = None
        cells: list[str] = []
        try:
            while not any(cell.strip() for cell in cells):
                self._lines.taken.clear()
                self.row += 1
                cells = next(self._reader)
        except StopIteration:
            raise self._incomplete("is empty") from None
        except (csv.Error, RunawayError) as error:
            wrong = error
        line = self._lines.taken[0]
        for mark, called in ((";", "semicolons"), ("\t", "tabs")):
            if mark in line and "," not in line:
                raise self._no_header(f"columns that are separated by {called}") from wrong
        if wrong or "\0" in line:
            raise self._no_header("a first row that cannot be read") from wrong
        return cells

    def _no_header(self, found: str) -> SourceError:
        left = "The file was not used and nothing was changed; separate the columns by commas."
        want = self.columns.required[0]
        return source_error("FILE_HEADER_UNKNOWN", file=self.columns.file, want=want, found=found, left=left)

    def _incomplete(self, why: str) -> SourceError:
        return source_error("SRC_INCOMPLETE", source=self._label, why=f"{self.columns.file} {why}")

    def _is_readable(self, cells: list[str]) -> bool:
        """Whether a row that is not plain can be used; if not, it has been told.

        Empty cells beyond the header's are cut off where the header or the first row has them too. Elsewhere they mean
        that a comma too many has moved every cell behind it.
        """
        width = self.header.width
        if not self.records and not any(map(clean, cells[width:])):
            self._surplus = max(self.header.surplus, len(cells) - width)
        if len(cells) != width:
            if not any(map(clean, cells)):
                cells.clear()
                return True
            if not 0 < len(cells) - width <= self._surplus or any(map(clean, cells[width:])):
                self._refuse_shape(cells)
                return False
            del cells[width:]
        stray = self.header.has_quote(cells, only_ids=self.row > self._doubtful)
        if stray or (len(self._lines.taken) > 1 and self.header.swallowed_a_row(cells)):
            self._refuse_first_line()
            return False
        if why := self._spoilt(cells):
            legible = self._legible(cells)
            self._refuse(why, legible, self.header.kept(legible))
            return False
        return True

    def _spoilt(self, cells: list[str]) -> str:
        """Why the content of a row of the right shape cannot be used; empty if it can."""
        text = "".join(self._lines.taken)
        if self._lines.broken.search(text):
            if self._lines.broken.fullmatch(text[-1]):
                self._torn = self.row
            return "it is not written in UTF-8"
        if "\0" in text:
            return "it holds a NUL character"
        if name := self.header.too_long(cells, LONGEST):
            return f"{name} has more than {LONGEST} characters"
        return ""

    def _refuse_shape(self, cells: list[str]) -> None:
        """Tell a row of too few or too many cells. Where it spans lines a quote is to blame, so of these the first."""
        if len(self._lines.taken) > 1:
            self._refuse_first_line()
            return
        if len(cells) < self.header.width:
            self._torn = self.row
        legible = self._legible(cells)
        why = f"it has {len(cells)} cells instead of {self.header.width}"
        self._refuse(why, legible, self.header.kept_of_misshapen(legible))

    def _refuse_first_line(self) -> None:
        """Tell the first of the lines that a stray quote made one row; the others are read again by themselves."""
        self._doubtful = max(self._doubtful, self.row + self._lines.give_back())
        self._torn = self.row
        cells = self._legible([cell.replace('"', "") for cell in self._lines.taken[0].split(",")])
        if len(cells) < self.header.width:
            self._open = self.row
        self._refuse("a quote is not closed or out of place", cells, self.header.kept_of_misshapen(cells))

    def _legible(self, cells: list[str]) -> list[str]:
        """Cells with a mark in the place of every character that could not be decoded."""
        return [self._lines.broken.sub("\ufffd", cell) for cell in cells]

    def _refuse(self, why: str, cells: list[str], kept: tuple[str, ...]) -> None:
        """Keep what can be made out of a row that cannot be used (R34)."""
        self.records += 1
        self._why = self._why or why
        self.bad.append(BadRow(self.columns.space, self.columns.file, self.row, kept))
        if found := self.header.id_of(cells):
            self.bad_ids.append(found)

    def _check_end(self) -> None:
        """Raise if the file was cut off in its last row, or if most of it cannot be read."""
        torn = self._torn == self.row or (self._known and self._known.ended)
        if self._open == self.row or (torn and not self._lines.ended):
            raise self._incomplete(f"seems to be cut off in row {self.row}")
        if len(self.bad) >= FEW and len(self.bad) * 2 > self.records:
            raise self._incomplete(
                f"has {self.records} rows, of which {len(self.bad)} cannot be read "
                f"(first: row {self.bad[0].row}, {self._why})"
            )
