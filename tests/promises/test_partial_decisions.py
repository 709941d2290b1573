"""R33: a part of what is held is decided, and the rest goes on waiting; what came back or moved since is left."""

from pathlib import Path
from typing import Any

import pytest

from accounts.lifecycle import Actor, deactivate_users
from accounts.models import User
from rostering.delivery import Asked
from rostering.models import Link, Run
from rostering.sync import run_sync
from tests.flow.feeds import Feed
from tests.promises.town import Town, command, counted, found_town, held, numbered, two_schools

pytestmark = pytest.mark.django_db

ROSTER = Actor("tests", roster=True)
NONE = {"schools": 0, "people": 0, "classes": 0, "memberships": 0}


def holding(folder: Path) -> tuple[Town, Feed, int]:
    """A run that holds six students and six classes of school A, the only student of B, and ten seats at A.

    ``s1`` to ``s6`` are gone and sit in ``roster``, where ``s10`` to ``s19`` are no longer enrolled.
    """
    feed = two_schools(seats=21, sections=10)
    town = found_town(folder, feed)
    town.sync()
    feed = feed.copy()
    feed.drop("students", *numbered("s", 6), "sb")
    feed.drop("sections", *numbered("c", 6))
    feed.leave("roster", *numbered("s", 19)[9:])
    run = town.sync(feed)
    assert held(run) == {"people": 7, "classes": 6, "memberships": 10}
    return town, feed, run["run"]


def decide(verb: str, run: int, *part: str) -> tuple[int, dict[str, Any]]:
    answer = command(verb, run, "--json", *part)
    return answer.code, {name: answer.json[name] for name in ("decision", "done", "left", "waiting")}


def whys(town: Town) -> list[str]:
    return sorted(warning["message"].partition(" (")[0] for warning in town.warnings("--code", "REMOVALS_HELD"))


def test_r33_a_schools_part_is_approved_and_the_rest_goes_on_waiting(folder: Path) -> None:
    town, _, run = holding(folder)
    before = town.roster().seats
    assert decide("approve", run, "--school", "B") == (
        3,
        {
            "decision": "open",
            "done": {**NONE, "people": 1},
            "left": [],
            "waiting": {"schools": 0, "people": 6, "classes": 6, "memberships": 10},
        },
    )
    assert town.roster().inactive() == {"sb"}
    assert town.roster().seats == before - {("cb", "sb")}
    assert Run.objects.get(pk=run).status == "held"
    assert whys(town) == [
        "Alder School: 10 of 31 seats would be removed",
        "Alder School: 6 of 11 classes would be removed",
        "Alder School: 6 of 20 students would be removed",
    ]
    again = town.sync()
    assert (again["code"], held(again), counted(again)) == (3, {"people": 6, "classes": 6, "memberships": 10}, {})
    assert Run.objects.get(pk=run).decision == "renewed"
    assert decide("approve", again["run"])[1]["decision"] == "approved"
    assert town.roster().inactive() == {*numbered("s", 6), *numbered("c", 6), "sb"}


def test_r33_single_records_are_decided_this_way_and_that(folder: Path) -> None:
    town, _, run = holding(folder)
    before = town.roster().seats
    part = ("--record", "person:s1", "class:c1", "--record", "membership:roster/s10")
    assert decide("approve", run, *part) == (
        3,
        {
            "decision": "open",
            "done": {**NONE, "people": 1, "classes": 1, "memberships": 1},
            "left": [],
            "waiting": {"schools": 0, "people": 6, "classes": 5, "memberships": 9},
        },
    )
    assert decide("discard", run, "--record", "person:s2", "section:c2", "membership:roster/s11") == (
        3,
        {
            "decision": "open",
            "done": {**NONE, "people": 1, "classes": 1, "memberships": 1},
            "left": [],
            "waiting": {"schools": 0, "people": 5, "classes": 4, "memberships": 8},
        },
    )
    gone = {("roster", "s1"), ("roster", "s10"), ("c1", "t1")}
    assert (town.roster().inactive(), town.roster().seats) == ({"s1", "c1"}, before - gone)
    again = town.sync()
    assert (held(again), counted(again)) == ({"people": 5, "classes": 4, "memberships": 8}, {})
    assert decide("approve", again["run"]) == (
        0,
        {
            "decision": "approved",
            "done": {"schools": 0, "people": 5, "classes": 4, "memberships": 8},
            "left": [],
            "waiting": NONE,
        },
    )
    stays = {("roster", "s2"), ("roster", "s11")}
    assert town.roster().inactive() == {"s1", *numbered("s", 6)[2:], "sb", "c1", *numbered("c", 6)[2:]}
    assert town.roster().seats >= stays
    assert counted(town.sync()) == {}
    assert town.roster().seats >= stays


def test_r33_a_hold_is_closed_when_its_last_part_is_decided(folder: Path) -> None:
    town, _, run = holding(folder)
    assert decide("discard", run, "--school", "A")[0] == 3
    code, last = decide("approve", run, "--record", "person:sb")
    assert (code, last["decision"], last["waiting"]) == (0, "approved", NONE)
    assert Run.objects.get(pk=run).status == "succeeded"
    assert town.warnings("--code", "REMOVALS_HELD") == []
    assert command("approve", run).err == f"Run {run} was approved already, by command line."
    assert town.roster().inactive() == {"sb"}
    assert (held(again := town.sync()), counted(again)) == ({}, {})


def test_r33_a_decided_part_is_not_named_as_moved_when_the_rest_is_decided(folder: Path) -> None:
    _, _, run = holding(folder)
    decide("approve", run, "--record", "person:s1", "class:c1", "membership:roster/s10")
    decide("discard", run, "--record", "person:s2", "class:c2", "membership:roster/s11")
    assert decide("approve", run) == (
        0,
        {
            "decision": "approved",
            "done": {"schools": 0, "people": 5, "classes": 4, "memberships": 8},
            "left": [],
            "waiting": NONE,
        },
    )


def test_r33_a_class_is_decided_with_the_seats_that_wait_in_it(folder: Path) -> None:
    town, _, run = holding(folder)
    assert decide("approve", run, "--record", "class:roster")[1]["done"] == {**NONE, "memberships": 10}
    assert not town.roster().seats & {("roster", key) for key in numbered("s", 19)[9:]}


def test_r33_what_came_back_since_is_named_and_left(folder: Path) -> None:
    """Single records are synced while the hold is open: a student, a class, and a seat of another student."""
    town, feed, run = holding(folder)
    before = town.roster().seats
    feed.student("s1", "Stu", "Dents1", school="A")
    feed.section("c1", "Class c1", school="A", teachers=["t1"])
    feed.enroll("roster", "s1", "s10")
    feed.write(folder)
    for asked in (Asked(kind="person", id="s1"), Asked(kind="section", id="c1"), Asked(kind="person", id="s10")):
        run_sync(town.district, by="tests", asked=asked)
    code, answer = decide("approve", run)
    assert (code, sorted(answer["left"]), answer["done"]) == (
        0,
        ["Class c1", "Stu Dents1", "Stu Dents10 in Roster"],
        {**NONE, "people": 6, "classes": 5, "memberships": 9},
    )
    assert town.roster().inactive() == {*numbered("s", 6)[1:], *numbered("c", 6)[1:], "sb"}
    assert {("roster", "s1"), ("roster", "s10")} <= town.roster().seats
    assert town.roster().seats == before - {
        *(("roster", key) for key in [*numbered("s", 6)[1:], *numbered("s", 19)[10:]]),
        *((key, "t1") for key in numbered("c", 6)[1:]),
        ("cb", "sb"),
    }


def test_r33_a_link_that_means_another_account_by_now_is_named_and_left(folder: Path) -> None:
    _, _, run = holding(folder)
    link = Link.objects.get(kind="person", key="s:s1")
    other = User.objects.get(pk=Link.objects.get(kind="person", key="s:s20").object_id)
    Link.objects.filter(pk=link.pk).update(object_id=other.pk)
    _, answer = decide("approve", run, "--record", "person:s1", "person:s2")
    assert (answer["left"], answer["done"]) == (["Stu Dents1"], {**NONE, "people": 1})
    other.refresh_from_db()
    assert other.is_active


def test_r33_an_account_that_was_deactivated_by_hand_is_gone_for_good_by_approval(folder: Path) -> None:
    town, _, run = holding(folder)
    user = Link.objects.get(kind="person", key="s:s1").object_id
    deactivate_users(town.district, [user], by=ROSTER)
    _, answer = decide("approve", run, "--record", "person:s1", "person:s2")
    assert (answer["done"], answer["left"]) == ({**NONE, "people": 2}, [])
    assert town.roster().inactive() == {"s1", "s2"}
    assert held(town.sync())["people"] == 5


def test_r33_a_school_that_is_gone_is_decided_with_its_people(folder: Path) -> None:
    feed = two_schools(students=3, staff=1, sections=1)
    town = found_town(folder, feed)
    town.sync()
    feed.drop("schools", "A")
    feed.drop("students", *numbered("s", 3))
    feed.drop("teachers", "t1")
    feed.drop("staff", "f1")
    feed.drop("sections", "c1", "cb")
    run = town.sync(feed)["run"]
    assert decide("approve", run, "--school", "A")[1]["done"] == {**NONE, "schools": 1, "people": 5, "classes": 1}
    assert decide("discard", run, "--school", "B")[1]["done"] == {**NONE, "classes": 1}
    assert town.roster().inactive() == {*numbered("s", 3), "t1", "f1", "c1"}


@pytest.mark.parametrize(
    ("part", "code", "says"),
    [
        (("--school", "Z"), 1, "Nothing of what run {run} holds is part of that. See: manage.py run {run}"),
        (("--record", "person:s7"), 1, "Nothing of what run {run} holds is part of that. See: manage.py run {run}"),
        (("--record", "s1"), 2, "'s1' names no removal: write KIND:ID, as in person:s17."),
        (("--record", "pupil:s1"), 2, "'pupil:s1' names no removal: write KIND:ID, as in person:s17."),
    ],
)
def test_r33_a_part_that_is_none_is_refused(folder: Path, part: tuple[str, ...], code: int, says: str) -> None:
    town, _, run = holding(folder)
    for verb in ("approve", "discard"):
        refused = command(verb, run, *part)
        assert (refused.code, refused.err) == (code, says.format(run=run))
    assert town.roster().inactive() == set()
    assert Run.objects.get(pk=run).decision == "open"


def test_r33_a_part_is_said_in_words(folder: Path) -> None:
    _, _, run = holding(folder)
    assert command("discard", run, "--school", "B").out.strip() == (
        "Kept: 1 people. Still waiting: 6 people, 6 classes, 10 memberships."
    )
