"""Usernames and passwords in the console (R8 to R16)."""

import pytest
from django.contrib.auth.hashers import check_password
from django.contrib.messages import get_messages

from accounts.lifecycle import NewUser, create_users
from accounts.models import AuditEntry, User
from rostering.policy_forecast import Example, forecast_usernames
from tests.flow.feeds import Feed
from tests.flow.town import BY, Town, make_town

ADDRESS = "/console/in/hill/settings/policies/"


@pytest.fixture
def hill(db, tmp_path) -> Town:
    """Four students: one with a good username from the SIS, one with a taken one, one with a bad one, one without."""
    town = make_town("hill", tmp_path / "hill")
    feed = Feed()
    feed.school("10", "Hill School")
    feed.teacher("t1", "Ann", "King", school="10")
    for key, first, username in (
        ("s1", "Bob", "bob!by"),
        ("s2", "Bea", "bebe"),
        ("s3", "Ben", "Bebe"),
        ("s4", "李", ""),
    ):
        feed.student(key, first, "Smith" if key != "s4" else "Wu", school="10", Username=username)
    feed.section("c1", "Maths", school="10", teachers=["t1"], students=["s1", "s2", "s3", "s4"])
    town.sync(feed)
    return town


@pytest.fixture
def cora(hill, as_user):
    [pk] = create_users(hill.district, [NewUser("cora", "coordinator", "Cora", "Hill")], by=BY)
    return as_user(User.objects.get(pk=pk))


def said(response) -> list[str]:
    return [str(message) for message in get_messages(response.wsgi_request)]


def test_r8_r11_the_forecast_counts_changes_clashes_and_what_cannot_be_made(hill, django_assert_num_queries):
    district = hill.district
    with django_assert_num_queries(3):
        found = forecast_usernames(district, "sis")
    assert (found.people, found.other, found.clashes, found.unusable, found.newcomers) == (5, 2, 1, 3, 0)
    assert sorted(found.examples, key=lambda one: one.name)[:3] == [
        Example("Ann King", "aking", "aking", "The SIS sends no username."),
        Example("Bea Smith", "bsmith1", "bebe", ""),
        Example("Ben Smith", "bsmith2", "bsmith1", "“Bebe” is taken by somebody else."),
    ]


def test_r10_the_rule_that_made_the_accounts_changes_nobody(hill):
    found = forecast_usernames(hill.district, "generated")
    assert (found.people, found.other, found.clashes, found.unusable) == (5, 0, 2, 0)


def test_r12_saving_renames_nobody_and_twice_is_once(hill, cora):
    before = hill.users()
    page = cora.get(f"{ADDRESS}usernames/", {"usernames": "sis"})
    assert (page.status_code, page.context["forecast"].clashes) == (200, 1)
    first = cora.post(f"{ADDRESS}usernames/", {"usernames": "sis", "before": "generated"})
    assert said(first) == ["Saved. New accounts get their usernames this way; nobody is renamed."]
    second = cora.post(f"{ADDRESS}usernames/", {"usernames": "sis", "before": "generated"})
    assert said(second)[-1] == "It was so already. Nothing was changed."
    hill.sync()
    assert (hill.district.usernames, hill.users()) == ("sis", before)


def test_a_policy_that_somebody_else_changed_meanwhile_is_not_saved(hill, cora):
    hill.change_policies(usernames="sis")
    answer = cora.post(f"{ADDRESS}usernames/", {"usernames": "generated", "before": "generated"})
    assert said(answer) == ["Somebody changed this meanwhile. Nothing was saved; look again."]
    assert hill.district.usernames == "sis"


def test_r13_r16_the_fixed_password_is_written_and_never_shown(hill, cora):
    form = {"passwords": "fixed", "fallback": "username"}
    refused = cora.post(f"{ADDRESS}passwords/", form)
    assert refused.context["secrets"].errors == {"fixed_password": ["Type the password that all new accounts get."]}
    short = cora.post(f"{ADDRESS}passwords/", {**form, "fixed_password": "abc"})
    assert short.context["secrets"].errors == {"fixed_password": ["It needs at least 4 characters."]}
    saved = cora.post(f"{ADDRESS}passwords/", {**form, "fixed_password": "apple tree"})
    assert said(saved) == ["Saved. The new password counts at once."]
    district = hill.district
    assert (district.passwords, check_password("apple tree", district.fixed_password)) == ("fixed", True)
    page = cora.get(ADDRESS).content.decode()
    assert [secret in page for secret in ("apple tree", district.fixed_password)] == [False, False]
    assert "One is set. Leave this empty to keep it." in page
    again = cora.post(f"{ADDRESS}passwords/", form)
    assert said(again)[-1] == "It was so already. Nothing was changed."
    assert AuditEntry.objects.filter(verb="change district").count() == 1
