"""The yearly rollover (R31)."""

from classes.handmade import add_class, load_items
from classes.lifecycle import assign_items
from classes.models import Class, CurriculumItem, Work
from tests.flow.feeds import Feed
from tests.flow.town import BY, Town

CLASSES = 8
SIZE = 6


def year(first: int) -> Feed:
    """Eight grades of six students; grade 5 of the year ``first`` begins in that year and climbs by one every year."""
    feed = Feed()
    feed.school("10", "Hill School")
    for number in range(CLASSES):
        feed.teacher(f"t{number}", f"Tea{number}", "Cher", school="10")
    for cohort in range(first, first + CLASSES):
        grade = str(5 + first + CLASSES - 1 - cohort)
        students = [f"{cohort}-{place}" for place in range(SIZE)]
        for key in students:
            feed.student(key, f"Kid{key}", "Dent", school="10", Grade=grade)
        teacher = f"t{int(grade) - 5}"
        feed.section(
            f"{first}/{grade}",
            f"Grade {grade}",
            school="10",
            teachers=[teacher],
            students=students,
            Term_name=str(first),
        )
    return feed


def test_r31_the_old_classes_leave_the_new_ones_come_and_nobody_loses_work(town: Town) -> None:
    town.settle(year(2024))
    district = town.district
    load_items([CurriculumItem(code="essay", title="Essay")], by=BY)
    item = CurriculumItem.objects.get(code="essay")
    grade_5 = Class.objects.get(name="Grade 5")
    assign_items(grade_5, [item], by=BY)
    pupil, leaver = (town.user(town.usernames()[key]) for key in ("2031-0", "2024-0"))
    works = [Work.objects.create(user=user, item=item, klass=grade_5, score=8).pk for user in (pupil, leaver)]
    chess = add_class(district, "Chess", town.user("tcher"), [pupil, leaver], by=BY)

    run = town.sync(year(2025), status="held")

    # 6 of 48 students have left and 8 of 8 classes: both more than 10 % and at least 5.
    assert run["held"] == {"schools": 0, "people": 6, "classes": 8, "memberships": 0}
    assert run["counts"]["classes"] | {"unchanged": 0} == run["counts"]["classes"]
    assert [run["counts"][kind]["create"] for kind in ("people", "classes", "memberships")] == [6, 8, 56]
    assert run["counts"]["people"]["update"] == 42, "everybody who stays is a grade up"
    assert town.approve(run)["done"] == {"schools": 0, "people": 6, "classes": 8, "memberships": 0}
    town.settle()

    assert [row.split(" | ")[1:8] for row in town.classes()] == [
        *(
            [f"Grade {grade}", "10", f"2024/{grade}", "2024", "archived", "yes", teacher_of(town, grade)]
            for grade in range(12, 4, -1)
        ),
        ["Chess", "10", "", "", "active", "no", "tcher"],
        *(
            [f"Grade {grade}", "10", f"2025/{grade}", "2025", "active", "yes", teacher_of(town, grade)]
            for grade in range(12, 4, -1)
        ),
    ]
    inactive = {key for key, name in town.usernames().items() if name.endswith("(inactive)")}
    assert inactive == {f"2024-{place}" for place in range(SIZE)}
    assert list(Work.objects.order_by("pk").values_list("pk", "user", "score")) == [
        (works[0], pupil.pk, 8),
        (works[1], leaver.pk, 8),
    ]
    by_hand = [row for row in town.seats() if row.endswith("no")]
    assert by_hand == [
        f"{chess.number} | {name} | {role} | no"
        for name, role in sorted([("tcher", "teacher"), (pupil.username, "student"), (leaver.username, "student")])
    ]
    now = Class.objects.get(name="Grade 6", status="active")
    assert now.memberships.filter(user=pupil, active=True, synced=True).count() == 1


def test_r31_what_waits_is_renewed_by_each_run_and_nothing_else_waits_with_it(town: Town) -> None:
    town.settle(year(2024))
    first = town.sync(year(2025), status="held")

    second = town.sync(status="held")

    assert [line for line in town.plan(second) if not line.endswith("[held]")] == []
    assert (second["held"], len(town.plan(second))) == (first["held"], 14)
    assert town.approve(second)["done"] == {"schools": 0, "people": 6, "classes": 8, "memberships": 0}
    assert town.plan(town.settle()) == []


def test_r31_r20_last_years_class_comes_back_by_its_id(town: Town) -> None:
    town.settle(year(2024))
    town.approve(town.sync(year(2025), status="held"))
    town.settle()
    both = year(2025)
    both.section("2024/5", "Grade 5", school="10", teachers=["t0"], students=["2031-0"], Term_name="2024")

    run = town.settle(both)

    assert town.plan(run)[0] == "restore class 2024/5: sent again; status archived → active"
    assert {line.split(" ")[0] for line in town.plan(run)[1:]} == {"archive"}
    assert [row for row in town.classes() if "2024/5" in row] == [
        "8 | Grade 5 | 10 | 2024/5 | 2024 | active | yes | tcher | no"
    ]


def teacher_of(town: Town, grade: int) -> str:
    return town.usernames()[f"t{grade - 5}"]
