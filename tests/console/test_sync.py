"""Sync now, preview and test from the console, and how far that is (R46)."""

import pytest
from django.utils import timezone
from django_q.models import Task

from rostering.connections import connect
from rostering.jobs import do_job, percent_of, state_of
from rostering.models import Connection, Run
from rostering.rehearsal.district import write_district
from tests.pages.world import BY

pytestmark = pytest.mark.django_db(databases="__all__")
SYNC = "/console/in/oak/sync/"


@pytest.fixture
def connected(world, tmp_path):
    """Oakdale, connected to a folder with 30 students."""
    Run.objects.all().delete()
    write_district(tmp_path / "files", 30, 5)
    connect(world.oak.district, "folder", {"path": str(tmp_path / "files")}, {}, layout="clever", quiet=0, by=BY)
    return world.oak.district


def done(job, result):
    """What the queue writes down when a worker has done a job."""
    now = timezone.now()
    return Task.objects.create(id=job, name=job, func="f", started=now, stopped=now, success=True, result=result)


def start(client, what):
    return client.post(f"{SYNC}start/", {"do": what})


def test_r46_a_sync_is_asked_for_done_and_shown(connected, coordinator):
    answer = start(coordinator, "sync")
    assert answer.status_code == 302
    waiting = coordinator.get(answer.headers["Location"])
    assert (waiting.context["state"].state, "Waiting for a worker" in waiting.content.decode()) == ("queued", True)
    result = do_job(connected.pk, "sync", "Cora")
    job = answer.headers["Location"].partition("job=")[2]
    done(job, result)
    page = coordinator.get(answer.headers["Location"])
    assert (page.context["state"].run.pk, page.context["state"].run.by) == (result["run"], "Cora")
    assert f"Run {result['run']}: succeeded" in page.content.decode()
    again = coordinator.get(f"{SYNC}progress/?job={job}").content.decode()
    assert ("hx-get" in again, "<html" in again) == (False, False)


def test_r32_a_preview_changes_nothing(connected, coordinator):
    before = connected.users.count()
    result = do_job(connected.pk, "preview", "Cora")
    assert (Run.objects.get(pk=result["run"]).status, connected.users.count()) == ("previewed", before)


def test_a_connection_is_tested(connected, coordinator):
    assert do_job(connected.pk, "check", "Cora") == {"checked": True}
    report = Connection.objects.get().check_report
    assert "The last test read" in coordinator.get(SYNC).content.decode()
    assert report["records"]["schools"] > 0


def test_r37_nothing_is_started_while_a_run_is_under_way(connected, coordinator):
    run = Run.objects.create(district=connected, by="schedule", status="running", phase="reading", done=50)
    page = start(coordinator, "sync").headers["Location"]
    assert page == SYNC
    shown = coordinator.get(page).content.decode()
    assert ("under way already" in shown, f"Run {run.pk} is reading" in shown) == (True, True)
    assert state_of(connected, "").run == run


def test_the_percent_grows_with_what_was_read_and_ends_below_100(connected):
    Run.objects.create(district=connected, by="schedule", status="succeeded", records={"people": 80, "sections": 20})
    run = Run(district=connected, status="running")
    steps = [("", 0), ("reading", 0), ("reading", 50), ("reading", 200), ("planning", 200), ("applying", 200)]
    found = []
    for run.phase, run.done in steps:
        found.append(percent_of(run))
    assert found == [0, 5, 32, 60, 75, 99]


def test_an_unconnected_district_and_a_broken_worker_are_said(world, connected, coordinator, ops):
    done("broken", None)
    Task.objects.update(success=False)
    assert state_of(connected, "broken").words.startswith("The worker stopped before it was done.")
    answer = ops.post("/console/in/elm/sync/start/", {"do": "sync"}, follow=True)
    assert "not connected to a source yet" in answer.content.decode()
    assert do_job(world.elm.district.pk, "sync", "Olga")["refused"].startswith("elm is not connected")


def test_r47_only_those_who_see_the_whole_district_may_start(world, connected, school_coordinator, as_user):
    assert start(school_coordinator, "sync").status_code == 404
    assert start(as_user(world.elm.users["coordinator"]), "sync").status_code == 404
    assert start(as_user(world.oak.users["teacher"]), "sync").status_code == 403
    assert Task.objects.count() == 0
