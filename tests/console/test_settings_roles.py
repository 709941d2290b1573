"""Settings and team: for those who see the whole district, in their own district, and for nobody else (R47)."""

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import AuditEntry, User

PAGES = ["setting_sharing", "setting_policies", "setting_permissions", "setting_guards", "team_people", "team_alerts"]
ACTIONS = [
    "setting_sharing", "setting_usernames", "setting_passwords", "setting_permit_district", "setting_permit_schools",
    "setting_limits", "setting_pause", "setting_switch", "setting_resume", "team_alerts",
]  # fmt: skip
ON_A_PERSON = ["team_place", "team_remove", "team_let_in"]
FIELDS = {
    "sharing": "sections", "sections": "x", "step": "save", "usernames": "sis", "before": "generated",
    "passwords": "sis", "fallback": "username", "allowed": "on", "kind": "paused", "switch": "2999-01-01",
}  # fmt: skip
OUTSIDERS = {"schoolcoord": 404, "teacher": 403, "staff": 403, "student": 403}


def address(name, town, *args):
    return reverse(f"admin:{name}", args=[town.district.slug, *args])


@pytest.mark.parametrize("name", PAGES)
def test_r47_a_page_is_for_the_districts_coordinator_and_ops(world, as_user, name):
    oak = address(name, world.oak)
    answers = {who: as_user(world.oak.users[who]).get(oak).status_code for who in ("coordinator", *OUTSIDERS)}
    answers |= {
        "ops": as_user(world.ops).get(oak).status_code,
        "elm": as_user(world.elm.users["coordinator"]).get(oak).status_code,
    }
    assert answers == {"coordinator": 200, "ops": 200, "elm": 404, **OUTSIDERS}
    anonymous = Client().get(oak)
    assert (anonymous.status_code, anonymous["Location"]) == (302, f"/login/?next={oak}")


def test_r47_nobody_else_changes_a_setting_or_the_team(world, as_user):
    oak, person = world.oak, world.oak.users["schoolcoord"]
    addresses = [address(name, oak) for name in ACTIONS] + [address(name, oak, person.pk) for name in ON_A_PERSON]
    before = list(AuditEntry.objects.values_list("verb", flat=True))
    clients = {who: as_user(oak.users[who]) for who in OUTSIDERS} | {"elm": as_user(world.elm.users["coordinator"])}
    answers = {who: {client.post(each, FIELDS).status_code for each in addresses} for who, client in clients.items()}
    assert answers == {who: {code} for who, code in OUTSIDERS.items()} | {"elm": {404}}
    assert {Client().post(each, FIELDS).status_code for each in addresses} == {302}
    assert list(AuditEntry.objects.values_list("verb", flat=True)) == before
    person.refresh_from_db()
    assert person.is_active


def test_r47_people_of_another_district_or_without_a_task_here_are_not_found(world, coordinator):
    for other in (world.elm.users["schoolcoord"], world.oak.users["teacher"], world.ops):
        for name in ("team_person", *ON_A_PERSON):
            assert coordinator.post(address(name, world.oak, other.pk)).status_code == 404, name
        assert User.objects.get(pk=other.pk).is_active


@pytest.mark.parametrize("name", ["setting_permit_district", "setting_limits", "setting_pause", "setting_resume"])
def test_what_changes_something_is_no_link(world, coordinator, name):
    assert coordinator.get(address(name, world.oak)).status_code == 405


@pytest.mark.parametrize(
    ("name", "queries"),
    [("setting_sharing", 8), ("setting_policies", 5), ("setting_permissions", 7), ("setting_guards", 5),
     ("team_people", 9), ("team_alerts", 7)],
)  # fmt: skip
def test_a_page_asks_the_database_so_often(world, coordinator, django_assert_num_queries, name, queries):
    with django_assert_num_queries(queries):
        coordinator.get(address(name, world.oak))
