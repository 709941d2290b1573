"""The district as it is served: its records, what of them is shared, and its events."""

from collections.abc import Iterable, Iterator
from typing import Any

import msgspec

from rostering.rehearsal.clever.classes import (
    Record,
    course_records,
    school_records,
    section_records,
    term_records,
)
from rostering.rehearsal.clever.clock import START, Clock, stamp
from rostering.rehearsal.clever.events import KINDS, Event, EventLog, merge
from rostering.rehearsal.clever.ids import Ids, digest
from rostering.rehearsal.clever.naming import Naming
from rostering.rehearsal.clever.people import user_records
from rostering.rehearsal.clever.shapes import Fields, Shaper, as_v30, decode, encode
from rostering.rehearsal.clever.source import Source


class Kept(msgspec.Struct):
    """What a restart needs to go on where the sandbox stopped (``--state``)."""

    district: str
    contact: str
    ids: dict[str, str]
    count: int
    last: int
    records: dict[str, dict[str, msgspec.Raw]]
    events: list[Event]
    events_on: bool
    hidden: list[str]


def copied(event: Event) -> Event:
    """An event that does not keep the whole file in memory from which it was read."""
    return msgspec.structs.replace(event, object=event.object.copy(), previous=event.previous.copy())


class Roster:
    """The records of one district by kind and id, as JSON; the hidden ones included.

    ``generation`` rises with everything that changes what is visible.
    """

    def __init__(self, seed: int, clock: Clock, admin: bool = False, kept: Kept | None = None) -> None:
        self.seed, self.clock, self.admin = seed, clock, admin
        self.ids = Ids(seed, kept.ids, kept.count, kept.last) if kept else Ids(seed)
        self.district = kept.district if kept else self.ids.mint(START)
        self.contact = kept.contact if kept else self.ids.mint(START)
        self.records: dict[str, dict[str, bytes]] = {kind: {} for kind in KINDS}
        if kept:
            self.records |= {k: {key: bytes(raw) for key, raw in found.items()} for k, found in kept.records.items()}
        self.log = EventLog(self.ids)
        if kept:
            self.log.events, self.log.on = [copied(event) for event in kept.events], kept.events_on
        self.hidden: set[str] = set(kept.hidden) if kept else set()
        self.generation = 0
        self._visible: dict[str, list[str]] = {}

    def kept(self) -> Kept:
        """Everything, to be written to a file."""
        records = {k: {key: msgspec.Raw(raw) for key, raw in found.items()} for k, found in self.records.items()}
        known, log = self.ids, self.log
        names = (self.district, self.contact, known.known, known.count, known.last)
        return Kept(*names, records, log.events, log.on, sorted(self.hidden))

    def load(self, source: Source) -> None:
        """Takes the next snapshot and notes what changed; the first one makes no events."""
        first = not self.records["districts"]
        now = START if first else self.clock.now()
        naming = Naming(self.ids, self.district, self.seed, now)
        makers: dict[str, Iterable[Record]] = {
            "districts": self._district_records(source),
            "schools": school_records(source, naming),
            "terms": term_records(source, naming),
            "courses": course_records(source, naming),
            "users": self._user_records(source, naming),
            "sections": section_records(source, naming),
        }
        changes = {}
        fresh = {}
        for kind in KINDS:
            fresh[kind], found = merge(kind, self.records[kind], makers[kind], stamp(now))
            for part in (found.created, found.updated, found.deleted):
                for key in self.hidden & part.keys():
                    part.pop(key)
            changes[kind] = found
        self.records = fresh
        if not first:
            self.log.note_load(changes, now)
        self.touch(last_sync=stamp(now))

    def touch(self, **values: Any) -> None:
        """Changes fields of the district record; its event is noted, unless it is only the last sync."""
        before = self.records["districts"][self.district]
        after = encode(decode(before) | values)
        self.records["districts"][self.district] = after
        if values.keys() != {"last_sync"}:
            self.log.note_update("districts", before, after, self.clock.now())
        self.change()

    def change(self) -> None:
        """What is visible is not what it was."""
        self.generation += 1
        self._visible = {}

    def hide(self, kind: str, keys: Iterable[str]) -> None:
        """Stops sharing records: lists leave them out and their ids are unknown; sections go on naming them."""
        now = self.clock.now()
        for key in sorted(keys):
            if key in self.records[kind] and key not in self.hidden:
                self.hidden.add(key)
                self.log.note(f"{kind}.deleted", self.records[kind][key], now)
        self.change()

    def share(self, kind: str, keys: Iterable[str]) -> None:
        """Shares records again, under the ids that they had."""
        now = self.clock.now()
        for key in sorted(self.hidden.intersection(keys)):
            self.hidden.remove(key)
            if key in self.records[kind]:
                self.log.note(f"{kind}.created", self.records[kind][key], now)
        self.change()

    def visible(self, kind: str) -> list[str]:
        """The ids of the records that are shared, ascending."""
        if kind not in self._visible:
            self._visible[kind] = sorted(key for key in self.records.get(kind, ()) if key not in self.hidden)
        return self._visible[kind]

    def get(self, kind: str, key: str, version: str = "v3.1") -> bytes | None:
        """The JSON of a record that is shared."""
        record = None if key in self.hidden else self.records.get(kind, {}).get(key)
        if record is None or version != "v3.0":
            return record
        return encode(as_v30(kind, decode(record)))

    def events(self) -> list[Event]:
        """The events that are not older than 30 days."""
        return self.log.kept(self.clock.now())

    def _user_records(self, source: Source, naming: Naming) -> Iterator[Record]:
        if self.admin:
            yield self.contact, self._admin()
        yield from user_records(source, naming)

    def _admin(self) -> Fields:
        """The district's contact as a user."""
        contact = self._contact()
        role = {"legacy_id": digest("legacy", "district_admin", self.contact), "title": contact.pop("title")}
        return contact | {"roles": {"district_admin": role}, "lms_status": {"synced_in_lms": False}}

    def _contact(self) -> Fields:
        name = {"first": "Ada", "last": "Brink"}
        email = "ada.brink@district.example"
        return {"id": self.contact, "district": self.district, "name": name, "email": email, "title": "CTO"}

    def _district_records(self, source: Source) -> Iterator[Record]:
        """The district; what was set by hand since (such as its state) stays."""
        if held := self.records["districts"].get(self.district):
            yield self.district, decode(held)
            return
        town = next((row["school_city"] for row in source.schools.values() if row.get("school_city")), "Sandbox")
        fields: Fields = {
            "id": self.district,
            "name": f"#DEMO {town} Unified School District",
            "sis_type": "sftp",
            "launch_date": "2026-08-15",
            "portal_url": "https://clever.example/in/sandbox",
            "login_methods": ["Clever Passwords", "Google"],
            "last_sync": stamp(START),
            "state": "success",
            "error": "",
            "district_contact": self._contact(),
        }
        shaper = Shaper(self.seed, self.district)
        blank = dict.fromkeys(("pause_start", "pause_end", "mdr_number", "nces_id", "lms_state", "lms_type"), "")
        shaper.optional(fields, **blank, last_attendance_sync="")
        yield self.district, shaper.mixed(fields)
