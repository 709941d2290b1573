"""R31: next year's files are planned against and shown, and tonight's sync knows nothing of it."""

from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from rostering.models import Connection, DataWarning, Link, PlanChunk, Run, SyncSettings
from tests.flow.feeds import Feed
from tests.promises.town import Town, command, found_town, numbered, two_schools

pytestmark = pytest.mark.django_db

OWN_TABLES = ("rostering_run", "rostering_planchunk", "sqlite_sequence")


def this_year() -> Feed:
    """Three schools; eight students of grade 5 at A, a ninth of grade 12, and one of kindergarten."""
    feed = two_schools(students=8, staff=1, sections=2)
    feed.school("C", "Cedar School")
    feed.teacher("tc", "Cy", "Cole", school="C")
    feed.student("last", "Lana", "Last", school="A", Grade="12")
    feed.student("first", "Fin", "First", school="A", Grade="K")
    feed.enroll("c1", *numbered("s", 8))
    feed.section("cc", "Cedar 1", school="C", teachers=["tc"], students=["first"])
    return feed


def next_year() -> Feed:
    """Everybody a grade up, Lana gone, Nel new; a class ends and one begins; school C is gone and D is empty."""
    feed = this_year()
    feed.drop("schools", "C")
    feed.drop("teachers", "tc")
    feed.drop("students", "last")
    feed.drop("sections", "c2", "cc")
    feed.school("D", "Dogwood School")
    feed.student("new", "Nel", "Newt", school="A", Grade="K")
    feed.section("c9", "Class c9", school="A", teachers=["t1"], students=["new"])
    for row in feed.students:
        row["Grade"] = {"5": "6", "K": "1"}[row["Grade"]] if row["Student_id"] != "new" else "K"
    feed.row("students", "s8")["Grade"] = "5"
    return feed


def everything() -> dict[str, list[Any]]:
    """Every row of every table, but for runs and their plans."""
    with connection.cursor() as cursor:
        tables = [name for name in connection.introspection.table_names(cursor) if name not in OWN_TABLES]
        found = {}
        for table in sorted(tables):
            cursor.execute(f'SELECT * FROM "{table}"')
            found[table] = sorted(cursor.fetchall(), key=str)
    return found


def rehearse(town: Town, feed: Feed) -> dict[str, Any]:
    answer = command("rehearse", town.slug, "--from", feed.write(town.folder.parent / "next"), "--json")
    assert answer.code == 0, answer.err
    return answer.json


def test_r31_a_rehearsal_says_what_next_years_roster_would_do(folder: Path) -> None:
    town = found_town(folder, this_year())
    town.sync()
    answer = rehearse(town, next_year())
    assert (answer["status"], answer["mode"], answer["records"]) == (
        "previewed", "rehearsal", {"schools": 3, "people": 15, "sections": 3, "enrollments": 10},
    )  # fmt: skip
    found = answer["rehearsal"]
    assert {name: value for name, value in found.items() if name not in ("warnings", "why_held")} == {
        "promoted": 9,
        "new": {"students": 1},
        "leaving": {"teachers": 1, "students": 1},
        "returning": 0,
        "rekeyed": {"people": 0, "classes": 0},
        "matched": {"people": 0, "classes": 0},
        "doubtful": 0,
        "classes": {"ending": 2, "beginning": 1, "returning": 0},
        "reused_section_ids": [],
        "schools": {
            "gone": [{"source_id": "C", "name": "Cedar School"}],
            "empty": [
                {"source_id": "D", "name": "Dogwood School", "lacks": ["students", "teachers", "classes"]},
            ],
        },
        "held": {"schools": 1, "people": 1, "classes": 1, "memberships": 0},
    }
    assert [why.partition(".")[0] for why in found["why_held"]] == [
        "Cedar School: 1 of 1 schools would be removed (a school that is gone always waits)",
        "Cedar School: 1 of 1 teachers would be removed (the school would lose its last teachers)",
        "Cedar School: 1 of 1 classes would be removed (the school would lose its last classes)",
    ]
    assert found["warnings"]["REMOVALS_HELD"] == 3
    changes = command("run", answer["run"], "--json").json["changes"]
    assert {(change["action"], change["source_id"]) for change in changes if change["kind"] == "person"} == {
        *(("change", key) for key in (*numbered("s", 7), "first", "sb")),
        *{("create", "new"), ("archive", "last"), ("archive", "tc")},
    }


def test_r31_a_rehearsal_touches_nothing(folder: Path) -> None:
    """A hold is open, and the connection remembers its files; the next sync says what it would have said anyway."""
    feed = this_year()
    town = found_town(folder, feed)
    town.sync()
    feed.drop("students", *numbered("s", 6))
    hold = town.sync(feed)
    before = everything()
    assert before["rostering_link"]
    answer = rehearse(town, next_year())
    assert everything() == before
    assert Run.objects.get(pk=hold["run"]).decision == "open"
    assert Run.objects.get(pk=answer["run"]).decision == ""
    again = town.sync()
    assert (again["held"], again["counts"]["people"]["create"]) == (hold["held"], 0)
    assert command("approve", answer["run"]).err == f"Run {answer['run']} holds nothing."


def test_r31_files_that_cannot_be_read_fail_the_rehearsal_and_warn_of_nothing(folder: Path) -> None:
    town = found_town(folder, this_year())
    town.sync()
    before = everything()
    (folder.parent / "empty").mkdir()
    answer = command("rehearse", "lark", "--from", folder.parent / "empty", "--json")
    assert (answer.code, answer.json["status"], answer.json["rehearsal"]) == (1, "failed", {})
    assert answer.json["error"]["code"]
    assert (everything(), DataWarning.objects.filter(code=answer.json["error"]["code"]).count()) == (before, 0)
    assert command("rehearse", "lark", "--from", folder.parent / "nowhere").code == 2


def test_r31_a_rehearsal_is_of_the_switch_date_without_pause_and_grace(folder: Path) -> None:
    town = found_town(folder, this_year())
    town.sync()
    plain = rehearse(town, next_year())["rehearsal"]
    command("pause", "lark", "--switch", "2999-01-01")
    command("limits", "lark", "--grace-days", "30")
    assert rehearse(town, next_year())["rehearsal"] == plain
    assert SyncSettings.objects.get().grace_days == 30


def test_r31_a_rehearsal_in_words(folder: Path) -> None:
    town = found_town(folder, this_year())
    town.sync()
    next_year().write(folder.parent / "next")
    lines = command("rehearse", "lark", "--from", folder.parent / "next").out.splitlines()
    assert lines[1:4] == ["  Students promoted: 9", "  New: 1 students", "  Leaving: 1 teachers, 1 students"]
    assert "  Schools gone: Cedar School (C)" in lines
    assert "  Empty school: Dogwood School (D) has no students or teachers or classes" in lines
    assert "  Removals that would wait: 1 schools, 1 people, 1 classes" in lines


def test_r31_before_a_district_has_any_roster_everything_is_new(folder: Path) -> None:
    """It needs no connection: next year's files may be all there is."""
    command("add_district", "lark", "--name", "Lark")
    town = Town(folder)
    found = rehearse(town, this_year())["rehearsal"]
    assert (found["new"], found["leaving"], found["classes"]["beginning"]) == (
        {"teachers": 3, "staff": 2, "students": 11}, {}, 4,
    )  # fmt: skip
    assert (Link.objects.count(), Connection.objects.count(), PlanChunk.objects.exists()) == (0, 0, True)
