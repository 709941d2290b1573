"""R38: plans are kept for PLAN_DAYS days; then they are purged, and a run whose plan is gone says so."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine

from rostering.models import PlanChunk, Run
from rostering.plans import PlanForgottenError, read_plan
from tests.promises.town import command, found_town, held, numbered, two_schools

pytestmark = pytest.mark.django_db

THEN = datetime(2027, 1, 4, 12, tzinfo=UTC)


def test_r38_plans_are_purged_after_their_days_with_the_next_run_of_the_district(folder: Path, settings: Any) -> None:
    feed = two_schools(students=20)
    with time_machine.travel(THEN, tick=False) as clock:
        town, other = found_town(folder, feed), found_town(folder.parent / "other", feed, slug="other")
        first, elsewhere = town.sync()["run"], other.sync()["run"]
        clock.move_to(THEN + timedelta(days=settings.PLAN_DAYS))
        second = town.sync()["run"]
        assert "plan_kept" not in command("run", first, "--json").json
        clock.move_to(THEN + timedelta(days=settings.PLAN_DAYS, seconds=1))
        town.sync()
        assert set(PlanChunk.objects.values_list("run", flat=True)) == {elsewhere}
    detail = command("run", first, "--json").json
    assert (detail["plan_kept"], detail["changes"], detail["outcomes"]["in_use"]) == (False, [], 28)
    assert command("run", first).out.splitlines()[-1] == "Its plan is no longer kept: that is 90 days (PLAN_DAYS)."
    assert "plan_kept" not in command("run", second, "--json").json, "a run that planned nothing has lost nothing"
    with pytest.raises(PlanForgottenError):
        list(read_plan(Run.objects.get(pk=first)))


def test_r33_a_hold_whose_plan_is_gone_cannot_be_decided(folder: Path, settings: Any) -> None:
    """A failed run comes after the days are over; the next good one holds it anew."""
    settings.PLAN_DAYS = 10
    feed = two_schools(students=20)
    with time_machine.travel(THEN, tick=False) as clock:
        town = found_town(folder, feed)
        town.sync()
        feed.drop("students", *numbered("s", 6))
        run = town.sync(feed)["run"]
        clock.move_to(THEN + timedelta(days=11))
        (folder / "students.csv").rename(folder / "students.away")
        assert town.sync()["status"] == "failed"
        for verb in ("approve", "discard"):
            refused = command(verb, run)
            assert (refused.code, refused.err) == (
                1,
                (
                    f"The plan of run {run} is no longer kept: that is 10 days (PLAN_DAYS). "
                    "What it did can still be counted, but not shown, decided or undone."
                ),
            )
        (folder / "students.away").rename(folder / "students.csv")
        again = town.sync()
        assert held(again) == {"people": 6}
        assert command("approve", again["run"]).code == 0
    assert town.roster().inactive() == set(numbered("s", 6))
