"""Where it is kept what a source last said, so that a delta can go on from it: in stretches, compressed, encrypted.

A stretch holds the records of one kind whose ids fall into one of ``of`` parts; its name is ``words/kind/of/part``.
Only stretches whose content moved are written again.
"""

import zlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

import msgspec

from accounts import keys
from rostering.connections import fingerprints_of
from rostering.models import Connection, SaidChunk
from rostering.sources.clever_said import KINDS, WORDS, Said

RECORDS = 1000
"""About so many records in a stretch."""


@dataclass(slots=True)
class Stretches:
    """What is to be written: name -> (digest, body), and the names that are to go."""

    written: dict[str, tuple[str, bytes]] = field(default_factory=dict)
    dropped: list[str] = field(default_factory=list)


def pack(connection: Connection, said: Said) -> Stretches:
    """The stretches in which ``said`` differs from what is kept."""
    fingerprints = fingerprints_of(connection.district)
    held = dict(connection.said_chunks.values_list("name", "digest"))
    stretches = Stretches()
    for kind in KINDS:
        for name, body in _stretches_of(kind, said.of(kind)):
            digest = fingerprints.of(body)
            if held.pop(name, "") != digest:
                stretches.written[name] = digest, keys.encrypt_bytes(zlib.compress(body, 1))
    stretches.dropped = list(held)
    return stretches


def nothing(connection: Connection) -> Stretches:
    """Nothing is to be kept: of a record that is not shared only id and kind may stay (R4)."""
    return Stretches(dropped=list(connection.said_chunks.values_list("name", flat=True)))


def keep(connection: Connection, stretches: Stretches) -> None:
    """Write stretches. To be called in the transaction that uses what was said (R37)."""
    gone = [*stretches.written, *stretches.dropped]
    connection.said_chunks.filter(name__in=gone).delete()
    SaidChunk.objects.bulk_create(
        (
            SaidChunk(connection=connection, name=name, digest=digest, body=body)
            for name, (digest, body) in stretches.written.items()
        ),
        batch_size=50,
    )


def load(connection: Connection) -> Said | None:
    """What was said last; None if nothing is kept, or in words that we no longer use."""
    said, found = Said(), False
    for name in connection.said_chunks.order_by("name").values_list("name", flat=True):
        words, kind, _, _ = name.split("/")
        if words != str(WORDS):
            return None
        said.of(kind).update(_read(connection, name))
        found = True
    return said if found else None


def amend(connection: Connection, changes: Mapping[str, Mapping[str, bytes | None]]) -> Stretches:
    """The stretches in which single records change: kind -> id -> line, None for one that is gone.

    Nothing changes where nothing is kept.
    """
    stretches, fingerprints = Stretches(), fingerprints_of(connection.district)
    names = set(connection.said_chunks.values_list("name", flat=True))
    for kind, records in changes.items():
        of = next((name.split("/")[2] for name in names if name.startswith(f"{WORDS}/{kind}/")), "")
        by_part: dict[str, dict[str, bytes | None]] = {}
        for key, line in records.items() if of else ():
            by_part.setdefault(f"{WORDS}/{kind}/{of}/{_part(key, int(of))}", {})[key] = line
        for name, moved in by_part.items():
            held: dict[str, bytes | None] = {**_read(connection, name), **moved} if name in names else {**moved}
            body = _body((key, line) for key, line in held.items() if line is not None)
            stretches.written[name] = fingerprints.of(body), keys.encrypt_bytes(zlib.compress(body, 1))
    return stretches


def _stretches_of(kind: str, lines: Mapping[str, bytes]) -> Iterator[tuple[str, bytes]]:
    of = 1
    while of * RECORDS < len(lines):
        of *= 2
    parts: list[list[str]] = [[] for _ in range(of)]
    for key in lines:
        parts[_part(key, of)].append(key)
    for part, found in enumerate(parts):
        yield f"{WORDS}/{kind}/{of}/{part}", _body((key, lines[key]) for key in found)


def _part(key: str, of: int) -> int:
    return zlib.crc32(key.encode()) % of


def _body(lines: Iterable[tuple[str, bytes]]) -> bytes:
    """One JSON object; a record that could not be read is null."""
    return b"{" + b",\n".join(msgspec.json.encode(key) + b":" + (line or b"null") for key, line in sorted(lines)) + b"}"


def _read(connection: Connection, name: str) -> dict[str, bytes]:
    body = bytes(connection.said_chunks.values_list("body", flat=True).get(name=name))
    found = msgspec.json.decode(zlib.decompress(keys.decrypt_bytes(body)), type=dict[str, msgspec.Raw])
    return {key: b"" if bytes(line) == b"null" else bytes(line) for key, line in found.items()}
