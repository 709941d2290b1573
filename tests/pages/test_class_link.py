"""A teacher links a class made by hand to a section of theirs, and takes it back (R24, R47)."""

from pathlib import Path

import pytest

from accounts.models import AuditEntry
from classes.handmade import add_class, load_items
from classes.lifecycle import assign_items, change_seats
from classes.models import Class, CurriculumItem
from rostering.models import Link, Run
from rostering.teacher_link_views import words_of
from rostering.turns import BusyError
from tests.flow.feeds import small_district
from tests.flow.town import BY, Town, make_town


@pytest.fixture
def hill(db: None, tmp_path: Path) -> Town:
    """Ada's class by hand has Ben (of Maths 4) and Eva (of Latin) in it."""
    town = make_town("hill", tmp_path / "hill")
    town.sync(small_district())
    add_class(town.district, "Club", who(town, "Ada"), [who(town, "Ben"), who(town, "Eva")], by=BY)
    return town


@pytest.fixture
def ada(hill, as_user):
    return as_user(who(hill, "Ada"))


def who(town, first):
    return town.district.users.get(first_name=first)


def club():
    return Class.objects.get(district__slug="hill", number=4)


def said(response):
    return [str(message) for message in response.context["messages"]]


def forecast(client, section="c1", number=4):
    return client.post(f"/classes/{number}/link/forecast/", {"section": section})


def link(client, seen, section="c1", number=4):
    return client.post(f"/classes/{number}/link/do/", {"section": section, "seen": seen}, follow=True)


def test_r24_the_page_offers_my_sections_and_no_others(hill, ada, as_user):
    page = ada.get("/classes/4/link/")
    assert [section.key for section in page.context["page"]] == ["c2", "c1"]
    assert 'href="/classes/4/link/"' in ada.get("/classes/4/").content.decode()
    assert "/link/" not in ada.get("/classes/1/").content.decode()


def test_r24_a_section_whose_class_is_in_use_is_not_offered(hill, ada):
    load_items([CurriculumItem(code="sums", title="Sums")], by=BY)
    assign_items(Class.objects.get(name="Art"), list(CurriculumItem.objects.all()), by=BY)
    assert [section.key for section in ada.get("/classes/4/link/").context["page"]] == ["c1"]
    refused = ada.post("/classes/4/link/forecast/", {"section": "c2"}, follow=True)
    art = Class.objects.get(name="Art").number
    assert said(refused) == [f"Section c2 feeds class {art} (Art), which has items. Use that class instead of class 4."]


def test_r24_the_forecast_names_who_joins_and_leaves_and_changes_nothing(hill, ada):
    before = hill.everything()
    page = forecast(ada)
    assert [str(one) for one in page.context["added"]] == ["José Núñez", "Mia O'Brien"]
    assert [str(one) for one in page.context["removed"]] == ["Eva Holm"]
    words = page.content.decode()
    assert ("Add 2 students" in words, "Remove 1 student<" in words) == (True, True)
    assert hill.everything() == before


def test_r24_what_was_shown_is_linked_once_and_taken_back(hill, ada):
    before = hill.rosters()
    seen = forecast(ada).context["forecast"].shown
    assert said(link(ada, seen)) == ["Maths 4 feeds this class now: 2 students joined, 1 left."]
    assert (club().name, club().synced) == ("Maths 4", True)
    assert hill.rosters() == {
        "Art": before["Art"], "Latin": before["Latin"], "Maths 4": before["Maths 4"],
    }  # fmt: skip
    runs = Run.objects.count()
    assert said(link(ada, seen)) == ["It was so already. Nothing was changed."]
    assert Run.objects.count() == runs
    page = ada.get("/classes/4/link/").content.decode()
    assert "Unlink from" in page
    assert "Unlink it from its section" in ada.get("/classes/4/").content.decode()
    for words in (
        "Club is yours by hand again: 1 student joined, 2 left.",
        "It was so already. Nothing was changed.",
    ):
        assert said(ada.post("/classes/4/link/undo/", follow=True)) == [words]
    assert hill.rosters() == before
    assert (club().name, club().synced) == ("Club", False)
    verbs = AuditEntry.objects.filter(verb__in=("link class", "unlink class"))
    assert list(verbs.order_by("pk").values_list("verb", "actor__username")) == [
        ("link class", "aking"), ("unlink class", "aking"),
    ]  # fmt: skip


def test_r32_nothing_is_linked_when_it_is_no_longer_what_was_shown(hill, ada):
    seen = forecast(ada).context["forecast"].shown
    change_seats(hill.district, {club().memberships.get(user=who(hill, "Eva")).pk: {"active": False}}, by=BY)
    before = (hill.everything(), Run.objects.count())
    moved = ["The class or the section has changed since you looked. Nothing was linked; look again."]
    assert said(link(ada, seen)) == moved
    for forged in ("", "x", forecast(ada, "c2").context["forecast"].shown):
        assert said(link(ada, forged)) == moved
    assert (hill.everything(), Run.objects.count() - 1) == before


def test_r37_while_the_roster_is_read_a_teacher_is_told_to_try_again(hill):
    busy = "Your district’s roster is being read just now. Nothing was changed; try again in a few minutes."
    assert words_of(BusyError(hill.district)) == busy


def test_r47_another_teachers_section_or_class_does_not_exist(hill, ada, as_user, tmp_path):
    other = make_town("lake", tmp_path / "lake")
    other.sync(small_district())
    add_class(other.district, "Club", who(other, "Ada"), [], by=BY)
    before = (hill.everything(), other.everything())
    assert [forecast(ada, key).status_code for key in ("c3", "nowhere", "")] == [404, 404, 404]
    assert link(ada, "x", "c3").status_code == 404
    zoe, student = as_user(who(hill, "Zoë")), as_user(who(hill, "Ben"))
    for client in (zoe, student):
        assert client.get("/classes/4/link/").status_code == 404
        assert {
            client.post(f"/classes/4/link/{what}/", {"section": "c3"}).status_code
            for what in ("forecast", "do", "undo")
        } == {404}
    assert (hill.everything(), other.everything()) == before


def test_r24_a_class_that_its_own_section_made_is_neither_linked_nor_unlinked(hill, ada):
    number = Class.objects.get(district=hill.district, name="Maths 4").number
    assert ada.get(f"/classes/{number}/link/").status_code == 404
    assert forecast(ada, "c2", number).status_code == 404
    assert link(ada, "x", "c2", number).status_code == 404
    assert ada.post(f"/classes/{number}/link/undo/").status_code == 404
    assert Link.objects.get(district=hill.district, kind="section", key="c1").object_id != club().pk


def test_signed_out_people_link_nothing(hill, client):
    assert client.get("/classes/4/link/").status_code == 302
    assert client.post("/classes/4/link/do/", {"section": "c1"}).status_code == 302
    assert not club().synced
