"""R39: every record has one outcome, and "why is she not here?" is answered for any name, id, username or email."""

from collections import Counter
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from rostering.rehearsal.churn import write_next_day
from rostering.rehearsal.district import write_district
from tests.flow.feeds import Feed, small_district
from tests.promises.test_failure import line
from tests.promises.town import Town, command, found_town, numbered, two_schools, with_id

pytestmark = pytest.mark.django_db

IN_USE = "It is in use; the last run brought or changed it."
UNCHANGED = "It is in use, and the last run found nothing new."
WAITING = "It is no longer sent, or no longer shared. Its removal waits for a decision; until then it stays."
NOT_SHARED = "The source has it, but it is outside of what the district shares."
WITHDRAWN = "The source no longer sends it. Nothing was deleted: when it is sent again, it is here again."
KEPT = "The source no longer sends it, but it was decided to keep it."
ADD_SCHOOL = "Add the school to the schools file, or correct the school id on these records."
ASSIGN = "Assign a teacher to the section, and share that teacher."


def answer(town: Town, text: str) -> dict[str, Any]:
    """The one answer, but for when it was seen."""
    (found,) = town.explain(text)
    assert datetime.fromisoformat(found["seen"])
    return {name: value for name, value in found.items() if name != "seen"}


def said(kind: str, key: str, name: str, school: str, outcome: str, message: str, **more: Any) -> dict[str, Any]:
    return {
        "kind": kind, "source_id": key, "name": name, "school": school, "outcome": outcome, "code": "",
        "message": message, "fix": "", "because": [], **more,
    }  # fmt: skip


def ada(outcome: str, message: str) -> dict[str, Any]:
    return said("person", "t1", "Ada King", "10", outcome, message)


@pytest.fixture
def town(folder: Path) -> Town:
    made = found_town(folder, small_district())
    made.sync()
    return made


# -- by whatever name -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text", ["t1", "Ada King", "ada king", "aking", "AKing", "ada@hill.example", "ADA@hill.EXAMPLE", " Ada "]
)
def test_r39_a_person_is_found_by_id_name_username_and_email(town: Town, text: str) -> None:
    assert answer(town, text) == ada("in_use", IN_USE)


def test_r39_by_a_part_of_a_name_all_who_have_it(town: Town) -> None:
    assert [found["source_id"] for found in town.explain("Smith")] == ["s3", "s4"]
    assert [found["source_id"] for found in town.explain("Núñez")] == ["s1"]


def test_r39_schools_and_sections_are_found_too(town: Town) -> None:
    assert answer(town, "10") == said("school", "10", "Hill School", "10", "in_use", IN_USE)
    assert answer(town, "c3") == said("section", "c3", "Latin", "20", "in_use", IN_USE)
    assert answer(town, "Latin") == answer(town, "c3")


def test_r39_what_was_never_sent_is_not_found(town: Town) -> None:
    for text in ("nobody", "x@y.example", "", "   "):
        answered = command("explain", "lark", text, "--json")
        assert (answered.code, answered.json) == (0, {"found": []})
    said_in_words = command("explain", "lark", "nobody").out
    assert said_in_words == "Nothing of that name, id, username or email was ever sent by the source.\n"


def test_r41_another_district_is_never_asked(town: Town, folder: Path) -> None:
    feed = Feed()
    feed.school("77", "Other School")
    other = found_town(folder.parent / "other", feed, slug="other")
    other.sync()
    assert (town.explain("Other School"), other.explain("Ada")) == ([], [])


def test_r39_a_student_and_a_teacher_with_one_id_are_both_named(folder: Path) -> None:
    feed = small_district()
    feed.student("t1", "Other", "Person", school="10")
    town = found_town(folder, feed)
    town.sync()
    assert [found["name"] for found in town.explain("t1")] == ["Other Person", "Ada King"]


def test_r29_staff_who_teach_are_one_person_by_either_id(folder: Path) -> None:
    feed = small_district()
    feed.staff_member("f1", "Ada", "King", school="10", Staff_email="ada@hill.example")
    town = found_town(folder, feed)
    town.sync()
    chosen = {
        "code": "MULTI_ROLE",
        "message": "Ada King appears as teacher and staff; there is one account, which counts as teacher.",
        "fix": "Nothing, unless these are two people who share one email address.",
    }
    assert answer(town, "t1") == {**ada("in_use", ""), **chosen}
    assert answer(town, "f1") == {**ada("in_use", ""), **chosen, "source_id": "f1"}
    for text in ("Ada King", "aking", "ada@hill.example"):
        assert answer(town, text) == {**ada("in_use", ""), **chosen}


# -- every outcome -------------------------------------------------------------------------------------------


def test_r39_in_use_then_unchanged_then_in_use_again(town: Town) -> None:
    assert answer(town, "t1") == ada("in_use", IN_USE)
    town.sync()
    assert answer(town, "t1") == ada("unchanged", UNCHANGED)
    feed = small_district()
    feed.row("teachers", "t1")["First_name"] = "Adah"
    town.sync(feed)
    assert answer(town, "t1") == {**ada("in_use", IN_USE), "name": "Adah King"}


def test_r39_withdrawn_and_when_it_was_last_seen(folder: Path) -> None:
    feed = two_schools(students=20, sections=1)
    town = found_town(folder, feed)
    town.sync()
    (before,) = town.explain("s1")
    feed.drop("students", "s1")
    feed.drop("sections", "c1")
    feed.section("c9", "Instead", school="A", teachers=["t1"])
    town.sync(feed)
    town.sync()
    assert answer(town, "s1") == said("person", "s1", "Stu Dents1", "A", "withdrawn", WITHDRAWN)
    assert answer(town, "Class c1") == said("section", "c1", "Class c1", "A", "withdrawn", WITHDRAWN)
    assert town.explain("s1")[0]["seen"] == before["seen"]


def test_r39_waiting_then_kept_or_withdrawn(folder: Path) -> None:
    feed = two_schools(students=20)
    town = found_town(folder, feed)
    town.sync()
    feed.drop("students", *numbered("s", 5))
    run = town.sync(feed)
    of_s1 = ("person", "s1", "Stu Dents1", "A")
    assert answer(town, "s1") == said(*of_s1, "waiting", WAITING)
    command("discard", run["run"])
    assert answer(town, "s1") == said(*of_s1, "withdrawn", KEPT)
    town.sync()
    assert answer(town, "s1") == said(*of_s1, "withdrawn", KEPT)
    feed.drop("students", *numbered("s", 12)[5:])
    command("approve", town.sync(feed)["run"])
    assert answer(town, "s7") == said("person", "s7", "Stu Dents7", "A", "withdrawn", WITHDRAWN)


def test_r39_not_shared_by_its_id_only(folder: Path) -> None:
    """Of what is not shared only id and kind are kept (R4)."""
    town = found_town(folder, small_district())
    command("share", "lark", "--schools", "20")
    town.sync()
    for kind, key in (("person", "t1"), ("person", "s1"), ("section", "c1"), ("school", "10")):
        assert answer(town, key) == said(kind, key, "", "", "not_shared", NOT_SHARED)
    assert (town.explain("Ada"), town.explain("ada@hill.example"), town.explain("Maths 4")) == ([], [], [])


# -- blocked, and because of what -------------------------------------------------------------------------------


def blocked(kind: str, key: str, name: str, school: str, code: str, message: str, fix: str) -> dict[str, Any]:
    return said(kind, key, name, school, "blocked", message, code=code, fix=fix)


def test_r39_blocked_by_a_missing_name(folder: Path) -> None:
    feed = small_district()
    feed.student("s8", "", "Nameless", school="10")
    town = found_town(folder, feed)
    town.sync()
    message = "Student s8 has no first name, so no account was made; an account that is there stays as it is."
    expected = blocked(
        "person", "s8", "Nameless", "10", "STUDENT_NAME_MISSING", message, "Complete the name in the SIS."
    )
    assert (answer(town, "s8"), answer(town, "nameless")) == (expected, expected)


def test_r39_blocked_without_an_id_is_found_by_its_name(folder: Path) -> None:
    feed = small_district()
    feed.student("", "Ida", "Noid", school="10")
    town = found_town(folder, feed)
    town.sync()
    message = "The student Ida Noid (students.csv, row 8) has no id, so no account could be made."
    assert answer(town, "Noid") == blocked(
        "person", "", "Ida Noid", "10", "STUDENT_NO_ID", message, "Enter the student's id in the SIS."
    )


@pytest.mark.parametrize("text", ["s7", "Sue Where", "sue@x.example"])
def test_r39_blocked_by_an_unknown_school(folder: Path, text: str) -> None:
    feed = small_district()
    feed.student("s7", "Sue", "Where", school="99", Student_email="sue@x.example")
    feed.section("c6", "Elsewhere", school="99", teachers=["t1"], students=["s1"])
    town = found_town(folder, feed)
    town.sync()
    message = (
        'School "99" is named by 2 people and 1 sections, but the list of schools does not have it. '
        "New ones wait; those that we have stay as they are."
    )
    school = {"kind": "school", "source_id": "99", "name": "99", "code": "SCHOOL_NOT_SET_UP"}
    cause = {**school, "message": message, "fix": ADD_SCHOOL}
    of_sue = blocked("person", "s7", "Sue Where", "99", "SCHOOL_NOT_SET_UP", message, ADD_SCHOOL)
    assert answer(town, text) == {**of_sue, "because": [cause]}
    of_section = blocked("section", "c6", "Elsewhere", "99", "SCHOOL_NOT_SET_UP", message, ADD_SCHOOL)
    assert answer(town, "c6") == {**of_section, "because": [cause]}


def test_r39_blocked_by_a_row_that_cannot_be_read(town: Town) -> None:
    line("students.csv", 3, lambda row: row.replace(b"Mia", b"\xff"))(town.folder)
    town.sync()
    message = (
        "1 of the rows in students.csv could not be read (first: row 3, it is not written in UTF-8). "
        "Existing accounts and classes were left alone."
    )
    fix = "Export the file again as UTF-8 CSV and look at row 3 for a stray quote, comma or line break."
    file = {"kind": "file", "source_id": "students.csv", "name": "students.csv", "code": "FILE_ROW_UNREADABLE"}
    mia = blocked("person", "s2", "Mia O'Brien", "10", "FILE_ROW_UNREADABLE", message, fix)
    expected = {**mia, "because": [{**file, "message": message, "fix": fix}]}
    assert (answer(town, "s2"), answer(town, "miao")) == (expected, expected)


def test_r39_a_new_person_in_a_row_that_cannot_be_read_is_found_by_id(town: Town) -> None:
    feed = small_district()
    feed.student("s9", "New", "Comer", school="10")
    feed.write(town.folder)
    line("students.csv", 8, lambda row: row.replace(b"New", b"\xff"))(town.folder)
    town.sync()
    assert answer(town, "s9")["outcome"] == "blocked"


def test_r39_a_section_without_a_teacher_and_why_its_student_does_not_see_it(folder: Path) -> None:
    feed = small_district()
    feed.section("c4", "Untaught", school="10", teachers=[], students=["s1", "s3"])
    feed.section("c5", "Strange", school="10", teachers=["t77"], students=["s1"])
    town = found_town(folder, feed)
    town.sync()
    untaught = "Untaught has no teacher in the data, so its 2 students cannot see it."
    strange = "Strange has no teacher that we received (it names t77), so its 1 students cannot see it."
    assert answer(town, "c4") == blocked("section", "c4", "Untaught", "10", "CLASS_NO_TEACHER", untaught, ASSIGN)
    assert answer(town, "c5") == blocked("section", "c5", "Strange", "10", "CLASS_NO_TEACHER", strange, ASSIGN)
    causes = [
        {
            "kind": "section",
            "source_id": key,
            "name": name,
            "code": "CLASS_NO_TEACHER",
            "message": message,
            "fix": ASSIGN,
        }
        for key, name, message in (("c4", "Untaught", untaught), ("c5", "Strange", strange))
    ]
    assert answer(town, "s1") == {**said("person", "s1", "José Núñez", "10", "in_use", IN_USE), "because": causes}
    assert answer(town, "s3")["because"] == causes[:1]
    assert answer(town, "s2")["because"] == []


def test_r39_a_section_whose_only_teacher_left_is_explained_by_the_teacher(town: Town) -> None:
    feed = small_district()
    feed.drop("teachers", "t3")
    feed.teacher("t4", "Tom", "New", school="20")
    town.sync(feed)
    found = answer(town, "c3")
    gone = "Zoë Ng is no longer in the SIS but is the only teacher of 1 classes. The classes stay as they are."
    assert (found["outcome"], found["code"], found["message"]) == ("blocked", "CHILD_OF_TEACHER", "Waiting on: t3.")
    assert [(cause["kind"], cause["source_id"], cause["message"]) for cause in found["because"]] == [
        ("person", "t3", gone)
    ]


def test_r39_an_enrollment_of_somebody_who_was_not_received(folder: Path) -> None:
    feed = small_district()
    feed.enroll("c1", "ghost")
    feed.enroll("c2", "ghost")
    town = found_town(folder, feed)
    town.sync()
    found = town.explain("ghost")
    assert [(one["kind"], one["source_id"], one["name"], one["outcome"], one["code"]) for one in found] == [
        ("enrollment", "c1/ghost", "ghost in Maths 4", "blocked", "ENROLL_STUDENT_UNKNOWN"),
        ("enrollment", "c2/ghost", "ghost in Art", "blocked", "ENROLL_STUDENT_UNKNOWN"),
    ]


def test_r39_in_words_the_reason_the_fix_and_the_chain_are_said(folder: Path) -> None:
    feed = small_district()
    feed.section("c4", "Untaught", school="10", teachers=[], students=["s1"])
    town = found_town(folder, feed)
    town.sync()
    assert command("explain", "lark", "s1").out == (
        "person José Núñez (s1): in use\n"
        f"  {IN_USE}\n"
        f"  Because: Untaught has no teacher in the data, so its 1 students cannot see it. To do: {ASSIGN}\n"
    )
    assert command("explain", "lark", "c4").out == (
        "section Untaught (c4): blocked\n"
        "  Untaught has no teacher in the data, so its 1 students cannot see it.\n"
        f"  To do: {ASSIGN}\n"
    )


# -- the sum -----------------------------------------------------------------------------------------------


def outcomes_of(run: dict[str, Any]) -> dict[str, int]:
    return command("run", run["run"], "--json").json["outcomes"]


def is_the_sum(run: dict[str, Any], waiting: int = 0, withdrawn: int = 0) -> dict[str, int]:
    """Each record that was sent is one of the outcomes; what waits or is withdrawn is no longer sent."""
    found = outcomes_of(run)
    assert set(found) == {"in_use", "unchanged", "waiting", "blocked", "not_shared", "withdrawn"}
    sent = {name: number for name, number in found.items() if name not in ("waiting", "withdrawn")}
    assert sum(sent.values()) == sum(run["records"].values()), (found, run["records"])
    assert (found["waiting"], found["withdrawn"]) == (waiting, withdrawn)
    return found


def test_r39_outcomes_sum_up_to_the_records_of_a_messy_district(folder: Path) -> None:
    feed = small_district()
    feed.student("s7", "Sue", "Where", school="99")
    feed.student("s8", "", "Nameless", school="10")
    feed.student("", "Ida", "Noid", school="10")
    feed.section("c4", "Untaught", school="10", teachers=[], students=["s1", "s7"])
    feed.section("c5", "Strange", school="10", teachers=["t77"], students=["s2", "ghost"])
    feed.section("c6", "Elsewhere", school="99", teachers=["t1"], students=["s3"])
    feed.enroll("c1", "ghost", "s7")
    feed.enroll("nowhere", "s1")
    town = found_town(folder, feed)
    run = town.sync()
    assert run["records"] == {"schools": 2, "people": 12, "sections": 6, "enrollments": 15}
    assert is_the_sum(run) == {
        "in_use": 2 + 9 + 3 + 7, "unchanged": 0, "waiting": 0, "blocked": 3 + 3 + 8, "not_shared": 0, "withdrawn": 0,
    }  # fmt: skip
    again = is_the_sum(town.sync())
    assert (again["in_use"], again["unchanged"], again["blocked"]) == (0, 21, 14)
    by_explain = Counter(
        answer(town, key)["outcome"]
        for key in ("10", "20", *numbered("t", 3), *numbered("s", 8), *numbered("c", 6), "Noid")
    )
    assert by_explain == {"unchanged": 2 + 9 + 3, "blocked": 3 + 3}


def test_r39_outcomes_sum_up_while_some_wait_leave_and_are_kept(folder: Path) -> None:
    feed = two_schools(students=60, sections=3, seats=31)
    town = found_town(folder, feed)
    is_the_sum(town.sync())
    feed.drop("students", "s50", "s51")
    feed.drop("sections", "c3")
    is_the_sum(town.sync(feed), withdrawn=3)
    feed.drop("students", *numbered("s", 10))
    run = town.sync(feed)
    is_the_sum(run, waiting=10, withdrawn=3)
    command("discard", run["run"])
    is_the_sum(town.sync(), withdrawn=13)


def test_r39_outcomes_sum_up_with_a_part_shared(folder: Path) -> None:
    town = found_town(folder, small_district())
    command("share", "lark", "--schools", "20")
    found = is_the_sum(town.sync())
    assert (found["in_use"], found["not_shared"]) == (1 + 3 + 1 + 2, 1 + 6 + 2 + 5)
    command("share", "lark", "--sections", "c2")
    run = town.sync()
    found = outcomes_of(run)
    assert found["waiting"] == 1 + 3 + 1
    assert sum(found.values()) - found["waiting"] - found["withdrawn"] == sum(run["records"].values())


@pytest.mark.parametrize("policies", [(), ("--usernames", "sis", "--passwords", "sis")])
def test_r39_outcomes_sum_up_over_two_days_of_a_real_looking_district(folder: Path, policies: tuple[str, ...]) -> None:
    write_district(folder, 300, 5, awkward=True)
    command("add_district", "lark", "--name", "Lark", *policies)
    command("connect", "lark", "folder", "--path", folder)
    town = Town(folder)
    is_the_sum(town.sync())
    write_next_day(folder, folder.parent / "tomorrow", 6, 5)
    for path in (folder.parent / "tomorrow").iterdir():
        path.replace(folder / path.name)
    run = town.sync()
    found = outcomes_of(run)
    is_the_sum(run, found["waiting"], found["withdrawn"])
    assert found["withdrawn"] > 0
    assert (
        with_id(town.explain("unknown-student"), town.explain("unknown-student")[0]["source_id"])["outcome"]
        == "blocked"
    )
