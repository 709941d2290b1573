"""R37: a decision that is killed at any moment is made or not made; the next run ends as an undisturbed one.

``CRASHES`` (4) is the number of kills, of approvals, discards and decisions about a part in turn; ``CRASH_SEED`` picks
the moments. And two districts at once.
"""

import csv
import logging
import os
import random
import signal
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from rostering.rehearsal.district import write_district
from tests.promises.machine import Exported, Machine, district, machine, read_export

log = logging.getLogger(__name__)
pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]

CRASHES = int(os.environ.get("CRASHES", "4"))
SEED = int(os.environ.get("CRASH_SEED", "7001"))
STUDENTS = 1500
SLUG = "larkfield"
DECISIONS = ("approve", "discard", "approve a part")


@dataclass(frozen=True)
class Undisturbed:
    """A district with a hold (``run``), and what a decision makes of it that nobody disturbed.

    ``seconds``: how long the decision took, process and all. ``code`` and ``decision``: how it ended. ``waiting``,
    ``decided``, ``renewed``: the exports before it, after it, and after the next run.
    """

    before: Machine
    words: tuple[str, ...]
    seconds: float
    code: int
    decision: str
    waiting: Exported
    decided: Exported
    renewed: Exported


def words_of(decision: str, run: int, school: str) -> tuple[str, ...]:
    verb, _, part = decision.partition(" ")
    return (verb, str(run), *(("--school", school) if part else ()))


def halve(folder: Path) -> str:
    """Take every other student and every third section out of the files; the first school's id."""
    gone: dict[str, set[str]] = {}
    for file, column, every in (("students", "Student_id", 2), ("sections", "Section_id", 3)):
        rows, header = read(folder, file)
        gone[column] = {row[column] for row in rows[::every]}
        write(folder, file, header, [row for row in rows if row[column] not in gone[column]])
    rows, header = read(folder, "enrollments")
    kept = [row for row in rows if all(row[column] not in ids for column, ids in gone.items())]
    write(folder, "enrollments", header, kept)
    return read(folder, "schools")[0][0]["School_id"]


def read(folder: Path, file: str) -> tuple[list[dict[str, str]], list[str]]:
    with (folder / f"{file}.csv").open(encoding="utf-8", newline="") as handle:
        reader = csv.DictReader(handle)
        return list(reader), list(reader.fieldnames or [])


def write(folder: Path, file: str, header: list[str], rows: list[dict[str, str]]) -> None:
    with (folder / f"{file}.csv").open("w", encoding="utf-8", newline="") as handle:
        writer = csv.DictWriter(handle, header, lineterminator="\r\n")
        writer.writeheader()
        writer.writerows(rows)


@pytest.fixture(scope="module")
def feed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("feed")
    write_district(folder, STUDENTS, SEED)
    return folder


@pytest.fixture(scope="module")
def holding(feed: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Machine, int, str]]:
    """A district half of whose students wait, the run that holds them, and a school."""
    with machine(tmp_path_factory.mktemp("holding")) as made:
        made.do(*district(SLUG, feed), ("sync", SLUG))
        school = halve(feed)
        answer = made.run("sync", SLUG, "--json")
        assert answer.code == 3, answer.err
        yield made, answer.json["runs"][0]["run"], school


@pytest.fixture(scope="module")
def undisturbed(holding: tuple[Machine, int, str], tmp_path_factory: pytest.TempPathFactory) -> dict[str, Undisturbed]:
    before, run, school = holding
    waiting = before.export(SLUG, tmp_path_factory.mktemp("waiting"))
    found = {}
    for decision in DECISIONS:
        folder, words = tmp_path_factory.mktemp("undisturbed"), words_of(decision, run, school)
        with machine(folder, before) as copy:
            begun = time.monotonic()
            answer = copy.run(*words, "--json")
            seconds = time.monotonic() - begun
            decided = copy.export(SLUG, folder / "decided")
            copy.run("sync", SLUG)
            renewed = copy.export(SLUG, folder / "renewed")
            found[decision] = Undisturbed(
                before, words, seconds, answer.code, answer.json["decision"], waiting, decided, renewed
            )
    return found


def roster(exported: Exported) -> Exported:
    """An export without the warnings, which grow older with each run."""
    return {name: body for name, body in exported.items() if name != "warnings.csv"}


def state_of(used: Machine) -> list[str]:
    with used.asking() as ask:
        return ask("SELECT decision FROM rostering_run ORDER BY id")


@pytest.mark.parametrize(("nth", "decision"), [(nth, DECISIONS[nth % len(DECISIONS)]) for nth in range(CRASHES)])
def test_r37_a_killed_decision_is_made_or_not_made(
    nth: int, decision: str, undisturbed: dict[str, Undisturbed], tmp_path: Path
) -> None:
    """Moments are spread from the middle of the process on; before that it only starts Python.

    A preview takes the turn, so when it is over, so is the killed one's transaction at the server.
    """
    expected = undisturbed[decision]
    share = (nth + random.Random(f"{SEED}/{nth}").random()) / CRASHES
    moment = (0.5 + share) * expected.seconds
    with machine(tmp_path / "machine", expected.before) as killed:
        process = killed.start(*expected.words)
        time.sleep(moment)
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
        assert killed.run("sync", SLUG, "--preview").code == 0
        found, made = killed.export(SLUG, tmp_path / "after"), state_of(killed)[1] != "open"
        if decision.endswith("part"):
            made = found != expected.waiting
        log.warning(
            "CRASH_SEED=%s, kill %s, %s: %.3f of %.3f s, made: %s", SEED, nth, decision, moment, expected.seconds, made
        )
        assert found == (expected.decided if made else expected.waiting)
        again = killed.run("sync", SLUG, "--json")
        if not made:
            assert (again.code, roster(killed.export(SLUG, tmp_path / "again"))) == (3, roster(expected.waiting))
            renewed = (expected.words[0], str(again.json["runs"][0]["run"]), *expected.words[2:])
            assert killed.run(*renewed).code == expected.code
            killed.run("sync", SLUG)
        assert roster(killed.export(SLUG, tmp_path / "end")) == roster(expected.renewed)


def test_r37_a_decision_waits_for_no_run_in_progress(holding: tuple[Machine, int, str], tmp_path: Path) -> None:
    """While a sync is under way, a decision says so and does nothing."""
    before, run, _ = holding
    with machine(tmp_path / "machine", before) as used:
        sync = used.start_sync(SLUG)
        os.killpg(sync.pid, signal.SIGSTOP)
        try:
            told = [used.run(verb, str(run)) for verb in ("approve", "discard")]
        finally:
            os.killpg(sync.pid, signal.SIGCONT)
        sync.communicate()
        assert [answer.code for answer in told] == [4, 4]
        assert (sync.returncode, state_of(used)) == (3, ["", "renewed", "open"])


def test_r37_one_district_does_not_wait_for_another_on_postgresql(
    holding: tuple[Machine, int, str], feed: Path, tmp_path: Path
) -> None:
    """A district is stopped in the middle of its run; another one is synced from start to end meanwhile."""
    before, _, _ = holding
    if before.url.startswith("sqlite"):
        pytest.skip("SQLite has one writer; there the second waits for the first (test_crash_storm)")
    with machine(tmp_path / "machine", before) as used:
        used.do(*district("slow", feed), *district("quick", feed))
        slow = used.start_sync("slow")
        os.killpg(slow.pid, signal.SIGSTOP)
        try:
            assert slow.poll() is None
            quick = used.run("sync", "quick", "--json")
        finally:
            os.killpg(slow.pid, signal.SIGCONT)
        slow.communicate()
        assert (quick.code, slow.returncode) == (0, 0)
        one, other = tmp_path / "one", tmp_path / "other"
        used.do(("export_roster", "slow", "--out", one), ("export_roster", "quick", "--out", other))
        assert read_export(one) == read_export(other)
