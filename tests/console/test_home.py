"""The console's home: how the roster is, what waits, who is where (R3, R46, R47)."""

from datetime import timedelta

import pytest
from django.utils import timezone

from rostering.connections import connect
from rostering.console.health import health_of, steps_of, syncs_of, waiting_for
from rostering.console.home import glance_at
from rostering.console.trend import bars
from rostering.models import Connection, DataWarning, Run
from tests.pages.world import BY

NOW = timezone.now()


def run_of(district, **values):
    return Run.objects.create(district=district, by="schedule", started=NOW, finished=NOW, **values)


def test_r46_the_home_counts_what_the_person_may_see(world):
    seen = {
        name: glance_at(user, world.oak.district)
        for name, user in (*world.oak.users.items(), ("ops", world.ops))
        if user.is_staff
    }
    assert {name: (now.people["students"], now.classes["active"], now.warnings) for name, now in seen.items()} == {
        "coordinator": (2, 4, {"errors": 1, "warns": 0, "infos": 0}),
        "schoolcoord": (1, 2, None),
        "ops": (2, 4, {"errors": 1, "warns": 0, "infos": 0}),
    }


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"status": "running"}, ("plain", "A sync is running now")),
        ({"status": "failed", "error_message": "No file."}, ("wrong", "The last sync failed; nothing was changed")),
        ({"status": "held", "decision": "open", "held": {"people": 7}},
         ("wait", "The roster is up to date, but removals wait")),
        ({"status": "succeeded"}, ("good", "The roster is up to date")),
    ],
)  # fmt: skip
def test_r46_the_state_in_one_sentence(world, values, said):
    Run.objects.all().delete()
    run_of(world.oak.district, **values)
    health = health_of(syncs_of(world.oak.district), connected=True, now=NOW)
    assert (health.tone, health.sentence) == said


def test_a_sync_that_was_missed_is_said(world):
    Run.objects.all().delete()
    run_of(world.oak.district, status="succeeded")
    later = health_of(syncs_of(world.oak.district), connected=True, now=NOW + timedelta(hours=40))
    assert (later.tone, later.sentence) == ("wait", "The roster has not been synced lately")


def test_r46_what_waits_is_a_click_away(world):
    DataWarning.objects.update(state="new")
    assert [(each.count, each.words, each.address) for each in waiting_for(world.oak.district)] == [
        (12, "removals wait for a decision", f"/console/in/oak/runs/{world.oak.run.pk}/hold/"),
        (1, "new warnings keep somebody or something out", "/console/in/oak/warnings/?severity=ERROR"),
    ]


def test_r3_the_steps_until_the_first_sync_and_none_after_it(world, tmp_path):
    district = world.oak.district
    assert steps_of(district, None, syncs_of(district)) == []
    Run.objects.all().delete()
    assert [step.done for step in steps_of(district, None, [])] == [False, False, False, True, False, False]
    connect(district, "folder", {"path": str(tmp_path)}, {}, layout="clever", quiet=0, by=BY)
    Connection.objects.update(check_report={"records": {}})
    run_of(district, status="previewed")
    connection = Connection.objects.get()
    assert [step.done for step in steps_of(district, connection, [])] == [True, True, True, True, True, False]


def test_the_trend_is_oldest_first_and_says_the_same_in_words(world):
    Run.objects.all().delete()
    for day, (status, changed) in enumerate((("failed", 0), ("succeeded", 100), ("held", 25))):
        run = run_of(world.oak.district, status=status, counts={"people": {"create": changed, "unchanged": 900}})
        Run.objects.filter(pk=run.pk).update(started=NOW + timedelta(days=day))
    assert [(bar.x, bar.height, bar.colour) for bar in bars(syncs_of(world.oak.district))] == [
        (0, 3, "wrong"), (10, 60, "good"), (20, 30, "wait"),
    ]  # fmt: skip


def test_r47_the_home_of_each_role(world, coordinator, ops, school_coordinator):
    own = coordinator.get("/console/").content.decode()
    assert "Oakdale Unified" in own
    assert "Elmhurst" not in own
    schools = school_coordinator.get("/console/").content.decode()
    assert ("Oakdale Lincoln School" in schools, "Oakdale Grant School" in schools) == (True, False)
    assert "removals wait" not in schools.split('aria-labelledby="schools"')[1]
    both = ops.get("/console/")
    assert [row.district.slug for row in both.context["rows"]] == ["elm", "oak"]
    assert [row.district.slug for row in ops.get("/console/", {"q": "oak"}).context["rows"]] == ["oak"]
    assert ops.get("/console/in/elm/").context["district"] == world.elm.district
    assert coordinator.get("/console/in/elm/").status_code == 404


@pytest.mark.parametrize("count", [1, 30])
def test_the_queries_of_the_home_do_not_grow(world, coordinator, count, django_assert_num_queries):
    for _ in range(count):
        run_of(world.oak.district, status="succeeded")
    with django_assert_num_queries(18):
        coordinator.get("/console/")
