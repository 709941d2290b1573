"""Properties of the planner over random pairs of districts, on the in-memory world."""

import copy
import random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rostering.core.plan import decode, encode, outcomes, records_read
from rostering.core.planning import Rules
from rostering.core.safety import GUARD_KINDS, Limit
from rostering.core.sharing import Sharing
from tests.core.districts import districts, snapshot_of
from tests.core.world import World

pytestmark = pytest.mark.no_database

NO_GUARDS = {kind: Limit(percent=100, floor=10**9) for kind in GUARD_KINDS}
RULES = st.sampled_from(
    [Rules(usernames=names, limits=limits) for names in ("sis", "generated") for limits in (NO_GUARDS, Rules().limits)]
)
DISTRICTS = districts()


@given(DISTRICTS, DISTRICTS, RULES)
def test_r35_a_second_run_plans_only_what_already_waited(
    one: dict[str, Any], other: dict[str, Any], rules: Rules
) -> None:
    world = World()
    world.sync(snapshot_of(one), rules)
    world.sync(snapshot_of(other), rules)
    planning, changes = world.sync(snapshot_of(other), rules)
    assert [
        change for change in changes if not change.held and not all(seat.held for seat in change.seats or [None])
    ] == []  # type: ignore[union-attr]
    assert {
        action: n for kind in planning.counts.values() for action, n in kind.items() if n and action != "unchanged"
    } == {}


@given(DISTRICTS, DISTRICTS, RULES, st.randoms(use_true_random=False))
def test_the_order_of_rows_is_irrelevant(
    one: dict[str, Any], other: dict[str, Any], rules: Rules, dice: random.Random
) -> None:
    shuffled = {kind: dice.sample(records, len(records)) for kind, records in other.items()}
    straight, mixed = World(), World()
    straight.sync(snapshot_of(one), rules)
    mixed.sync(snapshot_of(one), rules)
    straight.sync(snapshot_of(other), rules)
    mixed.sync(snapshot_of(shuffled), rules)
    assert straight.seen() == mixed.seen()
    assert {row.fields["username"] for row in straight.users.values()} == {
        row.fields["username"] for row in mixed.users.values()
    }


@given(DISTRICTS, DISTRICTS, RULES)
def test_r30_nobody_is_lost_and_no_username_changes_silently(
    one: dict[str, Any], other: dict[str, Any], rules: Rules
) -> None:
    world = World()
    world.sync(snapshot_of(one), rules)
    before = copy.deepcopy(world.users)
    _, changes = world.sync(snapshot_of(other), rules)
    told = {change.object_id for change in changes if "username" in change.fields}
    assert set(before) <= set(world.users)
    assert [
        pk for pk in before if before[pk].fields["username"] != world.users[pk].fields["username"] and pk not in told
    ] == []


@given(DISTRICTS, DISTRICTS)
def test_r18_without_guards_the_world_is_what_the_source_says(one: dict[str, Any], other: dict[str, Any]) -> None:
    """From an empty start and over another day: the same active people and seats (schools never go unasked)."""
    rules = Rules(limits=NO_GUARDS)
    fresh, moved = World(), World()
    other["schools"] = one["schools"]
    fresh.sync(snapshot_of(other), rules)
    moved.sync(snapshot_of(one), rules)
    planning, _ = moved.sync(snapshot_of(other), rules)
    usable = {key for key in planning.snapshot.people if ("person", key) not in planning.snapshot.blocked}
    usable -= set(planning.questions)
    active = {key for key, (active, _) in moved.seen()["users"].items() if active}
    assert usable <= active
    blocked_or_held = {key for kind, key in planning.snapshot.blocked if kind == "person"} | planning.held_people
    awaited = {key for key, link in moved.links.people.items() if ("person", link.object_id) in planning.awaited}
    assert active - usable <= blocked_or_held | awaited
    if not planning.questions:
        assert fresh.seen()["seats"] <= moved.seen()["seats"]


@given(DISTRICTS, DISTRICTS, RULES)
def test_r39_every_record_has_one_outcome(one: dict[str, Any], other: dict[str, Any], rules: Rules) -> None:
    world = World()
    world.sync(snapshot_of(one), rules)
    planning, _ = world.sync(snapshot_of(other), rules)
    ended = outcomes(planning)
    waiting_of_sent = sum(
        mark.state == "waiting" and mark.key in planning.snapshot.of(mark.kind) for mark in planning.marks
    )
    assert min(ended.values()) >= 0
    waiting_of_sent += len(planning.questions)
    assert ended["in_use"] + ended["unchanged"] + ended["blocked"] + ended["not_shared"] + waiting_of_sent == sum(
        records_read(planning).values()
    )


@given(DISTRICTS, DISTRICTS, RULES)
@settings(max_examples=50)
def test_a_plan_survives_being_written_down(one: dict[str, Any], other: dict[str, Any], rules: Rules) -> None:
    world = World()
    world.sync(snapshot_of(one), rules)
    _, changes = world.plan(snapshot_of(other), rules, Sharing())
    assert list(decode(encode(changes))) == changes
