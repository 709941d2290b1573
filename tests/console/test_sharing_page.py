"""Sharing in the console (R4): what would leave is shown, and only what was shown is saved."""

import re

import pytest
from django.contrib.messages import get_messages

from accounts.models import AuditEntry
from rostering.connections import share, sync_settings_of
from rostering.models import Link
from tests.flow.feeds import small_district
from tests.flow.town import BY, Town, make_town
from tests.pages.world import NewUser, User, create_users

ADDRESS = "/console/in/hill/settings/sharing/"


@pytest.fixture
def hill(db, tmp_path) -> Town:
    """A small district with two schools, synced."""
    town = make_town("hill", tmp_path / "hill")
    town.sync(small_district())
    return town


@pytest.fixture
def cora(hill, as_user):
    [pk] = create_users(hill.district, [NewUser("cora", "coordinator", "Cora", "Hill")], by=BY)
    return as_user(User.objects.get(pk=pk))


def said(response) -> list[str]:
    return [str(message) for message in get_messages(response.wsgi_request)]


def seen(response) -> str:
    return re.search(r'name="seen" value="(\w+)"', response.content.decode())[1]


def shared(town: Town) -> tuple[str, list[str]]:
    decided = sync_settings_of(town.district)
    return decided.sharing, decided.sharing_ids


def test_r4_chosen_schools_are_counted_then_saved_once(hill, cora):
    form = {"sharing": "schools", "schools": ["10"], "step": "check"}

    check = cora.post(ADDRESS, form)

    forecast = check.context["forecast"]
    assert (forecast.people_in, forecast.people_out, forecast.sections_in, forecast.sections_out) == (6, 3, 2, 1)
    assert shared(hill) == ("all", [])
    save = {"sharing": "schools", "further_schools": "10", "step": "save", "seen": seen(check)}
    saved = cora.post(ADDRESS, save)
    assert (saved.status_code, shared(hill)) == (302, ("schools", ["10"]))
    assert said(saved) == [f"Saved: {hill.district.name} shares selected schools. The next sync plans it."]
    again = cora.post(ADDRESS, save)
    assert said(again)[-1] == "It was so already. Nothing was changed."
    assert AuditEntry.objects.filter(verb="share").count() == 1


def test_r4_the_count_is_what_the_next_sync_does(hill, cora):
    check = cora.post(ADDRESS, {"sharing": "sections", "sections": "c3", "step": "check"})
    forecast = check.context["forecast"]
    share(hill.district, "sections", ["c3"], by=BY)
    hill.sync(status="held")
    links = Link.objects.filter(district=hill.district).exclude(object_id=None)
    leaving = links.filter(state__in=["waiting", "not_shared"])
    assert {
        "person": forecast.people_out,
        "section": forecast.sections_out,
    } == {kind: leaving.filter(kind=kind).count() for kind in ("person", "section")}


def test_a_stale_form_saves_nothing(hill, cora):
    form = {"sharing": "schools", "schools": ["10"]}
    token = seen(cora.post(ADDRESS, {**form, "step": "check"}))
    share(hill.district, "schools", ["20"], by=BY)
    answer = cora.post(ADDRESS, {**form, "step": "save", "seen": token})
    assert (answer.status_code, shared(hill)) == (200, ("schools", ["20"]))
    assert "The roster changed since you looked." in answer.content.decode()


def test_sections_are_found_by_name_and_ticked(hill, cora):
    found = cora.post(ADDRESS, {"sharing": "sections", "search": "lat", "step": "search"})
    assert [(one.key, one.name) for one in found.context["found"]] == [("c3", "Latin")]
    more = cora.post(ADDRESS, {"sharing": "sections", "search": "art", "more": ["c3"], "step": "search"})
    assert more.context["form"]["sections"].value() == "c3"
    check = cora.post(ADDRESS, {"sharing": "sections", "sections": "c3", "more": ["c1"], "step": "check"})
    assert check.context["ids"] == ["c1", "c3"]


def test_nothing_chosen_is_said_beside_the_field(hill, cora):
    answer = cora.post(ADDRESS, {"sharing": "sections", "step": "check"})
    words = "Choose at least one of the sections, or share the whole district."
    assert answer.context["form"].errors == {"sections": [words]}
    assert words in answer.content.decode()


def test_an_id_that_the_source_never_sent_is_named(hill, cora):
    token = seen(cora.post(ADDRESS, {"sharing": "schools", "further_schools": "10 1O", "step": "check"}))
    saved = cora.post(ADDRESS, {"sharing": "schools", "further_schools": "10 1O", "step": "save", "seen": token})
    assert said(saved)[-1] == "The source has not sent these so far: 1O. Check the spelling."
