"""Permissions (R26): by the district and by school, in the console and by command."""

import pytest
from django.contrib.messages import get_messages
from django.core.management import call_command

from accounts.lifecycle import permit_creating
from accounts.models import AuditEntry, School, UserSchool
from accounts.queries import may_create_students
from tests.pages.world import BY

ADDRESS = "/console/in/oak/settings/permissions/"
SAME = "It was so already. Nothing was changed."


def said(response) -> list[str]:
    return [str(message) for message in get_messages(response.wsgi_request)]


def schools_of(town) -> tuple[School, School]:
    """Lincoln, where the teacher works, and Grant."""
    return town.district.schools.get(name__contains="Lincoln"), town.district.schools.get(name__contains="Grant")


@pytest.mark.parametrize(
    ("district", "school", "expected"),
    [(False, None, False), (True, None, True), (True, False, False), (False, True, True)],
)
def test_r26_a_school_decides_and_else_the_district(world, district, school, expected):
    lincoln, grant = schools_of(world.oak)
    permit_creating(world.oak.district, district, by=BY)
    permit_creating(world.oak.district, school, school=lincoln, by=BY)
    lincoln = School.objects.get(pk=lincoln.pk)
    users = world.oak.users
    UserSchool.objects.create(user=world.elm.users["teacher"], school=lincoln)
    assert may_create_students(users["teacher"], lincoln) is expected
    others = [(users["teacher"], grant), (users["student"], lincoln), (users["coordinator"], lincoln)]
    others.append((world.elm.users["teacher"], lincoln))
    assert [may_create_students(user, at) for user, at in others] == [False] * 4


def test_r26_the_district_turns_it_on_once_and_off(world, coordinator):
    turn = lambda answer: said(coordinator.post(f"{ADDRESS}district/", {"allowed": answer}))[-1]  # noqa: E731
    words = [turn("on"), turn("on"), turn("off"), turn("perhaps")]
    assert words == [
        "Saved. Teachers may create student accounts; accounts that exist stay as they are.",
        SAME,
        "Saved. Teachers may no longer create student accounts; accounts that exist stay as they are.",
        "Choose on or off. Nothing was changed.",
    ]
    rows = AuditEntry.objects.filter(verb="permit creating students").order_by("pk")
    assert list(rows.values_list("subject", "actor_id")) == [
        ("on", world.oak.users["coordinator"].pk), ("off", world.oak.users["coordinator"].pk)
    ]  # fmt: skip


def test_r26_single_schools_are_saved_and_another_districts_are_left_alone(world, coordinator):
    lincoln, grant = schools_of(world.oak)
    theirs, _ = schools_of(world.elm)
    form = {f"school-{lincoln.pk}": "on", f"school-{grant.pk}": "", f"school-{theirs.pk}": "on", "school-x": "on"}
    assert said(coordinator.post(f"{ADDRESS}schools/", form)) == ["Saved for 1 school."]
    assert said(coordinator.post(f"{ADDRESS}schools/", form))[-1] == SAME
    answers = [School.objects.get(pk=one.pk).teachers_create_students for one in (lincoln, grant, theirs)]
    assert answers == [True, None, None]
    assert [one.name for one in coordinator.get(ADDRESS, {"q": "linc"}).context["listed"].page] == [lincoln.name]


def test_r26_the_command_says_what_holds(world, capsys):
    call_command("permit", "oak", "teachers-create-students", "on")
    call_command("permit", "oak", "teachers-create-students", "off", "--school", "Oakdale Grant School")
    assert capsys.readouterr().out.splitlines() == [
        "Oakdale Unified: teachers may create student accounts.",
        "Oakdale Unified: teachers may create student accounts. Other than the district: Oakdale Grant School (off).",
    ]
    call_command("permit", "oak", "teachers-create-students", "default", "--school", "Oakdale Grant School")
    assert schools_of(world.oak)[1].teachers_create_students is None
