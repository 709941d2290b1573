"""The physical lines of a text file, whatever its encoding and line ends, with a way back.

Undecodable bytes do not stop the reading: they come out as characters that ``Lines.broken`` finds.
"""

import re
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rostering.core.normalize import clean
from rostering.sources.base import source_error

LONGEST_RECORD = 50
"""Physical lines that one record may span before it counts as an unclosed quote."""

_UTF16 = (b"\xff\xfe", b"\xfe\xff")


class RunawayError(Exception):
    """A record spans more lines than any record does."""


@contextmanager
def open_lines(path: Path, name: str, label: str) -> Iterator["Lines"]:
    """The lines of a file: UTF-8 with or without its mark, or UTF-16 with it; CR, LF or CR LF at the ends."""
    try:
        with path.open("rb") as raw:
            wide = raw.read(2) in _UTF16
        encoding, errors = ("utf-16", "replace") if wide else ("utf-8-sig", "surrogateescape")
        text = path.open(encoding=encoding, errors=errors, newline="")
    except OSError as error:
        why = f"{name} cannot be opened ({error.strerror})"
        raise source_error("SRC_UNREACHABLE", source=label, why=why) from error
    with text:
        yield Lines(text, re.compile("\ufffd" if wide else "[\udc80-\udcff]"), name, label)


class Lines:
    """An iterator over lines that keeps those of the record at hand.

    ``taken``: what was handed out since it was last cleared. ``broken`` finds what could not be decoded.
    """

    def __init__(self, text: Iterator[str], broken: re.Pattern[str], name: str, label: str) -> None:
        self.taken: list[str] = []
        self.broken = broken
        self._text = text
        self._returned: deque[str] = deque()
        self._last = ""
        self._name = name
        self._label = label

    def __iter__(self) -> "Lines":
        return self

    def __next__(self) -> str:
        if self._returned:
            line = self._returned.popleft()
        else:
            try:
                line = self._last = next(self._text)
            except OSError as error:
                why = f"{self._name} could not be read to its end ({error.strerror})"
                raise source_error("SRC_INCOMPLETE", source=self._label, why=why) from error
        taken = self.taken
        taken.append(line)
        if len(taken) > LONGEST_RECORD:
            raise RunawayError
        return line

    def give_back(self) -> int:
        """Of the lines at hand keep the first; the others are handed out again. Returns how many."""
        back = self.taken[1:]
        self._returned.extendleft(reversed(back))
        del self.taken[1:]
        return len(back)

    @property
    def ended(self) -> bool:
        """Whether the last line that was read had its line end."""
        return self._last.endswith(("\n", "\r")) or not clean(self._last)
