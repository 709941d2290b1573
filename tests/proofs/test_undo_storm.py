"""R37, R38, R28: an undo or a merge that is killed at any moment is done or not done; asked for again, it is done.

``CRASHES`` (4) is the number of kills, of undos and merges in turn; ``CRASH_SEED`` picks the moments.
"""

import csv
import io
import os
import random
import signal
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from rostering.rehearsal.churn import write_next_day
from rostering.rehearsal.district import write_district
from tests.promises.machine import Exported, Machine, district, machine

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]

CRASHES = int(os.environ.get("CRASHES", "4"))
SEED = int(os.environ.get("CRASH_SEED", "7001"))
STUDENTS = 800
SLUG = "larkfield"
DONE, REFUSED = 0, 1


@dataclass(frozen=True)
class Undisturbed:
    """``words``: the command; what the exports say before it and after it; how long it takes, process and all."""

    machine: Machine
    words: tuple[str, ...]
    seconds: float
    before: Exported
    after: Exported


def roster(exported: Exported) -> Exported:
    """An export without the warnings, which grow older with each run."""
    return {name: body for name, body in exported.items() if name != "warnings.csv"}


def two_students(exported: Exported) -> tuple[str, str]:
    """Usernames of the first two students."""
    rows = csv.DictReader(io.StringIO(exported["users.csv"].decode()))
    first, second, *_ = [row["username"] for row in rows if row["role"] == "student" and row["status"] == "active"]
    return first, second


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Undisturbed]]:
    folder = tmp_path_factory.mktemp("feed")
    write_district(folder / "day1", STUDENTS, SEED)
    write_next_day(folder / "day1", folder / "day2", 5, SEED)
    with machine(tmp_path_factory.mktemp("machine")) as made:
        made.do(*district(SLUG, folder / "day1"), ("sync", SLUG))
        made.do(("connect", SLUG, "folder", "--path", folder / "day2"))
        run = made.run("sync", SLUG, "--json").json["runs"][0]["run"]
        before = roster(made.export(SLUG, tmp_path_factory.mktemp("before")))
        found = []
        for words in (("undo", str(run)), ("merge", SLUG, *two_students(before))):
            place = tmp_path_factory.mktemp("undisturbed")
            with machine(place, made) as copy:
                begun = time.monotonic()
                answer = copy.run(*words, "--json")
                seconds = time.monotonic() - begun
                assert answer.code == DONE, answer.err
                after = roster(copy.export(SLUG, place / "after"))
            assert after != before
            found.append(Undisturbed(made, words, seconds, before, after))
        yield found


@pytest.mark.parametrize("nth", range(CRASHES))
def test_r37_a_killed_undo_or_merge_is_done_or_not_done(
    nth: int, undisturbed: list[Undisturbed], tmp_path: Path
) -> None:
    """Moments are spread from the middle of the process on; before that it only starts Python."""
    expected = undisturbed[nth % len(undisturbed)]
    share = (nth + random.Random(f"{SEED}/{nth}").random()) / CRASHES
    with machine(tmp_path / "machine", expected.machine) as killed:
        process = killed.start(*expected.words, "--json")
        time.sleep((0.5 + 0.5 * share) * expected.seconds)
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
        killed.run("sync", SLUG, "--preview")  # it takes the turn, so the killed one's transaction is over
        found = roster(killed.export(SLUG, tmp_path / "found"))
        assert found in (expected.before, expected.after)
        again = killed.run(*expected.words, "--json")
        assert again.code == (DONE if found == expected.before else REFUSED), again.err
        assert roster(killed.export(SLUG, tmp_path / "again")) == expected.after
