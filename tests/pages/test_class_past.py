"""Classes that are over or put away, and work on what was taken away: nothing of it is lost (R20, R30, R31, R47)."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from classes.lifecycle import (
    NewClass,
    NewSeat,
    archive_classes,
    change_seats,
    create_classes,
    enroll,
    set_scores,
    unassign_items,
)
from classes.models import Assignment, Class, CurriculumItem, Membership, Work
from tests.pages.world import BY


@pytest.fixture
def teacher(world, as_user):
    return as_user(world.oak.users["teacher"])


@pytest.fixture
def old(world):
    """A synced class that left, in which the student has 88 points."""
    klass = world.oak.classes["Old Math"]
    set_scores(klass, item("fractions"), {world.oak.users["student"].pk: 88}, by=BY)
    return klass


def item(code):
    return CurriculumItem.objects.get(code=code)


def said(response):
    return [str(message) for message in response.context["messages"]]


def put_away(town, name):
    archive_classes(town.district, [town.classes[name].pk], by=BY)
    return town.classes[name].number


def test_r20_who_taught_a_class_that_left_reads_its_items_and_work(world, teacher, old):
    student = world.oak.users["student"]
    page = teacher.get("/classes/past/")
    assert [(klass.name, klass.student_count, klass.item_count) for klass in page.context["page"]] == [
        ("Oakdale Old Math", 1, 1)
    ]
    page = teacher.get(f"/classes/past/{old.number}/")
    assert [seat.user for seat in page.context["seats"]] == [student]
    assert ("Fractions with pizza" in page.content.decode(), page.context["may_come_back"]) == (True, False)
    page = teacher.get(f"/classes/past/{old.number}/students/{student.pk}/")
    assert [(row.item.code, row.work.score, row.assigned) for row in page.context["rows"]] == [("fractions", 88, True)]
    assert "88 points" in page.content.decode()
    assert "<form" not in page.content.decode().split("<main")[1]


def test_r20_a_class_that_left_with_its_section_is_not_brought_back_by_hand(world, teacher, old):
    refused = teacher.post(f"/classes/past/{old.number}/restore/", follow=True)
    assert said(refused) == ["Oakdale Old Math came from the SIS and comes back with it. Nothing was changed."]
    Class.objects.filter(pk=old.pk).update(managed_fields="")  # as of a class whose section was linked to another one
    assert said(teacher.post(f"/classes/past/{old.number}/restore/", follow=True)) == said(refused)
    assert Class.objects.get(pk=old.pk).status == "archived"


def test_r23_a_class_that_was_put_away_is_brought_back_once(world, teacher):
    number = put_away(world.oak, "Chess club")
    assert teacher.get(f"/classes/{number}/").status_code == 404
    assert "Bring it back" in teacher.get(f"/classes/past/{number}/").content.decode()
    for words in ("Oakdale Chess club is back, with its items and work.", "It was so already. Nothing was changed."):
        assert said(teacher.post(f"/classes/past/{number}/restore/", follow=True)) == [words]
    assert teacher.get(f"/classes/{number}/").status_code == 200
    assert teacher.get(f"/classes/past/{number}/").status_code == 404


def test_r31_items_of_a_past_class_are_copied_to_a_new_one(world, teacher, old):
    science = world.oak.classes["Science"]
    assert "Oakdale Old Math (past)" in teacher.get(f"/classes/{science.number}/items/").content.decode()
    copied = teacher.post(f"/classes/{science.number}/items/change/", {"do": "copy", "from": old.number}, follow=True)
    assert said(copied) == ["Copied 1 item from Oakdale Old Math."]
    assert [each.item.code for each in Assignment.objects.filter(klass=science)] == ["fractions"]
    again = teacher.post(f"/classes/{science.number}/items/change/", {"do": "copy", "from": old.number}, follow=True)
    assert said(again) == ["Copied 0 items from Oakdale Old Math."]


@pytest.mark.parametrize("who", ["coteacher", "freeteacher", "staff", "student", "coordinator", "elm"])
def test_r47_a_past_class_is_its_teachers_own(world, as_user, old, who):
    number = put_away(world.oak, "Chess club")
    student = world.oak.users["student"]
    client = as_user(world.elm.users["student"] if who == "elm" else world.oak.users[who])
    for page in (f"{old.number}/", f"{number}/", f"{old.number}/students/{student.pk}/"):
        assert client.get(f"/classes/past/{page}").status_code == 404
    assert client.post(f"/classes/past/{number}/restore/").status_code == 404
    assert Class.objects.get(pk=world.oak.classes["Chess club"].pk).status == "archived"
    listed = client.get("/classes/past/")
    assert listed.status_code == (403 if who in ("student", "coordinator", "elm") else 200)
    assert "Old Math" not in listed.content.decode()


def test_r47_another_districts_class_of_the_same_number_is_not_copied(world, as_user):
    free = as_user(world.elm.users["freeteacher"])
    art = world.elm.classes["Grant Art"].number
    math = world.oak.classes["Math – 3 “A”"].number
    assert free.post(f"/classes/{art}/items/change/", {"do": "copy", "from": math}).status_code == 404


def test_signed_out_people_are_sent_to_sign_in(world, client, old):
    for page in ("", f"{old.number}/", f"{old.number}/students/1/"):
        assert client.get(f"/classes/past/{page}").status_code == 302
    assert client.post(f"/classes/past/{old.number}/restore/").status_code == 302


def test_r47_a_class_that_somebody_left_before_it_ended_is_not_theirs(world, teacher, old):
    seat = Membership.objects.get(klass=old, role="teacher")
    change_seats(world.oak.district, {seat.pk: {"active": False}}, by=BY)
    assert list(teacher.get("/classes/past/").context["page"]) == []
    assert teacher.get(f"/classes/past/{old.number}/").status_code == 404


def test_past_classes_are_searched_and_come_in_pages_with_as_many_queries(world, teacher, old):
    with CaptureQueriesContext(connection) as few:
        teacher.get("/classes/past/")
    district, pk = world.oak.district, world.oak.users["teacher"].pk
    ids = create_classes(district, [NewClass(f"Year {n}", term_start=f"20{n}-09-01") for n in range(10, 70)], by=BY)
    enroll(district, [NewSeat(one, pk, "teacher") for one in ids], by=BY)
    archive_classes(district, ids, by=BY)
    with CaptureQueriesContext(connection) as many:
        first = teacher.get("/classes/past/")
    assert (len(few), len(many)) == (5, 5)
    assert [klass.name for klass in first.context["page"]][:2] == ["Year 69", "Year 68"]
    assert len(teacher.get("/classes/past/", {"page": 2}).context["page"]) == 11
    assert 'href="?page=2&amp;q=year"' in teacher.get("/classes/past/", {"q": "year"}).content.decode()
    found = teacher.get("/classes/past/", {"q": "year 1"}).context["page"]
    assert [klass.name for klass in found] == [f"Year {n}" for n in range(19, 9, -1)]
    assert "No past class is called so." in teacher.get("/classes/past/", {"q": "zzz"}).content.decode()


def test_r30_the_score_of_an_item_that_was_taken_away_is_still_shown(world, teacher, as_user):
    math, student = world.oak.classes["Math – 3 “A”"], world.oak.users["student"]
    set_scores(math, item("tables"), {student.pk: 71}, by=BY)
    unassign_items(math, [item("tables"), item("puzzle")], by=BY)
    page = teacher.get(f"/classes/{math.number}/students/{student.pk}/")
    assert [(row.item.code, row.work.score if row.work else None, row.assigned) for row in page.context["rows"]] == [
        ("fractions", None, True),
        ("tables", 71, False),
    ]
    words = page.content.decode()
    assert ("71 points" in words, "No longer assigned" in words, words.count('name="score"')) == (True, True, 1)
    address = f"/classes/{math.number}/students/{student.pk}/score/"
    teacher.post(address, {"item": item("tables").pk, "score": "1"})
    assert Work.objects.get(user=student, item__code="tables").score == 71
    assert "71 points" in as_user(student).get("/learn/results/").content.decode()


def test_r30_the_work_of_who_left_is_read_and_not_scored(world, teacher):
    math, student = world.oak.classes["Math – 3 “A”"], world.oak.users["student"]
    set_scores(math, item("tables"), {student.pk: 71}, by=BY)
    change_seats(math.district, {Membership.objects.get(klass=math, user=student).pk: {"active": False}}, by=BY)
    words = teacher.get(f"/classes/{math.number}/students/{student.pk}/").content.decode()
    assert ("71 points" in words, 'name="score"' in words) == (True, False)


def test_r30_a_student_whose_classes_are_over_still_finds_what_they_did(world, as_user, old):
    student, town = as_user(world.oak.users["student"]), world.oak
    archive_classes(town.district, [klass.pk for klass in town.classes.values()], by=BY)
    page = student.get("/learn/").content.decode()
    assert ("Your teacher has not opened a class yet." in page, 'href="/learn/results/"' in page) == (True, True)
    results = student.get("/learn/results/")
    assert [(work.item.code, work.klass.name, work.score) for work in results.context["page"]] == [
        ("fractions", "Oakdale Old Math", 88)
    ]


def test_a_student_sees_how_far_they_are_and_not_how_far_others_are(world, as_user):
    math, child, other = world.oak.classes["Math – 3 “A”"], world.oak.users["student"], world.oak.users["lonely"]
    enroll(math.district, [NewSeat(math.pk, other.pk, "student")], by=BY)
    set_scores(math, item("tables"), {child.pk: 71}, by=BY)
    set_scores(math, item("puzzle"), {other.pk: 12}, by=BY)
    page = as_user(child).get("/learn/").content.decode()
    assert ("Done, 71 points" in page, "12 points" in page, page.count("Done")) == (True, False, 1)
