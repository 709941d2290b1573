"""R32: what a plan says when it is played in memory is what the database holds after it is applied."""

import itertools
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, given, settings

from accounts.handmade import add_user
from accounts.lifecycle import Actor, save_district
from accounts.models import District, User
from classes.models import Class, Membership
from rostering.core.plan import make_changes
from rostering.core.planning import Rules
from rostering.core.snapshot import Snapshot
from rostering.current import DatabaseHoldings
from rostering.models import Link, Run
from rostering.plans import save_plan
from rostering.sync import apply_run, open_run, prepare
from tests.core.districts import districts, snapshot_of
from tests.core.test_rekey import complete, renumbered
from tests.core.world import Row, World

numbers = itertools.count()


@pytest.mark.django_db
@given(districts(), districts(), districts())
@settings(
    max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
)  # fmt: skip
def test_r32_so_it_is_with_accounts_by_hand_and_new_ids(
    one: dict[str, Any], other: dict[str, Any], third: dict[str, Any]
) -> None:
    """Accounts by hand first, then a day, all ids new, another district's day, and ids that revert."""
    district, _ = save_district(f"h{next(numbers)}", by=Actor("test"), name="D")
    world = World()
    for number in range(3):
        hand = {"first_name": "Ana", "last_name": "Li", "student_number": str(number), "username": f"hand{number}"}
        add_user(district, role="student", by=Actor("test"), **hand)
        world.users[number + 1] = Row({**hand, "roles": "student"}, managed=False)
    for day in (one, renumbered(one), renumbered(other), other, third):
        apply_day(district, complete(day))
        world.sync(complete(day), Rules())
        assert held_by(district) == {**world.seen(), "usernames": sorted(world.usernames())}


@pytest.mark.django_db
@given(districts(), districts(), districts())
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
def test_r32_played_plan_is_applied_plan(one: dict[str, Any], other: dict[str, Any], third: dict[str, Any]) -> None:
    """Over three days, with the guards as they are: the same accounts, usernames, classes and seats, day by day."""
    district, _ = save_district(f"d{next(numbers)}", by=Actor("test"), name="D", usernames="sis")
    world = World()
    for day in (one, other, third):
        apply_day(district, snapshot_of(day))
        world.sync(snapshot_of(day), Rules(usernames="sis"))
        assert held_by(district) == {**world.seen(), "usernames": sorted(world.usernames())}


def apply_day(district: District, snapshot: Snapshot) -> None:
    run = open_run(district, "test")
    planning = prepare(district, snapshot)
    save_plan(run, make_changes(planning))
    with transaction.atomic():
        apply_run(run, planning)
    run.status = Run.Status.SUCCEEDED
    run.save()


def held_by(district: District) -> dict[str, Any]:
    """The district's rows in the shape of ``World.seen``."""
    links = Link.objects.filter(district=district).exclude(object_id=None)
    people = {link.object_id: link.key for link in links if link.kind == "person"}
    sections = {link.object_id: link.key for link in links if link.kind == "section"}
    holdings = DatabaseHoldings(district)
    users = {user.pk: user for user in User.objects.filter(district=district)}
    classes = {one.pk: one for one in Class.objects.filter(district=district)}
    fields = {
        pk: {k: v for k, v in row.items() if v and k != "username"} for pk, row in holdings.user_rows(users).items()
    }
    class_fields = {pk: {k: v for k, v in row.items() if v} for pk, row in holdings.class_rows(classes).items()}
    seats = Membership.objects.filter(klass__in=classes, klass__status="active", active=True)
    return {
        "users": {people.get(pk, user.username): (user.is_active, fields[pk]) for pk, user in users.items()},
        "classes": {
            sections[pk]: (one.status == "active", class_fields[pk]) for pk, one in classes.items() if pk in sections
        },
        "given up": sorted(one.name for pk, one in classes.items() if pk not in sections),
        "seats": {(sections[seat.klass_id], people[seat.user_id], seat.role) for seat in seats},
        "usernames": sorted(user.username for user in users.values()),
    }
