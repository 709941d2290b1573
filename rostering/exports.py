"""A district's roster as files (R49): UTF-8 CSV with a header, sorted by the first column, safe in a spreadsheet."""

import csv
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from django.db.models import Exists, OuterRef, Q

from accounts.lifecycle import Actor, audit
from accounts.models import District, User, UserSchool
from classes.models import Assignment, Class, Membership
from rostering.core.records import source_id
from rostering.models import Link
from rostering.reports import listed_warnings

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
USERS = (
    "username", "role", "first_name", "last_name", "email", "grade", "student_number", "sis_id", "source_id", "schools",
    "status", "synced",
)  # fmt: skip
CLASSES = (
    "class_id", "name", "school", "section_id", "term", "status", "synced", "teachers", "visible_to_students",
)  # fmt: skip
MEMBERSHIPS = ("class_id", "username", "role", "synced")
WARNINGS = ("code", "severity", "kind", "source_id", "name", "school", "message", "fix", "since", "state")


def export_roster(district: District, out: Path, *, by: Actor) -> dict[str, int]:
    """Write users.csv, classes.csv, memberships.csv and warnings.csv. Returns the number of rows of each."""
    out.mkdir(parents=True, exist_ok=True)
    counts = {
        "users": _write(out / "users.csv", USERS, user_rows(district)),
        "classes": _write(out / "classes.csv", CLASSES, class_rows(district)),
        "memberships": _write(out / "memberships.csv", MEMBERSHIPS, membership_rows(district)),
        "warnings": _write(out / "warnings.csv", WARNINGS, warning_rows(district)),
    }
    audit(district, by, "export roster", sum(counts.values()))
    return counts


def user_rows(district: District) -> Iterator[list[Any]]:
    """Every account, by username."""
    source_ids, schools = _source_ids(district), _schools_of_users(district)
    users = User.objects.filter(district=district).values_list(
        "username", "roles", "first_name", "last_name", "email", "grade", "student_number", "sis_id", "pk", "is_active",
        "managed_fields",
    )  # fmt: skip
    for row in sorted(users.iterator(), key=lambda row: row[0]):
        *plain, pk, active, managed = row
        status, synced = ("active" if active else "inactive"), ("yes" if managed else "no")
        yield [*plain, ";".join(source_ids.get(pk, ())), ";".join(schools.get(pk, ())), status, synced]


def class_rows(district: District) -> Iterator[list[Any]]:
    """Every class, by its number in the district."""
    sections, schools = _keys(district, "section"), _keys(district, "school")
    teachers: dict[int, list[str]] = {}
    seats = Membership.objects.filter(klass__district=district, role="teacher", active=True)
    for klass, username in seats.order_by("klass_id", "user__username").values_list("klass_id", "user__username"):
        teachers.setdefault(klass, []).append(username)
    rows = Class.objects.filter(district=district).annotate(
        visible=Exists(Assignment.objects.filter(klass=OuterRef("pk")))
    )
    values = rows.order_by("number").values_list(
        "pk", "number", "name", "school_id", "term_name", "status", "managed_fields", "visible"
    )
    for pk, number, name, school, term, status, managed, visible in values.iterator():
        yield [
            number, name, schools.get(school, ""), sections.get(pk, ""), term, status, _yes(managed),
            ";".join(sorted(teachers.get(pk, ()))), _yes(visible and status == Class.Status.ACTIVE),
        ]  # fmt: skip


def membership_rows(district: District) -> Iterator[list[Any]]:
    """Active seats of active classes, by class and username."""
    seats = Membership.objects.filter(klass__district=district, klass__status=Class.Status.ACTIVE, active=True)
    values = seats.values_list("klass__number", "user__username", "role", "synced")
    for number, username, role, synced in sorted(values.iterator()):
        yield [number, username, role, _yes(synced)]


def warning_rows(district: District) -> Iterator[list[Any]]:
    """Open warnings, by code."""
    rows = sorted(
        listed_warnings(district), key=lambda row: (row["code"], row["kind"], row["source_id"], row["message"])
    )
    for row in rows:
        yield [row[name] for name in WARNINGS]


def neutral(cell: Any) -> Any:
    """The cell as a spreadsheet will not run it: with an apostrophe in front of what would start a formula."""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(FORMULA_STARTS) else cell


def _write(path: Path, header: Iterable[str], rows: Iterable[list[Any]]) -> int:
    count = 0
    with path.open("w", encoding="utf-8", newline="") as handle:
        writer = csv.writer(handle)
        writer.writerow(header)
        for row in rows:
            writer.writerow([neutral(cell) for cell in row])
            count += 1
    return count


def _yes(value: Any) -> str:
    return "yes" if value else "no"


def _keys(district: District, kind: str) -> dict[int, str]:
    """Our row -> the source id of the record that feeds it."""
    links = Link.objects.filter(district=district, kind=kind).exclude(object_id=None).order_by("live", "pk")
    return {row: key for row, key in links.values_list("object_id", "key") if row is not None}


def _source_ids(district: District) -> dict[int, list[str]]:
    """User -> the source ids of the records that feed it, the one that names the person first."""
    links = Link.objects.filter(district=district, kind="person").exclude(object_id=None)
    named = links.annotate(further=Q(said="")).order_by("further", "key")
    result: dict[int, list[str]] = {}
    for user, key in named.values_list("object_id", "key").iterator():
        ids = result.setdefault(user or 0, [])
        if (written := source_id("person", key)) not in ids:
            ids.append(written)
    return result


def _schools_of_users(district: District) -> dict[int, list[str]]:
    keys = _keys(district, "school")
    result: dict[int, list[str]] = {}
    rows = UserSchool.objects.filter(user__district=district).order_by("user_id", "position")
    for user, school in rows.values_list("user_id", "school_id").iterator():
        if school in keys:
            result.setdefault(user, []).append(keys[school])
    return result
