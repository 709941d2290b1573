"""Resetting the second step of somebody who has lost theirs (R47)."""

import json

import pytest
from django.contrib.messages import get_messages
from django.core.management import CommandError, call_command
from django.test import Client

from accounts.models import AuditEntry, User
from tests.accounts.second_steps import give_app
from tests.pages.world import PASSWORD

BUTTON = "Reset two-step sign-in"


def address(user: User, district="oak") -> str:
    return f"/console/in/{district}/users/{user.pk}/second-step/"


def reset(client: Client, user: User, district="oak") -> tuple[int, list[str]]:
    answer = client.post(address(user, district))
    return answer.status_code, [str(message) for message in get_messages(answer.wsgi_request)][-1:]


def has_one(user: User) -> bool:
    return User.objects.get(pk=user.pk).second_step


@pytest.fixture
def sid(world) -> User:
    """The school coordinator, who has an authenticator app."""
    user = world.oak.users["schoolcoord"]
    give_app(user)
    return user


def test_r47_a_coordinator_resets_a_colleagues_once(world, sid, coordinator, client):
    assert BUTTON in coordinator.get(f"/console/in/oak/team/{sid.pk}/").content.decode()
    done = "Sid Oakdaleschool signs in with the password alone, until they set up a second step again."
    assert reset(coordinator, sid) == (302, [done])
    assert reset(coordinator, sid) == (302, ["It was so already."])
    entries = AuditEntry.objects.filter(verb="reset second step").values_list("district", "actor", "count")
    assert list(entries) == [(world.oak.district.pk, world.oak.users["coordinator"].pk, 1)]
    assert BUTTON not in coordinator.get(f"/console/in/oak/team/{sid.pk}/").content.decode()
    answer = client.post("/login/oak/", {"username": "schoolcoord", "password": PASSWORD})
    assert answer.headers["Location"] == "/console/"


def test_r47_a_teachers_is_reset_on_their_page(world, coordinator, school_coordinator):
    teacher = world.oak.users["teacher"]
    page = f"/console/accounts/user/{teacher.pk}/change/"
    assert BUTTON not in coordinator.get(page).content.decode()
    give_app(teacher)
    assert BUTTON in coordinator.get(page).content.decode()
    assert BUTTON not in school_coordinator.get(page).content.decode()
    assert coordinator.post(address(teacher)).headers["Location"] == page
    assert not has_one(teacher)


def test_r47_operations_resets_anybodys(world, sid, ops):
    assert reset(ops, sid)[0] == 302
    assert not has_one(sid)


def test_r47_nobody_else_does(world, sid, as_user, school_coordinator):
    elm, oak = world.elm.users, world.oak.users
    assert reset(as_user(elm["coordinator"]), sid) == (404, [])
    assert reset(as_user(elm["coordinator"]), sid, "elm") == (404, [])
    other = as_user(oak["teacher"])
    assert (reset(other, sid), reset(as_user(oak["student"]), sid)) == ((403, []), (403, []))
    assert Client().post(address(sid)).status_code == 302
    teacher = oak["teacher"]
    give_app(teacher)
    assert reset(school_coordinator, teacher)[0] == 302  # Sid's session of before his second step has ended
    assert school_coordinator.get("/console/").headers["Location"].startswith("/console/login/")
    assert (has_one(sid), has_one(teacher)) == (True, True)


def test_r47_a_school_coordinator_resets_nobodys(world, school_coordinator):
    teacher = world.oak.users["teacher"]
    give_app(teacher)
    assert (reset(school_coordinator, teacher), has_one(teacher)) == ((404, []), True)


def test_r47_ones_own_takes_a_proof_on_ones_own_page(world, client):
    client.post("/login/oak/", {"username": "coordinator", "password": PASSWORD})
    cora = world.oak.users["coordinator"]
    give_app(cora)
    session = client.session
    session["second_step_passed"] = True
    session.save()
    assert reset(client, cora) == (302, ["Your own ways of signing in are under “Security” at the top."])
    assert has_one(cora)
    assert client.get(address(cora)).status_code == 405


def run(capsys, *arguments: str) -> tuple[dict, str]:
    """What the command answers as JSON, and then, asked again, in words."""
    call_command("reset_second_step", *arguments, "--json")
    answer = json.loads(capsys.readouterr().out)
    call_command("reset_second_step", *arguments)
    return answer, capsys.readouterr().out.strip()


def test_r48_the_command_resets_also_where_nobody_is_left_who_could(world, capsys):
    give_app(world.ops)
    give_app(world.elm.users["coordinator"])
    asked = {("ops", "olga"): True, ("oak", "Coordinator"): False, ("elm", "coordinator"): True}
    for (slug, name), had in asked.items():
        answer = {"district": slug, "username": name.lower(), "reset": had}
        assert run(capsys, slug, name) == (answer, f"{name.lower()} had no second step.")
    assert (has_one(world.ops), has_one(world.elm.users["coordinator"])) == (False, False)
    labels = AuditEntry.objects.filter(verb="reset second step").order_by("pk").values_list("district", "actor_label")
    assert list(labels) == [(None, "command line"), (world.elm.district.pk, "command line")]
    for slug, name in (("oak", "olga"), ("nowhere", "coordinator"), ("ops", "coordinator")):
        with pytest.raises(CommandError) as refused:
            call_command("reset_second_step", slug, name)
        assert refused.value.returncode == 2
