"""Linking a class to a section from the console (R24)."""

import pytest

from accounts.models import User
from classes.handmade import add_class
from classes.models import Class, Membership
from tests.pages.world import BY
from tests.promises.town import SLUG, Town, found_town, two_schools


@pytest.fixture
def town(world, tmp_path) -> Town:
    town = found_town(tmp_path / "files", two_schools(seats=4))
    town.sync()
    return town


@pytest.fixture
def klass(town) -> Class:
    """A class made by hand by the teacher of a synced one."""
    seat = Membership.objects.filter(klass__district__slug=SLUG, role="teacher").select_related("klass", "user")[0]
    return add_class(seat.klass.district, "My own", seat.user, [], by=BY)


def page_of(klass):
    return f"/console/in/{SLUG}/classes/{klass.number}/link/"


def test_r24_a_link_is_forecast_made_and_taken_back(town, klass, ops):
    found = ops.get(page_of(klass), {"q": "roster"}).context["sections"]
    assert "roster" in [section.key for section in found]
    forecast = ops.post(f"{page_of(klass)}do/", {"do": "forecast", "section": "roster"})
    joining = forecast.context["forecast"].added
    assert len(joining) == 3
    assert Class.objects.get(pk=klass.pk).synced is False
    done = ops.post(f"{page_of(klass)}do/", {"do": "link", "section": "roster"}, follow=True).content.decode()
    assert "The class is linked: 3 students joined, 0 left." in done
    assert Class.objects.get(pk=klass.pk).synced is True
    again = ops.post(f"{page_of(klass)}do/", {"do": "link", "section": "roster"}, follow=True)
    assert len(list(again.context["messages"])) == 1
    ops.post(f"{page_of(klass)}do/", {"do": "unlink"})
    assert Class.objects.get(pk=klass.pk).synced is False


def test_a_section_that_is_not_there_links_nothing(town, klass, ops):
    refused = ops.post(f"{page_of(klass)}do/", {"do": "link", "section": "nowhere"}, follow=True).content.decode()
    assert "There is no section nowhere in use here. Nothing was changed." in refused
    assert Class.objects.get(pk=klass.pk).synced is False


def test_r47_a_school_coordinator_links_at_their_schools_only(world, town, klass, as_user, coordinator):
    assert coordinator.get(page_of(klass)).status_code == 404
    own = world.oak.classes["Chess club"]
    sid = as_user(world.oak.users["schoolcoord"])
    assert sid.get(f"/console/in/oak/classes/{own.number}/link/").status_code == 404
    science = world.oak.classes["Science"]
    assert sid.get(f"/console/in/oak/classes/{science.number}/link/", {"q": "c"}).context["sections"] == []
    assert User.objects.filter(district__slug=SLUG).exists()
