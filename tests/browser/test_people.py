"""What a person does, in a real browser: by mouse, by keyboard, on a phone, in light and dark."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.pages.world import PASSWORD, World

pytestmark = pytest.mark.browser

# Without preload: axe would copy style sheets into the page, which our policy forbids it to.
WCAG = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"], "preload": False}


def faults(page: Page) -> list[str]:
    """What axe has against the page as it is now."""
    found = Axe().run(page, options=WCAG).response["violations"]
    return [f"{page.url} {one['id']}: {node['html'][:120]}" for one in found for node in one["nodes"]]


def test_a_teacher_signs_in_and_sees_a_synced_class_with_arrows(page, world, sign_in):
    sign_in("oak", "teacher")
    expect(page).to_have_title("My classes")
    card = page.get_by_role("listitem").filter(has_text="Oakdale Math")
    expect(card.locator(".arrows svg")).to_be_visible()
    expect(card.get_by_text("(synced)")).to_be_attached()
    expect(page.get_by_role("listitem").filter(has_text="Chess club").locator(".arrows")).to_have_count(0)
    card.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Oakdale Math – 3 “A”")
    row = page.get_by_role("row").filter(has_text="Oakdalechild")
    expect(row.locator(".arrows svg")).to_be_visible()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_text("You are signed out.")).to_be_visible()


def test_a_student_signs_in_and_sees_the_items(page, world, sign_in):
    sign_in("oak", "student")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Hello, Zoë")
    expect(page.get_by_role("link", name="Times tables")).to_be_visible()
    page.get_by_text("Fractions with pizza").click()
    expect(page.get_by_text("Cut it.")).to_be_visible()


def test_a_wrong_password_is_refused_and_the_cursor_is_in_the_form(page, world):
    page.goto("/login/oak/")
    page.keyboard.type("teacher")
    page.keyboard.press("Tab")
    page.keyboard.type("wrong")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("do not go together")
    expect(page.get_by_label("Username")).to_be_focused()


def test_by_keyboard_alone_from_the_district_to_a_class(page, world):
    page.goto("/login/")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    expect(page.get_by_role("link", name="Skip to the content")).to_be_in_viewport()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.type("Oakdale")
    page.keyboard.press("Enter")
    expect(page).to_have_title("Sign in · Oakdale Unified")
    page.keyboard.press("Tab")
    expect(page.get_by_label("Username")).to_be_focused()
    page.keyboard.type("teacher")
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    expect(page).to_have_title("My classes")
    page.get_by_role("link", name="Oakdale Math – 3 “A”").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Students")).to_be_visible()


def visit(page: Page, world: World, sign_in) -> list[str]:
    """Opens every page that a person can reach now; what axe has against them, and which ones scroll sideways."""
    found = []
    town = world.oak

    def look(address: str = "") -> None:
        if address:
            page.goto(address)
        page.wait_for_load_state("load")
        found.extend(faults(page))
        if page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"):
            found.append(f"{page.url} scrolls sideways")

    look("/login/")
    look("/login/oak/")
    sign_in("oak", "nobody")
    look()
    for username, addresses in {
        "teacher": ["/classes/", "/classes/1/", "/account/password/"],
        "staff": ["/classes/"],
        "student": ["/learn/"],
        "lonely": ["/learn/"],
        "coordinator": [
            "/console/",
            "/console/accounts/user/",
            f"/console/accounts/user/{town.users['student'].pk}/change/",
            "/console/classes/class/",
            "/console/accounts/school/",
            f"/console/accounts/district/{town.district.pk}/change/",
            "/console/rostering/run/",
            f"/console/rostering/run/{town.run.pk}/change/",
            "/console/rostering/datawarning/",
            f"/console/rostering/datawarning/{town.warning.pk}/change/",
        ],
    }.items():
        sign_in("oak", username)
        for address in addresses:
            look(address)
        if username == "teacher":
            page.get_by_role("button", name="Change password").click()
            look()
    return found


@pytest.mark.parametrize("width", [1280, 320])
def test_no_page_has_accessibility_faults_or_scrolls_sideways(page, world, sign_in, scheme, width):
    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size({"width": width, "height": 800})
    assert visit(page, world, sign_in) == []


def test_targets_are_large_enough_for_a_finger(page, world, sign_in):
    page.set_viewport_size({"width": 390, "height": 800})
    sign_in("oak", "teacher")
    expect(page).to_have_title("My classes")
    sizes = page.eval_on_selector_all(
        "header a, header button",
        "all => all.map(each => [each.textContent.trim(), each.getBoundingClientRect().height])",
    )
    assert [name for name, height in sizes if height < 44] == []
