"""The contract of a source: it yields everything or raises (architecture rule 2).

Reading ends in a whole ``Snapshot`` or in a ``SourceError``. What could not be read but was seen is said in
the snapshot (``blocked``, ``bad_rows``), never left out of it, so that failure is never absence (R34).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

from rostering.core.data_warnings import CATALOGUE
from rostering.core.snapshot import FileFacts


class SourceError(Exception):
    """Nothing usable came from the source; the run ends here and nothing is changed.

    ``code`` is one of the catalogue's; ``message`` is for people: what happened and what was left alone.
    """

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


def source_error(code: str, **words: str | int) -> SourceError:
    """The error that says the catalogue's sentence for a code with these words filled in."""
    return SourceError(code, CATALOGUE[code].message.format(**words))


class Digest(Protocol):
    """The district's keyed digests: what a reading turns secrets into before it keeps anything (R5, R16)."""

    def password(self, key: str, raw: str) -> str:
        """The encoded hash of a password of the person with this key; the same for the same two."""

    def birth(self, iso_date: str) -> str:
        """The keyed hash of a birth date."""


@dataclass(frozen=True)
class Reading:
    """What a reading needs to know beside the files.

    ``memory``: file name in lower case -> facts of the last good reading, empty the first time.
    ``progress`` is called every 20,000 rows or so, with a word for the phase and the rows so far.
    """

    digest: Digest
    memory: Mapping[str, FileFacts]
    progress: Callable[[str, int], None]
