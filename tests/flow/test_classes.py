"""Classes and seats as sections come, change, go and come back (R18 to R25)."""

from accounts.lifecycle import NewUser, create_users
from accounts.models import User
from classes.handmade import add_class, load_items
from classes.lifecycle import NewSeat, assign_items, enroll
from classes.models import Class, CurriculumItem, Membership, Work
from classes.queries import classes_of_teacher, open_classes_of_student
from tests.flow.feeds import small_district
from tests.flow.town import BY, Town


def class_named(town: Town, name: str) -> Class:
    return Class.objects.get(district=town.district, name=name)


def item(code: str) -> CurriculumItem:
    load_items([CurriculumItem(code=code, title=code.title())], by=BY)
    return CurriculumItem.objects.get(code=code)


def opened(town: Town, username: str) -> dict[str, list[str]]:
    """What a student sees: open classes with what is assigned."""
    return {
        klass.name: [assignment.item.code for assignment in klass.assignments.all()]
        for klass in open_classes_of_student(town.user(username))
    }


def taught(town: Town, username: str) -> list[str]:
    return [klass.name for klass in classes_of_teacher(town.user(username))]


# -- R18 --------------------------------------------------------------------------------------------------


def test_r18_a_section_without_a_name_gets_the_one_that_clever_builds(town: Town) -> None:
    feed = small_district()
    feed.row("sections", "c1").update(Name="", Course_name="Maths", Period="2(A)")
    feed.row("sections", "c2").update(Name="", Course_name="Art")
    feed.row("sections", "c3").update(Name=" ", Section_number="77")
    feed.section("c4", "", school="10", teachers=["t9"], students=["s1"])
    feed.section("c5", "", school="10", teachers=["t2", "t1"], students=["s1"], Period="5", Course_name="Ökologie")

    town.settle(feed)

    assert town.classes() == [
        "1 | Maths - King - 2(A) | 10 | c1 |  | active | yes | aking | no",
        "2 | Art - King | 10 | c2 |  | active | yes | aking;aroe | no",
        "3 | Ng | 20 | c3 |  | active | yes | zng | no",
        "4 | Ökologie - Roe - 5 | 10 | c5 |  | active | yes | aking;aroe | no",
    ]


def test_r18_terms_and_other_fields_of_a_section_are_kept_and_changed(town: Town) -> None:
    feed = small_district()
    cells = {"Term_name": "Fall", "Term_start": "9/1/2025", "Term_end": "2025-12-20", "Subject": "math", "Grade": "4"}
    feed.row("sections", "c1").update(cells, Course_name="Maths", Course_number="M4", Period="2")
    town.settle(feed)
    feed.row("sections", "c1").update(Name="Maths Four", Term_name="Spring", Period="", School_id="20")

    run = town.settle(feed)

    assert (
        town.plan(run)
        == [
            (
                "change class c1: changed in the source; name Maths 4 → Maths Four; period 2 → –; school 10 → 20; "
                "term_name Fall → Spring"
            ),
            "change person t1: changed in the source; schools 10 → 10;20",
        ][::-1]
    )
    assert town.classes()[0] == "1 | Maths Four | 20 | c1 | Spring | active | yes | aking | no"
    names = ("course_name", "course_number", "period", "subject", "grade", "term_start", "term_end")
    assert Class.objects.filter(number=1).values(*names).get() == {
        "course_name": "Maths",
        "course_number": "M4",
        "period": "",
        "subject": "math",
        "grade": "4",
        "term_start": "2025-09-01",
        "term_end": "2025-12-20",
    }


def test_r18_seats_follow_the_enrollments(town: Town) -> None:
    feed = small_district()
    town.sync(feed)
    feed.leave("c1", "s1")
    feed.enroll("c1", "s4")
    feed.enroll("c3", "s3")

    run = town.settle(feed)

    assert town.plan(run) == [
        "create membership c1/s4: enrolled",
        "archive membership c1/s1: no longer enrolled",
        "create membership c3/s3: enrolled",
    ]
    assert town.rosters() == {
        "Maths 4": "aking / bsmith bsmith1 miao",
        "Art": "aking aroe / bsmith1 miao",
        "Latin": "zng / bsmith eholm klund",
    }
    assert (
        town.warnings()
        == [
            "STUDENT_NO_CLASS person s1: José Núñez is in no section that we received, so no teacher can see them.",
            (
                "ENROLL_OTHER_SCHOOL person s3: Ben Smith attends Hill School but is in a class at Lake School. "
                "We allowed it."
            ),
        ][::-1]
    )

    feed.enroll("c1", "s1")
    assert town.plan(town.settle(feed)) == ["restore membership c1/s1: enrolled"]
    assert Membership.objects.filter(user=town.user("jnunez")).count() == 1


def test_r18_r34_enrollments_of_unknown_students_and_sections_are_told_and_keep_nobody_out(town: Town) -> None:
    feed = small_district()
    feed.enroll("c1", "s98", "s99")
    feed.enroll("c9", "s1")

    town.settle(feed)

    assert town.rosters()["Maths 4"] == "aking / bsmith jnunez miao"
    assert town.warnings() == [
        ("ENROLL_CLASS_UNKNOWN enrollment : 1 enrollments name sections that we did not receive (for example c9)."),
        ("ENROLL_STUDENT_UNKNOWN enrollment : 2 enrollments name students that we did not receive (for example s98)."),
    ]
    feed.student("s99", "Late", "Comer", school="10")
    assert town.plan(town.settle(feed)) == [
        "create person s99: new in the source",
        "create membership c1/s99: enrolled",
    ]


# -- R19 --------------------------------------------------------------------------------------------------


def test_r19_a_section_without_a_teacher_waits_and_appears_by_itself(town: Town) -> None:
    feed = small_district()
    feed.teach("c3")
    feed.teach("c1", "t9")
    town.settle(feed)
    assert town.rosters() == {"Art": "aking aroe / bsmith1 miao"}
    assert town.warnings("CLASS_NO_TEACHER") == [
        (
            "CLASS_NO_TEACHER section c1: Maths 4 has no teacher that we received (it names t9), "
            "so its 3 students cannot see it."
        ),
        "CLASS_NO_TEACHER section c3: Latin has no teacher in the data, so its 2 students cannot see it.",
    ]

    feed.teach("c3", "t3")
    run = town.settle(feed)
    assert town.plan(run) == [
        "create class c3: new in the source",
        "create membership c3/t3: new in the source",
        "create membership c3/s5: new in the source",
        "create membership c3/s6: new in the source",
    ]
    feed.teacher("t9", "New", "Hire", school="10")
    run = town.settle(feed)
    assert town.plan(run) == [
        "create person t9: new in the source",
        "create class c1: new in the source",
        "create membership c1/t9: new in the source",
        "create membership c1/s1: new in the source",
        "create membership c1/s2: new in the source",
        "create membership c1/s3: new in the source",
    ]
    assert town.warnings() == []


def test_r19_a_class_whose_section_has_no_teacher_any_more_leaves_and_comes_back(town: Town) -> None:
    feed = small_district()
    town.sync(feed)
    feed.teach("c2")
    run = town.settle(feed)
    assert town.plan(run) == ["archive class c2: the section names no teacher; status active → archived"]
    assert town.rosters() == {"Maths 4": "aking / bsmith jnunez miao", "Latin": "zng / eholm klund"}
    assert town.warnings("CLASS_NO_TEACHER") == [
        "CLASS_NO_TEACHER section c2: Art has no teacher in the data, so its 2 students cannot see it."
    ]

    feed.teach("c2", "t2")
    run = town.settle(feed)
    assert town.plan(run) == [
        "restore class c2: sent again; status archived → active",
        "archive membership c2/t1: no longer enrolled",
    ]
    assert town.rosters()["Art"] == "aroe / bsmith1 miao"
    assert town.warnings() == []


def test_r19_a_schools_last_class_without_a_teacher_waits_for_a_decision(town: Town) -> None:
    feed = small_district()
    town.sync(feed)
    for key in ("c1", "c2"):
        feed.teach(key)
    for number in range(10):
        feed.section(f"x{number}", f"X{number}", school="10", teachers=["t1"], students=["s1"])
    town.sync(feed)
    for number in range(10):
        feed.teach(f"x{number}")

    run = town.sync(feed, status="held")

    assert run["held"] == {"schools": 0, "people": 0, "classes": 10, "memberships": 0}
    assert len([row for row in town.classes() if " | active | " in row]) == 11
    assert town.approve(run)["done"] == {"schools": 0, "people": 0, "classes": 10, "memberships": 0}
    assert town.rosters() == {"Latin": "zng / eholm klund"}
    town.settle()
    assert len(town.warnings("CLASS_NO_TEACHER")) == 12


def test_r19_a_class_whose_section_names_an_unknown_teacher_stays_as_it_is(town: Town) -> None:
    feed = small_district()
    town.sync(feed)
    before = town.classes(), town.seats()
    feed.teach("c3", "t9")
    feed.teach("c1", "t9")
    feed.leave("c1", "s1")
    feed.row("sections", "c1")["Name"] = "Maths Five"

    town.settle(feed)

    assert (town.classes(), town.seats()) == before
    assert [line.split(":")[0] for line in town.warnings()] == [
        "STUDENT_NO_CLASS person s1",
        "TEACHER_GONE_HAS_CLASS person t9",
        "TEACHER_NO_CLASS person t3",
    ]


def test_r19_a_class_of_a_teacher_who_left_stays_until_somebody_takes_it(town: Town) -> None:
    feed = small_district()
    town.sync(feed)
    feed.drop("teachers", "t1")

    run = town.settle(feed)

    assert town.plan(run) == [
        "archive person t1: no longer sent; status active → inactive",
        "archive membership c2/t1: left with the account",
        "archive membership c1/t1: left with the account",
    ]
    assert town.rosters() == {
        "Maths 4": "/ bsmith jnunez miao",
        "Art": "aroe / bsmith1 miao",
        "Latin": "zng / eholm klund",
    }
    assert town.warnings() == [
        (
            "TEACHER_GONE_HAS_CLASS person t1: Ada King is no longer in the SIS but is the only teacher of 1 classes. "
            "The classes stay as they are."
        )
    ]
    feed.teach("c1", "t2")
    feed.teach("c2", "t2")
    assert town.plan(town.settle(feed)) == ["create membership c1/t2: enrolled"]
    assert town.rosters()["Maths 4"] == "aroe / bsmith jnunez miao"
    assert town.warnings() == []


# -- R20, R22 ---------------------------------------------------------------------------------------------


def test_r20_a_class_that_comes_back_has_its_items_and_work(town: Town) -> None:
    feed = small_district()
    town.sync(feed)
    art, drawing = class_named(town, "Art"), item("drawing")
    assign_items(art, [drawing], by=BY)
    mia = town.user("miao")
    work = Work.objects.create(user=mia, item=drawing, klass=art, status="done", score=9)
    assert opened(town, "miao") == {"Art": ["drawing"]}
    away = feed.copy()
    away.drop("sections", "c2")

    run = town.settle(away)

    assert town.plan(run) == ["archive class c2: no longer sent; status active → archived"]
    assert town.classes()[1] == "2 | Art | 10 | c2 |  | archived | yes | aking;aroe | no"
    assert (opened(town, "miao"), taught(town, "aroe"), taught(town, "aking")) == ({}, [], ["Maths 4"])
    assert Work.objects.filter(pk=work.pk, user=mia, item=drawing, klass=art, score=9).exists()

    run = town.settle(feed)

    assert town.plan(run) == ["restore class c2: sent again; status archived → active"]
    assert class_named(town, "Art").pk == art.pk
    assert (opened(town, "miao"), taught(town, "aroe")) == ({"Art": ["drawing"]}, ["Art"])
    assert Work.objects.get(pk=work.pk).score == 9


def test_r20_who_left_while_the_class_was_away_is_not_in_it_when_it_returns(town: Town) -> None:
    feed = small_district()
    town.sync(feed)
    away = feed.copy()
    away.drop("sections", "c2")
    town.settle(away)
    away.drop("students", "s2")
    away.drop("teachers", "t2")
    town.settle(away)
    feed.drop("students", "s2")
    feed.drop("teachers", "t2")
    feed.enroll("c2", "s1")

    run = town.settle(feed)

    assert town.plan(run) == [
        "restore class c2: sent again; status archived → active",
        "archive membership c2/t2: left with the account",
        "create membership c2/s1: sent again",
        "archive membership c2/s2: left with the account",
    ]
    assert town.rosters()["Art"] == "aking / bsmith1 jnunez"


def test_r22_a_student_sees_what_was_assigned_before_they_joined_by_sync_or_by_hand(town: Town) -> None:
    feed = small_district()
    town.sync(feed)
    art = class_named(town, "Art")
    assign_items(art, [item("drawing"), item("clay")], by=BY)
    assert opened(town, "jnunez") == {}
    feed.enroll("c2", "s1")

    town.settle(feed)
    enroll(town.district, [NewSeat(art.pk, town.user("bsmith").pk, "student")], by=BY)

    assert opened(town, "jnunez") == opened(town, "bsmith") == {"Art": ["drawing", "clay"]}


# -- R23 --------------------------------------------------------------------------------------------------


def test_r23_what_was_made_by_hand_is_never_touched(town: Town) -> None:
    feed = small_district()
    town.sync(feed)
    district = town.district
    [helper] = create_users(district, [NewUser("helper", "teacher", "Hand", "Made")], by=BY)
    chess = add_class(district, "Chess", town.user("aking"), [town.user("jnunez"), town.user("bsmith")], by=BY)
    art = class_named(town, "Art")
    hand = [NewSeat(art.pk, town.user("klund").pk, "student"), NewSeat(art.pk, helper, "teacher")]
    enroll(district, hand, by=BY)
    by_hand = [row for row in town.seats() if row.endswith("no")]
    assert by_hand == [
        "2 | helper | teacher | no",
        "2 | klund | student | no",
        f"{chess.number} | aking | teacher | no",
        f"{chess.number} | bsmith | student | no",
        f"{chess.number} | jnunez | student | no",
    ]
    feed.leave("c2", "s4")
    feed.drop("students", "s1")
    feed.drop("teachers", "t2")
    feed.row("sections", "c2")["Name"] = "Fine Art"

    town.settle(feed)

    assert [row for row in town.seats() if row.endswith("no")] == by_hand, "a person who left keeps a seat by hand"
    assert town.rosters()["Fine Art"] == "aking helper / klund miao"
    assert User.objects.get(pk=helper).is_active
    assert "4 | Chess | 10 |  |  | active | no | aking | no" in town.classes()


def test_r23_a_seat_by_hand_becomes_the_rosters_when_the_sis_enrolls_the_student(town: Town) -> None:
    feed = small_district()
    town.sync(feed)
    seat = NewSeat(class_named(town, "Art").pk, town.user("klund").pk, "student")
    enroll(town.district, [seat], by=BY)
    feed.enroll("c2", "s6")

    run = town.settle(feed)

    assert town.plan(run) == ["match membership c2/s6: enrolled"]
    assert "2 | klund | student | yes" in town.seats()


# -- R25 --------------------------------------------------------------------------------------------------


def test_r25_all_ten_teachers_of_a_section_see_it(town: Town) -> None:
    feed = small_district()
    for number in range(10, 18):
        feed.teacher(f"t{number}", "Co", f"Teacher{number}", school="10")
    feed.teach("c2", "t1", "t2", *(f"t{number}" for number in range(10, 18)))

    town.settle(feed)

    teachers = ["aking", "aroe", *(f"cteacher{number}" for number in range(10, 18))]
    assert town.classes()[1] == f"2 | Art | 10 | c2 |  | active | yes | {';'.join(teachers)} | no"
    assert [name for name in teachers if "Art" not in taught(town, name)] == []
    assert taught(town, "aking") == ["Art", "Maths 4"]


def test_r25_a_section_changes_teachers(town: Town) -> None:
    feed = small_district()
    town.sync(feed)
    feed.teach("c1", "t2")
    feed.teach("c2", "t2", "t3")

    run = town.settle(feed)

    assert town.plan(run) == [
        "change person t3: changed in the source; schools 20 → 20;10",
        "create membership c1/t2: enrolled",
        "archive membership c1/t1: no longer enrolled",
        "create membership c2/t3: enrolled",
        "archive membership c2/t1: no longer enrolled",
    ]
    assert [taught(town, name) for name in ("aking", "aroe", "zng")] == [[], ["Art", "Maths 4"], ["Art", "Latin"]]
    assert town.warnings() == ["TEACHER_NO_CLASS person t1: Ada King is shared but teaches no section in the data."]
