"""Where plans are kept: JSON lines, compressed, encrypted, in stretches (architecture rule 5)."""

import zlib
from collections.abc import Iterable, Iterator

from accounts import keys
from rostering.core.changes import Change
from rostering.core.plan import decode, encode
from rostering.models import PlanChunk, Run

STRETCH = 4_000_000
"""Bytes of JSON lines in one stretch."""


def save_plan(run: Run, changes: Iterable[Change]) -> int:
    """Keep a plan as it is made. Returns how many changes it has."""
    count, position, size, lines = 0, 0, 0, list[bytes]()
    for line in encode(changes):
        lines.append(line)
        count, size = count + 1, size + len(line)
        if size >= STRETCH:
            _save(run, position, lines)
            position, size, lines = position + 1, 0, []
    _save(run, position, lines)
    return count


def read_plan(run: Run) -> Iterator[Change]:
    """The plan of a run, from its first change to its last."""
    for position in run.plan_chunks.order_by("position").values_list("position", flat=True):
        body = bytes(run.plan_chunks.values_list("body", flat=True).get(position=position))
        yield from decode(zlib.decompress(keys.decrypt_bytes(body)).splitlines())


def _save(run: Run, position: int, lines: list[bytes]) -> None:
    if lines:
        body = keys.encrypt_bytes(zlib.compress(b"\n".join(lines), 1))
        PlanChunk.objects.create(run=run, position=position, body=body)
