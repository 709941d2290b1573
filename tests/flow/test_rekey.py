"""R40: ids change, and accounts, usernames, classes, seats and work stay."""

from pathlib import Path
from typing import Any

import pytest

from classes.handmade import load_items
from classes.lifecycle import assign_items
from classes.models import Class, CurriculumItem, Membership, Work
from rostering.connections import connect
from rostering.models import Link
from rostering.rehearsal.clever import Sandbox, serving
from rostering.rehearsal.district import write_district
from tests.flow.clever import connection_of
from tests.flow.feeds import Feed, small_district
from tests.flow.town import BY, Town, command, make_town

pytestmark = pytest.mark.django_db
REUSED = (
    'CLASS_ID_REUSED section c3: Section c3 was "Latin" and is now "Chess", with other teachers and students. '
    "Nobody was put into the old class: it is archived with its work, and the section gets a class of its own."
)


def numbered() -> Feed:
    """The small district; every student has a number."""
    feed = small_district()
    for row in feed.students:
        row["Student_number"] = f"00{row['Student_id']}"
    return feed


def renumbered(feed: Feed, mark: str = "n") -> Feed:
    """The same district, with another id for every school, person and section."""
    new = feed.copy()
    for rows in (new.schools, new.students, new.teachers, new.sections, new.enrollments):
        for row in rows:
            for column, value in row.items():
                if value and (column.endswith("_id") and column != "Sis_id"):
                    row[column] = mark + value
    return new


def given_work(town: Town) -> list[tuple[Any, ...]]:
    """An item in every class, and work of every student; returns what work there is."""
    load_items([CurriculumItem(code="a", title="A")], by=BY)
    item = CurriculumItem.objects.get()
    for klass in Class.objects.filter(district=town.district, status="active"):
        assign_items(klass, [item], by=BY)
    for user, klass in Membership.objects.filter(role="student").values_list("user_id", "klass_id"):
        Work.objects.get_or_create(user_id=user, item=item, defaults={"klass_id": klass, "score": 5})
    return list(Work.objects.order_by("pk").values_list("pk", "user_id", "klass_id"))


def kept(town: Town) -> tuple[Any, ...]:
    """What must not change: usernames and their state, classes, seats, work."""
    users = sorted((line.split(" | ")[0], line.split(" | ")[10]) for line in town.users())
    classes = sorted((line.split(" | ")[0], line.split(" | ")[1], line.split(" | ")[5]) for line in town.classes())
    return users, classes, town.seats(), list(Work.objects.order_by("pk").values_list("pk", "user_id", "klass_id"))


def test_r40_a_district_with_all_ids_new_keeps_everything(town: Town) -> None:
    feed = numbered()
    town.settle(feed)
    given_work(town)
    before = kept(town)

    run = town.settle(renumbered(feed))

    assert (kept(town), run["held"]) == (before, dict.fromkeys(run["held"], 0))
    assert {kind: counts["rekey"] for kind, counts in run["counts"].items()} == {
        "schools": 2, "people": 9, "classes": 3, "memberships": 0,
    }  # fmt: skip
    assert town.plan(run) == [
        "rekey school n10: same name",
        "rekey school n20: same name",
        *(f"rekey person ns{n}: same student number; sis_id s{n} → ns{n}" for n in range(1, 7)),
        *(f"rekey person nt{n}: same email address; sis_id t{n} → nt{n}" for n in range(1, 4)),
        *(f"rekey class nc{n}: same course, teachers, period and students" for n in range(1, 4)),
    ]
    assert town.warnings() == []
    [old] = command("explain", "hill", "s1")[0]["found"]
    assert (old["outcome"], old["name"]) == ("withdrawn", "José Núñez")


def test_r40_ids_that_revert_bring_back_the_same_accounts_and_classes(town: Town) -> None:
    feed = numbered()
    town.settle(feed)
    given_work(town)
    before, first = kept(town), town.everything()

    for day in (renumbered(feed), feed, renumbered(feed), feed):
        town.settle(day)

    assert (kept(town), town.everything()) == (before, first)
    assert Link.objects.filter(district=town.district, object_id=None, state="withdrawn").count() == 14


def test_r40_with_the_numbers_gone_too_nobody_is_lost_or_guessed(town: Town) -> None:
    """Birth dates say it for sure, twins by first name; without them a person has to; namesakes are never guessed."""
    feed = small_district()
    for row in feed.students:
        row["Student_number"] = f"00{row['Student_id']}"
    for key in ("s1", "s3", "s4"):
        feed.row("students", key)["DOB"] = "3/9/2016"
    feed.student("s7", "Kai", "Lund", school="20", Grade="7")
    feed.enroll("c3", "s7")
    town.settle(feed)
    given_work(town)
    before = kept(town)
    new = renumbered(feed)
    for row in new.students:
        row["Student_number"] = ""

    run = town.settle(new)

    assert kept(town) == before
    assert [line.split(";")[0] for line in town.plan(run) if "person ns" in line] == [
        f"rekey person ns{n}: same name, birth date and school" for n in (1, 3, 4)
    ]
    asked = command("review", "hill")[0]["reviews"]
    assert {one["source_id"]: [each["username"] for each in one["candidates"]] for one in asked} == {
        "ns2": ["miao"], "ns5": ["eholm"], "ns6": ["klund", "klund1"], "ns7": ["klund", "klund1"],
    }  # fmt: skip
    assert [line.split(":")[0] for line in town.warnings()] == [
        "IDS_CHANGED school n10", "IDS_CHANGED school n20",
    ]  # fmt: skip
    for one, answer in zip(asked, ("eholm", "klund1", "klund", "miao"), strict=True):
        command("decide", "hill", str(one["review"]), "--same", answer)
    run = town.settle()
    assert (kept(town), run["counts"]["people"]["rekey"], town.warnings()) == (before, 4, [])
    assert town.usernames()["ns6"] == "klund1"


def test_r40_a_teacher_in_review_keeps_the_classes_as_they_are(town: Town) -> None:
    feed = numbered()
    for row in feed.teachers:
        row["Teacher_email"] = ""
    town.settle(feed)
    given_work(town)
    before = kept(town)

    town.settle(renumbered(feed))

    assert kept(town) == before
    asked = {one["name"]: one for one in command("review", "hill")[0]["reviews"]}
    assert sorted(asked) == ["Ada King", "Alan Roe", "Zoë Ng"]
    for one in asked.values():
        command("decide", "hill", str(one["review"]), "--same", one["candidates"][0]["username"])
    run = town.settle()
    assert (kept(town), run["counts"]["classes"]["rekey"]) == (before, 3)


def test_r40_leaver_who_returns_under_a_new_id_has_the_old_account(town: Town) -> None:
    feed = numbered()
    town.settle(feed)
    jose = town.user("jnunez").pk
    away = feed.copy()
    away.drop("students", "s1")
    town.settle(away)
    away.student("s9", "José", "Núñez", school="20", Grade="6", Student_number="00s1")
    away.enroll("c3", "s9")

    run = town.settle(away)

    assert town.plan(run)[0] == (
        "rekey person s9: same student number; grade 4 → 6; schools 10 → 20; sis_id s1 → s9; status inactive → active"
    )
    assert (town.user("jnunez").pk, town.rosters()["Latin"]) == (jose, "zng / eholm jnunez klund")


def test_r40_from_csv_to_clever_nothing_changes_but_the_ids(tmp_path: Path) -> None:
    write_district(tmp_path / "files", 300, 3)
    town = make_town("hill", tmp_path / "unused")
    connection = connection_of(town)
    connection.settings = {"path": str(tmp_path / "files")}
    connection.save()
    command("sync", "hill")
    given_work(town)
    before, rosters = kept(town), town.rosters()

    sandbox = Sandbox(data=tmp_path / "files", seed=7)
    with serving(sandbox) as url:
        values = {"district": sandbox.district_id, "api_url": url, "version": "v3.1"}
        connect(town.district, "clever", values, {"token": sandbox.token}, layout="auto", quiet=0, by=BY)
        run = town.sync()
        assert (kept(town), town.rosters()) == (before, rosters)
        assert run["counts"]["people"] | {"create": 0, "archive": 0} == run["counts"]["people"]
        assert run["counts"]["classes"]["create"] == run["counts"]["schools"]["create"] == 0
        assert command("review", "hill")[0]["reviews"] == []
        assert town.plan(town.sync()) == []
        assert {line.split(" | ")[3][:6] for line in town.classes()} != {""}


# -- section ids that mean something else -----------------------------------------------------------------


def reused(feed: Feed) -> Feed:
    """c3 was Latin with Zoë; now it is Chess, with Alan, and two others sit in it."""
    new = feed.copy()
    new.row("sections", "c3").update(Name="Chess")
    new.teach("c3", "t2")
    new.leave("c3", "s5", "s6")
    new.enroll("c3", "s1", "s2")
    new.section("c4", "Greek", school="20", teachers=["t3"], students=["s5"])
    return new


def test_r40_a_section_id_that_means_another_class_gets_one_and_the_old_is_archived(town: Town) -> None:
    feed = numbered()
    feed.section("c5", "Sports", school="20", teachers=["t3"], students=["s6"])
    town.settle(feed)
    work = given_work(town)

    run = town.settle(reused(feed))

    assert [line for line in town.plan(run) if " class " in line] == [
        "create class c4: new in the source",
        "create class c3: new in the source",
        "archive class c3: its id means another class now; status active → archived",
    ]
    assert town.rosters() | {"Art": "", "Maths 4": "", "Sports": ""} == {
        "Art": "", "Maths 4": "", "Sports": "", "Greek": "zng / eholm", "Chess": "aroe / jnunez miao",
    }  # fmt: skip
    assert town.warnings("CLASS_ID_REUSED") == [REUSED]
    assert list(Work.objects.order_by("pk").values_list("pk", "user_id", "klass_id")) == work


def test_r40_a_reused_id_waits_where_the_guards_say_so(town: Town) -> None:
    """Latin is all that school 20 has."""
    town.settle(numbered())
    new = reused(numbered())
    new.row("sections", "c3")["School_id"] = "10"
    new.drop("sections", "c4")

    run = town.sync(new, status="held")

    assert town.rosters()["Latin"] == "zng / eholm klund"
    assert "Chess" not in town.rosters()
    again = town.sync(status="held")
    assert town.plan(again) == ["archive class c3: its id means another class now; status active → archived [held]"]
    assert town.approve(again)["done"]["classes"] == 1
    town.settle()
    assert town.rosters()["Chess"] == "aroe / jnunez miao"
    assert "Latin" not in town.rosters()
    assert run["held"]["classes"] == 1


def test_r40_an_id_that_returns_next_year_as_another_class_is_a_new_one(town: Town) -> None:
    feed = numbered()
    feed.section("c5", "Sports", school="20", teachers=["t3"], students=["s6"])
    town.settle(feed)
    summer = feed.copy()
    summer.drop("sections", "c3")
    town.settle(summer)

    town.settle(reused(feed))

    assert town.rosters()["Chess"] == "aroe / jnunez miao"
    assert sorted(Class.objects.values_list("name", "status")) == [
        ("Art", "active"), ("Chess", "active"), ("Greek", "active"), ("Latin", "archived"), ("Maths 4", "active"),
        ("Sports", "active"),
    ]  # fmt: skip


@pytest.mark.parametrize("stays", ["teacher", "students", "course"])
def test_r40_a_section_with_something_in_common_is_the_same_class(town: Town, stays: str) -> None:
    feed = numbered()
    town.settle(feed)
    new = reused(feed)
    if stays == "teacher":
        new.teach("c3", "t3")
    elif stays == "students":
        new.enroll("c3", "s5")
    else:
        new.row("sections", "c3")["Name"] = "Latin"
    number = Class.objects.get(name="Latin").number

    town.sync(new)

    assert Class.objects.get(number=number).status == "active"
    assert Link.objects.get(kind="section", key="c3").object_id == Class.objects.get(number=number).pk
