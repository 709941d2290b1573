"""What a source delivers for one run."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from rostering.core.snapshot import Snapshot

Progress = Callable[[str, int], None]


def no_progress(phase: str, count: int) -> None:
    """Tell nobody."""


def nothing_to_keep() -> None:
    """Remember nothing."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What a run asks of a source.

    ``full``: everything, though it could tell what changed. ``kind`` and ``id``: only this person or section (by
    source id), with the sections in ``also``, in which the person sits here.
    """

    full: bool = False
    kind: Literal["", "person", "section"] = ""
    id: str = ""
    also: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Delivery:
    """A snapshot and how it came. ``keep`` remembers, in the run's transaction, from where the next one goes on.

    ``mode``: ``full`` or ``delta``; ``why``: why it is full where a delta might have done; ``drift`` as in ``Run``.
    """

    snapshot: Snapshot
    mode: str = "full"
    why: str = ""
    drift: Mapping[str, int] = field(default_factory=dict)
    keep: Callable[[], None] = nothing_to_keep
