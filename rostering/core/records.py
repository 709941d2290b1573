"""Records: what a source says, whichever source it is.

A record is a frozen value. ``None`` in a field means *the source does not speak of it* (the file has
no such column) and leaves what we hold alone; ``""`` means *the source says it is empty* (R34).

A record is named by its **key**. Schools and sections use the source id as written. A person's key
is the source id with the space of ids it belongs to in front (``s:100917``), because a student and a
teacher may share an id in files (clever.md §5.12). One person may carry several keys (R29).
"""

from typing import Literal

import msgspec

Kind = Literal["school", "person", "section"]

Role = Literal["teacher", "staff", "student"]
ROLES: tuple[Role, ...] = ("teacher", "staff", "student")
"""In the order in which one of several is the main one (R9)."""

STUDENT, TEACHER, STAFF, USER = "s:", "t:", "f:", "u:"
"""Spaces of person ids. ``USER`` is for sources that number all people together (Clever, OneRoster)."""

GRADES = (
    "InfantToddler",
    "Preschool",
    "PreKindergarten",
    "TransitionalKindergarten",
    "Kindergarten",
    *(str(number) for number in range(1, 14)),
    "PostGraduate",
    "Ungraded",
    "Other",
)
"""Clever's words for grades (clever.md §1.10.9), in school order."""


class School(msgspec.Struct, frozen=True, array_like=True):
    """A school. ``key`` is its source id; ``sis_id`` the SIS's own, where the source has another."""

    key: str
    name: str
    number: str | None = None
    low_grade: str | None = None
    high_grade: str | None = None
    sis_id: str | None = None


class Person(msgspec.Struct, frozen=True, array_like=True):
    """One human being with an account to be (R29).

    ``keys``: every key the source knows the person by, the one that names the record first.
    ``roles``: in the order of ``ROLES``, so the main one is first. ``schools``: school keys, the
    primary one first. ``username``: as the SIS sent it, unchecked. ``password`` and ``birth`` are keyed
    digests, never what was sent (R5, R16); ``""`` is no password or no date.
    ``short_password``: the SIS sent one of 1 to 3 characters, so it counts as none (R14).
    """

    keys: tuple[str, ...]
    roles: tuple[Role, ...]
    first_name: str
    last_name: str
    schools: tuple[str, ...] = ()
    email: str | None = None
    grade: str | None = None
    student_number: str | None = None
    teacher_number: str | None = None
    state_id: str | None = None
    sis_id: str | None = None
    username: str | None = None
    password: str | None = None
    short_password: bool = False
    birth: str | None = None

    @property
    def key(self) -> str:
        """The key that names this record."""
        return self.keys[0]

    @property
    def name(self) -> str:
        """The name as people read it."""
        return f"{self.first_name} {self.last_name}".strip()

    @property
    def label(self) -> str:
        """What to call the person in a sentence: the name, or the id where the source has no names."""
        return self.name or source_id("person", self.key)


class Section(msgspec.Struct, frozen=True, array_like=True):
    """A section with its roster. ``teachers`` and ``students`` are person keys, unresolved.

    ``teachers``: the primary one first. Dates are ISO (``YYYY-MM-DD``) or ``""``. ``sis_id`` as in ``School``.
    """

    key: str
    name: str
    school: str
    teachers: tuple[str, ...] = ()
    students: tuple[str, ...] = ()
    course_name: str | None = None
    course_number: str | None = None
    period: str | None = None
    subject: str | None = None
    grade: str | None = None
    number: str | None = None
    term_name: str | None = None
    term_start: str | None = None
    term_end: str | None = None
    sis_id: str | None = None


Record = School | Person | Section


def source_id(kind: str, key: str) -> str:
    """The id as the source wrote it, from a record's key."""
    return key[2:] if kind == "person" else key


def source_ids(keys: tuple[str, ...]) -> str:
    """All of a person's source ids, joined as the exports write them."""
    return ";".join(dict.fromkeys(key[2:] for key in keys))


def main_role(roles: tuple[Role, ...]) -> Role:
    """The role that decides username rule and guard kind (R9)."""
    return min(roles, key=ROLES.index)
