"""A coordinator's day in a real browser: issue by issue what they do, and that every page is accessible."""

import csv
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Locator, Page, expect

from accounts.lifecycle import NewUser, create_users
from accounts.models import User
from rostering.models import DataWarning, Run
from tests.browser.test_people import faults
from tests.browser.worker import work
from tests.flow.feeds import Feed, small_district
from tests.flow.town import BY, Town, make_town
from tests.pages.world import PASSWORD, make_password

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True, databases="__all__")]
SUB_PAGES = ("settings/policies/usernames/?usernames=sis",)
LONG_ENOUGH = 15_000


def first_day() -> Feed:
    """A small district, and a student at a school that the list of schools does not have."""
    feed = small_district()
    feed.student("s7", "Sue", "Where", school="99")
    return feed


@pytest.fixture
def hill(transactional_db: None, tmp_path: Path) -> Town:
    """A district that is connected to its files, with a coordinator; nothing is synced yet."""
    town = make_town("hill", tmp_path / "hill")
    first_day().write(town.folder)
    new = NewUser("cora", "coordinator", "Cora", "Hill", "cora@hill.example", password=make_password(PASSWORD))
    create_users(town.district, [new], by=BY)
    return town


def press(what: Locator) -> None:
    """By keyboard, as somebody does who has come there with Tab."""
    what.focus()
    what.press("Enter")


def follow(page: Page, words: str) -> None:
    """A line of the console's menu, by keyboard."""
    press(page.locator(".console-nav").get_by_role("link", name=words, exact=True))
    expect(page.get_by_role("heading", level=1)).to_be_visible()


def start(page: Page, words: str, heading: str) -> None:
    """Start something on the sync page, let the worker do it, and see what became of it after a reload."""
    follow(page, "Sync now")
    press(page.get_by_role("button", name=words, exact=True))
    expect(page.get_by_role("heading", name="Waiting for a worker")).to_be_visible()
    address = page.url
    page.goto("about:blank")  # the worker has the database to itself, which is in memory
    work()
    page.goto(address)
    expect(page.get_by_role("heading", name=heading)).to_be_visible()


def accept_the_warning_about(page: Page, name: str) -> None:
    """Say why a warning is as it should be."""
    follow(page, "Data warnings")
    press(page.get_by_role("table").get_by_role("link", name=name).first)
    page.get_by_label("Why", exact=True).fill("A school that opens in spring.")
    press(page.get_by_role("button", name="Accept", exact=True))
    expect(page.get_by_text("Accepted: 1.")).to_be_visible()
    assert DataWarning.objects.get(kind="school", key=name).state == "accepted"


def buttons_of_sync(page: Page) -> dict[str, str]:
    """What the sync page's buttons do -> their words."""
    follow(page, "Sync now")
    forms = page.locator("form:has(input[name=do])").all()
    return {each.locator("input[name=do]").input_value(): each.get_by_role("button").inner_text() for each in forms}


def test_r46_from_the_first_preview_to_the_export_by_keyboard(page, hill, sign_in):
    sign_in("hill", "cora")
    expect(page.get_by_role("heading", name="Getting ready")).to_be_visible()
    words = buttons_of_sync(page)
    start(page, words["preview"], "previewed")
    assert not User.objects.filter(role="student").exists()
    start(page, words["sync"], "succeeded")

    follow(page, "Why is … not here?")
    page.keyboard.press("Tab")
    page.get_by_role("searchbox").fill("Sue Where")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Add the school to the schools file").first).to_be_visible()

    accept_the_warning_about(page, "99")

    feed = first_day()
    feed.drop("schools", "20")
    feed.drop("sections", "c3")
    feed.drop("students", "s5", "s6")
    feed.drop("teachers", "t3")
    feed.write(hill.folder)
    start(page, words["sync"], "done, removals wait")
    held = Run.objects.get(status="held").pk
    page.goto(f"/console/in/hill/runs/{held}/hold/")
    press(page.get_by_role("button", name="Remove all").first)
    expect(page.get_by_role("listitem").filter(has_text="emove").first).to_be_visible()
    assert not User.objects.get(username="eholm").is_active
    assert Run.objects.get(pk=held).decision == "approved"

    page.goto(f"/console/in/hill/runs/{held}/undo/")
    press(page.get_by_role("button", name="Show what would happen"))
    press(page.get_by_role("button", name=f"Undo run {held}"))
    page.wait_for_load_state("load")
    assert User.objects.get(username="eholm").is_active

    follow(page, "Users")
    with page.expect_download() as download:
        press(page.get_by_role("link", name="Export Educators"))
    with Path(download.value.path()).open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file))
    assert sorted(row[1] for row in rows[1:]) == ["aking", "aroe", "zng"]


def test_r26_a_permission_is_turned_on_and_off_by_keyboard(page, hill, sign_in):
    sign_in("hill", "cora")
    for words, allowed in (("On", True), ("Off", False)):
        follow(page, "Permissions")
        page.get_by_role("radio", name=words, exact=True).focus()
        page.keyboard.press("Space")
        press(page.get_by_role("button", name="Save for the district"))
        expect(page.get_by_text("Saved.")).to_be_visible()
        assert hill.district.teachers_create_students is allowed


def test_no_page_of_the_menu_has_accessibility_faults_or_scrolls_sideways(page, hill, sign_in, scheme):
    feed = first_day()
    first = hill.sync(feed)["run"]
    feed.drop("students", "s1", "s2", "s3", "s4")
    held = hill.sync(feed, status="held")["run"]
    page.emulate_media(color_scheme=scheme)
    sign_in("hill", "cora")
    expect(page.locator(".console-nav")).to_be_visible()
    menu = page.eval_on_selector_all(".console-nav a", "all => all.map(each => each.href)")
    addresses = sorted({urlsplit(each).path for each in menu} | {f"/console/in/hill/{each}" for each in SUB_PAGES})
    assert "/console/in/hill/settings/sharing/" in addresses
    found = []
    for address in [*addresses, f"/console/in/hill/runs/{held}/hold/", f"/console/in/hill/runs/{first}/undo/"]:
        page.goto(address)
        found += faults(page)
        if page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"):
            found.append(f"{page.url} scrolls sideways")
    assert found == []
