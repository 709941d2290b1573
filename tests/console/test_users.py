"""Find/Manage Users: search, filters, the page of one account (R45, R46, R47)."""

import pytest

from accounts.lifecycle import NewUser, create_users
from accounts.models import User
from rostering.models import Link
from tests.pages.test_pages import text_of
from tests.pages.world import BY

USERS = "/console/accounts/user/"
OAK = ["coordinator", "coteacher", "freeteacher", "gone", "lonely", "schoolcoord", "staff", "student", "teacher"]


def found(client, **query):
    return sorted(user.username for user in client.get(USERS, query).context["cl"].result_list)


def page_of(client, user):
    return client.get(f"{USERS}{user.pk}/change/")


@pytest.fixture
def known(world):
    """Maria by two ids, and the child by one; Elm's teacher has one of Maria's ids, too."""
    pairs = (
        ("oak", "teacher", "t:77"),
        ("oak", "teacher", "f:78"),
        ("oak", "student", "s:900"),
        ("elm", "teacher", "t:77"),
    )
    for slug, username, key in pairs:
        town = getattr(world, slug)
        Link.objects.create(
            district=town.district, kind="person", key=key, object_id=town.users[username].pk, state="in_use",
            live=True, said="[]" if key != "f:78" else "", changed_run=town.run.pk,
        )  # fmt: skip
    User.objects.filter(username="staff").update(sis_id="sis-5", teacher_number="T55", state_id="ST5")
    return world


def test_r46_people_are_found_by_name_in_either_order_username_number_id_and_email(known, coordinator):
    asked = {
        "maría oakdale": ["teacher"], "oakdale maría": ["teacher"], "freet": ["freeteacher"], "maria@": ["teacher"],
        "0042": ["student"], "77": ["teacher"], "78": ["teacher"], "900": ["student"], "sis-5": ["staff"],
        "T55": ["staff"], "ST5": ["staff"], "90": [], "Elmhurst": [], "": OAK,
    }  # fmt: skip
    assert {text: found(coordinator, q=text) for text in asked} == asked


def test_r46_filters_by_school_grade_and_role_and_search_together(world, coordinator):
    schools = {school.name: str(school.pk) for school in world.oak.district.schools.all()}
    lincoln, grant = schools["Oakdale Lincoln School"], schools["Oakdale Grant School"]
    assert found(coordinator, school=grant) == ["freeteacher", "lonely", "staff"]
    assert found(coordinator, school=lincoln, role__exact="student") == ["gone", "student"]
    assert found(coordinator, school=lincoln, role__exact="student", active="yes", q="oakdale") == ["student"]
    assert found(coordinator, grade="4") == ["gone", "lonely"]
    assert found(coordinator, grade="Kindergarten") == []
    assert found(coordinator, school="", grade="") == OAK


def test_r47_schools_of_others_are_neither_offered_nor_answered(world, coordinator, school_coordinator, ops):
    elm = world.elm.district.schools.first()
    assert found(coordinator, school=str(elm.pk)) == []
    assert found(coordinator, school="x") == []
    grant = world.oak.district.schools.get(name="Oakdale Grant School")
    assert found(school_coordinator, school=str(grant.pk)) == []
    offered = {
        who: [name for name in NAMES if f">{name}</option>" in client.get(USERS, query).content.decode()]
        for who, client, query in (
            ("district", coordinator, {}), ("school", school_coordinator, {}), ("ops", ops, {}),
            ("ops in elm", ops, {"district__id__exact": world.elm.district.pk}),
        )
    }  # fmt: skip
    assert offered == {"district": NAMES[:2], "school": NAMES[:1], "ops": [], "ops in elm": NAMES[2:]}


NAMES = ["Oakdale Lincoln School", "Oakdale Grant School", "Elmhurst Lincoln School", "Elmhurst Grant School"]


def test_choosing_a_school_keeps_what_else_was_asked(world, coordinator):
    text = coordinator.get(USERS, {"q": "oak", "role__exact": "student", "p": "1"}).content.decode()
    form = text[text.index('<form class="filter"') : text.index('name="school"')]
    assert [f'name="{name}"' in form for name in ("q", "role__exact", "p")] == [True, True, False]


def test_r46_there_are_exactly_two_exports(world, coordinator, school_coordinator, ops):
    for client in (coordinator, school_coordinator):
        page = client.get(USERS).content.decode()
        assert page.count("/export/") == 2
        assert ("/console/in/oak/export/educators/" in page, "/console/in/oak/export/students/" in page) == (True, True)
    assert "/export/" not in ops.get(USERS).content.decode()
    chosen = ops.get(USERS, {"district__id__exact": world.elm.district.pk}).content.decode()
    assert chosen.count("/console/in/elm/export/") == 2


def test_r45_the_page_says_which_fields_the_roster_keeps(known, coordinator):
    facts = page_of(coordinator, known.oak.users["student"]).context["facts"]
    assert [(fact.label, fact.value, fact.locked) for fact in facts] == [
        ("First name", "Zoë  Ann", True), ("Last name", "Oakdalechild", True), ("Username", "student", True),
        ("Role", "Student", False), ("Grade", "3", False), ("Schools", "Oakdale Lincoln School", False),
        ("Student number", "0042", False),
    ]  # fmt: skip
    by_hand = page_of(coordinator, known.oak.users["lonely"]).context["facts"]
    assert {fact.locked for fact in by_hand} == {False}


def test_r39_the_page_names_the_records_behind_an_account_and_asks_why(known, coordinator, school_coordinator):
    page = page_of(coordinator, known.oak.users["teacher"])
    assert page.context["records"] == [
        {"id": "77", "state": "in use", "run": known.oak.run.pk},
        {"id": "78", "state": "in use", "run": known.oak.run.pk},
    ]
    assert "/console/in/oak/why/?q=77" in page.content.decode()
    assert f"/console/rostering/run/{known.oak.run.pk}/change/" in page.content.decode()
    assert "/console/rostering/run/" not in page_of(school_coordinator, known.oak.users["teacher"]).content.decode()


def test_r47_the_classes_of_an_account_within_what_one_may_see(world, coordinator, school_coordinator):
    teacher = world.oak.users["teacher"]
    seen = {
        who: [str(seat.klass) for seat in page_of(client, teacher).context["seats"]]
        for who, client in (("district", coordinator), ("school", school_coordinator))
    }
    math, science = "Oakdale Math – 3 “A”", "Oakdale Science"
    assert seen == {"district": ["Oakdale Chess club", math, science], "school": [math, science]}


def test_an_account_of_operations_has_a_page_without_actions(world, ops):
    page = page_of(ops, world.ops)
    assert page.status_code == 200
    assert "What you can do" not in text_of(page)


def test_the_number_of_queries_does_not_grow_with_the_people(world, coordinator, django_assert_num_queries):
    student = world.oak.users["student"]
    with django_assert_num_queries(9):
        coordinator.get(USERS, {"q": "oak"})
    with django_assert_num_queries(9):
        page_of(coordinator, student)
    school = world.oak.district.schools.first().pk
    create_users(
        world.oak.district, [NewUser(f"k{n}", "student", "Oak", str(n), schools=[school]) for n in range(30)], by=BY
    )
    with django_assert_num_queries(9):
        assert len(coordinator.get(USERS, {"q": "oak"}).context["cl"].result_list) == 39
    with django_assert_num_queries(9):
        page_of(coordinator, student)
