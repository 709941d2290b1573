"""Synced fields are refused by one guard, whichever way a change comes (R45): verbs, console, the stock admin."""

import pytest

from accounts.lifecycle import Actor, change_schools, change_users, switch_users
from accounts.locks import LockedError, locked_fields
from accounts.models import AuditEntry, School, User
from classes.lifecycle import change_classes, change_seats
from classes.models import Class, Membership
from tests.pages.world import USER_FIELDS

PERSON = Actor("a person")
VALUES = {"is_active": False, "status": "archived", "active": False}


def changed(row: User | School | Class, field: str) -> dict[int, dict[str, object]]:
    return {row.pk: {field: VALUES.get(field, "Mallory")}}


def states(world) -> list[object]:
    """Everything that somebody might have changed, but for when people last signed in."""
    models = (School, Class, Membership, AuditEntry, User.schools.through)
    people = [{**row, "last_login": None} for row in User.objects.order_by("pk").values()]
    return [people, *(list(model.objects.order_by("pk").values()) for model in models)]


@pytest.fixture
def unchanged(world):
    """Whatever the test tries leaves every row as it was, and no audit row."""
    before = states(world)
    yield
    assert states(world) == before


@pytest.mark.parametrize("field", sorted(locked_fields(USER_FIELDS) - {"status", "active"}))
def test_r45_the_verb_refuses_a_field_of_a_synced_person(world, unchanged, field):
    student = world.oak.users["student"]
    with pytest.raises(LockedError) as refused:
        change_users(world.oak.district, changed(student, field), by=PERSON)
    assert refused.value.fields == [field]


@pytest.mark.parametrize("field", ["name", "status"])
def test_r45_the_verb_refuses_a_field_of_a_synced_class(world, unchanged, field):
    with pytest.raises(LockedError) as refused:
        change_classes(world.oak.district, changed(world.oak.classes["Science"], field), by=PERSON)
    assert refused.value.fields == [field]


@pytest.mark.parametrize("field", ["name", "active"])
def test_r45_the_verb_refuses_a_field_of_a_synced_school(world, unchanged, field):
    lincoln = world.oak.district.schools.get(name__contains="Lincoln")
    with pytest.raises(LockedError) as refused:
        change_schools(world.oak.district, changed(lincoln, field), by=PERSON)
    assert refused.value.fields == [field]


def test_r45_a_synced_seat_is_neither_ended_nor_given(world, unchanged):
    seat = Membership.objects.get(klass=world.oak.classes["Science"], user=world.oak.users["student"])
    with pytest.raises(LockedError):
        change_seats(world.oak.district, {seat.pk: {"active": False}}, by=PERSON)


def test_r45_the_verb_refuses_to_switch_a_synced_account(world, unchanged):
    with pytest.raises(LockedError):
        switch_users(world.oak.district, [world.oak.users["student"].pk], active=False, by=PERSON)


def test_r45_one_locked_row_among_others_refuses_all(world, unchanged):
    users = world.oak.users
    with pytest.raises(LockedError):
        change_users(
            world.oak.district, {users[name].pk: {"last_name": "X"} for name in ("lonely", "student")}, by=PERSON
        )


@pytest.mark.parametrize("who", ["coordinator", "schoolcoord", "ops"])
def test_r45_the_console_does_not_switch_a_synced_account(world, as_user, unchanged, who):
    client = as_user(world.ops if who == "ops" else world.oak.users[who])
    student = world.oak.users["student"]
    for active in ("", "0", "1", "no", "yes"):
        client.post(f"/console/in/oak/users/{student.pk}/active/", {"active": active, "to": active})


@pytest.mark.parametrize("who", ["coordinator", "ops"])
@pytest.mark.parametrize("kind", ["accounts/user", "accounts/school", "classes/class"])
def test_r45_the_stock_admin_writes_no_synced_row(world, as_user, unchanged, who, kind):
    town = world.oak
    rows = {
        "accounts/user": town.users["student"], "accounts/school": town.district.schools.get(name__contains="Lincoln"),
        "classes/class": town.classes["Science"],
    }  # fmt: skip
    client = as_user(world.ops if who == "ops" else town.users[who])
    form = {"name": "Mallory", "first_name": "Mallory", "last_name": "M", "is_active": "", "status": "archived"}
    assert client.post(f"/console/{kind}/{rows[kind].pk}/change/", form).status_code == 403


def test_r45_what_is_not_synced_stays_free(world):
    users = world.oak.users
    change_users(world.oak.district, {users["lonely"].pk: {"last_name": "Free"}}, by=PERSON)
    change_classes(world.oak.district, {world.oak.classes["Chess club"].pk: {"name": "Go club"}}, by=PERSON)
    assert User.objects.get(pk=users["lonely"].pk).last_name == "Free"
    assert Class.objects.get(pk=world.oak.classes["Chess club"].pk).name == "Go club"
