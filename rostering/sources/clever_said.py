"""What Clever last said of a district, in the words that the product keeps: from it every snapshot is made.

A full pull fills it, events change it, and it is stored with the run that used it; so a delta and a full pull take the
same road (R36). It keeps what a later day may need to understand today's record (raw grades and emails, ids that
nothing answers to yet), but of nobody more than the product uses (R5). Records are JSON lines by Clever's id;
an empty line is a record that was sent in a form that we cannot read: seen, and left as it is (R34).
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import msgspec

from rostering.core.normalize import clean, iso_date
from rostering.sources import clever_wire as wire
from rostering.sources.base import Digest
from rostering.sources.people import seal_birth

KINDS = ("schools", "terms", "courses", "users", "sections")
"""The lists that make a district, in the order of reading (clever.md §1.13)."""

WORDS = 1
"""Raised when what is kept here changes its meaning: what was stored before is then of no use."""


class UnreadableError(ValueError):
    """A record lacks what every record of its kind has."""


class SaidSchool(msgspec.Struct, frozen=True, array_like=True):
    """A school."""

    name: str
    sis_id: str
    number: str
    low_grade: str
    high_grade: str


class SaidTerm(msgspec.Struct, frozen=True, array_like=True):
    """A term; dates are ISO or empty."""

    name: str
    start: str
    end: str


class SaidCourse(msgspec.Struct, frozen=True, array_like=True):
    """A course."""

    name: str
    number: str


class SaidRole(msgspec.Struct, frozen=True, array_like=True):
    """One role of a user. ``schools``: the primary one first. ``birth``: the keyed digest of the date, or empty."""

    sis_id: str
    schools: tuple[str, ...]
    number: str
    state_id: str
    username: str
    grade: str = ""
    birth: str = ""


class SaidUser(msgspec.Struct, frozen=True, array_like=True):
    """A user with an account to be. ``district_admin``: belongs to every school of the district."""

    first: str
    last: str
    email: str
    student: SaidRole | None = None
    teacher: SaidRole | None = None
    staff: SaidRole | None = None
    district_admin: bool = False


class SaidSection(msgspec.Struct, frozen=True, array_like=True):
    """A section with its roster, all of it as ids. ``teachers``: the primary one first."""

    school: str
    name: str
    sis_id: str
    teachers: tuple[str, ...]
    students: tuple[str, ...]
    course: str
    term: str
    period: str
    subject: str
    grade: str
    number: str


@dataclass(slots=True)
class Said:
    """Lines by kind and id. ``contacts`` and the like, who get no account, are not in it."""

    schools: dict[str, bytes] = field(default_factory=dict)
    terms: dict[str, bytes] = field(default_factory=dict)
    courses: dict[str, bytes] = field(default_factory=dict)
    users: dict[str, bytes] = field(default_factory=dict)
    sections: dict[str, bytes] = field(default_factory=dict)

    def of(self, kind: str) -> dict[str, bytes]:
        """The lines of one of ``KINDS``."""
        lines: dict[str, bytes] = getattr(self, kind)
        return lines

    def __len__(self) -> int:
        return sum(len(self.of(kind)) for kind in KINDS)


@dataclass(frozen=True, slots=True)
class Listener:
    """Takes Clever's records down into what is kept. ``district``: whose records they must be."""

    digest: Digest
    district: str

    def hear(self, said: Said, kind: str, record: Any) -> None:
        """Take one record down. Raises ForeignRecordError for another district's."""
        if getattr(record, "district", None) not in (None, "", self.district):
            raise ForeignRecordError
        try:
            kept = HEARD[kind](record, self.digest)
        except UnreadableError:
            said.of(kind)[record.id] = b""
            return
        if kept is None:
            said.of(kind).pop(record.id, None)
        else:
            said.of(kind)[record.id] = msgspec.json.encode(kept)


class ForeignRecordError(Exception):
    """A record is of another district than the connection's (R41)."""


def _text(raw: str | None) -> str:
    return clean(raw) if raw else ""


def _school(record: wire.School, _: Digest) -> SaidSchool:
    return SaidSchool(
        _text(record.name), _text(record.sis_id), _text(record.school_number),
        _text(record.low_grade), _text(record.high_grade),
    )  # fmt: skip


def _term(record: wire.Term, _: Digest) -> SaidTerm:
    return SaidTerm(_text(record.name), day(record.start_date), day(record.end_date))


def _course(record: wire.Course, _: Digest) -> SaidCourse:
    return SaidCourse(_text(record.name), _text(record.number))


def _section(record: wire.Section, _: Digest) -> SaidSection:
    """A section. Without any word of its students or teachers it is no roster that could be compared."""
    if not isinstance(record.students, list):
        raise UnreadableError("students")
    teachers = record.teachers if isinstance(record.teachers, list) else []
    primary = [record.teacher] if isinstance(record.teacher, str) and record.teacher else []
    if record.teachers is msgspec.UNSET and record.teacher is msgspec.UNSET:
        raise UnreadableError("teachers")
    return SaidSection(
        _text(record.school), _text(record.name), _text(record.sis_id),
        tuple(dict.fromkeys(primary + teachers)), tuple(dict.fromkeys(record.students)),
        _text(record.course), _text(record.term_id), _text(record.period), _text(record.subject),
        _text(record.grade), _text(record.section_number),
    )  # fmt: skip


def _user(record: wire.User, digest: Digest) -> SaidUser | None:
    """A user; None for somebody who gets no account, such as a contact."""
    roles = record.roles
    if roles is None or not any((roles.student, roles.teacher, roles.staff, roles.district_admin, roles.contact)):
        raise UnreadableError("roles")
    if not any((roles.student, roles.teacher, roles.staff, roles.district_admin)):
        return None
    name = record.name or wire.Name()
    return SaidUser(
        _text(name.first),
        _text(name.last),
        _text(record.email),
        _role(roles.student, digest),
        _role(roles.teacher, digest),
        _role(roles.staff, digest),
        roles.district_admin is not None,
    )


def _role(role: wire.Role | None, digest: Digest) -> SaidRole | None:
    if role is None:
        return None
    primary = [role.school] if role.school else []
    number = role.student_number or role.teacher_number
    username = role.credentials.district_username if role.credentials else ""
    return SaidRole(
        _text(role.sis_id or role.staff_id),
        tuple(dict.fromkeys(primary + (role.schools or []))),
        _text(number), _text(role.state_id), _text(username), _text(role.grade),
        seal_birth(role.dob, digest) or "" if role.dob else "",
    )  # fmt: skip


def day(raw: str | None) -> str:
    """The day of a date or a moment, ISO or empty (§1.10.3)."""
    return iso_date((raw or "").strip()[:10].strip("T ")) or iso_date(raw or "")


HEARD: dict[str, Callable[[Any, Digest], Any]] = {
    "schools": _school, "terms": _term, "courses": _course, "users": _user, "sections": _section,
}  # fmt: skip
SENT: dict[str, type[Any]] = {
    "schools": wire.School, "terms": wire.Term, "courses": wire.Course, "users": wire.User, "sections": wire.Section,
}  # fmt: skip
"""The shape in which each of ``KINDS`` arrives."""
