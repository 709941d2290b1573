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
