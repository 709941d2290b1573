"""What a layout wants of a file, and what the file's header row has of it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from rostering.core.data_warnings import Finding
from rostering.core.normalize import clean
from rostering.core.snapshot import FileFacts
from rostering.sources.base import SourceError, source_error
from rostering.sources.files import join_names

ROSTER = "enrollment"
"""The space of files whose rows are pairs, not records with an id."""

SHORT = 60
"""In a row whose columns are not where they should be, only a cell shorter than this can be an id or a name."""

FEW_COMMAS = 2


@dataclass(frozen=True)
class Columns:
    """The columns of one file that we read, named as the layout publishes them.

    ``space``: what the rows are about, one of the snapshot's ``SPACES``. ``cells``: the columns in the order in which
    a row's cells are wanted, None where the layout has none for that place; the first one is the record's id (except
    in rosters). ``beside``: columns that come after these, are neither kept nor remembered and may come and go.
    ``secret``: columns whose text must not be kept anywhere (R5, R16).
    """

    file: str
    space: str
    cells: tuple[str | None, ...]
    required: tuple[str, ...]
    beside: tuple[str, ...] = ()
    secret: frozenset[str] = frozenset()

    @property
    def optional(self) -> tuple[str, ...]:
        """The columns that may be missing but are remembered."""
        return tuple(name for name in self.cells if name and name not in self.required)


def fold(name: str) -> str:
    """A column name as it is compared: without case, blanks being underscores."""
    return re.sub(r"[\s_]+", "_", clean(name).lower())


def legible(name: str) -> str:
    """A column name as a message can say it: what was not written in UTF-8 has no place in one."""
    return name.encode(errors="replace").decode()


def is_id(name: str) -> bool:
    """Whether a column holds ids."""
    return fold(name).endswith("_id")


class Header:
    """A header row that has every required column; raises FILE_HEADER_UNKNOWN where one is missing or doubled.

    ``width``: cells in a row; ``surplus``: empty ones behind them. ``places``: for each of the wanted columns the index
    of its cell, -1 for none.
    """

    def __init__(self, columns: Columns, cells: list[str], known: FileFacts | None) -> None:
        self.width = max(at for at, cell in enumerate(cells, 1) if clean(cell))
        self.surplus = len(cells) - self.width
        cells = cells[: self.width]
        self._columns = columns
        self._spelt = [legible(clean(cell)) for cell in cells]
        self._at = self._index(cells)
        self._require()
        self.places = tuple(self._place(name) for name in (*columns.cells, *columns.beside))
        before = known.header if known else ()
        self._gone = [name for name in columns.optional if fold(name) in before and not self.has(name)]
        self._used = {self._place(name): name for name in columns.cells if name and self.has(name)}

    def has(self, name: str) -> bool:
        """Whether the file has a column."""
        return fold(name) in self._at

    @property
    def remembered(self) -> tuple[str, ...]:
        """The columns that we used, and those that we miss, for the next reading."""
        return tuple(fold(name) for name in self._columns.cells if name and (self.has(name) or name in self._gone))

    def findings(self) -> list[Finding]:
        """One finding if columns went missing that were there the last time; their values are left alone (R34)."""
        if not self._gone:
            return []
        left = "The rest of the file was used, and what we hold of this was left as it is."
        words = {"file": self._columns.file, "want": '", "'.join(self._gone), "found": self._likely(self._gone)}
        file = self._columns.file
        return [Finding("FILE_HEADER_UNKNOWN", "file", file.lower(), name=file, words={**words, "left": left})]

    def is_gone(self, name: str | None) -> bool:
        """Whether a column was there the last time and is not now."""
        return name in self._gone

    def id_of(self, cells: list[str]) -> str:
        """What stands where the record's id should; empty where nothing legible does, and in rosters."""
        place = self.places[0]
        if self._columns.space == ROSTER or place >= len(cells):
            return ""
        text = cells[place]
        is_legible = len(text) < SHORT and text.isprintable() and not any(mark in text for mark in '\ufffd,"')
        return clean(text) if is_legible else ""

    def kept(self, cells: list[str]) -> tuple[str, ...]:
        """The cells of a row, each in its place, that say whom it is about."""
        found = (cells[at] for at, name in self._used.items() if name not in self._columns.secret)
        return tuple(text for text in map(clean, found) if text)

    def kept_of(self, row: Sequence[str | None]) -> tuple[str, ...]:
        """The same of a row whose cells stand in the order of ``Columns``."""
        secret = self._columns.secret
        named = zip(self._columns.cells, row, strict=False)
        return tuple(text for name, cell in named if cell and name not in secret and (text := clean(cell)))

    def kept_of_misshapen(self, cells: list[str]) -> tuple[str, ...]:
        """The cells of a row, some not in their place, that may say whom it is about.

        A secret is recognised by its place from the left, or from the right where a few commas are missing or there are
        too many; a row that lacks more was cut off, and what is left of it stands where it should.
        """
        shift = self.width - len(cells)
        shift = 0 if shift > FEW_COMMAS else shift
        required = {self._place(name) for name in self._columns.required}
        secret = {self._place(name) for name in self._columns.secret}
        found = (
            clean(text)
            for at, text in enumerate(cells)
            if len(text) < SHORT and (at in required or not {at, at + shift} & secret)
        )
        return tuple(text for text in found if text)

    def swallowed_a_row(self, cells: list[str]) -> bool:
        """Whether a record of several lines seems to be several records, joined by a quote that was left open."""
        for at, text in enumerate(cells):
            pieces = re.split(r"[\r\n]+", text)
            if len(pieces) > 1:
                if is_id(self._used.get(at, "")):
                    return True
                if any(piece.count(",") >= max(self.width - 1, 2) for piece in pieces[1:]):
                    return True
        return False

    def has_quote(self, cells: list[str], only_ids: bool) -> bool:
        """Whether an id, or any cell that we use, has a quote in it."""
        return any('"' in cells[at] for at, name in self._used.items() if is_id(name) or not only_ids)

    def too_long(self, cells: list[str], limit: int) -> str:
        """The name of a column that we use and whose cell is longer than that; empty if none is."""
        return next((name for at, name in self._used.items() if len(cells[at]) > limit), "")

    def _place(self, name: str | None) -> int:
        return self._at.get(fold(name), -1) if name else -1

    def _index(self, cells: list[str]) -> dict[str, int]:
        """Where each column stands."""
        found: dict[str, int] = {}
        for at, cell in enumerate(cells):
            name = fold(cell)
            if name and found.setdefault(name, at) != at:
                raise self._unusable(self._spelt[at], "two of them")
        return found

    def _require(self) -> None:
        missing = [name for name in self._columns.required if not self.has(name)]
        if missing:
            raise self._unusable('", "'.join(missing), self._likely(missing))

    def _unusable(self, want: str, found: str) -> SourceError:
        file = self._columns.file
        left = "The file was not used and nothing was changed."
        return source_error("FILE_HEADER_UNKNOWN", file=file, want=want, found=found, left=left)

    def _likely(self, missing: list[str]) -> str:
        """The columns of the file, of no use as they stand, that are spelt most like the missing ones."""
        wanted = {fold(name) for name in (*self._columns.cells, *self._columns.beside) if name}
        spare = {name: self._spelt[at] for name, at in self._at.items() if name not in wanted}
        close = [match for name in missing for match in get_close_matches(fold(name), spare, n=1)]
        return join_names(f'"{spare[name]}"' for name in dict.fromkeys(close)) if close else "nothing like it"
