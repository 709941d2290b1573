"""What the district shares (R4), narrowed and widened."""

from typing import Any

from rostering.connections import share
from rostering.models import Link
from tests.flow.feeds import Feed, small_district
from tests.flow.town import BY, Town, command, whole_database

HILL_ONLY = {"Maths 4": "aking / bsmith jnunez miao", "Art": "aking aroe / bsmith1 miao"}
EVERYTHING = {**HILL_ONLY, "Latin": "zng / eholm klund"}


def not_shared(town: Town) -> list[tuple[Any, ...]]:
    """All that is kept of records that are not shared, but for ids of rows."""
    links = Link.objects.filter(district=town.district, state="not_shared").order_by("kind", "key")
    return list(links.values_list("kind", "key", "live", "fingerprint", "said", "name", "school"))


def bare(kind: str, *keys: str) -> list[tuple[Any, ...]]:
    return [(kind, key, False, "", "", "", "") for key in keys]


def large_district() -> Feed:
    """School 10 with forty students in four classes of a teacher each; school 20 with one class of ten."""
    feed = Feed()
    feed.school("10", "Hill School")
    feed.school("20", "Lake School")
    for number in range(5):
        school = "20" if number == 4 else "10"
        feed.teacher(f"t{number}", f"Tea{number}", "Cher", school=school)
        students = [f"{number}{last}" for last in range(10)]
        for key in students:
            feed.student(key, f"Stu{key}", "Dent", school=school)
        feed.section(f"c{number}", f"Class {number}", school=school, teachers=[f"t{number}"], students=students)
    return feed


def test_r4_selected_schools_bring_their_sections_and_people_and_only_ids_of_the_rest(town: Town) -> None:
    share(town.district, "schools", ["10"], by=BY)

    run = town.settle(small_district())

    assert town.rosters() == HILL_ONLY
    assert {row.split(" | ")[9] for row in town.users()} == {"10"}
    assert not_shared(town) == [
        *bare("person", "s:s5", "s:s6", "t:t3"),
        *bare("school", "20"),
        *bare("section", "c3"),
    ]
    kept = whole_database()
    assert [word for word in ("Holm", "Lund", "Zoë", "Lake School", "Latin", "zoe@") if word in kept] == []
    assert "Hill School" in kept
    assert run["records"] == {"schools": 2, "people": 9, "sections": 3, "enrollments": 7}
    [found] = command("explain", "hill", "s5")[0]["found"]
    assert (found["kind"], found["source_id"], found["name"], found["outcome"]) == ("person", "s5", "", "not_shared")
    assert town.warnings() == []


def test_r4_selected_sections_bring_their_people_and_schools(town: Town) -> None:
    share(town.district, "sections", ["c1"], by=BY)

    town.settle(small_district())

    assert town.rosters() == {"Maths 4": "aking / bsmith jnunez miao"}
    assert town.usernames() == {"t1": "aking", "s1": "jnunez", "s2": "miao", "s3": "bsmith"}
    assert not_shared(town) == [
        *bare("person", "s:s4", "s:s5", "s:s6", "t:t2", "t:t3"),
        *bare("school", "20"),
        *bare("section", "c2", "c3"),
    ]


def test_r4_people_of_a_shared_section_come_along_from_schools_that_are_not(town: Town) -> None:
    feed = small_district()
    feed.enroll("c2", "s5")
    feed.teach("c2", "t1", "t3")
    feed.row("students", "s5")["Grade"] = "seventh"
    for mode, ids in (("schools", ["10"]), ("sections", ["c1", "c2"])):
        share(town.district, mode, ids, by=BY)

        town.settle(feed)

        assert town.rosters() == {**HILL_ONLY, "Art": "aking zng / bsmith1 eholm miao"}
        rows = {row.split(" | ")[8]: row.split(" | ")[9] for row in town.users()}
        assert (rows["s5"], rows["t3"]) == ("10", "10"), "the school that is shared is the one where they are"
        assert "Lake School" not in whole_database()
        assert [line.split(":")[0] for line in town.warnings()] == [
            "GRADE_MISSING person s5",
            *(["TEACHER_NO_CLASS person t2"] if mode == "schools" else []),
        ]


def test_r4_a_teacher_at_two_schools_of_which_one_is_shared(town: Town) -> None:
    feed = small_district()
    feed.teach("c3", "t3", "t2")
    feed.teach("c2", "t2")
    share(town.district, "schools", ["10"], by=BY)

    town.settle(feed)

    assert "aroe | teacher | Alan | Roe | alan@hill.example |  |  | t2 | t2 | 10 | active | yes" in town.users()
    assert town.warnings() == []


def test_r4_a_school_that_really_is_missing_is_still_told_about(town: Town) -> None:
    feed = small_district()
    feed.student("s7", "No", "Where", school="77")
    feed.enroll("c1", "s7")
    share(town.district, "sections", ["c1"], by=BY)

    town.settle(feed)

    assert [line.split(":")[0] for line in town.warnings()] == ["SCHOOL_NOT_SET_UP school 77"]


def test_r4_r33_narrowing_waits_and_once_approved_only_ids_are_kept(town: Town) -> None:
    town.sync(small_district())
    share(town.district, "schools", ["10"], by=BY)

    run = town.sync(status="held")

    assert sorted(town.plan(run)) == [
        "archive class c3: no longer shared; status active → archived [held]",
        "archive person s5: no longer shared; status active → inactive [held]",
        "archive person s6: no longer shared; status active → inactive [held]",
        "archive person t3: no longer shared; status active → inactive [held]",
        "archive school 20: no longer shared [held]",
    ]
    assert run["held"] == {"schools": 1, "people": 3, "classes": 1, "memberships": 0}
    assert town.rosters() == EVERYTHING

    assert town.approve(run)["done"] == {"schools": 1, "people": 3, "classes": 1, "memberships": 0}
    assert town.rosters() == HILL_ONLY
    town.settle()
    assert not_shared(town) == [
        *bare("person", "s:s5", "s:s6", "t:t3"),
        *bare("school", "20"),
        *bare("section", "c3"),
    ]
    assert [key for key, name in town.usernames().items() if name.endswith("(inactive)")] == ["s5", "s6", "t3"]


def test_r4_narrowing_within_the_limits_goes_ahead_and_forgets_at_once(town: Town) -> None:
    feed = large_district()
    feed.section("x", "Extra", school="10", teachers=["t0"], students=["00", "99"])
    feed.student("99", "Only", "Here", school="10")
    share(town.district, "sections", ["c0", "c1", "c2", "c3", "c4", "x"], by=BY)
    town.settle(feed)
    share(town.district, "sections", ["c0", "c1", "c2", "c3", "c4"], by=BY)

    run = town.settle()

    assert town.plan(run) == [
        "archive person 99: no longer shared; status active → inactive",
        "archive membership x/99: left with the account",
        "archive class x: no longer shared; status active → archived",
    ]
    assert not_shared(town) == [*bare("person", "s:99"), *bare("section", "x")]


def test_r4_widening_brings_the_same_accounts_and_classes_back(town: Town) -> None:
    feed = large_district()
    feed.section("x", "Extra", school="10", teachers=["t0"], students=["00", "99"])
    feed.student("99", "Only", "Here", school="10")
    town.settle(feed)
    before = town.users(), town.classes(), town.seats()
    share(town.district, "sections", ["c0", "c1", "c2", "c3", "c4"], by=BY)
    town.settle()
    share(town.district, "all", [], by=BY)

    run = town.settle()

    assert town.plan(run) == [
        "restore person 99: sent again; status inactive → active",
        "restore class x: sent again; status archived → active",
        "restore membership x/99: sent again",
    ]
    assert (town.users(), town.classes(), town.seats()) == before
    assert not_shared(town) == []


def test_r4_once_a_narrowing_is_approved_nothing_is_kept_even_before_the_next_run(town: Town) -> None:
    town.sync(small_district())
    share(town.district, "schools", ["10"], by=BY)
    town.approve(town.sync(status="held"))

    words = Link.objects.filter(district=town.district, key__in=["s:s5", "s:s6", "t:t3", "20", "c3"])
    assert set(words.values_list("name", "said", "school")) == {("", "", "")}


def test_r4_r33_a_narrowing_that_is_discarded_keeps_them_and_is_not_asked_anew(town: Town) -> None:
    town.sync(small_district())
    share(town.district, "schools", ["10"], by=BY)
    run = town.sync(status="held")

    assert town.discard(run)["done"] == {"schools": 1, "people": 3, "classes": 1, "memberships": 0}

    again = town.settle()
    assert town.plan(again) == []
    assert again["held"] == {"schools": 0, "people": 0, "classes": 0, "memberships": 0}
    assert town.rosters() == EVERYTHING
    assert {name for name in town.usernames().values() if name.endswith("(inactive)")} == set()

    share(town.district, "all", [], by=BY)
    town.settle()
    assert town.rosters() == EVERYTHING
    share(town.district, "schools", ["10"], by=BY)
    assert town.sync(status="held")["held"] == {"schools": 1, "people": 3, "classes": 1, "memberships": 0}


def test_r4_warnings_about_what_is_not_shared_are_not_shown(town: Town) -> None:
    feed = small_district()
    feed.row("students", "s5")["Grade"] = "seventh"
    feed.row("students", "s6")["First_name"] = ""
    feed.teach("c3")
    town.settle(feed)
    assert len(town.warnings()) == 4
    share(town.district, "schools", ["10"], by=BY)

    run = town.sync(status="held")
    town.approve(run)
    town.settle()

    assert town.warnings() == []
