"""Two-step sign-in in a real browser: an app's code, and a passkey of a device that Chromium plays."""

import re

import pytest
from playwright.sync_api import CDPSession, Page, expect

from tests.accounts.second_steps import code_of
from tests.browser.test_people import faults

pytestmark = pytest.mark.browser

DEVICE = {
    "protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
    "isUserVerified": True, "automaticPresenceSimulation": True,
}  # fmt: skip


@pytest.fixture
def device(page: Page) -> CDPSession:
    """The page's device has a place for passkeys."""
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    session.send("WebAuthn.addVirtualAuthenticator", {"options": DEVICE})
    return session


def look(page: Page) -> list[str]:
    """What axe has against the page, and whether it scrolls sideways on a small phone."""
    page.wait_for_load_state("load")
    wide = page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")
    return [*faults(page), *([f"{page.url} scrolls sideways"] if wide else [])]


def test_r47_an_app_and_a_passkey_are_added_and_used(page, world, sign_in, scheme, device):
    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size({"width": 320, "height": 800})
    sign_in("oak", "coordinator")
    page.get_by_role("link", name="Security").click()
    found = look(page)
    page.get_by_role("link", name="Add an authenticator app").click()
    found += look(page)
    assert page.evaluate("document.images[1].naturalWidth") > 0
    secret = page.locator(".secret").inner_text()
    page.get_by_label("Code that the app shows now").fill(code_of(secret))
    page.get_by_role("button", name="Add the app").click()
    expect(page.locator(".secrets li")).to_have_count(10)
    found += look(page)
    page.get_by_role("button", name="I have kept them").click()
    found += look(page)
    page.get_by_role("link", name=re.compile("Remove")).click()
    found += look(page)
    page.get_by_role("link", name="Back without removing it").click()
    for address in ("/account/security/codes/", "/account/security/confirm/"):
        page.goto(address)
        found += look(page)
    page.goto("/account/security/")
    page.get_by_role("link", name="Add a passkey").click()
    found += look(page)
    page.get_by_label("Name of this passkey").fill("My laptop")
    page.get_by_role("button", name="Make the passkey").click()
    expect(page.get_by_text("Your passkey is added.")).to_be_visible()
    expect(page.get_by_text("Passkey “My laptop”", exact=False).first).to_be_visible()

    page.get_by_role("button", name="Sign out").click()
    sign_in("oak", "coordinator")
    expect(page.get_by_role("heading", level=1)).to_have_text("One more step")
    expect(page.get_by_label("Code")).to_be_focused()
    found += look(page)
    page.get_by_label("Code").fill("0000000")
    page.keyboard.press("Enter")
    expect(page.get_by_text("This code is not right")).to_be_visible()
    found += look(page)
    page.get_by_role("button", name="Use a passkey").click()
    expect(page).to_have_url(re.compile("/console/$"))
    assert found == []


def test_without_javascript_there_is_the_app_and_the_code(chromium, live_server, world):
    context = chromium.new_context(base_url=live_server.url, java_script_enabled=False)
    page = context.new_page()
    page.goto("/login/oak/")
    page.get_by_label("Username").fill("teacher")
    page.get_by_label("Password").fill("green-apple")
    page.get_by_role("button", name="Sign in").click()
    page.goto("/account/security/passkey/")
    expect(page.get_by_role("button", name="Make the passkey")).to_be_hidden()
    page.locator("main").get_by_role("link", name="Add an authenticator app").click()
    page.get_by_label("Code that the app shows now").fill(code_of(page.locator(".secret").inner_text()))
    page.get_by_role("button", name="Add the app").click()
    expect(page.locator(".secrets li")).to_have_count(10)
    context.close()
