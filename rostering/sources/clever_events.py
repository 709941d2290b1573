"""Deltas: Clever's events, applied to what it said before (clever.md §2)."""

from collections.abc import Callable
from dataclasses import dataclass, field

import msgspec

from rostering.sources import clever_wire as wire
from rostering.sources.base import source_error
from rostering.sources.clever_answers import NAME, NotThereError, RefusedRequestError
from rostering.sources.clever_api import CleverApi
from rostering.sources.clever_said import KINDS, SENT, Listener, Said

FEWEST = 1000
SHARE = 0.2
"""More events than this share of the records (and than ``FEWEST``): a full pull is as quick, and surer (§2.6)."""
PHASE = "reading events"
LAST_OF_ALL = "~"
"""Greater than any id."""
ROUNDS = 3
"""So often the list of events is read on, while it ends before the newest one."""


class DeltaImpossibleError(Exception):
    """What is to be known cannot be had by events; a full pull can always tell. The message says why."""


def read_delta(
    api: CleverApi,
    said: Said,
    cursor: str,
    listener: Listener,
    progress: Callable[[str, int], None],
    newest: str = LAST_OF_ALL,
) -> "Delta":
    """Bring ``said`` up to date with the events after ``cursor``, and say how far it is then.

    Without a cursor there were no events when everything was read: then all that are there have come since.
    Raises DeltaImpossibleError, when ``said`` is of no more use, and SourceError.
    """
    reader = Delta(api, said, listener, progress, cursor, newest)
    try:
        if cursor:
            api.one("/events", cursor, wire.Event)
        for _ in range(ROUNDS):
            reader.read_on()
            last = _newest(api)
            if last is None or last == reader.cursor:
                return reader
    except (NotThereError, RefusedRequestError) as error:
        raise DeltaImpossibleError("Clever no longer keeps the last event that we read") from error
    raise source_error("SRC_INCOMPLETE", source=NAME, why="the list of events ends before its newest one")


def _newest(api: CleverApi) -> str | None:
    """The newest event of all, which a list that was not cut short ends with; None where Clever does not tell."""
    try:
        return api.newest_event()
    except RefusedRequestError:
        return None


@dataclass(slots=True)
class Delta:
    """Reads events in order and applies them; ``cursor`` is the last one's id.

    ``late``: ids of the records that events after ``newest`` are about.
    """

    api: CleverApi
    said: Said
    listener: Listener
    progress: Callable[[str, int], None]
    cursor: str
    newest: str
    late: set[str] = field(default_factory=set)
    count: int = 0
    most: int = 0

    def __post_init__(self) -> None:
        self.most = max(FEWEST, int(len(self.said) * SHARE))

    def read_on(self) -> None:
        """Read from the cursor to the end of the list."""
        for batch in self.api.pages("/events", wire.Event, start=self.cursor):
            self.count += len(batch)
            if batch.unreadable:
                raise DeltaImpossibleError("an event could not be read")
            if self.count > self.most:
                raise DeltaImpossibleError(f"over {self.most} events have come since the last run")
            for event in batch.records:
                about = apply_event(self.said, event, self.listener)
                if event.id > self.newest:
                    self.late.add(about)
            self.cursor = batch.last
            self.progress(PHASE, self.count)


def apply_event(said: Said, event: wire.Event, listener: Listener) -> str:
    """One event: the record as it is now replaces what was said, or it is gone. Returns the record's id.

    Unknown kinds say nothing (§2.3).

    ``created`` of a known record and ``updated`` of an unknown one are the same; an event told twice changes nothing
    more; stamps are never compared (§2.6 rule 5).
    """
    kind, _, action = event.type.partition(".")
    if kind not in KINDS:
        return ""
    try:
        found = msgspec.json.decode(event.data.object, type=wire.Named).id
        if action == "deleted":
            said.of(kind).pop(found, None)
        elif action in ("created", "updated"):
            listener.hear(said, kind, msgspec.json.decode(event.data.object, type=SENT[kind]))
    except msgspec.DecodeError as error:
        raise DeltaImpossibleError(f"an event of {kind} could not be read") from error
    return found
