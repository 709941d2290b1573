"""A CSV file line by line, as spreadsheets take it: UTF-8 with its mark, and no cell that they would run."""

import csv
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from rostering.exports import neutral

MARK = "\ufeff"
"""By it Excel knows that the file is UTF-8."""


def csv_lines(header: Sequence[str], rows: Iterable[Sequence[Any]]) -> Iterator[str]:
    """The lines of a file, made one by one as they are sent."""
    writer = csv.writer(_Line())
    yield MARK
    yield writer.writerow(header)
    for row in rows:
        yield writer.writerow([neutral(cell) for cell in row])


class _Line:
    """Gives a line back instead of keeping it."""

    def write(self, line: str) -> str:
        """The line."""
        return line
