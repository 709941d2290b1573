"""R44: a warning is new, continuing, resolved when the source is fixed, new when it is back; accepted stays."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest

from rostering.models import DataWarning
from tests.flow.feeds import Feed, small_district
from tests.promises.test_failure import line, missing
from tests.promises.town import Town, command, found_town, two_schools

pytestmark = pytest.mark.django_db


def states(town: Town, code: str) -> list[str]:
    return [one["state"] for one in town.warnings("--code", code, "--all")]


def since(town: Town, code: str) -> datetime:
    (warning,) = town.warnings("--code", code, "--all")
    return datetime.fromisoformat(warning["since"])


def untaught(feed: Feed) -> None:
    feed.section("c9", "New", school="10", teachers=[], students=["s1"])


def new_clash(feed: Feed) -> None:
    """Found while planning a record that moved, so the next runs do not look at it."""
    feed.student("s9", "Ada", "King", school="10", Username="aking")
    feed.enroll("c1", "s9")


def bad_row(folder: Path) -> None:
    line("students.csv", 3, lambda row: row + b",x")(folder)


FED: dict[str, Callable[[Feed], None]] = {"CLASS_NO_TEACHER": untaught, "USERNAME_CLASH": new_clash}
FILES: dict[str, Callable[[Path], None]] = {"FILE_ROW_UNREADABLE": bad_row, "FILE_SET_PARTIAL": missing("students.csv")}


def with_usernames() -> Feed:
    feed = small_district()
    for people, key in ((feed.teachers, "Teacher_id"), (feed.students, "Student_id")):
        for row in people:
            row["Username"] = "aking" if row[key] == "t1" else f"user{row[key]}"
    return feed


def town_with(folder: Path) -> Town:
    town = found_town(folder, with_usernames(), "--usernames", "sis")
    assert town.sync()["warnings"] == {}
    return town


def spoil(town: Town, code: str) -> None:
    """A day on which the code is raised."""
    feed = with_usernames()
    if code in FED:
        FED[code](feed)
    feed.write(town.folder)
    if code in FILES:
        FILES[code](town.folder)
    town.sync()


@pytest.mark.parametrize("code", [*FED, *FILES])
def test_r44_new_continuing_resolved_and_back_again_as_new(folder: Path, code: str) -> None:
    town = town_with(folder)
    spoil(town, code)
    assert (states(town, code), town.runs[-1]["warnings"]) == (["new"], {code: 1})
    first = since(town, code)
    for _day in range(2):
        spoil(town, code)
        assert (states(town, code), since(town, code), town.runs[-1]["warnings"]) == (["continuing"], first, {code: 1})
    town.sync(with_usernames())
    assert (states(town, code), town.warnings(), town.runs[-1]["warnings"]) == (["resolved"], [], {})
    town.sync()
    assert states(town, code) == ["resolved"]
    spoil(town, code)
    assert states(town, code) == ["new"]
    assert since(town, code) > first


@pytest.mark.parametrize("code", [*FED, *FILES])
def test_r44_accepted_stays_accepted_until_it_is_resolved(folder: Path, code: str) -> None:
    """Accepting is the console's; here the row is set as it will set it."""
    town = town_with(folder)
    spoil(town, code)
    DataWarning.objects.filter(code=code).update(state="accepted", accepted_by="coordinator 1", accepted_why="known")
    for _day in range(2):
        spoil(town, code)
        assert (states(town, code), town.warnings(), town.runs[-1]["warnings"]) == (["accepted"], [], {})
    assert [row["code"] for row in town.roster().warnings] == []
    town.sync(with_usernames())
    assert states(town, code) == ["resolved"]
    spoil(town, code)
    assert states(town, code) == ["new"]


def test_r44_the_words_of_a_continuing_warning_are_those_of_today(folder: Path) -> None:
    town = found_town(folder, small_district())
    feed = small_district()
    feed.enroll("c1", "ghost")
    town.sync(feed)
    feed.enroll("c1", "ghost2")
    town.sync(feed)
    (warning,) = town.warnings()
    assert (warning["state"], warning["message"]) == (
        "continuing", "2 enrollments name students that we did not receive (for example ghost).",
    )  # fmt: skip


def test_r44_a_failed_run_leaves_the_other_warnings_as_they_are(folder: Path) -> None:
    town = town_with(folder)
    spoil(town, "CLASS_NO_TEACHER")
    missing("teachers.csv")(folder)
    town.sync()
    assert town.codes() == {"CLASS_NO_TEACHER": "new", "FILE_SET_PARTIAL": "new"}
    spoil(town, "CLASS_NO_TEACHER")
    assert town.codes("--all") == {"CLASS_NO_TEACHER": "continuing", "FILE_SET_PARTIAL": "resolved"}


def test_r44_a_preview_opens_and_resolves_nothing(folder: Path) -> None:
    town = town_with(folder)
    feed = with_usernames()
    untaught(feed)
    feed.write(folder)
    town.sync(None, "--preview")
    assert town.warnings("--all") == []
    town.sync()
    with_usernames().write(folder)
    town.sync(None, "--preview")
    assert town.codes() == {"CLASS_NO_TEACHER": "new"}


def test_r44_what_is_held_is_resolved_by_the_decision(folder: Path) -> None:
    feed = two_schools(students=10)
    town = found_town(folder, feed)
    town.sync()
    for decision in ("approve", "discard"):
        more = feed.copy()
        more.drop("students", *[row["Student_id"] for row in more.students if row["School_id"] == "A"][:5])
        feed = more
        run = town.sync(feed)
        assert town.codes("--code", "REMOVALS_HELD") == {"REMOVALS_HELD": "new"}
        command(decision, run["run"])
        assert town.codes("--code", "REMOVALS_HELD", "--all") == {"REMOVALS_HELD": "resolved"}
        town.sync()
        assert town.warnings("--code", "REMOVALS_HELD") == []
