"""R2: a district from Clever's API, whole and by deltas (R36), as it is by CSV."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from rostering.feed_state import known_of
from rostering.models import Connection
from tests.flow.clever import clever_town, connection_of, days, sis_ids, without_ids
from tests.flow.town import Town, command, make_town

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("version", ["v3.0", "v3.1"])
def test_r2_the_same_district_by_csv_and_by_clever_is_the_same(version: str, tmp_path: Path) -> None:
    """Ids aside: accounts, usernames, classes and seats, day after day, the later days by events."""
    folders = days(tmp_path, 600, 3, 8, awkward=True)
    by_csv, modes, names = make_town("csv", tmp_path / "unused"), [], dict[str, str]()
    with clever_town("api", folders[0], version) as (town, sandbox):
        for number, folder in enumerate(folders):
            sandbox.load(folder)
            read_from(by_csv, folder)
            command("sync", "csv")
            modes.append(last_mode(town))
            names |= sis_ids(sandbox)
            assert without_ids(town, names) == without_ids(by_csv, {}), number
    assert modes == ["full", "delta", "delta"]


def read_from(town: Town, folder: Path) -> None:
    connection = connection_of(town)
    connection.settings = {"path": str(folder)}
    connection.save()


def last_mode(town: Town, *options: str) -> str:
    """Sync, and say how the source was read."""
    [run] = command("sync", town.slug, *options)[0]["runs"]
    assert run["status"] in ("succeeded", "held"), run
    return str(run["mode"])


def test_r36_deltas_leave_the_district_as_a_full_pull_would(tmp_path: Path) -> None:
    """Each day by events, and each day once more: what is left is what a district that is new today gets, and a full
    pull finds nothing to change."""
    folders = days(tmp_path, 120, 5, 12)
    with clever_town("hill", folders[0]) as (town, sandbox):
        town.sync()
        for folder in folders[1:]:
            sandbox.load(folder)
            assert last_mode(town) == "delta"
            assert last_mode(town) == "delta"
            assert planned(town, "--full") == []


def planned(town: Town, *options: str) -> list[str]:
    """What a run would still do; what waits already goes on waiting."""
    [run] = command("sync", town.slug, *options)[0]["runs"]
    return [line for line in town.plan(run) if not line.endswith("[held]")]


def test_r37_cursor_and_changes_are_committed_together(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A run that breaks at its very end leaves the cursor where it was; the next one applies the same events."""
    folders = days(tmp_path, 60, 2, 20)
    with clever_town("hill", folders[0]) as (town, sandbox):
        town.sync()
        sandbox.load(folders[1])
        before, cursor = town.everything(), connection_of(town).cursor
        with monkeypatch.context() as patch:
            patch.setattr("rostering.sync.report", lambda *_: 1 / 0)
            with pytest.raises(ZeroDivisionError):
                command("sync", "hill")
        assert (town.everything(), connection_of(town).cursor) == (before, cursor)
        command("sync", "hill")
        assert planned(town, "--full") == []
        assert connection_of(town).cursor == sandbox.events()[-1]["id"] != cursor


def test_r35_a_second_run_asks_for_events_only_and_plans_nothing(tmp_path: Path) -> None:
    [folder] = days(tmp_path, 60, 1, 0)
    with clever_town("hill", folder) as (town, sandbox):
        sandbox.change_sis_id("student", *two_ids(folder))
        town.settle()
        sandbox.requests.clear()
        town.sync()
        asked = [request.target.split("?")[0].replace(connection_of(town).cursor, "ID") for request in sandbox.requests]
        assert asked == ["/v3.1/districts", "/v3.1/events/ID", "/v3.1/events", "/v3.1/events"]


def two_ids(folder: Path) -> tuple[str, str]:
    """A student's id, and another one that nobody has."""
    header, first, *_ = (folder / "students.csv").read_text().splitlines()
    found = first.split(",")[header.split(",").index("Student_id")]
    return found, "new" + found


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"cursor": "0" * 24}, "Clever no longer keeps the last event that we read"),
        (
            {"cursor_read": timezone.now() - timedelta(days=26)},
            "events were last read over 25 days ago, and Clever keeps them for 30",
        ),
        ({"last_full": timezone.now() - timedelta(days=8)}, "the weekly check"),
        ({"last_full": None}, "the first run"),
    ],
)
def test_r36_a_full_pull_where_events_will_not_do(change: dict[str, object], why: str, tmp_path: Path) -> None:
    [folder] = days(tmp_path, 60, 1, 0)
    with clever_town("hill", folder) as (town, sandbox):
        sandbox.change_sis_id("student", *two_ids(folder))
        town.sync()
        Connection.objects.update(**change)
        run = town.sync()
        assert (run["mode"], run["why_full"]) == ("full", why)
        assert town.sync()["mode"] == ("delta" if connection_of(town).cursor else "full")


def test_r36_drift_that_events_did_not_tell_of_is_reported_and_healed(tmp_path: Path) -> None:
    """Events are off by default at Clever, and then a changed district looks like a quiet one."""
    folders = days(tmp_path, 60, 2, 20)
    with clever_town("hill", folders[0]) as (town, sandbox):
        town.sync()
        assert town.sync()["mode"] == "delta"
        sandbox.switch_events(on=False)
        sandbox.load(folders[1])
        [run] = command("sync", "hill")[0]["runs"]
        assert (run["mode"], run["why_full"][:37]) == ("full", "Clever has synced since the last run,")
        assert sum(run["drift"].values()) > 5
        number, kinds = sum(run["drift"].values()), ", ".join(f"{n} {kind}" for kind, n in run["drift"].items())
        said = "records that Clever's events had not told us of"
        assert town.warnings("SRC_DRIFT") == [
            f"SRC_DRIFT source : The regular full check found {number} {said} ({kinds}). They are right again."
        ]
        assert planned(town, "--full") == []
        assert town.warnings("SRC_DRIFT") == []


def test_what_clever_says_of_the_district_is_kept_and_shown(tmp_path: Path) -> None:
    [folder] = days(tmp_path, 60, 1, 0)
    with clever_town("hill", folder) as (town, sandbox):
        sandbox.pause("2027-05-26", "2027-07-30")
        town.sync()
        known = known_of(connection_of(town))
        assert {label: known[label] for label in list(known)[:6]} == {
            "Source": "Clever",
            "Name at the source": sandbox.records("districts")[0]["name"],
            "State at the source": "The district is paused at Clever: nobody is removed meanwhile",
            "The SIS last reached the source": "August 3, 2026, 06:00",
            "Pause": "2027-05-26 to 2027-07-30",
            "Sign-ins from": "2026-08-15",
        }
        assert list(known)[6:] == ["Everything last read", "Changes last read"]
        sandbox.disconnect()
        town.sync(status="failed")
        assert known_of(connection_of(town))["Trouble"].startswith("Clever no longer gives us access")
