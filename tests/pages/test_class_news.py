"""What teachers are told of their classes from a roster that was really read (R25, R34, R39, R45)."""

import re
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from classes.days import day_words, time_words
from classes.handmade import add_class
from classes.models import Class
from rostering.models import DataWarning, Link, Run
from tests.flow.feeds import Feed, small_district
from tests.flow.town import BY, Town, make_town


@pytest.fixture
def hill(db: None, tmp_path: Path) -> Town:
    town = make_town("hill", tmp_path / "hill")
    town.sync(small_district())
    return town


def with_gaps() -> Feed:
    """Maths 4 names a student who was not sent and one without a name, Art one who is not enrolled any more."""
    feed = small_district()
    feed.enroll("c1", "s77")
    feed.student("s8", "", "", school="10")
    feed.enroll("c1", "s8")
    return feed


def text_of(response):
    page = re.sub(r"<[^>]+>", " ", response.content.decode())
    return re.sub(r"\s+", " ", page)


def teacher_of(town, first, as_user):
    return as_user(town.district.users.get(first_name=first))


def card_of(response, name):
    return next(card for card in response.context["synced"] if card.klass.name == name)


def test_r25_the_list_names_the_co_teachers(hill, as_user):
    page = teacher_of(hill, "Ada", as_user).get("/classes/")
    assert {card.klass.name: [str(other) for other in card.others] for card in page.context["synced"]} == {
        "Art": ["Alan Roe"],
        "Maths 4": [],
    }
    assert "with Alan Roe" in text_of(page)


def test_r39_who_is_missing_is_counted_on_the_list_and_named_with_the_reason_on_the_class(hill, as_user):
    hill.sync(with_gaps())
    ada = teacher_of(hill, "Ada", as_user)
    page = ada.get("/classes/")
    assert (len(card_of(page, "Maths 4").missing), len(card_of(page, "Art").missing)) == (2, 0)
    assert text_of(page).count("students missing") == 1
    number = Class.objects.get(district=hill.district, name="Maths 4").number
    page = ada.get(f"/classes/{number}/")
    assert [tuple(one) for one in page.context["card"].missing] == [
        ("Student s77", "The SIS lists this student in the class, but did not send the student’s record."),
        ("Student s8", "The SIS has no first or no last name for this student."),
    ]
    assert "did not send the student’s record" in text_of(page)
    art = Class.objects.get(district=hill.district, name="Art").number
    assert "Missing" not in text_of(ada.get(f"/classes/{art}/"))


def test_r39_each_reason_is_told_in_words_for_a_teacher(hill, as_user):
    ada = teacher_of(hill, "Ada", as_user)
    number = Class.objects.get(district=hill.district, name="Maths 4").number
    link = Link.objects.get(district=hill.district, kind="person", key="s:s3")
    told = {}
    for state in ("not_shared", "withdrawn", "review", "blocked", "waiting", "in_use"):
        Link.objects.filter(pk=link.pk).update(state=state, live=False)
        told[state] = [tuple(one) for one in ada.get(f"/classes/{number}/").context["card"].missing]
    ben = {state: reason for state, [(name, reason)] in told.items() if name == "Ben Smith"}
    assert ben == {
        "not_shared": "Your district does not share this student’s record.",
        "withdrawn": "The SIS still lists this student in the class, but no longer sends the student’s record.",
        "review": "This may be somebody who has an account already. Your district office decides.",
        "blocked": "The SIS sent a record that cannot be used as it is.",
        "waiting": "The SIS sent a record that cannot be used as it is.",
        "in_use": "The student’s account is switched off.",
    }


def test_r44_a_warning_that_is_over_is_no_reason_any_more(hill, as_user):
    hill.sync(with_gaps())
    DataWarning.objects.filter(code="STUDENT_NAME_MISSING").update(state="resolved")
    number = Class.objects.get(district=hill.district, name="Maths 4").number
    page = teacher_of(hill, "Ada", as_user).get(f"/classes/{number}/")
    assert page.context["card"].missing[1].reason == "The SIS sent a record that cannot be used as it is."


def test_r41_another_districts_student_of_the_same_id_is_nobody_here(hill, as_user, tmp_path):
    other, feed = make_town("lake", tmp_path / "lake"), small_district()
    feed.student("s77", "Lea", "Lake", school="10")
    feed.enroll("c1", "s77")
    other.sync(feed)
    hill.sync(with_gaps())
    page = teacher_of(hill, "Ada", as_user).get("/classes/")
    assert [one.name for one in card_of(page, "Maths 4").missing] == ["Student s77", "Student s8"]
    page = teacher_of(other, "Ada", as_user).get("/classes/")
    assert [card.missing for card in page.context["synced"]] == [(), ()]


def test_last_checked_is_when_the_whole_roster_was_last_read_well(hill, as_user):
    ada = teacher_of(hill, "Ada", as_user)
    now = timezone.now()
    Run.objects.update(finished=now - timedelta(days=1))
    day = time_words(now - timedelta(days=1), now)
    for values in (
        {"status": "failed"},
        {"status": "previewed"},
        {"mode": "merge", "status": "succeeded"},
        {"only": "person s:s1", "status": "succeeded"},
    ):
        Run.objects.create(district=hill.district, by="t", finished=now, **values)
    assert f"Last checked {day}." in text_of(ada.get("/classes/"))
    Run.objects.create(district=hill.district, by="t", finished=now, status="held")
    assert f"Last checked {time_words(now, now)}." in text_of(ada.get("/classes/"))


def test_a_district_that_was_never_read_says_nothing_of_it(world, as_user):
    Run.objects.all().delete()
    assert "Last checked" not in text_of(as_user(world.oak.users["teacher"]).get("/classes/"))


def test_who_joined_and_left_stands_on_the_card_and_on_the_class(hill, as_user):
    Class.objects.update(created=timezone.now() - timedelta(days=30))
    feed = small_district()
    feed.leave("c1", "s3")
    feed.enroll("c1", "s4")
    feed.enroll("c1", "s5")
    hill.sync(feed)
    ada = teacher_of(hill, "Ada", as_user)
    page = ada.get("/classes/")
    assert {card.klass.name: [str(move) for move in card.moves] for card in page.context["synced"]} == {
        "Art": [],
        "Maths 4": ["2 joined, 1 left today"],
    }
    number = card_of(page, "Maths 4").klass.number
    assert "2 joined, 1 left today" in text_of(ada.get(f"/classes/{number}/"))


@pytest.mark.parametrize(
    ("day", "words"),
    [
        ((2026, 11, 24), "today"),
        ((2026, 11, 23), "yesterday"),
        ((2026, 11, 22), "on Sunday"),
        ((2026, 11, 18), "on Wednesday"),
        ((2026, 11, 17), "on November 17"),
        ((2025, 12, 31), "on December 31, 2025"),
        ((2026, 11, 25), "on November 25"),
    ],
)
def test_days_are_said_as_people_say_them(day, words):
    assert day_words(date(*day), date(2026, 11, 24)) == words


def test_times_are_said_as_people_say_them():
    now = datetime(2026, 11, 24, 15, 0, tzinfo=UTC)
    said = [time_words(datetime(2026, 11, 24, hour, 5, tzinfo=UTC), now) for hour in (0, 5, 12, 14)]
    assert said == ["today at 12:05 am", "today at 5:05 am", "today at 12:05 pm", "today at 2:05 pm"]


def many_sections(count: int) -> Feed:
    """Ada's sections, each with somebody who was not sent."""
    feed = small_district()
    for number in range(count):
        feed.section(f"m{number}", f"More {number}", school="10", teachers=["t1", "t2"], students=["s1", f"x{number}"])
    return feed


@pytest.mark.parametrize("address", ["/classes/", "/classes/1/"])
def test_queries_are_the_same_for_1_and_30_classes(hill, as_user, address):
    hill.sync(many_sections(1))
    ada = teacher_of(hill, "Ada", as_user)
    with CaptureQueriesContext(connection) as few:
        ada.get(address)
    hill.sync(many_sections(30))
    with CaptureQueriesContext(connection) as many:
        page = ada.get(address)
    assert page.status_code == 200
    assert (len(few), len(many)) == {"/classes/": (11, 11), "/classes/1/": (14, 14)}[address]


def test_many_classes_come_in_pages_synced_ones_first_and_are_searched(hill, as_user):
    add_class(hill.district, "A club", hill.district.users.get(first_name="Ada"), [], by=BY)
    hill.sync(many_sections(55))
    ada = teacher_of(hill, "Ada", as_user)
    assert 'role="search"' in ada.get("/classes/").content.decode()
    pages = [ada.get("/classes/", {"page": page}).context for page in ("1", "2")]
    assert [(len(page["synced"]), len(page["unsynced"])) for page in pages] == [(50, 0), (7, 1)]
    found = ada.get("/classes/", {"q": "more 5"}).context["synced"]
    assert [card.klass.name for card in found] == ["More 5", "More 50", "More 51", "More 52", "More 53", "More 54"]
    nothing = text_of(ada.get("/classes/", {"q": "zzz"}))
    assert ("No class of yours is called so." in nothing, "You have no classes yet" in nothing) == (True, False)
