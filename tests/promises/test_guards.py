"""R33: removals above the limits wait for a coordinator; everything else goes ahead."""

from pathlib import Path
from typing import Any

import pytest

from tests.flow.feeds import Feed
from tests.promises.town import Town, command, counted, found_town, held, numbered, two_schools

pytestmark = pytest.mark.django_db

FILE = {"students": "students", "teachers": "teachers", "staff": "staff", "classes": "sections"}
PREFIX = {"students": "s", "teachers": "t", "staff": "f", "classes": "c"}
COUNTED = {"students": "people", "teachers": "people", "staff": "people", "classes": "classes"}

LIMITS = [  # of 10 %, and at least 5
    (100, 10, False),
    (100, 11, True),
    (50, 5, False),
    (49, 5, True),
    (20, 4, False),
    (20, 5, True),
    (6, 4, False),
    (6, 5, True),
]
SEAT_LIMITS = [  # of 30 %, and at least 5
    (100, 30, False),
    (100, 31, True),
    (20, 6, False),
    (20, 7, True),
    (10, 4, False),
    (10, 5, True),
]


def school_a(kind: str, total: int) -> Feed:
    """Two schools with so many of a kind at school A; besides, what a school must have."""
    wanted: dict[str, int] = {"students": 1, "staff": 1, "sections": 1, FILE[kind]: total}
    return two_schools(**wanted)


def last(kind: str, total: int, number: int) -> list[str]:
    """The ids of the last so many of a kind: the first one stays, and teaches."""
    return numbered(PREFIX[kind], total)[total - number :]


# -- the limits ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", FILE)
@pytest.mark.parametrize(("total", "removed", "waits"), LIMITS)
def test_r33_more_than_ten_percent_and_at_least_five_wait(
    folder: Path, kind: str, total: int, removed: int, waits: bool
) -> None:
    feed = school_a(kind, total)
    town = found_town(folder, feed)
    assert town.sync()["status"] == "succeeded"
    leaving = last(kind, total, removed)
    feed.drop(FILE[kind], *leaving)
    run = town.sync(feed)
    roster = town.roster()
    if waits:
        assert (run["status"], run["code"], held(run), counted(run)) == ("held", 3, {COUNTED[kind]: removed}, {})
        assert roster.inactive() == set()
        (warning,) = town.warnings("--code", "REMOVALS_HELD")
        assert (warning["severity"], warning["school"], warning["message"]) == (
            "HOLD",
            "A",
            (
                f"Alder School: {removed} of {total} {kind} would be removed (more than 10 %). "
                "We are waiting for you; new and changed records went ahead."
            ),
        )
        assert {change["source_id"] for change in town.changes(run["run"], held=True)} == set(leaving)
    else:
        assert (run["status"], run["code"], held(run)) == ("succeeded", 0, {})
        assert roster.inactive() == set(leaving)
        assert town.warnings("--code", "REMOVALS_HELD") == []


@pytest.mark.parametrize(("total", "removed", "waits"), SEAT_LIMITS)
def test_r33_more_than_thirty_percent_of_the_seats_wait(folder: Path, total: int, removed: int, waits: bool) -> None:
    feed = two_schools(seats=total)
    town = found_town(folder, feed)
    town.sync()
    before, leaving = town.roster().seats, numbered("s", total - 1)[-removed:]
    feed.leave("roster", *leaving)
    run = town.sync(feed)
    ended = {("roster", key) for key in leaving}
    if waits:
        assert (run["status"], held(run), counted(run)) == ("held", {"memberships": removed}, {})
        assert town.roster().seats == before
        names = {change["name"] for change in town.changes(run["run"], held=True)}
        assert names == {f"Stu Dent{key} in Roster" for key in leaving}
    else:
        assert (run["status"], held(run), counted(run)) == ("succeeded", {}, {"memberships": {"archive": removed}})
        assert town.roster().seats == before - ended
    assert town.roster().inactive() == set()


def test_r33_limits_are_per_school_and_kind(folder: Path) -> None:
    """Eight of eighty students at each of two schools and five of sixty classes: nothing is summed up."""
    feed = two_schools(students=80, sections=60)
    for key in numbered("b", 79):
        feed.student(key, "Bi", f"Rch{key}", school="B")
    town = found_town(folder, feed)
    town.sync()
    leaving = [*numbered("s", 8), *numbered("b", 8), *numbered("c", 5)]
    feed.drop("students", *numbered("s", 8), *numbered("b", 8))
    feed.drop("sections", *numbered("c", 5))
    run = town.sync(feed)
    assert (run["status"], counted(run)) == ("succeeded", {"people": {"archive": 16}, "classes": {"archive": 5}})
    assert town.roster().inactive() == set(leaving)


def test_r33_one_school_waits_while_the_other_goes_ahead(folder: Path) -> None:
    feed = two_schools(students=40)
    for key in numbered("b", 80):
        feed.student(key, "Bi", f"Rch{key}", school="B")
    town = found_town(folder, feed)
    town.sync()
    feed.drop("students", *numbered("s", 5), *numbered("b", 5))
    run = town.sync(feed)
    assert (run["status"], held(run), counted(run)) == ("held", {"people": 5}, {"people": {"archive": 5}})
    assert town.roster().inactive() == set(numbered("b", 5))


def test_r33_creates_and_updates_go_ahead_while_removals_wait(folder: Path) -> None:
    feed = two_schools(students=20, seats=11, sections=1)
    town = found_town(folder, feed)
    town.sync()
    feed.drop("students", *numbered("s", 6)[1:])
    feed.row("students", "s1")["Last_name"] = "Renamed"
    feed.student("new", "Nel", "Newt", school="A")
    feed.enroll("c1", "new", "s1")
    run = town.sync(feed)
    assert (held(run), counted(run)) == (
        {"people": 5},
        {"people": {"create": 1, "update": 1}, "memberships": {"create": 2}},
    )
    roster = town.roster()
    assert roster.inactive() == set()
    assert {("c1", "new"), ("c1", "s1"), ("roster", "s2")} <= roster.seats


def small_schools(number: int, size: int) -> Feed:
    """So many schools of so many students, ``3-2`` the second of the third, in one class each."""
    feed = Feed()
    for place in range(1, number + 1):
        school, keys = str(place), [f"{place}-{one}" for one in range(1, size + 1)]
        feed.school(school, f"School {place}")
        feed.teacher(f"t{place}", "Tea", f"Cher{place}", school=school)
        for key in keys:
            feed.student(key, "Stu", f"Dent{key}", school=school)
        feed.section(f"c{place}", f"Class {place}", school=school, teachers=[f"t{place}"], students=keys)
    return feed


@pytest.mark.parametrize(("each", "waits"), [(3, False), (4, True)])
def test_r33_a_tenth_of_the_whole_district_waits_though_no_school_is_over_its_limit(
    folder: Path, each: int, waits: bool
) -> None:
    """Sixteen schools of twenty: three leavers from each are 48 of 320, which is under the district's floor of 50."""
    feed = small_schools(16, 20)
    town = found_town(folder, feed)
    town.sync()
    leaving = {f"{place}-{one}" for place in range(1, 17) for one in range(1, each + 1)}
    feed.drop("students", *leaving)
    run = town.sync(feed)
    if waits:
        assert (held(run), counted(run), town.roster().inactive()) == ({"people": 64}, {}, set())
        assert whys(town) == [
            "The district: 64 of 320 students would be removed (more than 10 % of the whole district)"
        ]
    else:
        assert (held(run), counted(run)) == ({}, {"people": {"archive": 48}, "memberships": {"archive": 48}})
        assert town.roster().inactive() == leaving


def test_r33_what_a_school_holds_does_not_hold_the_rest_of_the_district(folder: Path) -> None:
    """A school of 60 in a district of 400 is emptied and waits, tonight and tomorrow; leavers elsewhere go ahead."""
    feed = small_schools(17, 20)
    for key in numbered("x", 60):
        feed.student(key, "Ex", f"It{key}", school="1")
    town = found_town(folder, feed)
    town.sync()
    feed.drop("students", *numbered("x", 60), "2-1")
    run = town.sync(feed)
    assert (held(run), counted(run)["people"]) == ({"people": 60}, {"archive": 1})
    feed.drop("students", "3-1")
    run = town.sync(feed)
    assert (held(run), counted(run)["people"]) == ({"people": 60}, {"archive": 1})
    assert town.roster().inactive() == {"2-1", "3-1"}


# -- seats that fall with something else -------------------------------------------------------------------------


def test_r33_a_seat_that_falls_with_its_person_is_not_counted_again(folder: Path) -> None:
    """Four of twelve students leave, which is under the floor; their seats are all of a class but the teacher's."""
    feed = two_schools(students=12, sections=1)
    feed.enroll("c1", *numbered("s", 4))
    for key in numbered("s", 4):
        feed.section(f"x{key}", "Extra", school="A", teachers=["t1"], students=[key])
    town = found_town(folder, feed)
    town.sync()
    feed.drop("students", *numbered("s", 4))
    run = town.sync(feed)
    assert (run["status"], held(run)) == ("succeeded", {})
    assert counted(run) == {"people": {"archive": 4}, "memberships": {"archive": 8}}
    assert town.roster().inactive() == set(numbered("s", 4))
    assert {key for _, key in town.roster().seats} == {"t1", "tb", "sb"}


def test_r33_a_seat_that_falls_with_its_class_is_not_counted_again(folder: Path) -> None:
    """One of two classes goes, with two thirds of the school's seats."""
    feed = two_schools(students=20, sections=2)
    feed.enroll("c1", *numbered("s", 20))
    feed.enroll("c2", *numbered("s", 6))
    town = found_town(folder, feed)
    town.sync()
    feed.drop("sections", "c1")
    run = town.sync(feed)
    assert (run["status"], held(run), counted(run)) == ("succeeded", {}, {"classes": {"archive": 1}})
    assert town.roster().seats == {
        ("cb", "tb"), ("cb", "sb"), ("c2", "t1"), *(("c2", key) for key in numbered("s", 6)),
    }  # fmt: skip


def test_r33_seats_of_people_who_wait_wait_with_them(folder: Path) -> None:
    feed = two_schools(seats=21)
    town = found_town(folder, feed)
    town.sync()
    before = town.roster()
    feed.drop("students", *numbered("s", 10))
    run = town.sync(feed)
    assert (run["status"], held(run), counted(run)) == ("held", {"people": 10}, {})
    assert (town.roster().seats, town.roster().inactive()) == (before.seats, set())


# -- what always waits ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(("file", "key", "kind"), [("students", "s1", "students"), ("sections", "c1", "classes")])
def test_r33_the_last_one_of_a_school_waits(folder: Path, file: str, key: str, kind: str) -> None:
    feed = two_schools(students=1, sections=1)
    town = found_town(folder, feed)
    town.sync()
    feed.drop(file, key)
    run = town.sync(feed)
    assert (run["status"], held(run), town.roster().inactive()) == ("held", {COUNTED[kind]: 1}, set())
    assert whys(town) == [f"Alder School: 1 of 1 {kind} would be removed (the school would lose its last {kind})"]


def whys(town: Town) -> list[str]:
    """The first sentence of each warning about what is held."""
    return sorted(warning["message"].partition(". ")[0] for warning in town.warnings("--code", "REMOVALS_HELD"))


def test_r33_the_last_member_of_staff_of_a_school_waits(folder: Path) -> None:
    """A school of three loses all of its staff, which is under the floor; its teachers stay."""
    feed = two_schools(students=1, staff=3, sections=1)
    town = found_town(folder, feed)
    town.sync()
    feed.drop("staff", *numbered("f", 3))
    run = town.sync(feed)
    assert (run["status"], held(run), town.roster().inactive()) == ("held", {"people": 3}, set())
    assert whys(town) == ["Alder School: 3 of 3 staff would be removed (the school would lose its last staff)"]


def test_r33_the_last_teacher_of_a_school_waits(folder: Path) -> None:
    """Their class goes with them: each of the two has its own reason."""
    feed = two_schools(students=1, sections=1)
    town = found_town(folder, feed)
    town.sync()
    feed.drop("teachers", "t1")
    feed.drop("sections", "c1")
    run = town.sync(feed)
    assert (held(run), town.roster().inactive()) == ({"people": 1, "classes": 1}, set())
    assert whys(town) == [
        "Alder School: 1 of 1 classes would be removed (the school would lose its last classes)",
        "Alder School: 1 of 1 teachers would be removed (the school would lose its last teachers)",
    ]


def test_r33_the_last_class_of_a_school_waits_when_its_section_names_no_teacher(folder: Path) -> None:
    feed = two_schools(students=1, sections=1)
    town = found_town(folder, feed)
    town.sync()
    feed.teach("c1")
    run = town.sync(feed)
    assert (run["status"], held(run), town.roster().inactive()) == ("held", {"classes": 1}, set())


def test_r33_a_school_that_is_gone_waits_and_its_people_stay(folder: Path) -> None:
    feed = two_schools(students=3, staff=1, sections=1)
    town = found_town(folder, feed)
    town.sync()
    feed.drop("schools", "A")
    feed.drop("students", *numbered("s", 3))
    feed.drop("teachers", "t1")
    feed.drop("staff", "f1")
    feed.drop("sections", "c1")
    run = town.sync(feed)
    assert (run["status"], held(run)) == ("held", {"schools": 1, "people": 5, "classes": 1})
    assert town.roster().inactive() == set()
    changes = town.changes(run["run"], kind="school")
    assert [(change["action"], change["source_id"], change["held"]) for change in changes] == [("archive", "A", True)]


@pytest.mark.parametrize("kind", FILE)
def test_r33_a_kind_that_becomes_empty_waits(folder: Path, kind: str) -> None:
    feed = two_schools(students=1, staff=1, sections=1)
    town = found_town(folder, feed)
    town.sync()
    setattr(feed, FILE[kind], [])
    run = town.sync(feed)
    assert (run["status"], held(run)[COUNTED[kind]], town.roster().inactive()) == ("held", 2, set())
    assert [why for why in whys(town) if why.startswith("The district")] == [
        f"The district: 2 of 2 {kind} would be removed (the source sends no {kind} at all any more)"
    ]


def test_r33_narrowing_the_sharing_goes_through_the_guards(folder: Path) -> None:
    feed = two_schools(students=6, sections=1)
    town = found_town(folder, feed)
    town.sync()
    assert command("share", "lark", "--schools", "B").code == 0
    run = town.sync()
    assert (run["status"], held(run)) == ("held", {"schools": 1, "people": 7, "classes": 1})
    assert town.roster().inactive() == set()


# -- what becomes of a hold --------------------------------------------------------------------------------------


def holding(folder: Path) -> tuple[Town, Feed, dict[str, Any]]:
    """A district whose latest run holds six of twenty students, ``s1`` to ``s6``; they sit in a class."""
    feed = two_schools(seats=21)
    town = found_town(folder, feed)
    town.sync()
    fewer = feed.copy()
    fewer.drop("students", *numbered("s", 6))
    run = town.sync(fewer)
    assert held(run) == {"people": 6}
    return town, feed, run


def decisions(town: Town) -> list[tuple[int, str]]:
    return [(run["run"], run["decision"]) for run in command("runs", "lark", "--json").json["runs"]]


def test_r33_a_hold_is_renewed_by_the_next_run_and_only_one_is_open(folder: Path) -> None:
    town, _, first = holding(folder)
    second = town.sync()
    assert (held(second), counted(second)) == ({"people": 6}, {})
    assert decisions(town) == [(second["run"], "open"), (first["run"], "renewed"), (town.runs[0]["run"], "")]
    (warning,) = town.warnings("--code", "REMOVALS_HELD")
    assert warning["state"] == "continuing"


def test_r33_a_hold_falls_away_when_the_source_sends_them_again(folder: Path) -> None:
    town, feed, first = holding(folder)
    run = town.sync(feed)
    assert (run["status"], run["code"], held(run), counted(run)) == ("succeeded", 0, {}, {})
    assert decisions(town) == [(run["run"], ""), (first["run"], "renewed"), (town.runs[0]["run"], "")]
    assert town.warnings("--code", "REMOVALS_HELD") == []
    refused = command("approve", first["run"])
    assert (refused.code, refused.err) == (
        1,
        f"A later run has looked again at what run {first['run']} held. What it held has resolved itself since.",
    )
    assert town.roster().inactive() == set()


def test_r33_a_hold_that_changes_holds_what_is_so_now(folder: Path) -> None:
    town, feed, _ = holding(folder)
    feed.drop("students", *numbered("s", 7)[2:])
    run = town.sync(feed)
    assert held(run) == {"people": 5}
    assert {change["source_id"] for change in town.changes(run["run"], held=True, kind="person")} == set(
        numbered("s", 7)[2:]
    )


def test_r33_a_preview_or_a_failed_run_leaves_the_hold_as_it_is(folder: Path) -> None:
    town, _, first = holding(folder)
    preview = town.sync(None, "--preview")
    (folder / "students.csv").rename(folder / "students.away")
    failed = town.sync()
    assert [preview["status"], failed["status"]] == ["previewed", "failed"]
    assert dict(decisions(town))[first["run"]] == "open"
    (folder / "students.away").rename(folder / "students.csv")
    assert command("approve", first["run"], "--json").json["done"]["people"] == 6
    assert town.roster().inactive() == set(numbered("s", 6))


def test_r33_approve_applies_the_stored_removals(folder: Path) -> None:
    town, _, first = holding(folder)
    before = town.roster().seats
    answer = command("approve", first["run"], "--json")
    assert (answer.code, answer.json) == (
        0,
        {
            "run": first["run"],
            "district": "lark",
            "decision": "approved",
            "done": {"schools": 0, "people": 6, "classes": 0, "memberships": 0},
            "left": [],
            "waiting": {"schools": 0, "people": 0, "classes": 0, "memberships": 0},
        },
    )
    gone = set(numbered("s", 6))
    assert town.roster().inactive() == gone
    assert town.roster().seats == {(section, key) for section, key in before if key not in gone}
    assert town.warnings("--code", "REMOVALS_HELD") == []
    again = town.sync()
    assert (again["status"], again["code"], held(again), counted(again)) == ("succeeded", 0, {}, {})
    assert town.roster().inactive() == gone


def test_r33_people_removed_by_approval_come_back_when_sent_again(folder: Path) -> None:
    town, feed, first = holding(folder)
    before = town.roster()
    command("approve", first["run"])
    run = town.sync(feed)
    assert counted(run) == {"people": {"restore": 6}, "memberships": {"restore": 6}}
    assert (town.roster().users, town.roster().memberships) == (before.users, before.memberships)


def test_r33_approve_of_a_renewed_run_names_the_newer_one(folder: Path) -> None:
    town, _, first = holding(folder)
    second = town.sync()
    for verb in ("approve", "discard"):
        refused = command(verb, first["run"])
        assert (refused.code, refused.err) == (
            1,
            f"A later run has looked again at what run {first['run']} held. Decide run {second['run']} instead.",
        )
    assert town.roster().inactive() == set()
    assert command("approve", second["run"]).code == 0
    assert town.roster().inactive() == set(numbered("s", 6))


@pytest.mark.parametrize(("verb", "word"), [("approve", "approved"), ("discard", "discarded")])
def test_r33_a_run_is_decided_once(folder: Path, verb: str, word: str) -> None:
    town, _, first = holding(folder)
    assert command(verb, first["run"]).code == 0
    after = town.roster()
    for second in ("approve", "discard"):
        refused = command(second, first["run"])
        assert (refused.code, refused.err) == (1, f"Run {first['run']} was {word} already, by command line.")
    assert town.roster() == after
    refused = command("approve", town.runs[0]["run"])
    assert (refused.code, refused.err) == (1, f"Run {town.runs[0]['run']} holds nothing.")
    assert command("approve", 10**6).code == 2


def test_r33_discarded_people_stay_and_are_not_asked_anew(folder: Path) -> None:
    town, _, first = holding(folder)
    before = town.roster()
    answer = command("discard", first["run"], "--json")
    assert (answer.code, answer.json["decision"], answer.json["done"]["people"], answer.json["left"]) == (
        0, "discarded", 6, [],
    )  # fmt: skip
    for _day in range(2):
        run = town.sync()
        assert (run["status"], held(run), counted(run)) == ("succeeded", {}, {})
    after = town.roster()
    assert (after.users, after.classes, after.memberships) == (before.users, before.classes, before.memberships)
    assert town.warnings("--code", "REMOVALS_HELD") == []


def test_r33_released_people_are_asked_about_anew(folder: Path) -> None:
    town, _, first = holding(folder)
    command("discard", first["run"])
    town.sync()
    assert command("release", town.slug, "--record", "person:nobody").code == 1
    one = command("release", town.slug, "--record", "person:s1", "--json")
    assert (one.code, one.json["released"]["people"]) == (0, 1)
    rest = command("release", town.slug, "--all", "--json")
    assert (rest.code, rest.json["released"]["people"]) == (0, 5)
    assert town.roster().inactive() == set()
    again = town.sync()
    assert (again["status"], held(again)["people"]) == ("held", 6)
    command("approve", again["run"])
    assert town.roster().inactive() == set(numbered("s", 6))


def test_r33_a_later_hold_is_about_others_than_the_discarded(folder: Path) -> None:
    town, feed, first = holding(folder)
    command("discard", first["run"])
    feed.drop("students", *numbered("s", 12))
    run = town.sync(feed)
    assert held(run) == {"people": 6}
    assert {change["source_id"] for change in town.changes(run["run"], held=True, kind="person")} == set(
        numbered("s", 12)[6:]
    )


def test_r33_discarded_people_become_normal_when_sent_again(folder: Path) -> None:
    """Sent again, then gone again: the guards ask anew."""
    town, feed, first = holding(folder)
    command("discard", first["run"])
    assert counted(town.sync(feed)) == {"memberships": {"match": 6}}
    feed.drop("students", *numbered("s", 6))
    run = town.sync(feed)
    assert (held(run), counted(run)) == ({"people": 6}, {})
    command("approve", run["run"])
    assert town.roster().inactive() == set(numbered("s", 6))


def test_r33_a_discarded_person_sent_again_to_a_section_that_named_them_all_along(folder: Path) -> None:
    """The enrollments never went, so the section did not move: the seats are the roster's again all the same."""
    feed = two_schools(seats=21)
    town = found_town(folder, feed)
    town.sync()
    fewer = feed.copy()
    fewer.students = [row for row in feed.students if row["Student_id"] not in numbered("s", 6)]
    command("discard", town.sync(fewer)["run"])
    town.sync(feed)
    feed.leave("roster", "s1")
    run = town.sync(feed)
    assert counted(run) == {"memberships": {"archive": 1}}
    assert ("roster", "s1") not in town.roster().seats


def test_r33_discarded_classes_stay_and_become_normal_when_sent_again(folder: Path) -> None:
    feed = two_schools(students=2, sections=6)
    feed.enroll("c2", "s1", "s2")
    town = found_town(folder, feed)
    town.sync()
    fewer, before = feed.copy(), town.roster()
    fewer.drop("sections", *numbered("c", 6)[1:])
    run = town.sync(fewer)
    assert held(run) == {"classes": 5}
    assert command("discard", run["run"], "--json").json["done"] == {
        "schools": 0, "people": 0, "classes": 5, "memberships": 0,
    }  # fmt: skip
    again = town.sync()
    assert (again["status"], counted(again)) == ("succeeded", {})
    assert (town.roster().classes, town.roster().memberships) == (before.classes, before.memberships)
    assert counted(town.sync(feed)) == {}
    feed.leave("c2", "s1")
    assert counted(town.sync(feed)) == {"memberships": {"archive": 1}}
    fewer.write(folder)
    assert held(town.sync()) == {"classes": 5}


def test_r33_discarded_seats_stay_until_sent_again(folder: Path) -> None:
    feed = two_schools(seats=11)
    town = found_town(folder, feed)
    town.sync()
    fewer, before = feed.copy(), town.roster()
    fewer.leave("roster", *numbered("s", 6))
    run = town.sync(fewer)
    assert held(run) == {"memberships": 6}
    assert command("discard", run["run"], "--json").json["done"]["memberships"] == 6
    again = town.sync()
    assert (again["status"], counted(again), town.roster().seats) == ("succeeded", {}, before.seats)
    assert counted(town.sync(feed)) == {"memberships": {"match": 6}}
    assert held(town.sync(fewer)) == {"memberships": 6}


def test_r30_a_kept_seat_ends_when_its_person_leaves(folder: Path) -> None:
    """A seat kept by decision belongs to somebody who later leaves, on the day on which the section moves too."""
    feed = two_schools(seats=31)
    town = found_town(folder, feed)
    town.sync()
    feed.leave("roster", *numbered("s", 12))
    command("discard", town.sync(feed)["run"])
    feed.drop("students", "s1")
    feed.leave("roster", "s20")
    town.sync(feed)
    assert town.roster().inactive() == {"s1"}
    assert ("roster", "s1") not in town.roster().seats


def test_r30_a_seat_that_waits_ends_when_its_person_leaves(folder: Path) -> None:
    """Nobody has decided about the seats yet; one of the people leaves the district, which is under the limit."""
    feed = two_schools(seats=31)
    town = found_town(folder, feed)
    town.sync()
    feed.leave("roster", *numbered("s", 12))
    assert held(town.sync(feed)) == {"memberships": 12}
    feed.drop("students", "s1")
    run = town.sync(feed)
    assert (counted(run), held(run)) == ({"people": {"archive": 1}, "memberships": {"archive": 1}}, {"memberships": 11})
    assert town.roster().inactive() == {"s1"}
    assert ("roster", "s1") not in town.roster().seats


def test_r33_approved_seats_end_and_stay_ended(folder: Path) -> None:
    feed = two_schools(seats=11)
    town = found_town(folder, feed)
    town.sync()
    before = town.roster().seats
    feed.leave("roster", *numbered("s", 6))
    run = town.sync(feed)
    assert command("approve", run["run"], "--json").json["done"]["memberships"] == 6
    expected = before - {("roster", key) for key in numbered("s", 6)}
    again = town.sync()
    assert (town.roster().seats, counted(again), again["status"]) == (expected, {}, "succeeded")


def test_r33_approved_classes_leave_and_come_back_as_the_same(folder: Path) -> None:
    feed = two_schools(students=2, sections=6)
    feed.enroll("c2", "s1", "s2")
    town = found_town(folder, feed)
    town.sync()
    fewer, before = feed.copy(), town.roster()
    fewer.drop("sections", *numbered("c", 6)[1:])
    command("approve", town.sync(fewer)["run"])
    assert town.roster().inactive() == set(numbered("c", 6)[1:])
    run = town.sync(feed)
    assert counted(run) == {"classes": {"restore": 5}}
    assert (town.roster().classes, town.roster().memberships) == (before.classes, before.memberships)


def test_r33_discarded_by_narrowed_sharing_are_not_asked_anew(folder: Path) -> None:
    town = found_town(folder, two_schools(students=6, sections=1))
    town.sync()
    command("share", "lark", "--schools", "B")
    command("discard", town.sync()["run"])
    run = town.sync()
    assert (run["status"], held(run), town.roster().inactive()) == ("succeeded", {}, set())


def test_r4_people_removed_from_the_sharing_by_approval_leave_only_id_and_kind(folder: Path) -> None:
    town = found_town(folder, two_schools(students=6, sections=1))
    town.sync()
    command("share", "lark", "--schools", "B")
    assert command("approve", town.sync()["run"], "--json").json["done"] == {
        "schools": 1, "people": 7, "classes": 1, "memberships": 0,
    }  # fmt: skip
    for key, kind in (("s1", "person"), ("c1", "section"), ("A", "school")):
        (found,) = town.explain(key)
        assert (found["kind"], found["outcome"], found["name"]) == (kind, "not_shared", "")
    assert counted(town.sync()) == {}


def test_r33_the_last_seats_of_a_district_wait_however_few_they_are(folder: Path) -> None:
    """Enrollments that become empty are a kind that becomes empty, also under the floor of five."""
    feed = two_schools(seats=2)
    town = found_town(folder, feed)
    town.sync()
    feed.enrollments = []
    run = town.sync(feed)
    assert (run["status"], held(run), counted(run)) == ("held", {"memberships": 2}, {})
    assert whys(town) == ["The district: 2 of 4 seats would be removed (the source sends no seats at all any more)"]
