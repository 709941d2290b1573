"""A district's feed from Clever: token, district state, deltas or everything, single records (clever.md §1.13, 2.6)."""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import msgspec
from django.conf import settings
from django.utils import timezone

from accounts import keys
from rostering import said as kept
from rostering.connections import digest_of, sync_settings_of
from rostering.core.data_warnings import Finding
from rostering.delivery import Asked, Delivery, Progress
from rostering.models import Connection, SyncSettings
from rostering.sources import clever_wire as wire
from rostering.sources.base import SourceError, source_error
from rostering.sources.clever import assemble
from rostering.sources.clever_answers import NAME, AccessLostError, NotThereError
from rostering.sources.clever_api import CleverApi, Patience, district_token
from rostering.sources.clever_events import DeltaImpossibleError, read_delta
from rostering.sources.clever_pull import newest_event, pull, read_district
from rostering.sources.clever_said import KINDS, ForeignRecordError, Listener, Said, day
from rostering.sources.clever_single import NotAnIdError, read_person, read_section

logger = logging.getLogger(__name__)

EVENTS_LAST = timedelta(days=25)
"""Clever keeps events for 30 days (§2.1)."""
FULL_EVERY = timedelta(days=7)
STALE_AFTER = timedelta(days=7)
WEEKLY = "the weekly check"
NO_EVENTS = "Clever has synced since the last run, but told of no events; perhaps they are switched off for our app"
"""Events are off by default (§2.1), and a list without any looks like a day on which nothing changed."""
LOST = (
    "Clever no longer gives us access to this district. Nothing was changed; the roster of the last good run is still "
    "in place. In Clever, the district's administrator has to approve our app again; then connect anew, if the access "
    "token is a new one."
)
OTHER = (
    "Clever's access token belongs to another district ({found}, by Clever's id) than the one that is connected here. "
    "Nothing was changed. Connect with the token of the right district."
)


@dataclass(frozen=True, slots=True)
class Feed:
    """A connection that is open. ``facts``: what Clever says of the district itself now."""

    connection: Connection
    api: CleverApi
    facts: wire.District
    listener: Listener


def read_clever(connection: Connection, asked: Asked, progress: Progress) -> Delivery:
    """What a run is to know: a delta where that is possible, else everything. Raises SourceError (R34)."""
    with opened(connection) as feed:
        if asked.kind:
            return _single(feed, asked, progress) if _shares_all(connection) else _to_narrow(feed, progress)
        why = "asked for" if asked.full else _why_full(connection)
        if not why:
            try:
                return _delta(feed, progress)
            except DeltaImpossibleError as error:
                why = str(error)
        return _everything(feed, why, progress)


@contextmanager
def opened(connection: Connection) -> Iterator[Feed]:
    """The district's API, once it has said whose it is. A lost access is noted on the connection."""
    api = open_api(connection)
    try:
        found = read_district(api)
        expected = connection.settings.get("district") or found.id
        if found.id != expected:
            raise _broken(connection, OTHER.format(found=found.id))
        if connection.broken and connection.pk:
            Connection.objects.filter(pk=connection.pk).update(broken="")
        yield Feed(connection, api, found, Listener(digest_of(connection.district), found.id))
    except AccessLostError as error:
        raise _broken(connection, LOST) from error
    except ForeignRecordError as error:
        why = "it sent a record of another district"
        raise source_error("SRC_INCOMPLETE", source=NAME, why=why) from error
    finally:
        api.close()
        _keep_token(connection, api.token)


def _keep_token(connection: Connection, token: str) -> None:
    """Keep a token that was asked for anew: here, not in the thread that asked, which has no database of ours."""
    if token != _stored_token(connection):
        connection.secret = keys.encrypt(msgspec.json.encode({"token": token}).decode())
        if connection.pk:
            Connection.objects.filter(pk=connection.pk).update(secret=connection.secret)


def open_api(connection: Connection) -> CleverApi:
    """The API with the connection's token, or else with the one that Clever lists for the district."""
    patience = Patience(
        settings.CLEVER_TIMEOUT, settings.CLEVER_RETRIES, settings.CLEVER_RETRY_BASE, settings.SOURCE_BUDGET
    )
    token = _stored_token(connection)
    renew = partial(_listed_token, connection, patience)
    if not token and not (token := renew()):
        raise _broken(connection, LOST)
    url = connection.settings.get("api_url") or settings.CLEVER_API_URL
    return CleverApi(url.rstrip("/"), connection.settings["version"], token, patience, renew, settings.CLEVER_PAGE)


def _stored_token(connection: Connection) -> str:
    return str(msgspec.json.decode(keys.decrypt(connection.secret))["token"]) if connection.secret else ""


def _listed_token(connection: Connection, patience: Patience) -> str:
    """The token that Clever lists now; empty without a client id, or where it is the one that was refused."""
    district = connection.settings.get("district", "")
    if not all(settings.CLEVER_CLIENT) or not district:
        return ""
    token = district_token(settings.CLEVER_OAUTH_URL.rstrip("/"), settings.CLEVER_CLIENT, district, patience)
    return "" if token == _stored_token(connection) else token


def _broken(connection: Connection, words: str) -> SourceError:
    """Say on the connection what is to be done about it."""
    connection.broken = words
    if connection.pk:
        Connection.objects.filter(pk=connection.pk).update(broken=words)
    return SourceError("SRC_UNREACHABLE", words)


def _why_full(connection: Connection) -> str:
    """Why events would not do, before any is asked for (§2.6); empty if they may."""
    now = timezone.now()
    if not connection.last_full or not connection.cursor_read:
        return "the first run"
    if now - connection.cursor_read > EVENTS_LAST:
        return "events were last read over 25 days ago, and Clever keeps them for 30"
    if now - connection.last_full > FULL_EVERY:
        return WEEKLY
    if not _shares_all(connection):
        return "only a part of the district is shared"
    return ""


def _delta(feed: Feed, progress: Progress) -> Delivery:
    said = kept.load(feed.connection)
    if said is None:
        raise DeltaImpossibleError("what Clever said before is not kept")
    begun = timezone.now()
    cursor = read_delta(feed.api, said, feed.connection.cursor, feed.listener, progress).cursor
    if cursor == feed.connection.cursor and feed.facts.last_sync != feed.connection.facts.get("last_sync"):
        raise DeltaImpossibleError(NO_EVENTS)
    return _delivery(feed, said, "delta", "", {}, {"cursor": cursor, "cursor_read": begun})


def _everything(feed: Feed, why: str, progress: Progress) -> Delivery:
    """A full pull. The newest event is asked for before, so that what changes meanwhile comes with the next delta."""
    begun = timezone.now()
    cursor = newest_event(feed.api)
    said = pull(feed.api, feed.listener, progress)
    spent = feed.api.spent
    logger.info(
        "Everything read from Clever in %d requests, %d of them again; %.1f s spent waiting for it",
        spent.requests, spent.again, spent.idle,
    )  # fmt: skip
    drift = _drift(feed, said, cursor) if why in (WEEKLY, NO_EVENTS) else {}
    moved = {"cursor": cursor, "cursor_read": begun, "last_full": begun}
    return _delivery(feed, said, "full", why, drift, moved)


def _drift(feed: Feed, said: Said, newest: str) -> dict[str, int]:
    """Records per kind that are other than the events since the last run would have them.

    ``newest``: the newest event when the reading began. What changed after that was read or was not: that says nothing.
    """
    before = kept.load(feed.connection)
    if before is None:
        return {}
    try:
        late = read_delta(feed.api, before, feed.connection.cursor, feed.listener, lambda *_: None, newest).late
    except DeltaImpossibleError:
        return {}
    found = {kind: _differing(before.of(kind), said.of(kind), late) for kind in KINDS}
    return {kind: number for kind, number in found.items() if number}


def _differing(one: dict[str, bytes], other: dict[str, bytes], late: set[str]) -> int:
    return sum(one.get(key) != other.get(key) for key in {**one, **other} if key not in late)


def _delivery(feed: Feed, said: Said, mode: str, why: str, drift: dict[str, int], moved: dict[str, Any]) -> Delivery:
    stretches = kept.pack(feed.connection, said) if _shares_all(feed.connection) else kept.nothing(feed.connection)
    snapshot = assemble(said, frozen=is_paused(feed.facts))
    snapshot.findings += remarks_on_district(feed.facts, timezone.now())
    if drift:
        snapshot.findings.append(_drift_finding(drift))
    return Delivery(snapshot, mode, why, drift, partial(_keep, feed, stretches, moved))


def _drift_finding(drift: dict[str, int]) -> Finding:
    kinds = ", ".join(f"{number} {kind}" for kind, number in drift.items())
    words: dict[str, str | int] = {"n": sum(drift.values()), "kinds": kinds}
    return Finding("SRC_DRIFT", "source", "", words=words)


def _keep(feed: Feed, stretches: kept.Stretches, moved: dict[str, Any]) -> None:
    """Remember where the next run goes on; cursor and changes are committed together (§2.6 rule 3)."""
    connection = feed.connection
    kept.keep(connection, stretches)
    if not moved:
        return  # a single record says nothing of the others: their events are still to be told from none
    for name, value in moved.items():
        setattr(connection, name, value)
    connection.facts = msgspec.to_builtins(feed.facts)
    connection.broken = ""
    connection.settings["district"] = feed.facts.id
    connection.save(update_fields=["facts", "broken", "settings", *moved])


def _single(feed: Feed, asked: Asked, progress: Progress) -> Delivery:
    """One record and what hangs on it; what was kept of these is amended, so that the next delta knows (§4.5)."""
    read: Callable[[CleverApi, Listener, Asked], Said] = read_person if asked.kind == "person" else read_section
    progress("reading", 0)
    gone = frozenset[tuple[str, str]]()
    try:
        said = read(feed.api, feed.listener, asked)
    except NotThereError:
        said, gone = Said(), frozenset([_place(asked)])
    except NotAnIdError:
        said = Said()
    changes: dict[str, dict[str, bytes | None]] = {kind: dict(said.of(kind)) for kind in KINDS}
    if gone:
        changes["users" if asked.kind == "person" else "sections"][asked.id] = None
    stretches = kept.amend(feed.connection, changes)
    frozen = is_paused(feed.facts)
    snapshot = assemble(said, frozen=frozen)
    snapshot.complete &= {"enrollment"}
    snapshot.gone = frozenset() if frozen else gone
    return Delivery(snapshot, "delta", keep=partial(_keep, feed, stretches, {}))


def _to_narrow(feed: Feed, progress: Progress) -> Delivery:
    """Everything, for a run about one record of a district that shares a part of itself.

    What is shared of a record hangs on all the others. Nothing is kept of it, for the run takes over only that record.
    """
    snapshot = assemble(pull(feed.api, feed.listener, progress), frozen=is_paused(feed.facts))
    return Delivery(snapshot, "full", "only a part of the district is shared")


def _shares_all(connection: Connection) -> bool:
    return sync_settings_of(connection.district).sharing == SyncSettings.Sharing.ALL


def _place(asked: Asked) -> tuple[str, str]:
    return ("person", f"u:{asked.id}") if asked.kind == "person" else ("section", asked.id)


def is_paused(facts: wire.District) -> bool:
    """Whether the district is frozen at last year's state (clever.md §2.7)."""
    return (facts.state or "").lower() == "paused"


def remarks_on_district(facts: wire.District, now: datetime) -> Iterator[Finding]:
    """What the district's own state at Clever means for the roster."""
    if is_paused(facts):
        until = f"until {day(facts.pause_end)}" if day(facts.pause_end) else "until further notice"
        words: dict[str, str | int] = {"until": until, "who": "the district, in Clever"}
        yield Finding("SYNC_PAUSED", "source", "", words=words)
        return
    since = day(facts.last_sync)
    if since and datetime.fromisoformat(since).date() < (now - STALE_AFTER).date():
        yield Finding("SRC_STALE", "source", "", words={"since": since})
