"""R33: a district sets its own limits, and how long somebody must be gone before a removal takes effect."""

from datetime import date, timedelta
from pathlib import Path

import pytest
import time_machine

from accounts.models import AuditEntry
from rostering.models import Link
from tests.flow.feeds import Feed
from tests.promises.town import Town, command, counted, found_town, held, numbered, two_schools

pytestmark = pytest.mark.django_db

MONDAY = date(2027, 3, 1)
DEFAULTS = {
    **{
        kind: {"percent": 10.0, "floor": 5, "district_floor": 50}
        for kind in ("students", "teachers", "staff", "classes")
    },
    "seats": {"percent": 30.0, "floor": 5, "district_floor": 50},
}


@pytest.fixture(autouse=True)
def clock() -> "time_machine.Traveller":
    with time_machine.travel(f"{MONDAY}T12:00:00Z", tick=False) as traveller:
        yield traveller


def days_on(clock: "time_machine.Traveller", number: int) -> None:
    clock.move_to(f"{MONDAY + timedelta(days=number)}T12:00:00Z")


# -- the limits -----------------------------------------------------------------------------------------------------


def test_r33_limits_are_shown_set_and_reset(folder: Path) -> None:
    found_town(folder, two_schools(students=1))
    shown = command("limits", "lark", "--json")
    assert (shown.code, shown.json) == (0, {"district": "lark", "limits": DEFAULTS, "grace_days": 0})
    command("limits", "lark", "--kind", "students", "--percent", "2.5")
    command("limits", "lark", "--kind", "students", "--floor", "60")
    changed = command("limits", "lark", "--grace-days", "7", "--json").json
    own = {"percent": 2.5, "floor": 60, "district_floor": 60}
    assert changed == {"district": "lark", "limits": {**DEFAULTS, "students": own}, "grace_days": 7}
    assert command("limits", "lark", "--reset", "--json").json == shown.json
    assert list(AuditEntry.objects.filter(verb="set limits").order_by("pk").values_list("subject", flat=True)) == [
        "students 2.5 % 5", "students 2.5 % 60", "grace 7 days", "defaults",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("--kind", "students"), "--kind goes with --percent or --floor."),
        (("--percent", "5"), "--kind goes with --percent or --floor."),
        (("--kind", "students", "--percent", "101"), "101 is no percentage."),
        (("--kind", "students", "--percent", "nan"), "nan is no percentage."),
        (("--kind", "students", "--floor", "0"), "--floor is at least 1."),
        (("--grace-days", "366"), "--grace-days is from 0 to 365."),
    ],
)
def test_r33_a_limit_that_is_none_is_refused(folder: Path, words: tuple[str, ...], says: str) -> None:
    found_town(folder, two_schools(students=1))
    refused = command("limits", "lark", *words)
    assert (refused.code, refused.err) == (2, says)


def test_r33_a_districts_own_limits_are_judged_by(folder: Path) -> None:
    feed = two_schools(students=100)
    town = found_town(folder, feed)
    town.sync()
    feed.drop("students", *numbered("s", 3))
    command("limits", "lark", "--kind", "students", "--percent", "2", "--floor", "3")
    assert held(town.sync(feed)) == {"people": 3}
    (warning,) = town.warnings("--code", "REMOVALS_HELD")
    assert "3 of 100 students would be removed (more than 2 %)" in warning["message"]


# -- the grace period -----------------------------------------------------------------------------------------------


def gone_since(town: Town) -> dict[str, date]:
    links = Link.objects.filter(district=town.district).exclude(gone_since=None)
    return dict(links.values_list("key", "gone_since"))


def graceful(folder: Path, feed: Feed, days: int = 3) -> Town:
    town = found_town(folder, feed)
    town.sync()
    command("limits", "lark", "--grace-days", days)
    return town


def test_r33_who_is_gone_stays_for_the_days_of_grace(folder: Path, clock: "time_machine.Traveller") -> None:
    feed = two_schools(seats=61, sections=11)
    feed.enroll("c1", "s1")
    town = graceful(folder, feed)
    before = town.roster()
    feed.drop("students", "s1")
    feed.drop("sections", "c1")
    for day in range(3):
        days_on(clock, day)
        run = town.sync(feed)
        assert (run["status"], held(run), counted(run)) == ("succeeded", {}, {})
        assert (town.roster().users, town.roster().memberships) == (before.users, before.memberships)
        assert gone_since(town) == {"s:s1": MONDAY, "c1": MONDAY}
    days_on(clock, 3)
    run = town.sync()
    assert counted(run) == {"people": {"archive": 1}, "classes": {"archive": 1}, "memberships": {"archive": 2}}
    assert town.roster().inactive() == {"s1", "c1"}
    assert ("roster", "s1") not in town.roster().seats
    assert counted(town.sync()) == {}


def test_r33_sent_again_within_the_grace_period_starts_anew(folder: Path, clock: "time_machine.Traveller") -> None:
    feed = two_schools(seats=61)
    town = graceful(folder, feed)
    before = town.roster()
    fewer = feed.copy()
    fewer.drop("students", "s1")
    town.sync(fewer)
    days_on(clock, 2)
    assert counted(town.sync(feed)) == {}
    assert (gone_since(town), town.roster().memberships) == ({}, before.memberships)
    days_on(clock, 4)
    assert counted(town.sync(fewer)) == {}
    assert gone_since(town) == {"s:s1": MONDAY + timedelta(days=4)}
    days_on(clock, 7)
    assert counted(town.sync()) == {"people": {"archive": 1}, "memberships": {"archive": 1}}
    days_on(clock, 9)
    assert counted(town.sync(feed)) == {"people": {"restore": 1}, "memberships": {"restore": 1}}
    assert (gone_since(town), town.roster().users) == ({}, before.users)


def test_r33_the_guards_see_only_what_would_take_effect_now(folder: Path, clock: "time_machine.Traveller") -> None:
    """Four leave on Monday and four on Tuesday; eight of sixty at once would wait."""
    feed = two_schools(students=60)
    town = graceful(folder, feed)
    feed.drop("students", *numbered("s", 4))
    town.sync(feed)
    days_on(clock, 1)
    feed.drop("students", *numbered("s", 8)[4:])
    assert held(town.sync(feed)) == {}
    days_on(clock, 3)
    assert (held(run := town.sync()), counted(run)) == ({}, {"people": {"archive": 4}})
    days_on(clock, 4)
    assert (held(run := town.sync()), counted(run)) == ({}, {"people": {"archive": 4}})
    assert town.roster().inactive() == set(numbered("s", 8))


def test_r33_after_the_grace_period_the_guards_hold_as_ever(folder: Path, clock: "time_machine.Traveller") -> None:
    feed = two_schools(students=20)
    town = graceful(folder, feed)
    feed.drop("students", *numbered("s", 6))
    assert held(town.sync(feed)) == {}
    days_on(clock, 3)
    assert held(town.sync()) == {"people": 6}
    command("limits", "lark", "--grace-days", "30")
    assert held(town.sync()) == {"people": 6}, "what waits already goes on waiting"


def test_r4_what_is_no_longer_shared_has_no_grace(folder: Path) -> None:
    """The district has decided it itself."""
    feed = two_schools(students=2, sections=1)
    town = graceful(folder, feed)
    command("share", "lark", "--schools", "A")
    assert held(town.sync()) == {"schools": 1, "people": 3, "classes": 1}
    assert gone_since(town) == {}


def test_r33_the_days_on_which_runs_only_add_are_no_days_of_grace(
    folder: Path, clock: "time_machine.Traveller"
) -> None:
    feed = two_schools(students=60)
    town = graceful(folder, feed)
    feed.drop("students", "s1")
    command("pause", "lark", "--additive", "--until", str(MONDAY + timedelta(days=3)))
    town.sync(feed)
    assert gone_since(town) == {}
    days_on(clock, 3)
    assert (counted(town.sync()), gone_since(town)) == ({}, {"s:s1": MONDAY + timedelta(days=3)})
