"""A real Chromium in front of a real server. Whatever a page asks of another host fails the test."""

import os
import shutil
from collections.abc import Iterator

import pytest
from django.test import override_settings
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.pages.world import PASSWORD, World, make_world

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
QUIET = (
    "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--no-first-run",
)  # fmt: skip


@pytest.fixture(scope="session", autouse=True)
def static_files_where_they_are() -> Iterator[None]:
    """Nobody ran collectstatic here, and whitenoise would warn that its folder is missing."""
    with override_settings(WHITENOISE_AUTOREFRESH=True):
        yield


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    if CHROMIUM is None:
        pytest.skip("no Chromium on this machine (looked for chromium, chromium-browser, google-chrome)")
    before = os.environ.get("DJANGO_ALLOW_ASYNC_UNSAFE")
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"  # Playwright's sync API runs a loop in this thread
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(QUIET))
        yield browser
        browser.close()
    if before is None:
        del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture(params=["light", "dark"])
def scheme(request) -> str:
    return request.param


@pytest.fixture
def complaints() -> list[str]:
    """Console errors, CSP violations and requests to other hosts, as the pages make them."""
    return []


@pytest.fixture
def context(chromium, live_server, complaints) -> Iterator[BrowserContext]:
    with_context = chromium.new_context(base_url=live_server.url, color_scheme="light")
    with_context.set_default_timeout(15_000)
    yield with_context
    with_context.close()
    assert complaints == []


@pytest.fixture
def page(context, live_server, complaints) -> Page:
    page = context.new_page()
    page.on(
        "console",
        lambda message: (
            complaints.append(f"{page.url} {message.location} {message.text}")
            if message.type in ("error", "warning")
            else None
        ),
    )
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("request", lambda sent: None if _ours(sent.url, live_server.url) else complaints.append(sent.url))
    return page


@pytest.fixture
def world(transactional_db: None) -> World:
    return make_world()


@pytest.fixture
def sign_in(page: Page):
    """Signs somebody in by the form, as a person does."""

    def go(district: str, username: str) -> None:
        page.goto(f"/login/{district}/")
        page.get_by_label("Username").fill(username)
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Sign in").click()

    return go


def _ours(url: str, server: str) -> bool:
    return url.startswith((f"{server}/", "data:"))
