"""Every address of the console, as everybody: whoever it is not for gets nothing, and changes nothing (R47, R49)."""

import re
from collections.abc import Iterator

import pytest
from django.contrib import admin
from django.test import Client
from django.urls import URLPattern

from accounts.models import AuditEntry, User
from classes.models import Class, Membership
from rostering.models import Connection, DataWarning, Review, Run, SyncSettings

WRITTEN = (User, Class, Membership, Run, DataWarning, Connection, SyncSettings, Review, AuditEntry)
FORM = {
    "do": "approve", "why": "x", "way": "clever", "password1": "secret-1", "password2": "secret-1", "step": "save",
    "usernames": "sis", "passwords": "username", "fallback": "username", "sharing": "all", "allowed": "on",
}  # fmt: skip
OUTSIDE = {"/console/login/", "/console/logout/", "/console/password_change/", "/console/password_change/done/"}


def patterns(found: list, above: str = "/console/") -> Iterator[str]:
    """Every route under the console's."""
    for each in found:
        route = above + str(each.pattern)
        if isinstance(each, URLPattern):
            yield route
        else:
            yield from patterns(each.url_patterns, route)


def addresses(world) -> list[str]:
    """The routes with Oakdale's rows in them."""
    oak = world.oak
    rows = {
        "users/<int:pk>": f"users/{oak.users['student'].pk}", "runs/<int:pk>": f"runs/{oak.run.pk}",
        "warnings/<int:pk>": f"warnings/{oak.warning.pk}", "team/<int:pk>": f"team/{oak.users['schoolcoord'].pk}",
        "<int:number>": str(oak.classes["Math – 3 “A”"].number), "<slug:slug>": "oak", "<int:pk>": "1",
        "accounts/user/<path:object_id>": f"accounts/user/{oak.users['student'].pk}",
        "accounts/school/<path:object_id>": f"accounts/school/{oak.district.schools.first().pk}",
        "accounts/district/<path:object_id>": f"accounts/district/{oak.district.pk}",
        "classes/class/<path:object_id>": f"classes/class/{oak.classes['Science'].pk}",
        "rostering/run/<path:object_id>": f"rostering/run/{oak.run.pk}",
        "rostering/datawarning/<path:object_id>": f"rostering/datawarning/{oak.warning.pk}",
    }  # fmt: skip
    made = set()
    for route in patterns(admin.site.get_urls()):
        for placeholder, value in rows.items():
            route = route.replace(placeholder, value)
        if "<" not in route and "(?P" not in route:
            made.add(route)
    return sorted(made - OUTSIDE)


def state() -> list[list[tuple]]:
    return [sorted(map(str, model.objects.values_list())) for model in WRITTEN]


def asked(client: Client, address: str) -> dict[str, int]:
    return {"GET": client.get(address).status_code, "POST": client.post(address, FORM).status_code}


def test_the_matrix_has_our_own_pages_and_the_stock_ones(world):
    found = addresses(world)
    assert len(found) > 60
    assert {"/console/", "/console/in/oak/warnings/", "/console/in/oak/sync/start/", "/console/rostering/run/"} <= {
        *found
    }


@pytest.mark.django_db(databases="__all__")
@pytest.mark.parametrize("who", ["teacher", "staff", "student", ""])
def test_r47_the_console_is_closed_to_whoever_it_is_not_for(world, as_user, client, who):
    client = as_user(world.oak.users[who]) if who else client
    before = state()
    answers = {address: asked(client, address) for address in addresses(world)}
    assert {code for each in answers.values() for code in each.values()} <= {302, 403, 404, 405}
    assert state() == before
    for address, each in answers.items():
        if each["GET"] == 302 and not who:
            assert client.get(address).headers["Location"].startswith(("/login/", "/console/")), address


@pytest.mark.django_db(databases="__all__")
def test_r41_the_other_districts_coordinator_sees_and_changes_nothing_of_this_one(world, as_user):
    elm = as_user(world.elm.users["coordinator"])
    before = state()
    for address in addresses(world):
        page = elm.get(address)
        assert page.status_code in (200, 302, 403, 404, 405), address
        if page.status_code == 200:
            assert not address.startswith("/console/in/oak/"), address
            assert "Oakdale" not in page.content.decode(), address
        elm.post(address, FORM)
    assert state() == before


@pytest.mark.django_db(databases="__all__")
def test_r47_a_school_coordinator_sees_nobody_of_other_schools(world, school_coordinator):
    for address in addresses(world):
        page = school_coordinator.get(address)
        assert page.status_code in (200, 302, 403, 404, 405), address
        if page.status_code == 200 and not page.streaming:
            assert not re.search("Oakdalelonely|Oakdalefree|Grant Art", page.content.decode()), address


@pytest.mark.django_db(databases="__all__")
@pytest.mark.parametrize("who", ["coordinator", "ops"])
def test_every_address_answers_those_it_is_for(world, as_user, who):
    client = as_user(world.ops if who == "ops" else world.oak.users[who])
    answers = {address: client.get(address).status_code for address in addresses(world)}
    assert {address for address, code in answers.items() if code >= 500} == set()
    opened = [address for address, code in answers.items() if code == 200]
    assert len(opened) > 35, sorted(set(answers) - set(opened))
