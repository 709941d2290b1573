"""People with several roles, people who move, leave and come back (R29, R30)."""

import pytest

from classes.handmade import load_items
from classes.lifecycle import assign_items
from classes.models import Class, CurriculumItem, Work
from rostering.explain import explain
from rostering.exports import user_rows
from tests.flow.feeds import Feed, small_district
from tests.flow.town import BY, Town

ADA = "ada@hill.example"


def with_ada_as_staff(**cells: str) -> Feed:
    """The small district, where Ada King (t1) is in the staff file as well (f1), at the other school."""
    feed = small_district()
    cells = {"Staff_email": ADA.upper(), **cells}
    feed.staff_member("f1", "Ada M.", "King", school="20", **cells)
    return feed


def adas(town: Town) -> list[str]:
    return [row for row in town.users() if "King" in row]


# -- R29 --------------------------------------------------------------------------------------------------


def test_r29_a_teacher_and_a_member_of_staff_with_one_email_are_one_account(town: Town) -> None:
    town.settle(with_ada_as_staff())

    assert adas(town) == [
        f"aking | teacher;staff | Ada | King | {ADA} |  |  | t1 | t1;f1 | 10;20 | active | yes",
    ]
    assert town.rosters()["Maths 4"] == "aking / bsmith jnunez miao"
    assert town.warnings("MULTI_ROLE") == [
        "MULTI_ROLE person t1: Ada King appears as teacher and staff; there is one account, which counts as teacher."
    ]


def test_r29_a_teacher_who_becomes_staff_too_stays_one_account(town: Town) -> None:
    town.sync(small_district())
    user = town.user("aking")

    run = town.settle(with_ada_as_staff())

    assert town.plan(run) == [
        "change person t1: changed in the source; roles teacher → teacher;staff; schools 10 → 10;20",
    ]
    assert adas(town) == [f"aking | teacher;staff | Ada | King | {ADA} |  |  | t1 | t1;f1 | 10;20 | active | yes"]
    assert town.user("aking").pk == user.pk


def test_r29_a_member_of_staff_who_becomes_a_teacher_keeps_the_account_and_gets_the_classes(town: Town) -> None:
    feed = with_ada_as_staff()
    staff_only = feed.copy()
    staff_only.drop("teachers", "t1")
    town.settle(staff_only)
    user = town.user("aking")
    assert adas(town) == [f"aking | staff | Ada M. | King | {ADA.upper()} |  |  | f1 | f1 | 20 | active | yes"]

    town.settle(feed)

    assert adas(town) == [f"aking | teacher;staff | Ada | King | {ADA} |  |  | t1 | t1;f1 | 10;20 | active | yes"]
    assert town.user("aking").pk == user.pk
    assert town.rosters()["Maths 4"] == "aking / bsmith jnunez miao"
    assert town.rosters()["Art"] == "aking aroe / bsmith1 miao"


def test_r29_when_the_teacher_record_vanishes_the_account_stays_as_staff(town: Town) -> None:
    feed = with_ada_as_staff()
    town.sync(feed)
    user = town.user("aking")
    away = feed.copy()
    away.drop("teachers", "t1")
    away.teach("c1", "t2")
    away.teach("c2", "t2")

    run = town.settle(away)

    assert [line for line in town.plan(run) if " person " in line] == [
        (
            "change person f1: changed in the source; email ada@hill.example → ADA@HILL.EXAMPLE; "
            "first_name Ada → Ada M.; roles teacher;staff → staff; schools 10;20 → 20; sis_id t1 → f1"
        )
    ]
    [row] = adas(town)
    assert row.split(" | ")[:8] == ["aking", "staff", "Ada M.", "King", ADA.upper(), "", "", "f1"]
    assert row.split(" | ")[9:] == ["20", "active", "yes"]
    assert town.user("aking").pk == user.pk
    assert town.rosters()["Maths 4"] == "aroe / bsmith jnunez miao"

    town.settle(feed)

    assert adas(town) == [f"aking | teacher;staff | Ada | King | {ADA} |  |  | t1 | t1;f1 | 10;20 | active | yes"]
    assert town.user("aking").pk == user.pk
    assert town.rosters()["Maths 4"] == "aking / bsmith jnunez miao"


def test_r29_when_the_staff_record_vanishes_the_account_stays_as_teacher(town: Town) -> None:
    feed = with_ada_as_staff()
    town.sync(feed)
    away = feed.copy()
    away.drop("staff", "f1")

    run = town.settle(away)

    assert town.plan(run) == [
        "change person t1: changed in the source; roles teacher;staff → teacher; schools 10;20 → 10"
    ]
    assert town.rosters()["Art"] == "aking aroe / bsmith1 miao"
    town.settle(feed)
    assert adas(town) == [f"aking | teacher;staff | Ada | King | {ADA} |  |  | t1 | t1;f1 | 10;20 | active | yes"]


def test_r29_when_both_records_vanish_one_account_leaves_and_comes_back(town: Town) -> None:
    feed = with_ada_as_staff()
    town.sync(feed)
    away = feed.copy()
    away.drop("teachers", "t1")
    away.drop("staff", "f1")

    # The only member of staff: a kind that becomes empty waits, but she counts as a teacher.
    run = town.settle(away)

    assert [line for line in town.plan(run) if " person " in line] == [
        "archive person t1: no longer sent; status active → inactive"
    ]
    assert town.usernames()["t1;f1"] == "aking (inactive)"
    run = town.settle(feed)
    assert [line for line in town.plan(run) if " person " in line] == [
        "restore person t1: sent again; status inactive → active"
    ]
    assert town.rosters()["Maths 4"] == "aking / bsmith jnunez miao"


def split(feed: Feed) -> Feed:
    """The same day with another address in the staff file: two people, as far as anybody can tell."""
    feed = feed.copy()
    feed.row("staff", "f1")["Staff_email"] = "someone@lake.example"
    return feed


SPLIT = [
    f"aking | teacher | Ada | King | {ADA} |  |  | t1 | t1 | 10 | active | yes",
    "aking1 | staff | Ada M. | King | someone@lake.example |  |  | f1 | f1 | 20 | active | yes",
]


def test_r29_one_account_of_two_records_that_turn_out_to_be_two_people_is_split(town: Town) -> None:
    town.sync(with_ada_as_staff())
    user = town.user("aking")

    town.settle(split(with_ada_as_staff()))

    assert adas(town) == SPLIT
    assert town.user("aking").pk == user.pk, "the teacher, who named it, keeps the account"
    assert town.rosters()["Maths 4"] == "aking / bsmith jnunez miao"


@pytest.mark.parametrize("first_gone", ["teachers", "staff"])
def test_r29_nor_is_an_account_shared_by_records_that_return_as_two_people(town: Town, first_gone: str) -> None:
    feed = with_ada_as_staff()
    town.sync(feed)
    user = town.user("aking")
    away = feed.copy()
    away.drop(first_gone, "t1" if first_gone == "teachers" else "f1")
    town.settle(away)

    town.settle(split(feed))

    rows = {row.split(" | ")[8]: row.split(" | ") for row in adas(town)}
    assert {key: (row[1], row[2], row[9], row[10]) for key, row in rows.items()} == {
        "t1": ("teacher", "Ada", "10", "active"),
        "f1": ("staff", "Ada M.", "20", "active"),
    }
    kept = "f1" if first_gone == "teachers" else "t1"
    assert town.user(rows[kept][0]).pk == user.pk, "who was there all the time keeps the account"
    assert town.rosters()["Maths 4"] == f"{rows['t1'][0]} / bsmith jnunez miao"


def test_r29_two_accounts_that_turn_out_to_be_one_person_are_left_for_a_person_to_merge(town: Town) -> None:
    town.settle(split(with_ada_as_staff()))

    town.settle(with_ada_as_staff())

    assert [row.split(" | ")[0] + row.split(" | ")[10] for row in adas(town)] == ["akingactive", "aking1active"]
    assert [line.split(":")[0] for line in town.warnings("POSSIBLE_DUPLICATE")] == ["POSSIBLE_DUPLICATE person t1"]


def test_r29_one_person_at_several_schools_has_one_account(town: Town) -> None:
    feed = small_district()
    feed.staff_member("f5", "Ruth", "Bader", school="10", Staff_email="ruth@hill.example")
    feed.staff_member("f5", "Ruth", "Bader", school="20", Staff_email="ruth@hill.example")
    feed.teach("c3", "t3", "t2")
    feed.enroll("c3", "s1")

    town.settle(feed)

    rows = [row for row in town.users() if "f5" in row or "aroe" in row or "jnunez" in row]
    assert rows == [
        "aroe | teacher | Alan | Roe | alan@hill.example |  |  | t2 | t2 | 10;20 | active | yes",
        "jnunez | student | José | Núñez |  | 4 |  | s1 | s1 | 10 | active | yes",
        "rbader | staff | Ruth | Bader | ruth@hill.example |  |  | f5 | f5 | 10;20 | active | yes",
    ]
    assert town.rosters()["Latin"] == "aroe zng / eholm jnunez klund"
    assert town.warnings("ROW_REPEATED") == []


def test_r29_a_student_and_a_teacher_with_one_id_are_two_people(town: Town) -> None:
    feed = small_district()
    feed.student("t1", "Tim", "Once", school="10")
    feed.enroll("c1", "t1")

    town.settle(feed)

    assert {row.split(" | ")[0]: row.split(" | ")[8] for row in town.users() if "| t1 |" in row} == {
        "aking": "t1",
        "tonce": "t1",
    }
    assert town.rosters()["Maths 4"] == "aking / bsmith jnunez miao tonce"


# -- R30 --------------------------------------------------------------------------------------------------


def test_r30_a_student_who_leaves_is_deactivated_and_comes_back_with_all_work(town: Town) -> None:
    feed = small_district()
    town.sync(feed)
    load_items([CurriculumItem(code="sums", title="Sums")], by=BY)
    item = CurriculumItem.objects.get(code="sums")
    maths = Class.objects.get(name="Maths 4")
    assign_items(maths, [item], by=BY)
    jose = town.user("jnunez")
    work = Work.objects.create(user=jose, item=item, klass=maths, status="done", score=5)
    away = feed.copy()
    away.drop("students", "s1")

    run = town.settle(away)

    assert town.plan(run) == [
        "archive person s1: no longer sent; status active → inactive",
        "archive membership c1/s1: left with the account",
    ]
    assert "jnunez | student | José | Núñez |  | 4 |  | s1 | s1 | 10 | inactive | yes" in town.users()
    assert town.rosters()["Maths 4"] == "aking / bsmith miao"
    assert not town.signs_in("jnunez", "jnunez")
    assert Work.objects.filter(pk=work.pk, user=jose, klass=maths, score=5).exists()

    feed.row("students", "s1").update(School_id="20", Grade="7")
    feed.leave("c1", "s1")
    feed.enroll("c3", "s1")
    run = town.settle(feed)

    assert town.plan(run) == [
        "restore person s1: sent again; grade 4 → 7; schools 10 → 20; status inactive → active",
        "create membership c3/s1: enrolled",
    ]
    assert town.rosters()["Latin"] == "zng / eholm jnunez klund"
    assert town.user("jnunez").pk == jose.pk
    assert town.signs_in("jnunez", "jnunez")
    assert list(Work.objects.values_list("user", "score")) == [(jose.pk, 5)]


def test_r30_a_student_sent_again_is_back_in_the_same_seats(town: Town) -> None:
    feed = small_district()
    town.sync(feed)
    seats = town.seats()
    away = feed.copy()
    away.students = [row for row in away.students if row["Student_id"] != "s2"]  # the enrollments stay in the file
    town.settle(away)
    assert town.warnings("ENROLL_STUDENT_UNKNOWN") != []

    run = town.settle(feed)

    assert town.plan(run) == [
        "restore person s2: sent again; status inactive → active",
        "restore membership c1/s2: enrolled",
        "restore membership c2/s2: enrolled",
    ]
    assert (town.seats(), town.warnings()) == (seats, [])


def test_r30_a_teacher_moves_to_another_school(town: Town) -> None:
    feed = small_district()
    town.sync(feed)
    user = town.user("aroe")
    feed.row("teachers", "t2")["School_id"] = "20"
    feed.teach("c2", "t1")
    feed.teach("c3", "t3", "t2")

    run = town.settle(feed)

    assert town.plan(run) == [
        "change person t2: changed in the source; schools 10 → 20",
        "archive membership c2/t2: no longer enrolled",
        "create membership c3/t2: enrolled",
    ]
    assert "aroe | teacher | Alan | Roe | alan@hill.example |  |  | t2 | t2 | 20 | active | yes" in town.users()
    assert town.rosters()["Art"] == "aking / bsmith1 miao"
    assert town.rosters()["Latin"] == "aroe zng / eholm klund"
    assert town.user("aroe").pk == user.pk


def test_r30_a_student_moves_within_the_district_and_takes_the_work_along(town: Town) -> None:
    feed = small_district()
    town.sync(feed)
    load_items([CurriculumItem(code="sums", title="Sums")], by=BY)
    item = CurriculumItem.objects.get(code="sums")
    work = Work.objects.create(user=town.user("bsmith"), item=item, klass=Class.objects.get(name="Maths 4"))
    feed.row("students", "s3")["School_id"] = "20"
    feed.leave("c1", "s3")
    feed.enroll("c3", "s3")

    run = town.settle(feed)

    assert town.plan(run) == [
        "change person s3: changed in the source; schools 10 → 20",
        "archive membership c1/s3: no longer enrolled",
        "create membership c3/s3: enrolled",
    ]
    assert list(Work.objects.values_list("pk", "user__username", "klass__name")) == [(work.pk, "bsmith", "Maths 4")]


def test_r30_r34_a_blocked_record_deactivates_nobody(town: Town) -> None:
    feed = small_district()
    town.sync(feed)
    before = town.users(), town.seats()
    feed.row("students", "s1").update(First_name="", Grade="6")
    feed.row("students", "s4").update(School_id="99", Grade="6")

    assert town.plan(town.settle(feed)) == []
    assert (town.users(), town.seats()) == before
    assert [line.split(":")[0] for line in town.warnings()] == [
        "SCHOOL_NOT_SET_UP school 99",
        "STUDENT_NAME_MISSING person s1",
    ]


def ann(*, teacher: bool, staff: bool) -> Feed:
    """Ann as teacher t1, as staff f1, or as both with one email, beside others who stay."""
    feed = Feed()
    feed.school("10", "Hill School")
    feed.teacher("t2", "Tim", "Stay", school="10")
    feed.staff_member("f2", "Flo", "Stay", school="10")
    if teacher:
        feed.teacher("t1", "Ann", "Lee", school="10", Teacher_email="a@x.example")
    if staff:
        feed.staff_member("f1", "Ann", "Lee", school="10", Staff_email="a@x.example")
    return feed


def anns(town: Town) -> list[tuple[str, str, str]]:
    """Role, source ids and status of Ann's accounts."""
    return [(row[1], row[8], row[10]) for row in user_rows(town.district) if row[3] == "Lee"]


def test_r29_who_was_staff_for_a_day_settles_on_the_account_that_is_active(town: Town) -> None:
    """Teacher alone, then staff alone with the same email (R40), then both: no run fails, one account serves."""
    for teacher, staff in ((True, False), (False, True), (True, True), (False, True), (True, True)):
        town.settle(ann(teacher=teacher, staff=staff))
    assert anns(town) == [("teacher;staff", "t1;f1", "active")]


def test_r29_the_account_of_two_records_outlives_that_one_goes_as_the_other_comes_back(town: Town) -> None:
    for teacher, staff in ((True, True), (True, False), (False, True)):
        town.settle(ann(teacher=teacher, staff=staff))
    assert [(role, status) for role, _, status in anns(town)] == [("staff", "active")]


def test_r39_a_student_whose_name_went_missing_is_still_found_by_it(town: Town) -> None:
    feed = small_district()
    town.settle(feed)
    name = feed.row("students", "s1")
    before = f"{name['First_name']} {name['Last_name']}"
    name["Last_name"] = ""
    town.settle(feed)
    assert [(found["outcome"], found["code"]) for found in explain(town.district, before)] == [
        ("blocked", "STUDENT_NAME_MISSING")
    ]
