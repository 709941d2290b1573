"""R43: what waits for another record's warning is counted there and hidden under it."""

from pathlib import Path

import pytest

from tests.flow.feeds import Feed
from tests.promises.test_failure import line
from tests.promises.town import Town, command, found_town, numbered

pytestmark = pytest.mark.django_db


def lake() -> Feed:
    """A school whose teacher ``t9`` teaches two sections with 54 seats, and ``t1`` another."""
    feed = Feed()
    feed.school("10", "Hill School")
    feed.teacher("t1", "Ada", "King", school="10")
    feed.teacher("t9", "Tina", "Nine", school="10")
    for key in numbered("s", 60):
        feed.student(key, "Stu", f"Dent{key}", school="10")
    feed.section("c1", "Maths", school="10", teachers=["t1"], students=numbered("s", 60))
    feed.section("c2", "Art", school="10", teachers=["t9"], students=numbered("s", 30))
    feed.section("c3", "Latin", school="10", teachers=["t9"], students=numbered("s", 54)[30:])
    return feed


def shown(town: Town) -> list[tuple[str, str, str, int, int]]:
    """The warnings that are listed: code, kind, id, classes and students."""
    return [
        (one["code"], one["kind"], one["source_id"], one["affects"]["classes"], one["affects"]["students"])
        for one in town.warnings()
    ]


WAIT = "(2 classes and 54 students wait for this)"


def test_r43_two_classes_and_54_students_wait_for_a_teacher_who_left(folder: Path) -> None:
    feed = lake()
    town = found_town(folder, feed)
    town.sync()
    feed.drop("teachers", "t9")
    run = town.sync(feed)
    assert run["warnings"] == {"TEACHER_GONE_HAS_CLASS": 1}
    assert shown(town) == [("TEACHER_GONE_HAS_CLASS", "person", "t9", 2, 54)]
    assert WAIT in command("warnings", "lark").out
    hidden = [one for one in town.warnings("--all") if one["code"] == "CHILD_OF_TEACHER"]
    assert [(one["source_id"], one["affects"]) for one in hidden] == [
        ("c2", {"classes": 1, "students": 30}),
        ("c3", {"classes": 1, "students": 24}),
    ]
    assert [row["code"] for row in town.roster().warnings] == ["TEACHER_GONE_HAS_CLASS"]


def test_r43_sections_of_a_new_teacher_whose_row_cannot_be_read_wait_for_the_file(folder: Path) -> None:
    town = found_town(folder, lake())
    line("teachers.csv", 3, lambda row: row.replace(b"Tina", b"\xff"))(folder)
    run = town.sync()
    assert run["warnings"] == {"FILE_ROW_UNREADABLE": 1}
    assert shown(town) == [("FILE_ROW_UNREADABLE", "file", "teachers.csv", 2, 54)]
    assert WAIT in command("warnings", "lark").out
    assert town.roster().sections == {"c1": "active"}
    town.sync(lake())
    assert (shown(town), town.roster().sections) == ([], dict.fromkeys(("c1", "c2", "c3"), "active"))


def test_r43_people_and_sections_of_an_unknown_school_are_one_warning(folder: Path) -> None:
    feed = lake()
    for row in (feed.row("teachers", "t9"), feed.row("sections", "c2"), feed.row("sections", "c3")):
        row["School_id"] = "99"
    for key in numbered("s", 54):
        feed.row("students", key)["School_id"] = "99"
    town = found_town(folder, feed)
    run = town.sync()
    assert run["warnings"] == {"SCHOOL_NOT_SET_UP": 1}
    assert shown(town) == [("SCHOOL_NOT_SET_UP", "school", "99", 2, 54)]
    assert WAIT in command("warnings", "lark").out


def test_r43_a_section_of_a_teacher_of_an_unknown_school_waits_for_the_school(folder: Path) -> None:
    """One of the teacher's sections is at a known school: that makes the teacher known there (clever.md §5.5)."""
    feed = lake()
    feed.row("teachers", "t9")["School_id"] = "99"
    town = found_town(folder, feed)
    assert town.sync()["warnings"] == {"SCHOOL_NOT_SET_UP": 1}
    assert town.roster().sections == dict.fromkeys(("c1", "c2", "c3"), "active")


def test_r43_each_section_without_a_teacher_is_its_own_root(folder: Path) -> None:
    feed = lake()
    feed.teach("c2")
    feed.teach("c3", "t77")
    town = found_town(folder, feed)
    town.sync()
    assert shown(town) == [
        ("CLASS_NO_TEACHER", "section", "c2", 1, 30),
        ("CLASS_NO_TEACHER", "section", "c3", 1, 24),
        ("TEACHER_NO_CLASS", "person", "t9", 0, 0),
    ]
    assert "wait for this" not in command("warnings", "lark").out


def test_r43_many_stray_enrollments_are_one_warning(folder: Path) -> None:
    feed = lake()
    feed.enroll("c1", *numbered("ghost", 57))
    feed.enroll("c2", *numbered("ghost", 3))
    feed.enroll("nowhere", "s1", "s2")
    town = found_town(folder, feed)
    town.sync()
    assert shown(town) == [
        ("ENROLL_CLASS_UNKNOWN", "enrollment", "", 1, 2),
        ("ENROLL_STUDENT_UNKNOWN", "enrollment", "", 2, 57),
    ]


def test_r43_many_people_without_a_password_are_one_warning_a_school(folder: Path) -> None:
    feed = lake()
    for key in numbered("x", 50):
        feed.student(key, "Exe", f"Dent{key}", school="10")
        feed.enroll("c1", key)
    town = found_town(folder, feed, "--usernames", "generated", "--passwords", "sis", "--fallback", "username")
    town.sync()
    assert [(one["code"], one["kind"], one["source_id"], one["message"]) for one in town.warnings()] == [
        (
            "PASSWORD_RULE_FAILED", "school", "10",
            ("112 people (for example Stu Dents1) have no password of at least 4 characters in the SIS, so the "
            "username serves instead."),
        )
    ]  # fmt: skip
