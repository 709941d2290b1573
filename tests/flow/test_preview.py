"""A preview binds, a plan is what is applied (R32), and what moved since is not overrun."""

from collections.abc import Callable
from pathlib import Path

import pytest

from accounts.lifecycle import Actor, deactivate_users
from accounts.models import AuditEntry, District, User
from classes.models import Class, Membership
from rostering.models import DataWarning, Link, Run
from rostering.sync import run_sync
from tests.flow.feeds import Feed, small_district
from tests.flow.town import Town, make_town

TABLES = (District, User, Class, Membership, Link, DataWarning, AuditEntry)


def rows() -> dict[str, list[tuple[object, ...]]]:
    return {model.__name__: list(model.objects.order_by("pk").values_list()) for model in TABLES}


def next_day() -> Feed:
    """Everything happens at once: people and classes come, change, leave and return."""
    feed = small_district()
    feed.school("30", "Sea School")
    feed.teacher("t4", "New", "Hire", school="30", Teacher_email="new@sea.example")
    feed.student("s7", "New", "Comer", school="30")
    feed.section("c4", "Sailing", school="30", teachers=["t4"], students=["s7", "s3"])
    feed.row("schools", "10")["School_name"] = "Hill Primary"
    feed.row("students", "s2").update(First_name="Maria", Password="brand new")
    feed.row("students", "s5")["First_name"] = ""
    feed.row("sections", "c1")["Name"] = "Maths"
    feed.drop("students", "s3", "s4")
    feed.student("s3", "Ben", "Smith", school="30", Grade="4")
    feed.enroll("c4", "s3")
    feed.teach("c2", "t2")
    return feed


@pytest.mark.parametrize("usernames", ["generated", "sis"])
def test_r32_a_preview_changes_nothing_and_the_next_run_applies_exactly_it(
    db: None, tmp_path: Path, usernames: str
) -> None:
    town = make_town("hill", tmp_path / "hill", usernames=usernames, passwords="sis")
    first = town.sync(small_district(), "--preview")
    assert (town.users(), town.classes(), town.seats(), town.warnings()) == ([], [], [], [])
    assert town.changes(first) == without_names(town.changes(town.sync()))
    before = rows()

    preview = town.sync(next_day(), "--preview")

    assert rows() == before
    run = town.sync()
    assert len(town.plan(run)) == 15
    assert town.changes(preview) == town.changes(run)
    assert (preview["counts"], preview["held"], preview["records"]) == (run["counts"], run["held"], run["records"])


def without_names(changes: list[dict[str, object]]) -> list[dict[str, object]]:
    """Before the first run nobody has a name in the roster, so seats are listed by id."""
    for change in changes:
        if change["kind"] == "membership":
            key = str(change["source_id"]).split("/")[1]
            change["name"] = f"{key} in {str(change['name']).split(' in ', 1)[1]}"
    return changes


def test_r32_what_a_plan_says_is_what_the_roster_is_afterwards(town: Town) -> None:
    town.sync(small_district())
    before = {row.split(" | ")[8]: row.split(" | ") for row in town.users()}

    run = town.sync(next_day())

    after = {row.split(" | ")[8]: row.split(" | ") for row in town.users()}
    columns = (
        "username",
        "roles",
        "first_name",
        "last_name",
        "email",
        "grade",
        "student_number",
        "sis_id",
        "",
        "schools",
    )
    moved = {
        key: {
            name: [before[key][place] if key in before else None, row[place]]
            for place, name in enumerate((*columns, "status"))
            if name and row[place] != (before[key][place] if key in before else "")
        }
        for key, row in after.items()
    }
    for fields in moved.values():
        if fields.get("status", [""])[0] is None:
            del fields["status"]  # a creation says nothing of it: it is active
    planned = {change["source_id"]: change["fields"] for change in town.changes(run) if change["kind"] == "person"}
    assert {key: fields for key, fields in moved.items() if fields} == planned
    assert town.plan(run) == [
        "create school 30: new in the source",
        "change school 10: changed in the source; name Hill School → Hill Primary",
        "create person t4: new in the source",
        "create person s7: new in the source",
        "change person s2: changed in the source; first_name Mia → Maria",
        "change person s3: changed in the source; schools 10 → 30",
        "archive person s4: no longer sent; status active → inactive",
        "create class c4: new in the source",
        "create membership c4/t4: new in the source",
        "create membership c4/s7: new in the source",
        "create membership c4/s3: new in the source",
        "change class c1: changed in the source; name Maths 4 → Maths",
        "archive membership c1/s3: no longer enrolled",
        "archive membership c2/t1: no longer enrolled",
        "archive membership c2/s4: left with the account",
    ]
    assert town.rosters() == {
        "Maths": "aking / jnunez miao",
        "Art": "aroe / miao",
        "Latin": "zng / eholm klund",
        "Sailing": "nhire / bsmith ncomer",
    }


def between_plan_and_application(town: Town, act: Callable[[], None]) -> Run:
    """A run in which something else happens after the plan is stored and before it is applied."""

    def progress(phase: str, count: int) -> None:
        if phase == "applying":
            act()

    return run_sync(town.district, by="tests", progress=progress)


def test_r32_a_plan_made_against_what_has_moved_since_is_refused_naming_what_moved(town: Town) -> None:
    town.sync(small_district())
    before = town.classes(), town.seats(), town.usernames()
    next_day().write(town.folder)
    mia = town.user("miao")
    by = Actor("somebody", roster=True)

    run = between_plan_and_application(town, lambda: deactivate_users(town.district, [mia.pk], by=by))

    expected = {key: name + (" (inactive)" if key == "s2" else "") for key, name in before[2].items()}
    assert (town.classes(), town.seats(), town.usernames()) == (*before[:2], expected)
    assert (run.status, "Maria O'Brien" in run.error_message) == ("failed", True)
