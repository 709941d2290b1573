"""R32, R33 over random histories: approving applies the stored removals that still hold, and nothing else."""

from contextlib import suppress
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from accounts.lifecycle import reactivate_users
from accounts.models import User
from classes.models import Class
from rostering.core.safety import GUARD_KINDS
from rostering.held import EVERYTHING, Part, removals_of
from rostering.holds import NothingHeldError, approve, discard
from rostering.limits import set_limit
from rostering.models import Link, Run
from rostering.undo import NotUndoableError, undo
from tests.conftest import EXAMPLES
from tests.core.districts import districts, snapshot_of
from tests.promises.undone import BY, Village, a_village

DAYS = st.lists(districts(), min_size=2, max_size=3)
MOVES = st.lists(st.sampled_from(["sync", "back", "hand", "undo"]), max_size=3)
PARTS = st.sampled_from(["all", "school", "record"])
DECISIONS = st.sampled_from([approve, discard])


def people_here(village: Village) -> dict[str, bool]:
    """Person's key -> whether the account is in use."""
    rows = Link.objects.filter(district=village.district, kind="person").exclude(object_id=None)
    active = dict(User.objects.filter(district=village.district).values_list("pk", "is_active"))
    return {key: active[pk] for key, pk in rows.values_list("key", "object_id") if pk in active}


def classes_here(village: Village) -> dict[str, bool]:
    """Section's key -> whether its class is in use."""
    rows = Link.objects.filter(district=village.district, kind="section").exclude(object_id=None)
    status = dict(Class.objects.filter(district=village.district).values_list("pk", "status"))
    return {key: status[pk] == Class.Status.ACTIVE for key, pk in rows.values_list("key", "object_id") if pk in status}


def move(village: Village, what: str, last: dict[str, Any], first: dict[str, Any]) -> dict[str, Any]:
    """The world moves: another day, the first day again, somebody turned on by hand, the last run undone."""
    if what == "sync":
        village.day(snapshot_of(last))
    elif what == "back":
        village.day(snapshot_of(first))
        return first
    elif what == "hand":
        gone = User.objects.filter(district=village.district, is_active=False, managed_fields="")
        reactivate_users(village.district, list(gone.values_list("pk", flat=True)), by=BY)
    else:
        run = Run.objects.filter(district=village.district, mode="full").latest("pk")
        try:
            undo(run, by=BY)
        except NotUndoableError:
            return last
    return last


def part_of(run: Run, which: str) -> Part:
    removals = list(removals_of(run))
    if which == "all" or not removals:
        return EVERYTHING
    if which == "school":
        return Part(schools=frozenset({removals[0].school}))
    return Part(records=frozenset({(removals[0].kind, removals[0].record)}))


@pytest.mark.django_db
@given(DAYS, MOVES, PARTS, DECISIONS)
@settings(
    max_examples=EXAMPLES * 2,
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_r32_a_decision_after_the_world_moved_never_removes_what_came_back(
    days: list[dict[str, Any]], moves: list[str], which: str, decide: Any
) -> None:
    """Whoever ends was stored as held and is not in the last snapshot; asked again, nothing more happens."""
    village = a_village(usernames="sis")
    for kind in GUARD_KINDS:
        set_limit(village.district, kind, percent=0, floor=0, by=BY)
    for day in days:
        village.day(snapshot_of(day))
    last = days[-1]
    held = Run.objects.filter(district=village.district, decision="open").first()
    for what in moves:
        last = move(village, what, last, days[0])
    if held is None:
        return
    part = part_of(held, which)
    stored = {(one.kind, one.key) for one in removals_of(held) if part.includes(one)}
    people, classes = people_here(village), classes_here(village)
    try:
        decide(held, by=BY, part=part)
    except NothingHeldError:
        assert (people_here(village), classes_here(village)) == (people, classes)
        return
    ended = {("person", key) for key, active in people_here(village).items() if people[key] and not active}
    archived = {("class", key) for key, active in classes_here(village).items() if classes[key] and not active}
    assert ended | archived <= stored
    sent = {("person", one.key) for one in last["people"]} | {("class", one.key) for one in last["sections"]}
    unshared = {one for one in archived if has_no_teacher(last, one[1])}
    assert (ended | archived) & sent <= unshared
    if decide is discard:
        assert (ended, archived) == (set(), set())
    after = (people_here(village), classes_here(village))
    with suppress(NothingHeldError):
        assert not any(decide(held, by=BY, part=part).done.values())
    assert (people_here(village), classes_here(village)) == after


def has_no_teacher(day: dict[str, Any], key: str) -> bool:
    """A section that is sent without a teacher becomes no class: that removal is one of those that hold (R19)."""
    teachers = {person.key for person in day["people"] if "teacher" in person.roles}
    return not any(set(section.teachers) & teachers for section in day["sections"] if section.key == key)
