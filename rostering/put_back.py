"""Applying a reversed plan (R38): rows through the lifecycle verbs, then every link that was touched."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

import msgspec

from accounts import bulk
from accounts import lifecycle as people
from accounts.lifecycle import Actor
from accounts.models import District
from classes import lifecycle as classes
from rostering.apply import SEAT_VALUES
from rostering.core.changes import Change, SeatChange
from rostering.core.records import Person
from rostering.core.reverse_seats import RELEASED
from rostering.core.standing import Place
from rostering.current import chunks_of
from rostering.models import Link, Run

LINK_KIND = {"school": "school", "person": "person", "class": "section"}
LINK_COLUMNS = ("object_id", "state", "live", "fingerprint", "changed_run", "said")
NOT_COLUMNS = ("status", "password")


@dataclass(slots=True)
class Touched:
    """What an application touched.

    ``lives``: row -> whether it is live now, ``None`` for as before. ``usernames``: account -> its username now.
    ``tied``: records that mean a row again. ``loose``: records that mean none any more.
    """

    lives: dict[Place, bool | None] = field(default_factory=dict)
    usernames: dict[int, str] = field(default_factory=dict)
    tied: dict[tuple[str, str], int] = field(default_factory=dict)
    loose: set[tuple[str, str]] = field(default_factory=set)


def put_back(undoing: Run, undone: Run, plan: Iterable[Change], *, by: Actor) -> None:
    """Apply what of a reversed plan is not left. To be called in a transaction."""
    changes = [change for change in plan if not change.held]
    district, touched = undoing.district, Touched()
    schools = dict(
        Link.objects.filter(district=district, kind="school").exclude(object_id=None).values_list("key", "object_id")
    )
    for change in changes:
        _note(touched, change)
    _schools(district, changes, by)
    _people(district, changes, schools, by)
    _classes(district, changes, schools, by)
    _seats(district, [seat for change in changes for seat in change.seats if not seat.held], by)
    _write_links(undoing, undone, touched)


def _note(touched: Touched, change: Change) -> None:
    """Note which links have to be looked at, and why."""
    place = change.kind, change.object_id or 0
    status = change.fields.get("status")
    touched.lives[place] = status[1] == "active" if status else touched.lives.get(place)
    if "username" in change.fields:
        touched.usernames[place[1]] = change.fields["username"][1]
    kind = LINK_KIND[change.kind]
    if change.instead and status:
        touched.tied[kind, change.key] = place[1] if status[1] == "active" else change.instead
        touched.lives.setdefault((change.kind, touched.tied[kind, change.key]), False)
    if change.action == "rekey":
        touched.loose.update((kind, key) for key in change.was)
        if change.key:
            touched.tied[kind, change.key] = place[1]
    elif change.action == "match" and change.fields["managed_fields"][1]:
        touched.tied[kind, change.key] = place[1]
    elif change.action == "match":
        touched.loose.add((kind, change.key))


def _values(change: Change) -> dict[str, Any]:
    return {name: new for name, (_, new) in change.fields.items() if name not in NOT_COLUMNS}


def _of_kind(changes: Iterable[Change], kind: str) -> Iterator[tuple[int, Change]]:
    for change in changes:
        if change.kind == kind and change.object_id:
            yield change.object_id, change


def _lives(changes: Iterable[Change], kind: str, *, live: bool) -> list[int]:
    wanted = "active" if live else ("archived" if kind == "class" else "inactive")
    return [pk for pk, change in _of_kind(changes, kind) if change.fields.get("status", ("", ""))[1] == wanted]


def _schools(district: District, changes: list[Change], by: Actor) -> None:
    values = {pk: _values(change) for pk, change in _of_kind(changes, "school")}
    for live in (True, False):
        for pk in _lives(changes, "school", live=live):
            values[pk]["active"] = live
    if values := {pk: fields for pk, fields in values.items() if fields}:
        people.change_schools(district, values, by=by)


def _people(district: District, changes: list[Change], schools: dict[str, int | None], by: Actor) -> None:
    values: dict[int, dict[str, Any]] = {}
    for pk, change in _of_kind(changes, "person"):
        fields = _values(change)
        if "schools" in fields:
            fields["schools"] = [row for key in fields["schools"].split(";") if (row := schools.get(key)) is not None]
        if fields:
            values.setdefault(pk, {}).update(fields)
    if values:
        people.change_users(district, values, by=by)
    if falling := _lives(changes, "person", live=False):
        people.deactivate_users(district, falling, by=by)
    if rising := _lives(changes, "person", live=True):
        people.reactivate_users(district, rising, by=by)


def _classes(district: District, changes: list[Change], schools: dict[str, int | None], by: Actor) -> None:
    values: dict[int, dict[str, Any]] = {}
    for pk, change in _of_kind(changes, "class"):
        fields = {**_values(change), **({"status": change.fields["status"][1]} if "status" in change.fields else {})}
        if "school" in fields:
            fields["school_id"] = schools.get(fields.pop("school"))
        if fields:
            values.setdefault(pk, {}).update(fields)
    if values:
        classes.change_classes(district, values, by=by)


def _seats(district: District, seats: list[SeatChange], by: Actor) -> None:
    values = {
        pk: {"synced": False} if seat.reason == RELEASED else SEAT_VALUES[seat.action]
        for seat in seats
        for pk in seat.ids
    }
    if values:
        classes.change_seats(district, values, by=by)


# -- links ------------------------------------------------------------------------------------------------


def _write_links(undoing: Run, undone: Run, touched: Touched) -> None:
    """Make every touched link true to its row, without a fingerprint, so that the next sync looks at it (R38).

    A further key of a person comes back only if the undone run moved it. What the source said last stays, but for a
    username that was put back: so the next sync is told of the source's again (R12).
    """
    district = undoing.district
    rows: list[tuple[Any, ...]] = []
    for kind, lives in _by_kind(touched.lives).items():
        for chunk in chunks_of(lives):
            links = Link.objects.filter(district=district, kind=kind, object_id__in=chunk)
            rows += [
                _moved(undoing, undone, link, lives[link.object_id or 0], touched)
                for link in links
                if (kind, link.key) not in touched.loose and (kind, link.key) not in touched.tied
            ]
    for kind, key in sorted(touched.loose):
        loose = Link.objects.filter(district=district, kind=kind, key=key)
        rows += [(link.pk, None, "withdrawn", False, "", undoing.pk, link.said) for link in loose]
    for (kind, key), row in touched.tied.items():
        tied = Link.objects.filter(district=district, kind=kind, key=key)
        live = touched.lives[_kind_of(kind), row] is not False
        state = "in_use" if live else "withdrawn"
        rows += [(link.pk, row, state, live, "", undoing.pk, link.said) for link in tied]
    bulk.update(Link, LINK_COLUMNS, rows, scope=("district_id", district.pk))


def _kind_of(link_kind: str) -> str:
    return "class" if link_kind == "section" else link_kind


def _by_kind(lives: dict[Place, bool | None]) -> dict[str, dict[int, bool | None]]:
    """Link kind -> row -> whether it is live now."""
    result: dict[str, dict[int, bool | None]] = {}
    for (kind, pk), live in lives.items():
        result.setdefault(LINK_KIND[kind], {})[pk] = live
    return result


def _moved(undoing: Run, undone: Run, link: Link, live: bool | None, touched: Touched) -> tuple[Any, ...]:
    state, is_live, said = link.state, link.live, link.said
    if live and not link.live and link.changed_run == undone.pk:
        state, is_live = "in_use", True
    elif live is False and link.live:
        state, is_live = "withdrawn", False
    changed = undoing.pk if link.live or is_live else link.changed_run
    if link.kind == "person" and said and (link.object_id or 0) in touched.usernames:
        person = msgspec.json.decode(said, type=Person)
        renamed = msgspec.structs.replace(person, username=touched.usernames[link.object_id or 0])
        said = msgspec.json.encode(renamed).decode()
    return (link.pk, link.object_id, state, is_live, "", changed, said)
