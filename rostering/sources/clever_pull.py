"""Everything that Clever has of a district, read to a proven end (clever.md §1.13, R34)."""

import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from typing import Any, TypeVar

from rostering.sources import clever_wire as wire
from rostering.sources.base import source_error
from rostering.sources.clever_answers import NAME, Batch, NotThereError, RefusedRequestError
from rostering.sources.clever_api import CleverApi, Waiting
from rostering.sources.clever_said import KINDS, SENT, Listener, Said

T = TypeVar("T")
Progress = Callable[[str, int], None]
PHASE = "reading"
TRIES = 2
"""A district that changes while it is read is read once more."""


class ChangedMeanwhileError(Exception):
    """Neither the count before nor the one after agrees with what was read."""


def pull(api: CleverApi, listener: Listener, progress: Progress) -> Said:
    """All lists of a district. Raises SourceError; what is returned is whole."""
    for _ in range(TRIES):
        said, read = Said(), 0
        try:
            for kind, batch in at_once({kind: whole(api, kind) for kind in KINDS}, api.spent):
                take(said, kind, batch, listener)
                read += len(batch)
                progress(PHASE, read)
        except ChangedMeanwhileError as changed:
            why = str(changed)
            continue
        return said
    raise source_error("SRC_INCOMPLETE", source=NAME, why=why)


def take(said: Said, kind: str, batch: Batch[Any], listener: Listener) -> None:
    """Take one page down."""
    for record in batch.records:
        listener.hear(said, kind, record)
    for found in batch.unreadable:
        said.of(kind)[found] = b""


def whole(api: CleverApi, kind: str) -> Iterator[Batch[Any]]:
    """The pages of one list, whose number must agree with the count before or after (R34)."""
    path, read = f"/{kind}", 0
    try:
        before = api.count(path)
        for batch in api.pages(path, SENT[kind]):
            read += len(batch)
            yield batch
        if read != before and read != (after := api.count(path)):
            raise ChangedMeanwhileError(f"{read} {kind} came, but there should be {after}")
    except NotThereError as error:
        raise source_error("SRC_UNREACHABLE", source=NAME, why=f"{kind}: it says that they are not there") from error


def at_once(sources: Mapping[str, Iterator[T]], spent: Waiting) -> Iterator[tuple[str, T]]:
    """What several sources yield, as it comes: each prepares one thing ahead, in a thread of its own."""
    pool = ThreadPoolExecutor(len(sources))
    coming: dict[Future[T | None], str] = {pool.submit(next, source, None): name for name, source in sources.items()}
    try:
        while coming:
            begun = time.monotonic()
            done, _ = wait(coming, return_when=FIRST_COMPLETED)
            spent.idle += time.monotonic() - begun
            for future in done:
                name, found = coming.pop(future), future.result()
                if found is not None:
                    coming[pool.submit(next, sources[name], None)] = name
                    yield name, found
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


def newest_event(api: CleverApi) -> str:
    """The id of the newest event before a pull begins; empty where there is none or events are off (§2.6)."""
    try:
        return api.newest_event()
    except NotThereError:
        return ""
    except RefusedRequestError:
        last = ""
        for batch in api.pages("/events", wire.Event):
            last = batch.last
        return last


def read_district(api: CleverApi) -> wire.District:
    """The one district of the token."""
    try:
        found = api.listed("/districts", wire.District)
    except NotThereError as error:
        raise source_error("SRC_UNREACHABLE", source=NAME, why="it names no district for this connection") from error
    if len(found) != 1:
        raise source_error("SRC_UNREACHABLE", source=NAME, why=f"it names {len(found)} districts for this connection")
    return found[0]
