"""Applying a plan: exactly its changes, in one transaction, through the lifecycle verbs of the lower apps.

What the plan must not carry (password digests, what the source said) comes from the snapshot that it was made of.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain, groupby
from typing import Any

from accounts import bulk
from accounts import lifecycle as people
from accounts.lifecycle import Actor, NewSchool, NewUser
from accounts.models import District, User, UserSchool
from accounts.passwords import initial_password
from classes import lifecycle as classes
from classes.lifecycle import NewClass, NewSeat
from classes.models import Class
from rostering.core.changes import Change, SeatChange
from rostering.core.diff_people import PLAIN_FIELDS as PERSON_FIELDS
from rostering.core.diff_schools import FIELDS as SCHOOL_FIELDS
from rostering.core.diff_sections import PLAIN_FIELDS as CLASS_FIELDS
from rostering.core.diff_sections import counts_as_removal
from rostering.core.planning import Planning
from rostering.core.records import Person
from rostering.current import chunks_of
from rostering.links import ANALYZE_FROM, Rows, write_links
from rostering.review import save_questions


class PlanMovedError(Exception):
    """The data moved between plan and application (R32). ``names``: what moved."""

    def __init__(self, names: list[str]) -> None:
        self.names = names
        shown = ", ".join(names[:5]) + (f" and {len(names) - 5} more" if len(names) > 5 else "")
        super().__init__(
            f"The plan no longer fits: {shown} changed since it was made. Nothing was applied; run it again."
        )


@dataclass(slots=True)
class Applying:
    """One application: where, by whom, out of what."""

    district: District
    by: Actor
    planning: Planning
    rows: Rows
    run_id: int


def apply_plan(applying: Applying, plan: Iterable[Change]) -> None:
    """Apply every change that is not held, then write the links. To be called in a transaction.

    Raises PlanMovedError when a row is not as the plan saw it.
    """
    _find_named_anew(applying)
    todo = (change for change in plan if not change.held)
    for (kind, action), changes in groupby(todo, key=lambda change: (change.kind, change.action)):
        APPLY[kind](applying, action, changes)
    write_links(applying.district, applying.run_id, applying.planning, applying.rows)
    save_questions(applying.district, applying.run_id, applying.planning)


def _find_named_anew(applying: Applying) -> None:
    """A key that names an account from now on means the row that it had under another key."""
    rows = applying.rows.people
    for mark in applying.planning.marks:
        if mark.kind == "person" and mark.of in rows:
            rows[mark.key] = rows[mark.of]


def apply_schools(applying: Applying, action: str, changes: Iterable[Change]) -> None:
    """Create, change, restore or archive schools."""
    listed = list(changes)
    if action == "create":
        made = (NewSchool(**_new(change), managed_fields=_managed(SCHOOL_FIELDS)) for change in listed)
        ids = people.create_schools(applying.district, made, by=applying.by)
        applying.rows.schools.update(zip((change.key for change in listed), ids, strict=True))
        return
    values: dict[int, dict[str, Any]] = {
        _row(change): {name: new for name, (_, new) in change.fields.items() if name != "status"} for change in listed
    }
    if action in ("restore", "archive"):
        values = {row: {**fields, "active": action == "restore"} for row, fields in values.items()}
    people.change_schools(applying.district, values, by=applying.by)


def apply_people(applying: Applying, action: str, changes: Iterable[Change]) -> None:
    """Create, take over, change, reactivate or deactivate accounts."""
    if action == "create":
        keys: list[str] = []
        made = (_new_user(applying, change) for change in changes if not keys.append(change.key))  # type: ignore[func-returns-value]
        ids = people.create_users(applying.district, made, by=applying.by)
        applying.rows.people.update(zip(keys, ids, strict=True))
        if len(ids) >= ANALYZE_FROM:
            bulk.analyze(User, UserSchool)
        return
    listed = list(changes)
    returned = [change for change in listed if action != "archive" and "status" in change.fields]
    staying = listed if action == "archive" else [change for change in listed if "status" not in change.fields]
    _refuse_moved(applying.district, User, returned, active_was=False)
    _refuse_moved(applying.district, User, staying, active_was=True)
    if action == "archive":
        people.deactivate_users(applying.district, [_row(change) for change in listed], by=applying.by)
        return
    people.change_users(applying.district, {_row(one): _user_values(applying, one) for one in listed}, by=applying.by)
    if returned:
        people.reactivate_users(applying.district, [_row(change) for change in returned], by=applying.by)


def apply_classes(applying: Applying, action: str, changes: Iterable[Change]) -> None:
    """Create, change, restore or archive classes, and their seats."""
    if action == "create":
        for chunk in chunks_of(changes):
            ids = classes.create_classes(
                applying.district, [_new_class(applying, one) for one in chunk], by=applying.by
            )
            applying.rows.sections.update(zip((one.key for one in chunk), ids, strict=True))
            seats = chain.from_iterable(_new_seats(applying, row, one) for row, one in zip(ids, chunk, strict=True))
            classes.enroll(applying.district, seats, by=applying.by)
        return
    listed = list(changes)
    _refuse_moved(applying.district, Class, listed, active_was=action != "restore")
    if action == "archive":
        classes.archive_classes(applying.district, [_row(change) for change in listed], by=applying.by)
        return
    values = {_row(one): _class_values(applying, one) for one in listed if one.fields}
    if values:
        classes.change_classes(applying.district, values, by=applying.by)
    apply_seats(applying, listed)


def apply_seats(applying: Applying, changes: Iterable[Change]) -> None:
    """Give, end, restore and adopt seats of existing classes."""
    touched = [(_row(change), seat) for change in changes for seat in change.seats]
    listed = [(row, seat) for row, seat in touched if not seat.held]
    new = ((row, seat) for row, seat in listed if seat.action == "create")
    classes.enroll(
        applying.district, chain.from_iterable(_seats(applying, row, seat) for row, seat in new), by=applying.by
    )
    values = {pk: SEAT_VALUES[seat.action] for _, seat in listed for pk in seat.ids}
    values |= {pk: WAITING for _, seat in touched if seat.held and counts_as_removal(seat) for pk in seat.ids}
    if values:
        classes.change_seats(applying.district, values, by=applying.by)


WAITING: Mapping[str, bool | str] = {"hold": "waiting"}
SEAT_VALUES: Mapping[str, Mapping[str, bool | str]] = {
    "archive": {"active": False, "hold": ""},
    "restore": {"active": True, "synced": True, "hold": ""},
    "match": {"synced": True, "hold": ""},
}
APPLY = {"school": apply_schools, "person": apply_people, "class": apply_classes}


# -- values -----------------------------------------------------------------------------------------------


def _row(change: Change) -> int:
    if change.object_id is None:
        raise PlanMovedError([change.name])
    return change.object_id


def _new(change: Change) -> dict[str, str]:
    return {name: new for name, (_, new) in change.fields.items()}


def _managed(fields: Iterable[str]) -> str:
    """Which fields of a row the roster keeps true from now on."""
    return ",".join(sorted(fields))


def _person_managed(applying: Applying, person: Person) -> str:
    spoken = [name for name in PERSON_FIELDS if getattr(person, name) is not None]
    from_sis = ["username"] if applying.district.usernames == "sis" else []
    return ",".join(sorted([*spoken, "roles", "schools", *from_sis]))


def _new_user(applying: Applying, change: Change) -> NewUser:
    person = applying.planning.snapshot.people[change.key]
    values: dict[str, Any] = _new(change)
    values["schools"] = _school_ids(applying, values.get("schools", ""))
    district = applying.district
    password = initial_password(district.passwords, district.fallback, person.password)
    return NewUser(**values, password=password, managed_fields=_person_managed(applying, person))


def _school_ids(applying: Applying, keys: str) -> tuple[int, ...]:
    return tuple(row for key in keys.split(";") if (row := applying.rows.schools.get(key)) is not None)


def _user_values(applying: Applying, change: Change) -> dict[str, Any]:
    person = applying.planning.snapshot.people[change.key]
    values: dict[str, Any] = {name: new for name, (_, new) in change.fields.items() if name != "status"}
    if "schools" in values:
        values["schools"] = _school_ids(applying, values["schools"])
    if "password" in values:
        values["password"] = person.password
    return {**values, "managed_fields": _person_managed(applying, person)}


def _new_class(applying: Applying, change: Change) -> NewClass:
    values: dict[str, Any] = _new(change)
    values["school_id"] = applying.rows.schools.get(values.pop("school", ""))
    return NewClass(**values, managed_fields=_managed(CLASS_FIELDS))


def _class_values(applying: Applying, change: Change) -> dict[str, Any]:
    values: dict[str, Any] = {name: new for name, (_, new) in change.fields.items()}
    if "school" in values:
        values["school_id"] = applying.rows.schools.get(values.pop("school"))
    return values


def _new_seats(applying: Applying, row: int, change: Change) -> Iterator[NewSeat]:
    for seat in change.seats:
        yield from _seats(applying, row, seat)


def _seats(applying: Applying, row: int, seat: SeatChange) -> Iterator[NewSeat]:
    rows = applying.rows.people
    for person in seat.people:
        yield NewSeat(row, rows[person], seat.role, synced=True)


def _refuse_moved(
    district: District, model: type[User] | type[Class], changes: list[Change], *, active_was: bool
) -> None:
    """Nothing but the roster changes managed fields, so what can have moved is whether the row is there and active."""
    wanted = {change.object_id: change.name for change in changes}
    found: set[int] = set()
    for chunk in chunks_of(wanted):
        active = {"is_active": active_was} if model is User else {"status": "active" if active_was else "archived"}
        found.update(
            model._default_manager.filter(pk__in=chunk, district=district, **active).values_list("pk", flat=True)
        )
    if moved := [name for row, name in wanted.items() if row not in found]:
        raise PlanMovedError(moved)
