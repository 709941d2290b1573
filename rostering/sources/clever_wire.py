"""Clever's JSON, as far as the product uses it (clever.md §1.3, 1.10, 2.4): v3.0 and v3.1 alike.

Keys that are not named here are skipped while reading and never kept (R5). An optional value may be missing, null or
``""``, which all mean the same. What v3.1 adds (preferred names, disability, LMS states …) the product does not use.
"""

from typing import Generic, TypeVar

import msgspec
from msgspec import UNSET, UnsetType

Text = str | None
Ids = list[str] | UnsetType | None
D = TypeVar("D")


class Link(msgspec.Struct):
    """One of an answer's links; ``uri`` is a path with its query."""

    rel: str
    uri: str


class Item(msgspec.Struct, Generic[D]):
    """List items are wrapped a second time. ``uri``, where it is sent, names the kind: ``/v3.1/users/66c1…``."""

    data: D
    uri: Text = None


class Page(msgspec.Struct, Generic[D]):
    """One page of a list."""

    data: list[Item[D]]
    links: list[Link] = []

    def link(self, rel: str) -> str:
        """The path of a link; empty where there is none."""
        return next((link.uri for link in self.links if link.rel == rel), "")


class Single(msgspec.Struct, Generic[D]):
    """One record asked for by its id."""

    data: D


class Count(msgspec.Struct):
    """The answer to ``count=true``."""

    count: int


class Named(msgspec.Struct):
    """All that a record must have."""

    id: str


class Trouble(msgspec.Struct):
    """The body of a refusal, in the words of either form (clever.md §1.7)."""

    message: Text = None
    error: Text = None


class Token(msgspec.Struct):
    """One of an application's tokens; the list of them is flat (clever.md §1.2.1)."""

    owner: "Owner"
    access_token: str


class Owner(msgspec.Struct):
    """Whose token it is."""

    type: str
    id: str


class Tokens(msgspec.Struct):
    """The list of tokens."""

    data: list[Token]


class District(msgspec.Struct):
    """The district's own state (clever.md §1.10.1)."""

    id: str
    name: Text = None
    state: Text = None
    last_sync: Text = None
    pause_start: Text = None
    pause_end: Text = None
    launch_date: Text = None


class School(msgspec.Struct):
    """A school (§1.10.2)."""

    id: str
    district: Text = None
    name: Text = None
    sis_id: Text = None
    school_number: Text = None
    low_grade: Text = None
    high_grade: Text = None


class Term(msgspec.Struct):
    """A term (§1.10.3)."""

    id: str
    district: Text = None
    name: Text = None
    start_date: Text = None
    end_date: Text = None


class Course(msgspec.Struct):
    """A course (§1.10.4)."""

    id: str
    district: Text = None
    name: Text = None
    number: Text = None


class Section(msgspec.Struct):
    """A section (§1.10.5). A roster that is not there at all is told from one that is empty."""

    id: str
    district: Text = None
    school: Text = None
    name: Text = None
    sis_id: Text = None
    students: Ids = UNSET
    teacher: str | UnsetType | None = UNSET
    teachers: Ids = UNSET
    course: Text = None
    term_id: Text = None
    grade: Text = None
    period: Text = None
    subject: Text = None
    section_number: Text = None


class Name(msgspec.Struct):
    """A person's name."""

    first: Text = None
    last: Text = None


class Credentials(msgspec.Struct):
    """A sign-in of the district; a password never comes."""

    district_username: Text = None


class Role(msgspec.Struct):
    """A role of a user (§1.10.7): of student, teacher and staff together, what any of them has."""

    school: Text = None
    schools: list[str] | None = None
    sis_id: Text = None
    staff_id: Text = None
    student_number: Text = None
    teacher_number: Text = None
    state_id: Text = None
    grade: Text = None
    dob: Text = None
    credentials: Credentials | None = None


class Empty(msgspec.Struct):
    """A role of which only its being there counts."""


class Roles(msgspec.Struct):
    """The roles of a user; a key that is absent or null is not a role of theirs."""

    student: Role | None = None
    teacher: Role | None = None
    staff: Role | None = None
    district_admin: Empty | None = None
    contact: Empty | None = None


class User(msgspec.Struct):
    """A user (§1.10.6)."""

    id: str
    district: Text = None
    name: Name | None = None
    email: Text = None
    roles: Roles | None = None


class Change(msgspec.Struct):
    """What an event tells: the whole record as it is now, or as it last was."""

    object: msgspec.Raw


class Event(msgspec.Struct):
    """An event (§2.4). ``previous_attributes``, wherever it stands, is not needed: the object says everything."""

    id: str
    type: str
    data: Change
    created: Text = None


PLURAL: dict[type[msgspec.Struct], str] = {
    District: "districts", School: "schools", Term: "terms", Course: "courses", Section: "sections", User: "users",
    Event: "events",
}  # fmt: skip
"""The lists' names."""
