"""What linking or unlinking a class does (R24): as lines of a plan, and through the lifecycle verbs."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any, NamedTuple

from accounts.lifecycle import Actor
from accounts.models import User
from classes.lifecycle import NewSeat, change_classes, change_seats, enroll
from classes.models import Class
from rostering.account_writes import as_roster
from rostering.core.changes import Action, Change, SeatAction, SeatChange
from rostering.core.diff_sections import PLAIN_FIELDS
from rostering.core.seats import SeatRole
from rostering.models import Link, Run

MANAGED = ",".join(sorted(PLAIN_FIELDS))
"""What the roster keeps true of a synced class."""
HAND: dict[str, bool | str] = {"active": True, "synced": False, "hold": ""}
ENDED: dict[str, bool | str] = {"active": False, "synced": False, "hold": ""}
SYNCED: dict[str, bool | str] = {"active": True, "synced": True, "hold": ""}


class LinkRefusedError(Exception):
    """The class cannot be linked to the section, or not be unlinked. Nothing was changed."""


class SeatStep(NamedTuple):
    """What happens to one seat. ``id`` is empty for a new one; ``person``: the key of the user's record."""

    action: SeatAction
    role: SeatRole
    person: str
    user_id: int
    id: int | None
    values: dict[str, bool | str]


@dataclass(slots=True)
class ClassPlan:
    """What happens to a class and its section. ``fields``: (old, new) as text; ``managed``: what is locked afterwards.

    ``former``: the class that the section makes by itself; ``former_status`` afterwards, empty where it stays.
    """

    klass: Class
    link: Link
    managed: str
    fields: dict[str, tuple[str | None, str]] = field(default_factory=dict)
    seats: list[SeatStep] = field(default_factory=list)
    former: Class | None = None
    former_status: str = ""

    def students(self, *actions: SeatAction) -> list[str]:
        """Usernames of the students whose seats these actions are about."""
        ids = [step.user_id for step in self.seats if step.role == "student" and step.action in actions]
        return sorted(User.objects.filter(pk__in=ids).values_list("username", flat=True))


@dataclass(frozen=True, slots=True)
class Linked:
    """What linking or unlinking did, or would do. ``added``, ``removed``: usernames of students.

    ``former``: the class that the section makes by itself, where there is one.
    """

    run: Run
    klass: Class
    section: str
    added: list[str]
    removed: list[str]
    former: Class | None
    applied: bool

    @property
    def shown(self) -> str:
        """Names what a person is shown of this; another forecast has another one."""
        told = self.klass.pk, self.section, self.added, self.removed, self.former.pk if self.former else None
        return blake2b(repr(told).encode(), digest_size=16).hexdigest()


def lines_of_class(plan: ClassPlan, reason: str) -> Iterator[Change]:
    """The plan's lines: of the class with its seats, and of the class that the section makes by itself."""
    groups: dict[tuple[SeatAction, SeatRole, bool], list[SeatStep]] = {}
    for step in plan.seats:
        groups.setdefault((step.action, step.role, step.id is None), []).append(step)
    seats = tuple(
        SeatChange(
            action, role, tuple(step.person for step in steps), tuple(step.id for step in steps if step.id), reason
        )
        for (action, role, _), steps in groups.items()
    )
    link, klass = plan.link, plan.klass
    done: Action = "match" if plan.managed else "change"
    yield Change(done, "class", link.key, klass.name, link.school, reason, klass.pk, plan.fields, seats)
    if plan.former is not None and plan.former_status:
        status = {"status": (plan.former.status, plan.former_status)}
        undone: Action = "archive" if plan.former_status == Class.Status.ARCHIVED else "restore"
        yield Change(undone, "class", link.key, plan.former.name, link.school, reason, plan.former.pk, {**status})


def write_class(plan: ClassPlan, *, by: Actor) -> None:
    """Write everything but the link. To be called in a transaction, by who holds the district's turn."""
    district, by = plan.klass.district, as_roster(by)
    values: dict[str, Any] = {name: new for name, (_, new) in plan.fields.items()}
    if "school" in values:
        links = Link.objects.filter(district=district, kind="school", key=values.pop("school"))
        values["school_id"] = links.values_list("object_id", flat=True).first()
    changes = {plan.klass.pk: {**values, "managed_fields": plan.managed}}
    if plan.former is not None:
        # one of the two is the section's
        changes[plan.former.pk] = {"managed_fields": "" if plan.managed else MANAGED}
        if plan.former_status:
            changes[plan.former.pk]["status"] = plan.former_status
    change_classes(district, changes, by=by)
    new = [NewSeat(plan.klass.pk, step.user_id, step.role, synced=True) for step in plan.seats if step.id is None]
    enroll(district, new, by=by)
    change_seats(district, {step.id: step.values for step in plan.seats if step.id is not None}, by=by)


def keys_of_users(plan: ClassPlan, users: dict[int, str]) -> dict[int, str]:
    """User -> the key of the record that feeds the account, else the username. ``users``: id -> username."""
    links = Link.objects.filter(district=plan.klass.district_id, kind="person", object_id__in=users)
    found = {row: key for row, key in links.order_by("live", "key").values_list("object_id", "key") if row}
    return {row: found.get(row, f"u:{username}") for row, username in users.items()}
