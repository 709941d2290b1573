"""Where plans are kept: JSON lines, compressed, encrypted, in stretches (architecture rule 5); for PLAN_DAYS days."""

import zlib
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from django.conf import settings

from accounts import keys
from accounts.models import District
from rostering.core.changes import Change
from rostering.core.plan import decode, encode
from rostering.models import PlanChunk, Run

STRETCH = 4_000_000
"""Bytes of JSON lines in one stretch."""


class PlanForgottenError(Exception):
    """The run's plan is no longer kept."""

    def __init__(self, run: Run) -> None:
        super().__init__(
            f"The plan of run {run.pk} is no longer kept: that is {settings.PLAN_DAYS} days (PLAN_DAYS). "
            "What it did can still be counted, but not shown, decided or undone."
        )


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
    """The plan of a run, from its first change to its last. Raises PlanForgottenError when it is no longer kept."""
    if is_forgotten(run):
        raise PlanForgottenError(run)
    for position in run.plan_chunks.order_by("position").values_list("position", flat=True):
        body = bytes(run.plan_chunks.values_list("body", flat=True).get(position=position))
        yield from decode(zlib.decompress(keys.decrypt_bytes(body)).splitlines())


def is_forgotten(run: Run) -> bool:
    """Whether a run that is over planned something, and nothing of that is kept any more."""
    counted = [done for action in run.counts.values() for name, done in action.items() if name != "unchanged"]
    return any((*counted, *run.held.values())) and not run.plan_chunks.exists()


def forget_old(district: District, now: datetime) -> None:
    """Purge what a district's runs planned more than PLAN_DAYS days ago; what they counted stays."""
    before = now - timedelta(days=settings.PLAN_DAYS)
    PlanChunk.objects.filter(run__district=district, run__started__lt=before).delete()


def _save(run: Run, position: int, lines: list[bytes]) -> None:
    if lines:
        body = keys.encrypt_bytes(zlib.compress(b"\n".join(lines), 1))
        PlanChunk.objects.create(run=run, position=position, body=body)
