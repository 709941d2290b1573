"""The event log: what changed, in the order of clever.md §2.5 ("Fake server order")."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import msgspec

from rostering.rehearsal.clever.clock import stamp
from rostering.rehearsal.clever.ids import Ids
from rostering.rehearsal.clever.shapes import Fields, as_v30, decode, encode, with_stamps, without_stamps

KINDS = ("districts", "schools", "terms", "courses", "users", "sections")
"""In the order in which they are created, for what comes later names what came before."""
KEPT = timedelta(days=30)
NOTHING = msgspec.Raw(b"null")


class Event(msgspec.Struct):
    """One event. ``object`` is the record's JSON, ``previous`` that of its old values (``null`` but for ``updated``).

    ``since_v31``: only fields that v3.0 does not have differ, so v3.0 does not show it.
    """

    id: str
    created: str
    seconds: float
    type: str
    object: msgspec.Raw
    previous: msgspec.Raw = NOTHING
    since_v31: bool = False

    @property
    def kind(self) -> str:
        """The kind of record."""
        return self.type.partition(".")[0]

    def render(self, version: str, outer: bool) -> bytes:
        """The JSON of the event; ``outer`` draws ``previous_attributes`` where Clever's OpenAPI file has it."""
        record, previous = bytes(self.object), bytes(self.previous)
        if version == "v3.0":
            record = encode(as_v30(self.kind, decode(record)))
            previous = encode(as_v30(self.kind, decode(previous) or {}))
        old = b',"previous_attributes":' + previous if self.type.endswith("updated") else b""
        inner, beside = (b"", old) if outer else (old, b"")
        head = f'"id":"{self.id}","created":"{self.created}","type":"{self.type}"'.encode()
        return b"{" + head + b',"data":{"object":' + record + inner + b"}" + beside + b"}"

    def schools(self) -> list[str]:
        """The schools that the record belongs to; district-wide records have none."""
        record = decode(self.object)
        if self.kind == "schools":
            return [record["id"]]
        if self.kind == "sections":
            return [record["school"]]
        roles = (record.get("roles") or {}).values() if self.kind == "users" else ()
        return [school for role in roles if role for school in role.get("schools", ())]


@dataclass
class Changes:
    """What became of one kind of records: id to JSON before and after."""

    created: dict[str, bytes] = field(default_factory=dict)
    updated: dict[str, tuple[bytes, bytes]] = field(default_factory=dict)
    deleted: dict[str, bytes] = field(default_factory=dict)


def merge(
    kind: str, old: dict[str, bytes], found: Iterable[tuple[str, Fields]], now: str
) -> tuple[dict[str, bytes], Changes]:
    """The records as JSON with their stamps, and what changed. Records that are as before keep their very bytes."""
    new: dict[str, bytes] = {}
    changes = Changes()
    for key, fields in found:
        before = old.get(key)
        if before is None:
            changes.created[key] = new[key] = encode(with_stamps(kind, fields, now, now))
            continue
        was = decode(before)
        if without_stamps(kind, was) == without_stamps(kind, fields):
            new[key] = before
        else:
            new[key] = encode(with_stamps(kind, fields, was.get("created", now), now))
            changes.updated[key] = (before, new[key])
    changes.deleted = {key: record for key, record in old.items() if key not in new}
    return new, changes


class EventLog:
    """The events of the last 30 days, oldest first. Nothing is noted while ``on`` is false."""

    def __init__(self, ids: Ids) -> None:
        self.events: list[Event] = []
        self.on = True
        self._ids = ids

    def note_load(self, changes: dict[str, Changes], now: datetime) -> None:
        """Notes the changes of a load in the order in which Clever's consumers need them."""
        for kinds, sorts in (
            (KINDS, ("created", "updated")),
            (("sections", "users", "courses", "terms", "schools"), ("deleted",)),
        ):
            for kind in kinds:
                for sort in sorts:
                    self._note(kind, sort, changes.get(kind, Changes()), now)

    def _note(self, kind: str, sort: str, changes: Changes, now: datetime) -> None:
        if sort == "updated":
            for _, (before, after) in sorted(changes.updated.items()):
                self.note_update(kind, before, after, now)
            return
        for _, record in sorted((changes.created if sort == "created" else changes.deleted).items()):
            self.note(f"{kind}.{sort}", record, now)

    def note(self, sort: str, record: bytes, now: datetime) -> None:
        """Notes that a record appeared or vanished."""
        if self.on:
            self.events.append(Event(self._ids.mint(now), stamp(now), now.timestamp(), sort, msgspec.Raw(record)))

    def note_update(self, kind: str, before: bytes, after: bytes, now: datetime) -> None:
        """Notes new values. The record is shown with the stamp from before the change (§2.6)."""
        if not self.on:
            return
        was, old, new = decode(before), without_stamps(kind, decode(before)), without_stamps(kind, decode(after))
        changed = [name for name in {**old, **new} if name not in old or name not in new or old[name] != new[name]]
        previous = {name: was.get(name) for name in changed}
        shown = decode(after)
        if "last_modified" in was:
            shown = with_stamps(kind, shown, was["created"], was["last_modified"])
        self.events.append(
            Event(
                *(self._ids.mint(now), stamp(now), now.timestamp(), f"{kind}.updated"),
                object=msgspec.Raw(encode(shown)),
                previous=msgspec.Raw(encode(previous)),
                since_v31=as_v30(kind, old) == as_v30(kind, new),
            )
        )

    def kept(self, now: datetime) -> list[Event]:
        """The events that Clever still has."""
        oldest = (now - KEPT).timestamp()
        if self.events and self.events[0].seconds < oldest:
            self.events = [event for event in self.events if event.seconds >= oldest]
        return self.events
