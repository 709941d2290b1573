"""What a merge or a split writes: as lines of a plan, and through the lifecycle verbs (R28)."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from accounts.lifecycle import Actor, change_users, deactivate_users, move_identities, reactivate_users
from accounts.models import District, User
from classes.lifecycle import change_seats, change_work, move_seats, record_work
from classes.models import Membership, Work
from rostering.core.changes import Change, SeatAction, SeatChange
from rostering.core.seats import SeatRole
from rostering.current import DatabaseHoldings
from rostering.merge_journal import LinkState
from rostering.models import Link


@dataclass(slots=True)
class Writes:
    """Rows by id -> what is written to them.

    ``users``: fields; ``active``: whether they may sign in. ``seats_to`` and ``seats``: whose, and how. ``work``: its
    fields, with whose it is; ``new_work``: what is written down anew. ``emails``: whose, and whether primary.
    ``stirred``: links that are only to be looked at anew.
    """

    users: dict[int, dict[str, Any]] = field(default_factory=dict)
    active: dict[int, bool] = field(default_factory=dict)
    seats_to: dict[int, int] = field(default_factory=dict)
    seats: dict[int, dict[str, bool | str]] = field(default_factory=dict)
    work: dict[int, dict[str, Any]] = field(default_factory=dict)
    new_work: list[Work] = field(default_factory=list)
    social: dict[int, int] = field(default_factory=dict)
    emails: dict[int, tuple[int, bool]] = field(default_factory=dict)
    links: dict[int, LinkState] = field(default_factory=dict)
    stirred: list[int] = field(default_factory=list)


def write(district: District, writes: Writes, run_id: int, *, by: Actor) -> None:
    """Write everything. To be called in a transaction, by who holds the district's turn."""
    by = as_roster(by)
    change_users(district, writes.users, by=by)
    reactivate_users(district, [pk for pk, active in writes.active.items() if active], by=by)
    deactivate_users(district, [pk for pk, active in writes.active.items() if not active], by=by)
    move_seats(district, writes.seats_to, by=by)
    change_seats(district, writes.seats, by=by)
    change_work(district, writes.work, by=by)
    record_work(district, writes.new_work, by=by)
    move_identities(district, writes.social, writes.emails, by=by)
    links = Link.objects.filter(district=district)
    for pk, state in writes.links.items():
        links.filter(pk=pk).update(**state.fields(), changed_run=run_id)
    links.filter(pk__in=writes.stirred).update(fingerprint="")


def as_roster(by: Actor) -> Actor:
    """The roster's right to write, in the name of the person who decided."""
    return Actor(by.label, by.user_id, roster=True)


def lines_of(writes: Writes, users: tuple[User, User], reasons: tuple[str, str]) -> Iterator[Change]:
    """The plan's lines: what becomes of both accounts, and of seats class by class. ``reasons``: one per account."""
    district = users[0].district
    if district is None:
        return
    held = DatabaseHoldings(district).user_rows([user.pk for user in users])
    keys = {user.pk: _key_of(user) for user in users}
    for user, reason in zip(users, reasons, strict=True):
        fields = _fields_of(writes, user)
        active = writes.active.get(user.pk)
        if active is not None:
            fields["status"] = ("inactive", "active") if active else ("active", "inactive")
        if fields:
            action = "change" if active is None else "restore" if active else "archive"
            school = held[user.pk]["schools"].partition(";")[0]
            yield Change(action, "person", keys[user.pk], str(user), school, reason, user.pk, fields)  # type: ignore[arg-type]
    yield from _seat_lines(writes, district, keys)


def _key_of(user: User) -> str:
    """The key that names the account's record, or its username where no record feeds it."""
    links = Link.objects.filter(district=user.district_id, kind="person", object_id=user.pk)
    key = links.order_by("-live", "key").values_list("key", flat=True).first()
    return key or f"u:{user.username}"


def _fields_of(writes: Writes, user: User) -> dict[str, tuple[str | None, str]]:
    values = {name: value for name, value in writes.users.get(user.pk, {}).items() if name != "schools"}
    fields: dict[str, tuple[str | None, str]] = {
        name: (getattr(user, name), value) for name, value in values.items() if getattr(user, name) != value
    }
    if "schools" in writes.users.get(user.pk, {}):
        keys = dict(Link.objects.filter(district=user.district_id, kind="school").values_list("object_id", "key"))
        before = user.user_schools.order_by("position").values_list("school_id", flat=True)
        after = writes.users[user.pk]["schools"]
        fields["schools"] = (_joined(keys, before), _joined(keys, after))
    gained = sum(values.get("user_id") == user.pk for values in writes.work.values())
    gained += sum(work.user_id == user.pk for work in writes.new_work)
    if gained:
        fields["work"] = (None, f"{gained} more")
    return fields


def _joined(keys: dict[int | None, str], schools: Any) -> str:
    return ";".join(keys.get(school, "") for school in schools)


def _seat_lines(writes: Writes, district: District, keys: dict[int, str]) -> Iterator[Change]:
    touched = {*writes.seats_to, *writes.seats}
    seats = Membership.objects.filter(klass__district=district, pk__in=touched).select_related("klass")
    sections = dict(Link.objects.filter(district=district, kind="section").values_list("object_id", "key"))
    by_class: dict[int, list[Membership]] = {}
    for seat in seats.order_by("klass__number", "pk"):
        by_class.setdefault(seat.klass_id, []).append(seat)
    for row, listed in by_class.items():
        klass = listed[0].klass
        groups = tuple(_seat_line(writes, seat, keys) for seat in listed)
        key = sections.get(row) or f"class {klass.number}"
        yield Change("seats", "class", key, klass.name, "", "", row, seats=groups)


def _seat_line(writes: Writes, seat: Membership, keys: dict[int, str]) -> SeatChange:
    owner = writes.seats_to.get(seat.pk, seat.user_id)
    active = bool(writes.seats.get(seat.pk, {}).get("active", seat.active))
    action: SeatAction = "match"
    if active != seat.active:
        action = "restore" if active else "archive"
    reason = "moves with the account" if seat.pk in writes.seats_to else "one seat of two"
    role: SeatRole = "teacher" if seat.role == Membership.Role.TEACHER else "student"
    return SeatChange(action, role, (keys[owner],), (seat.pk,), reason)
