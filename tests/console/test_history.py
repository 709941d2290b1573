"""Sync history in the console: changes, holds and undo, on real runs of a small district (R32, R33, R38)."""

import csv
import io

import pytest

from accounts.models import AuditEntry, User
from rostering.models import Run
from rostering.undo import undo
from tests.flow.feeds import Feed
from tests.pages.world import BY
from tests.promises.town import SLUG, Town, found_town, numbered, two_schools

RUNS = f"/console/in/{SLUG}/runs"


@pytest.fixture
def town(world, tmp_path) -> Town:
    """A district whose latest run holds six of twenty students, and changed the name of another one."""
    feed: Feed = two_schools(seats=21)
    town = found_town(tmp_path / "files", feed)
    town.sync()
    fewer = feed.copy()
    fewer.drop("students", *numbered("s", 6))
    fewer.row("students", "s9").update({"First_name": "=Nina"})
    town.sync(fewer)
    return town


@pytest.fixture
def run(town) -> Run:
    return Run.objects.get(pk=town.runs[-1]["run"])


def names_in(page):
    return [(row["action"], row["kind"], row["source_id"], row["held"]) for row in page.context["found"].rows]


def inactive(town):
    return {key for key, status in town.roster().people.items() if status == "inactive"}


def test_r46_changes_are_searched_filtered_and_explained(run, ops):
    page = ops.get(f"{RUNS}/{run.pk}/changes/", {"action": "change"})
    assert names_in(page) == [("change", "person", "s9", False)]
    assert "=Nina" in page.content.decode()
    held = ops.get(f"{RUNS}/{run.pk}/changes/", {"held": "yes", "kind": "person"})
    assert sorted(names_in(held)) == [("archive", "person", key, True) for key in numbered("s", 6)]
    assert names_in(ops.get(f"{RUNS}/{run.pk}/changes/", {"q": "s3", "kind": "person"})) == [
        ("archive", "person", "s3", True)
    ]
    assert names_in(ops.get(f"{RUNS}/{run.pk}/changes/", {"school": "nowhere"})) == []


def test_changes_come_a_page_at_a_time(town, ops):
    first = town.runs[0]["run"]
    total, number, seen = sum(1 for _ in csv.reader(io.StringIO(_file(ops, first)))), 1, set()
    while True:
        found = ops.get(f"{RUNS}/{first}/changes/", {"page": number}).context["found"]
        seen.update((row["kind"], row["source_id"]) for row in found.rows)
        assert len(found.rows) <= 50
        if not found.more:
            break
        number += 1
    assert number > 1
    assert 50 < len(seen) < total


def _file(client, pk, **asked):
    return b"".join(client.get(f"{RUNS}/{pk}/changes.csv", asked).streaming_content).decode()


def test_r49_the_file_is_safe_for_spreadsheets_and_written_down(run, ops, world):
    rows = list(csv.DictReader(io.StringIO(_file(ops, run.pk, action="change").removeprefix("\ufeff"))))
    assert [(row["source_id"], row["field"], row["new"]) for row in rows] == [("s9", "first_name", "'=Nina")]
    entry = AuditEntry.objects.filter(verb="export changes").get()
    assert (entry.actor, entry.subject) == (world.ops, f"run {run.pk}")


def test_r33_who_is_held_is_shown_by_school_and_approved_once(town, run, ops):
    page = ops.get(f"{RUNS}/{run.pk}/hold/")
    schools = [(each.counts["people"], [one.record for one in each.removals]) for each in page.context["schools"]]
    assert schools == [(6, numbered("s", 6))]
    one = ops.post(f"{RUNS}/{run.pk}/hold/decide/", {"do": "discard", "record": "person:s1"}, follow=True)
    assert "Kept: 1 people" in one.content.decode()
    done = ops.post(f"{RUNS}/{run.pk}/hold/decide/", {"do": "approve"}, follow=True).content.decode()
    assert "Removed: 5 people" in done
    assert inactive(town) == set(numbered("s", 6)) - {"s1"}
    again = ops.post(f"{RUNS}/{run.pk}/hold/decide/", {"do": "approve"}, follow=True).content.decode()
    assert f"Run {run.pk} was approved already" in again
    assert inactive(town) == set(numbered("s", 6)) - {"s1"}


def test_r33_a_school_is_decided_alone_and_a_stale_form_does_nothing(town, run, ops):
    school = ops.get(f"{RUNS}/{run.pk}/hold/").context["schools"][0].key
    town.sync()
    stale = ops.post(f"{RUNS}/{run.pk}/hold/decide/", {"do": "approve", "school": school}, follow=True)
    assert "A later run has looked again" in stale.content.decode()
    assert inactive(town) == set()
    newer = town.runs[-1]["run"]
    ops.post(f"{RUNS}/{newer}/hold/decide/", {"do": "discard", "school": school})
    assert Run.objects.get(pk=newer).decision == "discarded"
    ops.post(f"{RUNS}/{newer}/hold/decide/", {"do": "everything"})
    assert inactive(town) == set()


def test_r38_an_undo_is_forecast_first_and_done_once(town, run, ops):
    page = ops.post(f"{RUNS}/{run.pk}/undo/do/", {"do": "forecast"}, follow=True)
    outcome = page.context["outcome"]
    assert [(one["action"], one["source_id"]) for one in outcome["changes"]] == [("change", "s9")]
    assert User.objects.filter(first_name="=Nina").count() == 1
    done = ops.post(f"{RUNS}/{run.pk}/undo/do/", {"do": "undo"}, follow=True)
    assert f"Run {run.pk} is undone" in done.content.decode()
    assert User.objects.filter(first_name="=Nina").count() == 0
    again = ops.post(f"{RUNS}/{run.pk}/undo/do/", {"do": "undo"}, follow=True).content.decode()
    assert f"Run {run.pk} was undone already" in again


def test_r38_a_part_of_a_run_is_undone_alone(town, ops):
    first = town.runs[0]["run"]
    page = ops.post(f"{RUNS}/{first}/undo/do/", {"do": "forecast", "kind": "person", "id": "s9"}, follow=True)
    assert page.context["outcome"]["left"] == []
    assert page.context["part"].words == "person s9"
    ops.post(f"{RUNS}/{first}/undo/do/", {"do": "undo", "kind": "person", "id": "s9"})
    assert inactive(town) == {"s9"}


def test_a_plan_that_is_no_longer_kept_is_said(run, ops):
    run.plan_chunks.all().delete()
    assert "The plan is no longer kept" in ops.get(f"{RUNS}/{run.pk}/changes/").content.decode()
    assert ops.get(f"{RUNS}/{run.pk}/changes.csv").status_code == 404
    with pytest.raises(Exception, match="no longer be undone"):
        undo(run, by=BY)
    answer = ops.post(f"{RUNS}/{run.pk}/undo/do/", {"do": "undo"}, follow=True).content.decode()
    assert "Nothing was changed." in answer


@pytest.mark.parametrize("page", ["changes/", "changes.csv", "hold/", "undo/"])
def test_r47_runs_are_their_own_districts(world, run, as_user, coordinator, school_coordinator, page):
    for client in (coordinator, school_coordinator, as_user(world.elm.users["coordinator"])):
        assert client.get(f"{RUNS}/{run.pk}/{page}").status_code == 404
        assert client.get(f"/console/in/oak/runs/{run.pk}/{page}").status_code == 404
    assert as_user(world.oak.users["teacher"]).get(f"{RUNS}/{run.pk}/{page}").status_code == 403
    assert school_coordinator.get(f"/console/in/oak/runs/{world.oak.run.pk}/{page}").status_code == 404
