"""Reading what stands now of the rows that a run changed: ``core.standing`` from the database (R38)."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

import msgspec
from django.db.models import Q

from accounts.models import District, School, User, UserSchool
from classes.models import Class, Membership
from rostering.core.changes import Change, ChangeKind
from rostering.core.records import Section
from rostering.core.standing import Record, Row, Seat, Standing, life_of
from rostering.current import DatabaseHoldings, chunks_of
from rostering.later import places_moved
from rostering.models import Link, Run
from rostering.use import use_of_classes, use_of_people

KIND_OF_LINK: dict[str, ChangeKind] = {"school": "school", "person": "person", "section": "class"}
REMOVED = (Link.State.WITHDRAWN, Link.State.NOT_SHARED, Link.State.BLOCKED)


def read_standing(run: Run, plan: Iterable[Change]) -> tuple[list[Change], Standing]:
    """The changes of a run's plan, each with its row, and what stands now of those rows.

    To be called in the transaction that undoes them: the rows are locked until it ends.
    """
    now = Standing()
    links = _read_links(run.district, now)
    now.moved, now.done = places_moved(run)
    changes = [_with_row(change, now) for change in plan]
    touched = {kind: _ids(changes, kind) for kind in ("school", "person", "class")}
    now.approved = {
        (change.kind, change.object_id)
        for change in changes
        if change.held and change.object_id and _is_removed(run, links.get((change.kind, change.key)), change)
    }
    _read_seats(run.district, now, touched)
    people = touched["person"] | {seat.user for seat in now.seats.values()}
    classes = touched["class"] | {seat.klass for seat in now.seats.values()}
    _read_rows(run, now, changes, {"school": touched["school"], "person": people, "class": classes})
    _read_schools(run.district, now, touched["school"])
    now.unplanned = list(_unplanned(run.district, now, changes))
    if any("username" in change.fields for change in changes if change.action != "create"):
        names = User.objects.filter(district=run.district).values_list("username_key", "pk")
        now.taken = dict(names.iterator())
    return changes, now


def _read_links(district: District, now: Standing) -> dict[tuple[str, str], Link]:
    """Links by kind of change and key; fills what records mean and are called."""
    links: dict[tuple[str, str], Link] = {}
    rows = Link.objects.filter(district=district).order_by("live", "name", "pk").defer("said")
    for link in rows.iterator(2000):
        kind = KIND_OF_LINK[link.kind]
        links[kind, link.key] = link
        if link.object_id is not None:
            now.keys[kind, link.key] = link.object_id
            now.records[kind, link.object_id] = Record(link.key, link.name, link.school)
    return links


def _with_row(change: Change, now: Standing) -> Change:
    if change.action != "create":
        return change
    return msgspec.structs.replace(change, object_id=now.keys.get((change.kind, change.key)))


def _ids(changes: Iterable[Change], kind: str) -> set[int]:
    return {change.object_id for change in changes if change.kind == kind and change.object_id}


def _is_removed(run: Run, link: Link | None, change: Change) -> bool:
    """Whether a removal that waited was approved: the decision moved the link in the run's name."""
    return (
        link is not None
        and link.object_id == change.object_id
        and link.changed_run == run.pk
        and not link.live
        and link.state in REMOVED
    )


def _read_seats(district: District, now: Standing, touched: dict[str, set[int]]) -> None:
    """All seats of the classes and people that the run touched."""
    seats = Membership.objects.filter(klass__district=district)
    for name, ids in (("klass_id__in", touched["class"]), ("user_id__in", touched["person"])):
        for chunk in chunks_of(ids):
            values = seats.filter(**{name: chunk}).values_list("pk", "klass_id", "user_id", "role", "active", "synced")
            for pk, klass, user, role, active, synced in values.iterator():
                seat = now.seats[pk] = Seat(klass, user, role, active, synced)
                now.given[seat.klass, seat.user, seat.role] = pk


def _read_rows(run: Run, now: Standing, changes: list[Change], ids: dict[str, set[int]]) -> None:
    brought = {kind: _brought(changes, kind) for kind in ("person", "class")}
    used = {
        "school": {},
        "person": use_of_people(run, *brought["person"]),
        "class": use_of_classes(run, *brought["class"]),
    }
    holdings = DatabaseHoldings(run.district)
    readers = {"school": holdings.school_rows, "person": holdings.user_rows, "class": holdings.class_rows}
    created = {(change.kind, change.object_id) for change in changes if change.action == "create"}
    for kind, rows in ids.items():
        changed = {change.object_id for change in changes if change.kind == kind and change.action != "create"}
        fields = readers[kind](pk for pk in changed if pk)
        for pk, active, managed, made in _states(run.district, kind, rows):
            if (kind, pk) not in created or made is None or _made_by(run, made):
                now.rows[kind, pk] = Row(active, fields.get(pk, {}), managed, used[kind].get(pk, ""))


def _made_by(run: Run, made: datetime) -> bool:
    """Whether a row was made during a run; a later one that took over the record's id is not the run's (R40)."""
    return run.started <= made and (run.finished is None or made <= run.finished)


def _brought(changes: list[Change], kind: str) -> tuple[set[int], set[int]]:
    """Rows that the run created, and those that it brought back."""
    up = [change for change in changes if change.kind == kind and change.object_id and life_of(change) == "up"]
    created = {change.object_id for change in up if change.action == "create" and change.object_id}
    return created, {change.object_id for change in up if change.object_id} - created


def _states(district: District, kind: str, ids: Iterable[int]) -> Iterator[tuple[int, bool, str, Any]]:
    """(id, whether it is active, managed fields, when it was made) of rows, which stay locked."""
    model: Any = {"school": School, "person": User, "class": Class}[kind]
    columns = {
        "school": ("active", "managed_fields"),
        "person": ("is_active", "managed_fields", "created"),
        "class": ("status", "managed_fields", "created"),
    }[kind]
    for chunk in chunks_of(sorted(ids)):
        rows = model.objects.filter(district=district, pk__in=chunk).order_by("pk").select_for_update()
        for pk, active, managed, *made in rows.values_list("pk", *columns):
            yield pk, active in (True, Class.Status.ACTIVE), managed, made[0] if made else None


def _read_schools(district: District, now: Standing, schools: set[int]) -> None:
    """Who and what is at the schools that the run touched."""
    for chunk in chunks_of(schools):
        people = UserSchool.objects.filter(school_id__in=chunk, user__district=district, user__is_active=True)
        for school, user in people.values_list("school_id", "user_id").iterator():
            now.at_school.setdefault(school, set()).add(("person", user))
        classes = Class.objects.filter(school_id__in=chunk, district=district, status=Class.Status.ACTIVE)
        for school, klass in classes.values_list("school_id", "pk").iterator():
            now.at_school.setdefault(school or 0, set()).add(("class", klass))


def _unplanned(district: District, now: Standing, changes: list[Change]) -> Iterator[int]:
    """Seats that ended with an approved removal though the run did not look at the section, which names the person."""
    removed = {pk for kind, pk in now.approved if kind == "person"}
    if not removed:
        return
    planned = {pk for change in changes for seat in change.seats for pk in seat.ids}
    ended = {
        pk: seat
        for pk, seat in now.seats.items()
        if seat.user in removed and seat.synced and not seat.active and pk not in planned
    }
    keys: dict[int, set[str]] = {}
    for (kind, key), row in now.keys.items():
        if kind == "person" and row in removed:
            keys.setdefault(row, set()).add(key)
    named = _named_in(district, {seat.klass for seat in ended.values()})
    yield from (pk for pk, seat in ended.items() if keys.get(seat.user, set()) & named.get(seat.klass, set()))


def _named_in(district: District, classes: set[int]) -> dict[int, set[str]]:
    """Class -> keys of the people whom its section named last."""
    named: dict[int, set[str]] = {}
    for chunk in chunks_of(classes):
        links = Link.objects.filter(Q(kind="section", object_id__in=chunk), district=district).exclude(said="")
        for row, said in links.values_list("object_id", "said"):
            section = msgspec.json.decode(said, type=Section)
            named[row or 0] = {*section.teachers, *section.students}
    return named
