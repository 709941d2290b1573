"""R20, R30, R31, R40: two years of a district, with everything that happens to it, and every piece of work stays."""

from classes.handmade import load_items
from classes.lifecycle import assign_items
from classes.models import Class, CurriculumItem, Membership, Work
from tests.flow.feeds import Feed
from tests.flow.town import BY, Town, command

GRADES = range(3, 8)
SIZE = 8
LITTLE, BIG = "10", "20"  # grades 3 to 5, grades 6 and 7


def school_of(grade: int) -> str:
    return LITTLE if grade < 6 else BIG


def year(first: int, *, split: bool = False, without: tuple[str, ...] = ()) -> Feed:
    """Five grades of eight; those who were in grade 5 move to the big school. Section numbers are the same each year.

    ``split``: grade 4 is taught in two sections. ``without``: students who are away.
    """
    feed = Feed()
    feed.school(LITTLE, "Little School")
    feed.school(BIG, "Big School")
    for grade in GRADES:
        feed.teacher(f"t{grade}-{first}", f"Tea{grade}", f"Cher{first}", school=school_of(grade))
        cohort = first - grade
        pupils = [f"{cohort}-{place}" for place in range(SIZE) if f"{cohort}-{place}" not in without]
        for key in pupils:
            feed.student(
                key, f"Kid{key[5:]}", f"Of{cohort}", school=school_of(grade), Grade=str(grade), Student_number=key
            )
        parts = [pupils[::2], pupils[1::2]] if split and grade == 4 else [pupils]
        for number, part in enumerate(parts):
            key = f"G{grade}" + ("" if number == 0 else "b")
            feed.section(key, f"Grade {grade} of {first}", school=school_of(grade), teachers=[f"t{grade}-{first}"],
                         students=part, Term_name=str(first))  # fmt: skip
    return feed


def summer(feed: Feed) -> Feed:
    """No sections at all, and the graduates are gone."""
    feed = feed.copy()
    feed.sections.clear()
    feed.enrollments.clear()
    return feed


def settle(town: Town, feed: Feed) -> None:
    """Sync, approve what waits, and sync until nothing is left to do: the coordinator looks at each day."""
    feed.write(town.folder)
    for _ in range(6):
        [run] = command("sync", town.slug)[0]["runs"]
        if any(run["held"].values()):
            town.approve(run)
        elif not any(run["counts"][kind][what] for kind in run["counts"] for what in ("create", "archive", "restore")):
            return
    raise AssertionError("the days do not settle")


def do_some_work(town: Town, item: CurriculumItem) -> dict[tuple[str, str], int]:
    """Everybody in a class works on the year's item. Returns (student, item) -> the work's number."""
    done = {}
    for klass in Class.objects.filter(district=town.district, status="active"):
        assign_items(klass, [item], by=BY)
        seats = Membership.objects.filter(klass=klass, role="student", active=True).select_related("user")
        for seat in seats:
            work, _ = Work.objects.get_or_create(user=seat.user, item=item, defaults={"klass": klass})
            done[seat.user.student_number, item.code] = work.pk
    return done


def test_r31_two_years_with_everything_in_them_and_all_work_stays_with_its_student(town: Town) -> None:
    load_items([CurriculumItem(code=f"essay-{number}", title=f"Essay {number}") for number in range(4)], by=BY)
    items = list(CurriculumItem.objects.order_by("code"))
    done: dict[tuple[str, str], int] = {}
    away = ("2021-0", "2021-1")  # in grade 5 in 2026, gone in spring, back after the summer at the big school
    for feed, item in (
        (year(2026), items[0]),
        (year(2026, split=True, without=away), items[1]),
        (summer(year(2026, without=away)), None),
        (year(2027), items[2]),
        (summer(year(2027)), None),
        (year(2028), items[3]),
    ):
        settle(town, feed)
        if item is not None:
            done |= do_some_work(town, item)

    found = {
        (work.user.student_number, work.item.code): work.pk for work in Work.objects.select_related("user", "item")
    }
    assert found == done
    accounts = {key: name for key, name in town.usernames().items() if not key.startswith("t")}
    assert len(accounts) == len({key for key, _ in done}) == 7 * SIZE, "one account for each of seven cohorts' students"
    assert not any(name.endswith("(inactive)") for key, name in accounts.items() if key in away)
    assert [done[key, "essay-2"] for key in away] == [
        Work.objects.get(user=town.user(accounts[key]), item=items[2]).pk for key in away
    ]
    classes = Class.objects.filter(district=town.district).order_by("number")
    assert sorted(classes.filter(status="active").values_list("name", flat=True)) == [
        f"Grade {g} of 2028" for g in GRADES
    ]
    assert {klass.term_name for klass in classes.filter(name__endswith="of 2026")} == {"2026"}, "no class was reused"
    assert all(work.klass.term_name in work.klass.name for work in Work.objects.select_related("klass"))
