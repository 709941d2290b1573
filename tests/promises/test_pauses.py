"""R31, R38: a district pauses its scheduled runs, or lets its runs only add, between dates or until its switch date."""

from datetime import date, timedelta
from pathlib import Path

import pytest
import time_machine

from accounts.models import AuditEntry
from rostering.models import Run, SyncSettings
from rostering.pauses import Pause, pause_of
from tests.flow.feeds import Feed
from tests.promises.machine import Answer
from tests.promises.town import command, counted, found_town, held, numbered, two_schools

pytestmark = pytest.mark.django_db

TODAY = date(2027, 7, 1)
TOMORROW, LATER, LATEST = (TODAY + timedelta(days=number) for number in (1, 30, 45))
RUNS, WAITS = "runs", None


@pytest.fixture(autouse=True)
def clock() -> "time_machine.Traveller":
    with time_machine.travel(f"{TODAY}T12:00:00Z", tick=False) as traveller:
        yield traveller


def at(clock: "time_machine.Traveller", day: date) -> None:
    clock.move_to(f"{day}T12:00:00Z")


def paused(
    pause: str, start: date | None = None, until: date | None = None, switch: date | None = None
) -> SyncSettings:
    return SyncSettings(pause=pause, pause_from=start, pause_until=until, switch_date=switch, pause_by="Ada")


@pytest.mark.parametrize(
    ("decided", "day", "expected"),
    [
        (paused(""), TODAY, None),
        (paused("paused"), LATEST, Pause("paused", None, "Ada")),
        (paused("paused", start=TOMORROW), TODAY, None),
        (paused("paused", start=TOMORROW), TOMORROW, Pause("paused", None, "Ada")),
        (paused("paused", until=LATER), LATER - timedelta(days=1), Pause("paused", LATER, "Ada")),
        (paused("paused", until=LATER), LATER, None),
        (paused("additive", TODAY, LATER), TODAY, Pause("additive", LATER, "Ada")),
        (paused("additive", TODAY, LATER), LATER, None),
        (paused("", switch=LATER), TODAY, Pause("additive", LATER, "Ada")),
        (paused("", switch=LATER), LATER, None),
        (paused("additive", switch=LATER), TODAY, Pause("additive", None, "Ada")),
        (paused("additive", until=LATER, switch=LATEST), TODAY, Pause("additive", LATEST, "Ada")),
        (paused("additive", until=LATEST, switch=LATER), TODAY, Pause("additive", LATEST, "Ada")),
        (paused("paused", until=LATER, switch=LATEST), TODAY, Pause("paused", LATER, "Ada")),
        (paused("paused", until=LATER, switch=LATEST), LATER, Pause("additive", LATEST, "Ada")),
    ],
)
def test_r31_which_pause_a_day_is_in(decided: SyncSettings, day: date, expected: Pause | None) -> None:
    assert pause_of(decided, day) == expected


# -- paused -------------------------------------------------------------------------------------------------------


def scheduled() -> Answer:
    return command("sync", "--all", "--json")


def test_r38_a_scheduled_run_leaves_a_paused_district_out(folder: Path, clock: "time_machine.Traveller") -> None:
    town = found_town(folder, two_schools(students=2))
    found_town(folder.parent / "other", two_schools(students=1), slug="other")
    answer = command("pause", "lark", "--until", str(LATER), "--json")
    assert (answer.code, answer.json) == (
        0,
        {
            "district": "lark", "pause": "paused", "from": None, "until": "2027-07-31", "switch": None,
            "by": "command line", "today": "paused",
        },
    )  # fmt: skip
    night = scheduled()
    assert (night.code, [run["district"] for run in night.json["runs"]], night.json["paused"]) == (
        0,
        ["other"],
        ["lark"],
    )
    assert night.err.strip() == (
        "lark is paused until 2027-07-31 (set by command line). Nothing was started; "
        "sync it by name, or end the pause: manage.py resume lark"
    )
    assert not Run.objects.filter(district=town.district).exists()
    at(clock, LATER)
    night = scheduled()
    assert ([run["district"] for run in night.json["runs"]], night.json.get("paused")) == (["lark", "other"], None)


def test_r38_a_run_by_hand_of_a_paused_district_is_like_any_other(folder: Path) -> None:
    feed = two_schools(students=2)
    town = found_town(folder, feed)
    town.sync()
    command("pause", "lark")
    feed.drop("students", "s2")
    feed.student("new", "Nel", "Newt", school="A")
    run = town.sync(feed)
    assert (run["status"], counted(run)) == ("succeeded", {"people": {"create": 1, "archive": 1}})
    assert town.warnings("--code", "SYNC_PAUSED") == []


def test_r38_resume_ends_a_pause_and_is_audited(folder: Path) -> None:
    found_town(folder, two_schools(students=2))
    command("pause", "lark", "--from", str(TODAY), "--until", str(LATER))
    answer = command("resume", "lark", "--json")
    assert (answer.code, answer.json) == (
        0,
        {
            "district": "lark", "pause": "", "from": None, "until": None, "switch": None,
            "by": "command line", "today": "",
        },
    )  # fmt: skip
    assert "paused" not in scheduled().json
    entries = AuditEntry.objects.filter(verb__in=("pause", "resume")).order_by("pk")
    assert list(entries.values_list("verb", "subject", "actor_label")) == [
        ("pause", "paused from 2027-07-01 until 2027-07-31", "command line"),
        ("resume", "", "command line"),
    ]


def test_r31_resume_leaves_the_switch_date_unless_it_is_told_to_drop_it(folder: Path) -> None:
    found_town(folder, two_schools(students=2))
    command("pause", "lark", "--switch", str(LATER))
    command("pause", "lark")
    kept = command("resume", "lark", "--json").json
    assert (kept["pause"], kept["switch"], kept["today"]) == ("", "2027-07-31", "additive")
    dropped = command("resume", "lark", "--switch", "--json").json
    assert (dropped["switch"], dropped["today"]) == (None, "")


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("--until", "2027-07-01"), "2027-07-01 is not in the future. Nothing was changed."),
        (("--switch", "2027-06-30"), "2027-06-30 is not in the future. Nothing was changed."),
        (("--switch", "2027-08-01", "--additive"), "--switch stands alone: until that day syncs only add."),
        (
            ("--from", "2027-08-02", "--until", "2027-08-01"),
            "A pause from 2027-08-02 that ends on 2027-08-01 has no day in it. Nothing was changed.",
        ),
    ],
)
def test_r38_a_pause_that_is_none_is_refused(folder: Path, words: tuple[str, ...], says: str) -> None:
    found_town(folder, two_schools(students=2))
    refused = command("pause", "lark", *words)
    assert (refused.code, refused.err) == (2, says)
    assert not SyncSettings.objects.exclude(pause="", switch_date=None).exists()


# -- only adding --------------------------------------------------------------------------------------------------


def next_year(feed: Feed) -> Feed:
    """A student leaves and one comes, one is renamed, a class ends, one loses its teacher, and a seat ends."""
    feed = feed.copy()
    feed.drop("students", *numbered("s", 8))
    feed.drop("sections", "c1")
    feed.teach("c2")
    feed.leave("roster", "s20")
    feed.student("new", "Nel", "Newt", school="A")
    feed.enroll("roster", "new")
    feed.row("students", "s10")["Last_name"] = "Renamed"
    return feed


ADDED = {"people": {"create": 1, "update": 1}, "memberships": {"create": 1}}


@pytest.mark.parametrize(
    ("words", "until"),
    [
        (("--additive", "--until", str(LATER)), "until 2027-07-31"),
        (("--additive",), "until further notice"),
        (("--switch", str(LATER)), "until 2027-07-31"),
    ],
)
def test_r31_while_a_district_only_adds_nothing_is_removed_or_held(
    folder: Path, words: tuple[str, ...], until: str
) -> None:
    feed = two_schools(seats=31, sections=4)
    town = found_town(folder, feed)
    town.sync()
    before = town.roster()
    command("pause", "lark", *words)
    run = town.sync(next_year(feed))
    assert (run["status"], run["code"], held(run), counted(run)) == ("succeeded", 0, {}, ADDED)
    assert (town.roster().inactive(), town.roster().seats) == (set(), before.seats | {("roster", "new")})
    (warning,) = town.warnings("--code", "SYNC_PAUSED")
    assert warning["message"] == (
        f"Syncing is paused {until} (set by command line). What is new is taken over; nobody is removed meanwhile."
    )
    again = town.sync()
    assert (held(again), counted(again), town.roster().inactive()) == ({}, {}, set())


def test_r31_who_comes_back_while_a_district_only_adds_is_restored(folder: Path) -> None:
    feed = two_schools(seats=31)
    town = found_town(folder, feed)
    town.sync()
    before = town.roster()
    fewer = feed.copy()
    fewer.drop("students", "s1")
    town.sync(fewer)
    command("pause", "lark", "--additive")
    assert counted(town.sync(feed)) == {"people": {"restore": 1}, "memberships": {"restore": 1}}
    assert (town.roster().users, town.roster().memberships) == (before.users, before.memberships)


def test_r31_on_the_switch_date_everything_is_applied_with_the_guards(
    folder: Path, clock: "time_machine.Traveller"
) -> None:
    """The same files that were only added until then: the run of the day ends as one without any pause."""
    feed = two_schools(seats=31, sections=4)
    towns = [found_town(folder, feed), found_town(folder.parent / "plain", feed, slug="plain")]
    for town in towns:
        town.sync()
    command("pause", "lark", "--switch", str(LATER))
    assert counted(towns[0].sync(next_year(feed))) == ADDED
    at(clock, LATER)
    run, plain = towns[0].sync(), towns[1].sync(next_year(feed))
    assert (held(run), held(plain)) == ({"people": 8}, {"people": 8})
    assert counted(run) == {"classes": {"archive": 2}, "memberships": {"archive": 1}}
    assert towns[0].warnings("--code", "SYNC_PAUSED") == []
    assert [town.roster().inactive() for town in towns] == [{"c1", "c2"}] * 2
    assert towns[0].roster().seats == towns[1].roster().seats


def test_r31_what_waited_before_is_not_decided_while_a_district_only_adds_and_waits_again_after_it(
    folder: Path, clock: "time_machine.Traveller"
) -> None:
    feed = two_schools(seats=21)
    town = found_town(folder, feed)
    town.sync()
    feed.drop("students", *numbered("s", 6))
    first = town.sync(feed)
    command("pause", "lark", "--additive", "--until", str(LATER))
    run = town.sync()
    assert (run["code"], held(run), town.warnings("--code", "REMOVALS_HELD")) == (0, {}, [])
    refused = command("approve", first["run"])
    assert (refused.code, refused.err) == (
        1,
        (
            f"A later run has looked again at what run {first['run']} held. "
            "Nobody is removed while runs only add; what is left of it waits again after that."
        ),
    )
    at(clock, LATER)
    run = town.sync()
    assert (run["code"], held(run)) == (3, {"people": 6})
    assert command("approve", run["run"]).code == 0
    assert town.roster().inactive() == set(numbered("s", 6))


def test_r4_narrowing_the_sharing_removes_nobody_while_a_district_only_adds(folder: Path) -> None:
    town = found_town(folder, two_schools(students=6, sections=1))
    town.sync()
    before = town.roster()
    command("pause", "lark", "--additive")
    command("share", "lark", "--schools", "B")
    run = town.sync()
    assert (run["status"], held(run), counted(run)) == ("succeeded", {}, {})
    assert (town.roster().users, town.roster().memberships) == (before.users, before.memberships)


def test_r40_who_has_another_id_while_a_district_only_adds_is_still_the_same_person(folder: Path) -> None:
    """The new year's ids come before the switch date: nobody gets a second account."""
    feed = two_schools(students=4, sections=1)
    for row in feed.students:
        row["Student_number"] = f"n{row['Student_id']}"
    feed.enroll("c1", *numbered("s", 4))
    town = found_town(folder, feed)
    town.sync()
    command("pause", "lark", "--switch", str(LATER))
    for row in (*feed.students, *feed.enrollments):
        row["Student_id"] = f"new-{row['Student_id']}"
    run = town.sync(feed)
    assert (run["status"], counted(run)) == ("succeeded", {"people": {"rekey": 5}})
    assert town.roster().inactive() == set()
    assert counted(town.sync()) == {}
