"""Every page as everybody: who gets in, what they see there, and what it costs."""

import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.lifecycle import NewUser, create_users
from classes.lifecycle import NewClass, NewSeat, assign_items, create_classes, enroll
from classes.models import Class, CurriculumItem, Membership
from tests.pages.world import BY, CLASS_FIELDS

EVERYBODY = ("teacher", "coteacher", "freeteacher", "staff", "student", "lonely", "coordinator", "schoolcoord")
TEACHING = {"teacher", "coteacher", "freeteacher", "staff"}


def text_of(response) -> str:
    """What a person reads: without markup, blanks folded."""
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


@pytest.mark.parametrize(
    ("address", "allowed"),
    [
        ("/classes/", TEACHING),
        ("/learn/", {"student", "lonely"}),
        ("/account/password/", set(EVERYBODY)),
        ("/console/", {"coordinator", "schoolcoord"}),
    ],
)
def test_each_page_opens_for_its_roles_only(world, as_user, client, address, allowed):
    codes = {name: as_user(world.oak.users[name]).get(address, follow=True).status_code for name in EVERYBODY}
    assert codes == {name: 200 if name in allowed else 403 for name in EVERYBODY}
    assert client.get(address).status_code == 302
    assert as_user(world.oak.users["gone"]).get(address).status_code == 302


def test_r47_a_class_exists_for_its_teachers_only(world, as_user, client):
    math = f"/classes/{world.oak.classes['Math – 3 “A”'].number}/"
    codes = {name: as_user(world.oak.users[name]).get(math).status_code for name in EVERYBODY}
    assert codes == {name: 200 if name in ("teacher", "coteacher") else 404 for name in EVERYBODY}
    assert as_user(world.ops).get(math).status_code == 404
    assert client.get(math).status_code == 302


def test_r41_the_same_number_in_another_district_is_another_class(world, as_user):
    math = f"/classes/{world.oak.classes['Math – 3 “A”'].number}/"
    page = text_of(as_user(world.elm.users["teacher"]).get(math))
    assert ("Elmhurst Math" in page, "Oakdale" in page) == (True, False)


def test_r20_an_archived_class_is_gone_for_its_teacher(world, as_user):
    old = f"/classes/{world.oak.classes['Old Math'].number}/"
    teacher = as_user(world.oak.users["teacher"])
    assert teacher.get(old).status_code == 404
    assert "Old Math" not in text_of(teacher.get("/classes/"))


@pytest.mark.parametrize("number", ["0", "999", "99999999999999999999999"])
def test_a_number_that_no_class_has(world, as_user, number):
    assert as_user(world.oak.users["teacher"]).get(f"/classes/{number}/").status_code == 404


def test_r45_synced_and_unsynced_classes_stand_apart(world, as_user):
    page = as_user(world.oak.users["teacher"]).get("/classes/")
    assert [card.klass.name for card in page.context["synced"]] == ["Oakdale Math – 3 “A”", "Oakdale Science"]
    assert [card.klass.name for card in page.context["unsynced"]] == ["Oakdale Chess club"]
    cards = re.findall(r'<li class="card">.*?</li>', page.content.decode(), re.DOTALL)
    assert [("(synced)" in card, "Visible to students" in card) for card in cards] == [
        (True, True),
        (True, False),
        (False, False),
    ]
    assert "1 student " in text_of(page)
    assert "Hidden: nothing is assigned yet" in text_of(page)


def test_r25_co_teachers_see_the_class(world, as_user):
    assert "Oakdale Math" in text_of(as_user(world.oak.users["coteacher"]).get("/classes/"))


def test_a_teacher_without_classes_is_told_how_they_come(world, as_user):
    assert "You have no classes yet" in text_of(as_user(world.oak.users["staff"]).get("/classes/"))


def test_r7_the_roster_shows_names_as_the_sis_writes_them(world, as_user):
    page = as_user(world.oak.users["teacher"]).get("/classes/1/").content.decode()
    assert '<bdi class="name">Zoë  Ann Oakdalechild</bdi>' in page
    assert '<bdi class="name">María José Oakdale-O’Brien</bdi>' in page
    assert "Cut it." in page
    assert "&lt;b&gt;Eat it.&lt;/b&gt;" in page


def test_a_name_is_never_markup(world, as_user):
    [pk] = create_classes(world.oak.district, [NewClass("<script>alert(1)</script>")], by=BY)
    teacher = world.oak.users["teacher"]
    enroll(world.oak.district, [NewSeat(pk, teacher.pk, Membership.Role.TEACHER)], by=BY)
    page = as_user(teacher).get("/classes/").content.decode()
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "<script" not in page


def test_arrows_are_on_synced_seats_only_and_a_lost_account_is_marked(world, as_user):
    chess = f"/classes/{world.oak.classes['Chess club'].number}/"
    page = as_user(world.oak.users["teacher"]).get(chess).content.decode()
    assert "(synced)" not in page
    assert page.count("Cannot sign in") == 1


def test_a_long_roster_comes_in_pages(world, as_user):
    district, klass = world.oak.district, world.oak.classes["Science"]
    made = create_users(district, [NewUser(f"s{n}", "student", "S", f"{n:03}") for n in range(60)], by=BY)
    enroll(district, [NewSeat(klass.pk, pk, Membership.Role.STUDENT, True) for pk in made], by=BY)
    teacher = as_user(world.oak.users["teacher"])
    pages = [teacher.get(f"/classes/{klass.number}/", {"page": page}).context["seats"] for page in ("", "2", "99", "x")]
    assert [len(seats) for seats in pages] == [50, 11, 11, 50]


def test_r21_r22_a_student_sees_all_items_of_open_classes_only(world, as_user):
    page = as_user(world.oak.users["student"]).get("/learn/")
    assert [klass.name for klass in page.context["classes"]] == ["Oakdale Math – 3 “A”"]
    assert re.findall(r"Fractions with pizza|Times tables|The goat puzzle", text_of(page)) == [
        "Fractions with pizza",
        "Times tables",
        "The goat puzzle",
    ]
    assert "María José Oakdale-O’Brien , Łukasz Oakdaleski" in text_of(page)


def test_r22_a_student_who_joins_later_sees_earlier_items(world, as_user):
    math, lonely = world.oak.classes["Math – 3 “A”"], world.oak.users["lonely"]
    enroll(world.oak.district, [NewSeat(math.pk, lonely.pk, Membership.Role.STUDENT)], by=BY)
    assert "Fractions with pizza" in text_of(as_user(lonely).get("/learn/"))


def test_r21_a_student_without_open_classes_sees_a_friendly_page(world, as_user):
    page = text_of(as_user(world.oak.users["lonely"]).get("/learn/"))
    assert "Hello, 李 !" in page
    assert "Your teacher has not opened a class yet." in page


def _thirty_more(world):
    district, people = world.oak.district, world.oak.users
    ids = create_classes(district, [NewClass(f"More {n}", managed_fields=CLASS_FIELDS) for n in range(30)], by=BY)
    enroll(
        district,
        [NewSeat(pk, people[name].pk, name, True) for pk in ids for name in ("teacher", "student")],
        by=BY,
    )
    items = list(CurriculumItem.objects.all())
    for klass in Class.objects.filter(pk__in=ids):
        assign_items(klass, items, by=BY)


@pytest.mark.parametrize(
    ("address", "username", "count"),
    [
        ("/classes/", "teacher", 9),
        ("/learn/", "student", 7),
        ("/console/", "coordinator", 18),
        ("/console/accounts/user/", "coordinator", 7),
        ("/console/classes/class/", "coordinator", 6),
        ("/console/", "schoolcoord", 13),
        ("/console/classes/class/", "schoolcoord", 6),
    ],
)
def test_queries_do_not_grow_with_the_classes(world, as_user, address, username, count):
    client = as_user(world.oak.users[username])
    with CaptureQueriesContext(connection) as few:
        client.get(address)
    _thirty_more(world)
    with CaptureQueriesContext(connection) as many:
        client.get(address)
    assert (len(few), len(many)) == (count, count)


ADDRESSES = {
    "": ("/login/", "/login/oak/", "/login/ops/", "/nowhere/"),
    "teacher": (
        *("/classes/", "/classes/1/", "/classes/past/", "/classes/past/4/", "/classes/3/link/", "/account/password/"),
        *("/learn/", "/login/oak/"),
    ),
    "student": ("/learn/", "/learn/results/", "/learn/items/tables/"),
    "lonely": ("/learn/",),
    "coordinator": (
        "/console/",
        "/console/accounts/user/",
        "/console/accounts/user/{user}/change/",
        "/console/accounts/school/",
        "/console/accounts/district/",
        "/console/classes/class/",
        "/console/rostering/run/",
        "/console/rostering/run/{run}/change/",
        "/console/rostering/datawarning/",
        "/console/rostering/datawarning/{warning}/change/",
    ),
}


def test_every_page_has_the_strict_policy_and_nothing_inline(world, as_user, client):
    for name, addresses in ADDRESSES.items():
        browser = as_user(world.oak.users[name]) if name else client
        for address in addresses:
            response = browser.get(
                address.format(user=world.oak.users["student"].pk, run=world.oak.run.pk, warning=world.oak.warning.pk)
            )
            policy, page = response.headers["Content-Security-Policy"], response.content.decode()
            assert "default-src 'self'" in policy
            assert "unsafe" not in policy
            inline = r"<style|\sstyle=|\son\w+=|<script(?![^>]*\ssrc=)[^>]*>|javascript:"
            assert re.findall(inline, page, re.IGNORECASE) == [], address
            assert (
                re.findall(r'(?:src|href)="(?:https?:)?//[^"]+"', page.replace("https://items.example/tables", ""))
                == []
            )
            assert "<!doctype html>" in page.lower()
            assert '<html lang="en' in page


def test_pages_with_people_are_kept_out_of_caches(world, as_user):
    teacher = as_user(world.oak.users["teacher"])
    for address in ("/classes/", "/classes/1/", "/account/password/", "/login/oak/"):
        assert "no-store" in teacher.get(address).headers["Cache-Control"]


def test_errors_have_a_page_of_their_own(world, client, as_user):
    assert "We cannot find that page" in text_of(client.get("/nowhere/"))
    assert "This page is for students." in text_of(as_user(world.oak.users["teacher"]).get("/learn/"))


def test_a_form_without_its_token_is_refused_in_plain_words(world):
    refused = Client(enforce_csrf_checks=True).post("/login/oak/", {"username": "teacher", "password": "x"})
    assert refused.status_code == 403
    assert "Please try again" in text_of(refused)
