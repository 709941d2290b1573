"""A snapshot: everything one reading of a source said, in bounded memory.

Records are kept packed (their JSON line, about 200 bytes a person), and unpacked one at a time. The
line is also what a link stores as "what the source last said", and what a fingerprint is taken of.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Generic, TypeVar

import msgspec

from rostering.core.data_warnings import Finding
from rostering.core.records import Person, School, Section

R = TypeVar("R", School, Person, Section)

FINGERPRINT_VERSION = b"roster-1"
"""Raised when a record's meaning changes, so that every record is compared anew once."""


class Packed(Mapping[str, R], Generic[R]):
    """Records of one kind by key, kept as JSON lines."""

    def __init__(self, kind: type[R], lines: dict[str, bytes] | None = None) -> None:
        self._lines: dict[str, bytes] = {} if lines is None else lines
        self._encoder = msgspec.json.Encoder()
        self._decoder: msgspec.json.Decoder[R] = msgspec.json.Decoder(kind)

    def add(self, key: str, record: R) -> None:
        """Keep a record under its key; a record already there is replaced."""
        self._lines[key] = self._encoder.encode(record)

    def drop(self, key: str) -> None:
        """Forget one record."""
        del self._lines[key]

    def line(self, key: str) -> bytes:
        """One record as its line."""
        return self._lines[key]

    def lines(self) -> Iterable[tuple[str, bytes]]:
        """Key and line of every record, in the order they were read."""
        return self._lines.items()

    def __getitem__(self, key: str) -> R:
        return self._decoder.decode(self._lines[key])

    def __iter__(self) -> Iterator[str]:
        return iter(self._lines)

    def __len__(self) -> int:
        return len(self._lines)

    def __contains__(self, key: object) -> bool:
        return key in self._lines


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row of a file that could not be read as a record: it still counts as seen (R34).

    ``space``: which of ``SPACES`` it would have been about. ``cells``: whatever text could be made out, to tell
    whom it may have been about. ``readable``: the row was whole and only lacked an id.
    """

    space: str
    file: str
    row: int
    cells: tuple[str, ...]
    readable: bool = False


class FileFacts(msgspec.Struct, frozen=True):
    """What one reading showed of a file, remembered to tell next time whether the file was cut or changed.

    ``header``: the column names as understood. ``ended``: whether the file ended with a line end.
    """

    rows: int
    header: tuple[str, ...]
    ended: bool


SPACES = ("school", "s:", "t:", "f:", "u:", "section", "enrollment")
"""What can be read to a proven end: schools, each space of person ids, sections, and their rosters."""


@dataclass(slots=True)
class Snapshot:
    """What a source said in one reading.

    ``complete``: the members of ``SPACES`` that were read to a proven end; only there is a missing record gone
    (architecture rule 2). ``aliases``: further keys of a person -> the key that names the record.
    ``blocked``: records seen but unusable, (kind, key) -> warning code; they may have no line.
    ``repeats``: rows folded away. ``unnamed``: per kind, rows seen that carry no id at all.
    ``seats``: enrollment rows read, pairs counted once.
    ``dangling``: of those, rows whose section or student was not received. ``gone``: single records, (kind, key), of
    which the source has said that they are no longer there, although the rest of their kind was not read.
    """

    schools: Packed[School] = field(default_factory=lambda: Packed(School))
    people: Packed[Person] = field(default_factory=lambda: Packed(Person))
    sections: Packed[Section] = field(default_factory=lambda: Packed(Section))
    aliases: dict[str, str] = field(default_factory=dict)
    complete: frozenset[str] = frozenset()
    blocked: dict[tuple[str, str], str] = field(default_factory=dict)
    bad_rows: list[BadRow] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    unnamed: dict[str, int] = field(default_factory=dict)
    seats: int = 0
    dangling: int = 0
    files: dict[str, FileFacts] = field(default_factory=dict)
    gone: frozenset[tuple[str, str]] = frozenset()

    def of(self, kind: str) -> Packed[School] | Packed[Person] | Packed[Section]:
        """The records of one kind."""
        if kind == "school":
            return self.schools
        return self.people if kind == "person" else self.sections


class Fingerprints:
    """Keyed digests of record lines: 32 hex characters, the same for the same line and key."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def of(self, line: bytes) -> str:
        """The fingerprint of one packed record."""
        return blake2b(line, digest_size=16, key=self._key, person=FINGERPRINT_VERSION).hexdigest()
