"""A teacher's day in a real browser: a synced class goes with its section, and comes back with the work."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from accounts.lifecycle import set_passwords
from classes.handmade import load_items
from classes.models import Class, CurriculumItem, Work
from tests.browser.test_people import faults
from tests.flow.feeds import Feed, small_district
from tests.flow.town import BY, Town, make_town
from tests.pages.world import PASSWORD

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True, databases="__all__")]


@pytest.fixture
def hill(transactional_db: None, tmp_path: Path) -> Town:
    """A synced district with two items in the catalogue; everybody has the same password."""
    town = make_town("hill", tmp_path / "hill")
    town.sync(small_district())
    load_items(
        [CurriculumItem(code="sums", title="Sums", body="1 + 1"), CurriculumItem(code="maps", title="Maps")], by=BY
    )
    set_passwords(list(town.district.users.all()), PASSWORD, by=BY)
    return town


def without_art() -> Feed:
    feed = small_district()
    feed.drop("sections", "c2")
    return feed


def leave(page: Page) -> None:
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_text("You are signed out.")).to_be_visible()


def sync(page: Page, town: Town, feed: Feed) -> None:
    page.goto("about:blank")  # the sync has the database to itself, which is in memory
    town.sync(feed)


def look(page: Page) -> None:
    """The page has no faults, in light and dark, and does not scroll sideways."""
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        assert faults(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


def usernames(town: Town) -> dict[str, str]:
    """Who is who: first name -> username."""
    return dict(town.district.users.values_list("first_name", "username"))


def test_r20_a_class_comes_and_goes_with_its_section_and_keeps_the_work(page: Page, hill: Town, sign_in) -> None:
    who = usernames(hill)
    sign_in("hill", who["Alan"])
    page.get_by_role("link", name="Art").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("(synced class)")
    expect(page.get_by_label("Name")).to_have_count(0)
    refused = page.evaluate(
        """async (address) => (await fetch(address, {method: "POST", headers: {
            "X-CSRFToken": document.querySelector("[name=csrfmiddlewaretoken]").value,
            "Content-Type": "application/x-www-form-urlencoded"}, body: "name=Mine"})).text()""",
        page.url + "rename/",
    )
    assert "comes from the SIS and is locked here" in refused
    page.reload()
    page.get_by_role("link", name="Assign or take away").click()
    page.get_by_role("button", name="Assign Sums").click()
    expect(page.get_by_text("Assigned.", exact=True)).to_be_visible()
    assert faults(page) == []
    leave(page)

    sign_in("hill", who["Bo"])
    page.get_by_role("link", name="Sums").click()
    assert faults(page) == []
    page.get_by_role("button", name="I am done").click()
    expect(page.get_by_text("Well done!")).to_be_visible()
    leave(page)

    sync(page, hill, without_art())
    sign_in("hill", who["Alan"])
    expect(page.get_by_role("link", name="Art")).to_have_count(0)
    leave(page)
    sign_in("hill", who["Bo"])
    expect(page.get_by_role("link", name="Sums")).to_have_count(0)
    assert Work.objects.get().status == "done"
    leave(page)

    again = small_district()
    again.student("s8", "Nia", "New", school="10")
    again.enroll("c2", "s8")
    sync(page, hill, again)
    set_passwords(list(hill.district.users.filter(first_name="Nia")), PASSWORD, by=BY)
    sign_in("hill", usernames(hill)["Nia"])
    expect(page.get_by_role("link", name="Sums")).to_be_visible()
    leave(page)
    sign_in("hill", who["Ada"])  # the co-teacher sees what was done, and scores it
    page.get_by_role("link", name="Art").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Art")
    page.get_by_role("link", name=re.compile("Bo Smith")).first.click()
    expect(page.get_by_text(re.compile("^Done, "))).to_be_visible()
    page.get_by_label("Score").fill("95")
    page.get_by_role("button", name="Save the score of Sums").click()
    expect(page.get_by_text("Saved.")).to_be_visible()
    assert faults(page) == []
    assert (Class.objects.get(name="Art").status, Work.objects.get().score) == ("active", 95)


def test_r24_a_teacher_links_a_class_by_hand_on_a_phone_and_takes_it_back(page: Page, hill: Town, sign_in) -> None:
    gaps = small_district()
    gaps.enroll("c1", "s77")
    hill.sync(gaps)
    page.set_viewport_size({"width": 390, "height": 800})
    sign_in("hill", usernames(hill)["Ada"])
    expect(page.get_by_text("1 student missing")).to_be_visible()
    page.get_by_text("Make a class by hand").click()
    page.get_by_label("Name").fill("Club")
    page.get_by_role("button", name="Make it").click()
    page.get_by_role("link", name="Link it to a section of yours").click()
    look(page)
    page.get_by_role("button", name="See what would happen with Maths 4").click()
    expect(page.get_by_role("heading", name="Add 3 students")).to_be_visible()
    look(page)
    page.get_by_role("button", name="Link the class").click()
    expect(page.get_by_text("3 students joined, 0 left")).to_be_visible()
    expect(page.get_by_role("heading", level=1)).to_contain_text("(synced class)")
    page.get_by_role("link", name="1 student missing").click()
    expect(page.get_by_text("Student s77")).to_be_in_viewport()
    look(page)
    page.get_by_role("link", name="Unlink it from its section").click()
    look(page)
    page.get_by_role("button", name="Unlink the class").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Club")
    page.get_by_role("button", name="Put the class away").click()
    page.get_by_role("link", name="Past classes").click()
    look(page)
    page.get_by_role("link", name="Club").click()
    look(page)
    page.get_by_role("button", name="Bring it back").click()
    expect(page.get_by_text("Club is back, with its items and work.")).to_be_visible()
    assert Class.objects.get(district=hill.district, name="Club").status == "active"
