"""R38: undoing a run, by command, on real files: what comes back, what is left and named, what is refused."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from accounts.lifecycle import set_passwords
from accounts.models import AuditEntry
from classes.lifecycle import assign_items
from classes.models import Class
from rostering.core.changes import Change
from rostering.core.reverse import reverse
from rostering.core.standing import Row, Standing
from rostering.models import Link, Run, SyncSettings
from tests.flow.feeds import Feed, small_district
from tests.flow.town import BY, Town, command, make_town
from tests.promises.undone import an_item

pytestmark = pytest.mark.django_db


@pytest.fixture
def town(db: None, tmp_path: Path) -> Town:
    made = make_town("hill", tmp_path / "hill")
    made.sync(small_district())
    return made


def next_day() -> Feed:
    """Mia goes, Ben moves up, Nora (s7) and Chess (c4) come, Kai leaves Latin."""
    feed = small_district()
    feed.drop("students", "s2")
    feed.row("students", "s3")["Grade"] = "5"
    feed.student("s7", "Nora", "Berg", school="10")
    feed.section("c4", "Chess", school="10", teachers=["t2"], students=["s7", "s4"])
    feed.leave("c3", "s6")
    return feed


def undo(run: dict[str, Any], *options: str) -> dict[str, Any]:
    answer, code = command("undo", str(run["run"]), *options)
    assert code == 0, answer
    return answer


def refused(run: int) -> tuple[str, int]:
    from django.core.management import CommandError, call_command

    with pytest.raises(CommandError) as error:
        call_command("undo", str(run))
    return str(error.value), error.value.returncode


def roster(town: Town) -> tuple[list[str], list[str], list[str]]:
    return town.users(), town.classes(), town.seats()


def test_r38_undo_and_redo_and_the_next_sync(town: Town) -> None:
    before = roster(town)
    run = town.sync(next_day())
    after = roster(town)
    forecast = undo(run, "--preview")
    assert roster(town) == after
    done = undo(run)
    assert (done["undone"], done["left"]) == (forecast["undone"], [])
    assert done["changes"] == forecast["changes"]
    users, classes, seats = roster(town)
    created = {"nberg | student | Nora | Berg |  | 5 |  | s7 | s7 | 10 | inactive | yes"}
    assert (set(users) - created, seats) == (set(before[0]), before[2])
    assert [row for row in classes if " | c4 | " not in row] == before[1]
    settings = SyncSettings.objects.get(district=town.district)
    assert (settings.pause, settings.pause_by) == ("paused", f"undo of run {run['run']}")
    assert Run.objects.get(pk=run["run"]).undone_by == done["run"]
    assert AuditEntry.objects.filter(district=town.district, verb="undo run").count() == 1
    undo({"run": done["run"]})
    assert roster(town) == after
    last = Run.objects.filter(district=town.district).latest("pk").pk
    undo({"run": last})
    town.settle()
    assert roster(town) == after


def test_r38_what_people_changed_is_kept_and_named(town: Town) -> None:
    run = town.sync(next_day())
    chess = Class.objects.get(district=town.district, name="Chess")
    assign_items(chess, [an_item()], by=BY)
    left = undo(run)["left"]
    assert [(one["kind"], one["source_id"], one["why"]) for one in left] == [
        ("person", "s7", "is in Chess, which is kept"),
        ("class", "c4", "has items assigned"),
    ]
    assert town.rosters()["Chess"] == "aroe / bsmith1 nberg"
    assert town.usernames()["s7"] == "nberg"


def test_r38_an_own_password_keeps_an_account(town: Town) -> None:
    run = town.sync(next_day())
    set_passwords([town.user("nberg")], "my own one", by=BY)
    left = undo(run)["left"]
    assert [(one["source_id"], one["why"]) for one in left] == [("s7", "has a password of their own")]
    assert town.signs_in("nberg", "my own one")


def test_r38_an_older_run_leaves_what_later_runs_moved(town: Town) -> None:
    run = town.sync(next_day())
    feed = next_day()
    feed.drop("students", "s7")
    feed.row("students", "s3")["Grade"] = "6"
    later = town.sync(feed)
    left = undo(run)["left"]
    why = {(one["kind"], one["source_id"]): one["why"] for one in left}
    assert why["person", "s7"] == f"run {later['run']} moved it again"
    assert why["person", "s3"] == "grade has changed since"
    assert town.usernames()["s2"] == "miao"


def test_r38_an_approved_hold_counts_as_the_runs(town: Town, tmp_path: Path) -> None:
    feed = small_district()
    for number in range(1, 9):
        feed.student(f"x{number}", "Ex", f"Tra{number}", school="20")
        feed.enroll("c3", f"x{number}")
    town.sync(feed)
    before = roster(town)
    gone = feed.copy()
    gone.drop("students", *(f"x{number}" for number in range(1, 9)))
    run = town.sync(gone, status="held")
    assert roster(town) == before
    town.approve(run)
    assert "x1" in {key for key, name in town.usernames().items() if "inactive" in name}
    done = undo(run)
    assert (roster(town), done["left"], done["undone"]["people"]) == (before, [], 8)


def test_r38_an_open_hold_cannot_be_approved_after_the_undo(town: Town) -> None:
    feed = small_district()
    feed.drop("schools", "20")
    feed.drop("students", "s5", "s6")
    feed.drop("teachers", "t3")
    feed.drop("sections", "c3")
    feed.row("students", "s3")["Grade"] = "5"
    run = town.sync(feed, status="held")
    before = roster(town)[2]
    undo(run)
    assert Run.objects.get(pk=run["run"]).decision == "renewed"
    assert roster(town)[2] == before
    assert town.sync(status="held")["held"] == run["held"]


def test_r38_only_one_record_or_one_school(town: Town) -> None:
    before = roster(town)
    run = town.sync(next_day())
    assert undo(run, "--record", "person:s2")["undone"] == {"schools": 0, "people": 1, "classes": 0, "memberships": 2}
    assert town.usernames()["s2"] == "miao"
    assert town.usernames()["s7"] == "nberg"
    assert undo(run, "--school", "20")["undone"] == {"schools": 0, "people": 0, "classes": 0, "memberships": 1}
    rest = undo(run)
    assert rest["left"] == []
    assert roster(town)[2] == before[2]


def test_r38_refusals(town: Town, tmp_path: Path) -> None:
    preview = town.sync(next_day(), "--preview")
    assert refused(preview["run"]) == (
        f"Run {preview['run']} changed nothing: it is previewed. Nothing to undo.", 1,
    )  # fmt: skip
    run = town.sync()
    done = undo(run)
    assert refused(run["run"]) == (
        f"Run {run['run']} was undone already, by run {done['run']}. To have it back, undo run {done['run']}.", 1,
    )  # fmt: skip
    again = town.sync()
    Run.objects.filter(pk=again["run"]).update(started=timezone.now() - timedelta(days=91))
    said, code = refused(again["run"])
    assert (said.partition(":")[0], code) == (f"Run {again['run']} can no longer be undone", 1)


def test_r41_another_districts_rows_stay(town: Town, tmp_path: Path) -> None:
    other = make_town("dale", tmp_path / "dale")
    other.sync(small_district())
    other.sync(next_day())
    before, links = roster(other), list(Link.objects.filter(district=other.district).values())
    undo(town.sync(next_day()))
    assert roster(other) == before
    assert list(Link.objects.filter(district=other.district).values()) == links


def test_r38_links_are_looked_at_again_and_keep_what_was_said(town: Town) -> None:
    run = town.sync(next_day())
    said = dict(Link.objects.filter(district=town.district).values_list("key", "said"))
    undo(run)
    links = {link.key: link for link in Link.objects.filter(district=town.district)}
    assert {key: link.said for key, link in links.items()} == said
    touched = {key: (link.state, link.live) for key, link in links.items() if not link.fingerprint}
    assert touched == {
        "s:s2": ("in_use", True), "s:s3": ("in_use", True), "s:s7": ("withdrawn", False), "c1": ("in_use", True),
        "c2": ("in_use", True), "c3": ("in_use", True), "c4": ("withdrawn", False),
    }  # fmt: skip


def test_r38_a_rekey_is_reversed_and_reversed_again() -> None:
    rekey = Change("rekey", "person", "s:new", "Mia", "A", "same number", 7, {"grade": ("1", "2")}, was=("s:a", "s:b"))
    now = Standing({("person", 7): Row(True, {"grade": "2"})}, keys={("person", "s:new"): 7})
    back = list(reverse([rekey], now, "undo"))
    assert [(one.action, one.key, one.was, one.fields) for one in back] == [
        ("rekey", "s:a", ("s:new",), {"grade": ("2", "1")}),
        ("rekey", "s:b", (), {}),
    ]
    then = Standing({("person", 7): Row(True, {"grade": "1"})}, keys={("person", "s:a"): 7, ("person", "s:b"): 7})
    again = list(reverse(back, then, "redo"))
    assert [(one.action, one.key, one.was, one.fields) for one in again] == [
        ("rekey", "s:new", ("s:a",), {"grade": ("1", "2")}),
        ("rekey", "", ("s:b",), {}),
    ]


def test_r38_a_match_is_reversed_and_reversed_again() -> None:
    match = Change("match", "person", "s:1", "Mia", "A", "same number", 7, {"email": ("", "m@x")})
    now = Standing({("person", 7): Row(True, {"email": "m@x"}, "email,grade")}, keys={("person", "s:1"): 7})
    [back] = reverse([match], now, "undo")
    assert back.fields == {"email": ("m@x", ""), "managed_fields": ("email,grade", "")}
    [again] = reverse([back], Standing({("person", 7): Row(True, {"email": ""})}), "redo")
    assert again.fields == {"email": ("", "m@x"), "managed_fields": ("", "email,grade")}
