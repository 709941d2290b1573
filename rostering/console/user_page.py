"""What one account's page says: facts with their locks, classes, records of the SIS, merges, what can be done."""

from dataclasses import dataclass
from typing import Any

from accounts.locks import locked_fields
from accounts.models import User
from classes.models import Class, Membership
from rostering.console.pages import WHOLE
from rostering.console.scope import rows_for
from rostering.console.user_actions import password_rule, why_not_password, why_not_switch
from rostering.core.records import source_id
from rostering.merges import COORDINATORS
from rostering.models import Link, Merge

MOST = 50
"""Classes that are listed; who has more is looked at in the list of classes."""
FIELDS = (
    ("First name", "first_name"), ("Last name", "last_name"), ("Username", "username"), ("Role", "roles"),
    ("Email", "email"), ("Grade", "grade"), ("Schools", "schools"), ("Student number", "student_number"),
    ("Teacher number", "teacher_number"), ("State id", "state_id"), ("SIS id", "sis_id"),
)  # fmt: skip
ALWAYS = {"first_name", "last_name", "username", "roles", "schools"}


@dataclass(frozen=True, slots=True)
class Fact:
    """One field. ``locked``: only the SIS changes it (R45)."""

    label: str
    value: str
    locked: bool


def page_of_user(viewer: User, user: User) -> dict[str, Any]:
    """The context of the page, in a fixed number of queries."""
    seats = _seats(viewer, user)
    listed = list(seats[: MOST + 1])
    return {
        "person": user,
        "facts": facts_of(user),
        "seats": listed[:MOST],
        "more_seats": len(listed) > MOST,
        "records": _records(user),
        "merges": _merges(user) if viewer.role in WHOLE else [],
        "may_merge": viewer.role in WHOLE and not COORDINATORS.intersection(user.roles.split(";")),
        "not_password": why_not_password(viewer, user),
        "not_switch": why_not_switch(viewer, user),
        "may_reset": user.second_step and viewer.role in WHOLE and viewer.pk != user.pk,
        "rule": password_rule(user),
        "sees_runs": viewer.role in WHOLE,
    }


def facts_of(user: User) -> list[Fact]:
    """The fields that say something, each with its lock. ``user`` comes with ``user_schools``."""
    locked = locked_fields(user.managed_fields)
    facts = []
    for label, name in FIELDS:
        value = _value(user, name)
        if value or name in ALWAYS:
            facts.append(Fact(label, value, name in locked))
    return facts


def _value(user: User, name: str) -> str:
    if name == "schools":
        return ", ".join(seat.school.name for seat in user.user_schools.all())
    if name == "roles":
        return ", ".join(User.Role(role).label for role in user.roles.split(";"))
    return str(getattr(user, name))


def _seats(viewer: User, user: User) -> Any:
    rows = Membership.objects.filter(user=user, active=True, klass__status=Class.Status.ACTIVE)
    seen = rows_for(viewer, rows, district="klass__district", school="klass__school")
    return seen.select_related("klass__school").order_by("klass__name", "klass__number", "pk")


def _records(user: User) -> list[dict[str, Any]]:
    """The records of the SIS that feed the account, the one that names it first."""
    rows = Link.objects.filter(district=user.district_id, kind="person", object_id=user.pk)
    shown: dict[str, dict[str, Any]] = {}
    for link in sorted(rows, key=lambda link: (not link.said, link.key)):
        key = source_id("person", link.key)
        shown.setdefault(key, {"id": key, "state": link.get_state_display(), "run": link.changed_run})
    return list(shown.values())


def _merges(user: User) -> list[dict[str, Any]]:
    """Merges in which the account took part and that stand."""
    rows = Merge.objects.filter(district=user.district_id, split_at=None)
    found = list((rows.filter(keep_id=user.pk) | rows.filter(other_id=user.pk)).order_by("-pk"))
    users = User.objects.in_bulk({pk for merge in found for pk in (merge.keep_id, merge.other_id)}) if found else {}
    return [{"merge": merge, "keep": users[merge.keep_id], "other": users[merge.other_id]} for merge in found]
