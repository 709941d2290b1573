"""R34 at Clever: whatever goes wrong at whichever request of a pull, the roster stays or grows, and the next run heals.

`make proofs` tries every request; `make test` every FAULT_STRIDE-th of them, another one for each kind of fault.
"""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import transaction
from django.test import override_settings

from rostering.delivery import Asked
from rostering.models import Run
from rostering.rehearsal.clever import FAULTS, Fault, Sandbox
from rostering.sync import run_sync
from tests.flow.clever import clever_town, days
from tests.flow.town import Town

pytestmark = [pytest.mark.django_db, pytest.mark.source]
STRIDE = int(os.environ.get("FAULT_STRIDE", "13"))
IMPATIENT = {
    "CLEVER_TIMEOUT": 0.2, "CLEVER_RETRIES": 2, "CLEVER_RETRY_BASE": 0.001, "CLEVER_PAGE": 40, "SOURCE_BUDGET": 20,
}  # fmt: skip
Everything = tuple[list[str], ...]


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    return days(tmp_path_factory.mktemp("district"), 60, 2, 15)


@pytest.fixture
def clever(folders: list[Path]) -> Iterator[tuple[Town, Sandbox]]:
    """A town that holds the first day, while Clever has the second."""
    with override_settings(**IMPATIENT), clever_town("hill", folders[0]) as (town, sandbox):
        sandbox.limits.limit = 10**6  # thousands of runs a minute are our own doing
        town.sync()
        sandbox.load(folders[1])
        yield town, sandbox


@pytest.mark.parametrize("mode", ["full", "delta"])
@pytest.mark.parametrize("kind", FAULTS)
def test_r34_a_fault_at_any_request_takes_nobody_away(kind: str, mode: str, clever: tuple[Town, Sandbox]) -> None:
    town, sandbox = clever
    before, after, requests = undisturbed(town, sandbox, mode)
    assert before[:3] != after[:3]
    first = 1 + sorted(FAULTS).index(kind) % STRIDE
    stride = STRIDE * 4 if kind == "429-retry-after" else STRIDE  # each of these waits for a second
    for at in range(min(first, requests), requests + 1, stride):
        for times in (1, None):
            with undone():
                sandbox.fail(Fault(kind, at=at, times=times, seconds=0.5, megabytes=1))
                check(town, run(town, mode), before, after, (kind, at, times))
                sandbox.clear_faults()
                again = run(town, mode)
                assert again.status in ("succeeded", "held"), (kind, at, times, again.error_message)
                assert town.everything()[:3] == after[:3], (kind, at, times)


def check(town: Town, done: Run, before: Everything, after: Everything, case: object) -> None:
    """A run under a fault did everything, or nothing and says so."""
    seen = town.everything()
    if done.status != "failed":
        assert seen[:3] == after[:3], case
        return
    assert seen[:3] == before[:3], case
    assert done.error_code in ("SRC_UNREACHABLE", "SRC_INCOMPLETE"), case
    assert "Nothing was changed" in done.error_message, case
    assert [line for line in seen[3] if line not in before[3]] == [
        f"{done.error_code} source : {done.error_message}"
    ], case


def undisturbed(town: Town, sandbox: Sandbox, mode: str) -> tuple[Everything, Everything, int]:
    """What there is before and after a good run, and how many requests that takes."""
    before = town.everything()
    with undone():
        sandbox.requests.clear()
        assert run(town, mode).mode == mode
        return before, town.everything(), len(sandbox.requests)


def run(town: Town, mode: str) -> Run:
    return run_sync(town.district, by="tests", asked=Asked(full=mode == "full"))


class undone:  # noqa: N801 used as a statement
    """What is done inside is taken back."""

    def __enter__(self) -> None:
        self.atomic = transaction.atomic()
        self.atomic.__enter__()

    def __exit__(self, *raised: object) -> None:
        transaction.set_rollback(True)
        self.atomic.__exit__(None, None, None)
