"""R37: a sync that is killed at any moment leaves the state before or after the step, and the next run completes it.

``CRASHES`` (4) is the number of kills, of first syncs and next days in turn; ``CRASH_SEED`` picks the moments.
"""

import json
import logging
import os
import random
import shutil
import signal
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from rostering.rehearsal.churn import write_next_day
from rostering.rehearsal.district import write_district
from tests.promises.machine import Exported, Machine, district, machine, read_export

log = logging.getLogger(__name__)
pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

CRASHES = int(os.environ.get("CRASHES", "4"))
SEED = int(os.environ.get("CRASH_SEED", "7001"))
STUDENTS = 1500
CHURN = 8
SLUG = "larkfield"


@dataclass(frozen=True)
class Undisturbed:
    """A district before a sync (``before``), and what nobody disturbed made of it.

    ``seconds``: how long the run took. ``code``: how it ended. ``exports``: after it, and after one more run.
    """

    before: Machine
    seconds: float
    code: int
    exports: tuple[Exported, Exported]


def observe(before: Machine, folder: Path) -> Undisturbed:
    with machine(folder, before) as copy:
        first = copy.run("sync", SLUG, "--json")
        assert first.code == 0, first.err
        one, two = folder / "one", folder / "two"
        copy.do(("export_roster", SLUG, "--out", one), ("sync", SLUG), ("export_roster", SLUG, "--out", two))
        return Undisturbed(before, first.json["runs"][0]["seconds"], first.code, (read_export(one), read_export(two)))


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Machine]:
    with machine(tmp_path_factory.mktemp("empty")) as made:
        yield made


@pytest.fixture(scope="module")
def feed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("feed")
    write_district(folder, STUDENTS, SEED, awkward=True)
    return folder


@pytest.fixture(scope="module")
def first_day(empty: Machine, feed: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Undisturbed]:
    """A district that was never synced."""
    folder = tmp_path_factory.mktemp("first_day")
    with machine(folder / "before", empty) as before:
        before.do(*district(SLUG, feed))
        yield observe(before, folder / "undisturbed")


@pytest.fixture(scope="module")
def next_day(empty: Machine, feed: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Undisturbed]:
    """A district that was synced yesterday."""
    folder = tmp_path_factory.mktemp("next_day")
    shutil.copytree(feed, folder / "feed")
    write_next_day(feed, folder / "tomorrow", CHURN, SEED)
    with machine(folder / "before", empty) as before:
        before.do(*district(SLUG, folder / "feed"), ("sync", SLUG))
        shutil.copytree(folder / "tomorrow", folder / "feed", dirs_exist_ok=True)
        yield observe(before, folder / "undisturbed")


@pytest.mark.parametrize(("nth", "day"), [(nth, ("first_day", "next_day")[nth % 2]) for nth in range(CRASHES)])
def test_r37_a_killed_sync_is_completed_by_the_next(
    nth: int, day: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    """Moments are spread over the run, one in each stretch of it; before a run begins there is nothing to disturb."""
    undisturbed: Undisturbed = request.getfixturevalue(day)
    moment = (nth + random.Random(f"{SEED}/{nth}").random()) / CRASHES * undisturbed.seconds * 1.1
    log.warning(
        "CRASH_SEED=%s, kill %s of %s, %.3f s into a run of %.3f s", SEED, nth + 1, CRASHES, moment, undisturbed.seconds
    )
    with machine(tmp_path / "machine", undisturbed.before) as killed:
        process = killed.start_sync(SLUG)
        time.sleep(moment)
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
        again = killed.run("sync", SLUG, "--json")
        assert again.code == undisturbed.code, again.err
        *_, first, second = killed.statuses()
        log.warning("the killed run %s, the next %s", first, second)
        assert (first, second) in (("failed", "succeeded"), ("succeeded", "succeeded"))
        found, expected = killed.export(SLUG, tmp_path / "export"), undisturbed.exports[first == "succeeded"]
        assert {name for name in expected if found[name] != expected[name]} == set()


def test_r37_two_syncs_of_one_district_never_overlap(first_day: Undisturbed, tmp_path: Path) -> None:
    """The first is held in the middle of its run: the second says so and does nothing, the first ends well."""
    with machine(tmp_path / "machine", first_day.before) as used:
        first = used.start_sync(SLUG)
        os.killpg(first.pid, signal.SIGSTOP)
        try:
            second = used.run("sync", SLUG, "--json")
        finally:
            os.killpg(first.pid, signal.SIGCONT)
        out, _ = first.communicate()
        (told,) = second.json["runs"]
        assert (second.code, told["run"], told["status"], told["error"]["code"]) == (4, None, "failed", "BUSY")
        assert told["error"]["message"] == (
            f"Another run of {SLUG} is in progress. Nothing was started; try again when it is done."
        )
        assert (first.returncode, json.loads(out)["runs"][0]["status"]) == (0, "succeeded")
        assert used.statuses() == ["succeeded"]
        assert used.export(SLUG, tmp_path / "export") == first_day.exports[0]


def test_r37_two_districts_are_synced_at_once(first_day: Undisturbed, feed: Path, tmp_path: Path) -> None:
    with machine(tmp_path / "machine", first_day.before) as used:
        used.do(*district("other", feed))
        started = [used.start("sync", slug, "--json") for slug in (SLUG, "other")]
        for process in started:
            process.communicate(timeout=120)
        assert [process.returncode for process in started] == [0, 0]
        one, other = tmp_path / "one", tmp_path / "other"
        used.do(("export_roster", SLUG, "--out", one), ("export_roster", "other", "--out", other))
        assert [read_export(one), read_export(other)] == [first_day.exports[0]] * 2
