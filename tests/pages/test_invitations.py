"""Coordinators are invited by email and choose username and password themselves (R47)."""

import re

import pytest
from django.core import mail
from django.utils import timezone

from accounts.invitations import NewInvitation, invite_people, withdraw_invitations
from accounts.models import Invitation, User
from accounts.team import NoSchoolError
from tests.pages.world import BY

CHOSEN = {"username": "ada7", "password1": "plum-garden", "password2": "plum-garden"}


def invite(world, role="coordinator", schools=()):
    [one] = invite_people(world.oak.district, [NewInvitation("ada@oak.example", role, schools, "Ada")], by=BY)
    return one, re.search(r"/invitation/[^/\s]+/", mail.outbox[-1].body)[0]


def test_r47_an_invited_person_makes_an_account_once(world, client):
    school = world.oak.users["teacher"].schools.first().pk
    one, link = invite(world, "school_coordinator", [school])
    assert (mail.outbox[-1].to, one.token_digest in link) == (["ada@oak.example"], False)
    assert client.get(link).status_code == 200
    assert client.post(link, CHOSEN).headers["Location"] == "/login/oak/"
    made = User.objects.get(district=world.oak.district, username="ada7")
    assert (made.role, made.email, made.first_name) == ("school_coordinator", "ada@oak.example", "Ada")
    assert list(made.schools.values_list("pk", flat=True)) == [school]
    given = {"username": "ada7", "password": "plum-garden"}
    assert client.post("/login/oak/", given).headers["Location"] == "/console/"
    assert client.post(link, CHOSEN | {"username": "ada8"}).status_code == 404
    assert not User.objects.filter(username="ada8").exists()


def test_r47_old_withdrawn_replaced_and_forged_links_open_nothing(world, client):
    first, replaced = invite(world)
    second, withdrawn = invite(world)
    assert withdraw_invitations(world.elm.district, [second.pk], by=BY) == 0
    assert withdraw_invitations(world.oak.district, [first.pk, second.pk], by=BY) == 1
    third, old = invite(world)
    Invitation.objects.filter(pk=third.pk).update(expires=timezone.now())
    links = [replaced, withdrawn, old, "/invitation/forged/"]
    assert [client.post(link, CHOSEN).status_code for link in links] == [404] * 4
    assert not User.objects.filter(username="ada7").exists()


def test_what_is_wrong_is_said_beside_the_field(world, client):
    _, link = invite(world)
    assert client.post(link, CHOSEN | {"username": "Teacher"}).context["form"].errors == {
        "username": ["Somebody has this username already. Choose another one."]
    }
    assert client.post(link, {"username": "a b", "password1": "short", "password2": ""}).context["form"].errors == {
        "username": ["Use only letters A to Z and digits."],
        "password1": ["This is too short. Use at least 8 characters."],
        "password2": ["Type the password a second time."],
    }


def test_nobody_is_invited_to_anothers_school_or_as_ops(world):
    theirs = world.elm.users["teacher"].schools.first().pk
    with pytest.raises(NoSchoolError):
        invite(world, "school_coordinator", [theirs])
    with pytest.raises(ValueError, match="ops"):
        invite(world, "ops")
    assert (Invitation.objects.count(), mail.outbox) == (0, [])
