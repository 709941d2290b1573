"""R35: the same input twice plans nothing the second time."""

from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from rostering.rehearsal.churn import write_next_day
from rostering.rehearsal.district import write_district
from tests.flow.feeds import small_district
from tests.promises.town import Town, command, counted, found_town, held, two_schools

pytestmark = pytest.mark.django_db

POLICIES = {
    "generated": (),
    "from the SIS": ("--usernames", "sis", "--passwords", "sis", "--fallback", "username"),
}


def is_free(town: Town) -> None:
    """One more run plans nothing, changes nothing, and so does a preview."""
    before = town.roster()
    for options in ((), ("--preview",), ("--full",)):
        run = town.sync(None, *options)
        assert (run["code"], counted(run), held(run)) == (0, {}, {})
        assert town.changes(run["run"]) == []
    after = town.roster()
    assert (after.users, after.classes, after.memberships) == (before.users, before.classes, before.memberships)


@pytest.mark.parametrize("policies", POLICIES)
def test_r35_a_small_district(folder: Path, policies: str) -> None:
    town = found_town(folder, small_district(), *POLICIES[policies])
    run = town.sync()
    assert {kind: done["create"] for kind, done in counted(run).items()} == {
        "schools": 2, "people": 9, "classes": 3, "memberships": 11,
    }  # fmt: skip
    is_free(town)
    again = town.runs[-1]["counts"]
    assert {kind: done["unchanged"] for kind, done in again.items()} == {
        "schools": 2, "people": 9, "classes": 3, "memberships": 11,
    }  # fmt: skip


@pytest.mark.parametrize("policies", POLICIES)
def test_r35_a_district_with_the_mistakes_of_real_exports_and_its_next_day(folder: Path, policies: str) -> None:
    write_district(folder, 300, 11, awkward=True)
    for words in (
        ("add_district", "lark", "--name", "Lark", *POLICIES[policies]),
        ("connect", "lark", "folder", "--path", folder),
    ):
        assert command(*words).code == 0
    town = Town(folder)
    assert counted(town.sync())["people"]["create"] > 300
    is_free(town)
    write_next_day(folder, folder.parent / "tomorrow", 5, 11)
    for path in (folder.parent / "tomorrow").iterdir():
        path.replace(folder / path.name)
    run = town.sync()
    assert run["status"] == "succeeded"
    assert set(counted(run)) == {"people", "classes", "memberships"}
    is_free(town)


def test_r35_what_waits_is_planned_again_and_nothing_else(folder: Path) -> None:
    feed = two_schools(students=20, seats=21)
    town = found_town(folder, feed)
    town.sync()
    feed.drop("students", *[f"s{number}" for number in range(1, 7)])
    first, second = town.sync(feed), town.sync()
    assert (held(second), counted(second)) == (held(first), {})
    changes = town.changes(second["run"])
    assert changes == town.changes(first["run"])
    assert {change["held"] for change in changes} == {True}


def test_r35_narrowed_sharing(folder: Path) -> None:
    town = found_town(folder, small_district())
    command("share", "lark", "--schools", "20")
    assert counted(town.sync())["people"] == {"create": 3}
    is_free(town)
    command("share", "lark", "--sections", "c2")
    held_run = town.sync()
    command("approve", held_run["run"])
    is_free(town)


def test_r4_sharing_that_is_narrowed_and_widened_again_brings_the_same_roster_back(folder: Path) -> None:
    town = found_town(folder, small_district())
    town.sync()
    before = town.roster()
    command("share", "lark", "--schools", "20")
    command("approve", town.sync()["run"])
    town.sync()
    command("share", "lark", "--all")
    run = town.sync()
    assert (run["status"], run.get("error")) == ("succeeded", None)
    assert counted(run) == {
        "schools": {"restore": 1},
        "people": {"restore": 6},
        "classes": {"restore": 2},
        "memberships": {"restore": 8},
    }
    after = town.roster()
    assert (after.users, after.classes, after.memberships) == (before.users, before.classes, before.memberships)
    is_free(town)


def test_r35_an_unchanged_run_costs_the_same_however_many_there_are(folder: Path) -> None:
    """The number of queries of a run does not grow with the number of unchanged records."""
    costs = []
    for slug, students in (("few", 20), ("many", 90)):
        town = found_town(
            folder / slug / "feed", two_schools(students=students, sections=students, seats=students), slug=slug
        )
        town.sync()
        town.sync()
        with CaptureQueriesContext(connection) as queries:
            assert counted(town.sync()) == {}
        costs.append(len(queries))
    assert costs[0] == costs[1]
