"""How the JSON of a record looks: keys in any order, three kinds of blanks, two versions (clever.md §1.3, §1.12)."""

from typing import Any
from zlib import crc32

import msgspec

Fields = dict[str, Any]
V31_TOP = {
    "users": ("lms_status",),
    "sections": ("lms_status",),
    "districts": ("lms_state", "lms_type", "last_attendance_sync"),
}
V31_STUDENT = ("gifted_status", "section_504_status", "disability", "preferred_name", "home_language_code")
STAMPED = frozenset(("schools", "sections", "users"))
"""The kinds that carry ``created`` and ``last_modified``."""

encode = msgspec.json.encode
decode = msgspec.json.decode


class Shaper:
    """Fills the fields of one record. The dice of its id decide, so that a record looks the same every day."""

    def __init__(self, seed: int, record: str) -> None:
        self.dice = crc32(f"{seed}/{record}".encode())

    def throw(self, sides: int) -> int:
        """A number from 0; the next one is another."""
        self.dice = (self.dice * 1103515245 + 12345) & 0x7FFFFFFF
        return (self.dice >> 12) % sides

    def optional(self, fields: Fields, **values: Any) -> None:
        """Adds values; a blank one is at random left out, null or an empty text."""
        for name, value in values.items():
            way = self.throw(3)
            if value:
                fields[name] = value
            elif way == 1:
                fields[name] = None
            elif way == 2:
                fields[name] = ""

    def reference(self, fields: Fields, **values: Any) -> None:
        """Adds ids and objects; an absent one is at random left out or null."""
        for name, value in values.items():
            is_null = self.throw(2)
            if value:
                fields[name] = value
            elif is_null:
                fields[name] = None

    def mixed(self, fields: Fields) -> Fields:
        """The fields in another order."""
        items = list(fields.items())
        cut = self.throw(len(items))
        items = items[cut:] + items[:cut]
        return dict(reversed(items) if self.throw(2) else items)


def without_stamps(kind: str, record: Fields) -> Fields:
    """A record without what changes whenever the rest does: its stamps, and a district's last sync."""
    if kind == "districts":
        return {name: value for name, value in record.items() if name != "last_sync"}
    if kind not in STAMPED:
        return record
    left = {name: value for name, value in record.items() if name not in ("created", "last_modified")}
    if kind == "users":
        left["roles"] = {
            role: found and {name: value for name, value in found.items() if name not in ("created", "last_modified")}
            for role, found in record["roles"].items()
        }
    return left


def with_stamps(kind: str, fields: Fields, created: str, modified: str) -> Fields:
    """A record with its stamps; students and teachers repeat them within their role."""
    if kind not in STAMPED:
        return fields
    stamped = fields | {"created": created, "last_modified": modified}
    if kind == "users":
        stamped["roles"] = {
            role: found | {"created": created, "last_modified": modified}
            if found and role in ("student", "teacher")
            else found
            for role, found in fields["roles"].items()
        }
    return stamped


def as_v30(kind: str, record: Fields) -> Fields:
    """A record (or the part of one that ``previous_attributes`` holds) without what v3.1 added."""
    hidden = V31_TOP.get(kind, ())
    record = {name: value for name, value in record.items() if name not in hidden}
    if kind == "users" and (roles := record.get("roles")) and (student := roles.get("student")):
        shown = {name: value for name, value in student.items() if name not in V31_STUDENT}
        record["roles"] = roles | {"student": shown}
    return record
