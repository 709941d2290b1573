"""The pictures of docs/coordinator-guide.md: `make screenshots` makes them from the demo, always the same pages."""

import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from playwright.sync_api import Page, ViewportSize, sync_playwright

ROOT = Path(__file__).parent.parent
MANAGE = [sys.executable, str(ROOT / "manage.py")]
PICTURES = ROOT / "docs" / "pictures"
SIZE: ViewportSize = {"width": 1120, "height": 720}
IN = "/console/in/larkfield"
PAGES = {
    "home": "/console/",
    "sync": f"{IN}/sync/",
    "users": "/console/accounts/user/",
    "warnings": f"{IN}/warnings/",
    "sharing": f"{IN}/settings/sharing/",
    "usernames": f"{IN}/settings/policies/usernames/?usernames=sis",
    "permissions": f"{IN}/settings/permissions/",
    "guards": f"{IN}/settings/guards/",
    "team": f"{IN}/team/",
}
PATIENCE = 30


def main() -> None:
    """Make the demo in a folder of its own, serve it, and take a picture of each page."""
    chromium = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if chromium is None:
        sys.exit("No Chromium is here (looked for chromium, chromium-browser, google-chrome). No picture was changed.")
    PICTURES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        env = {**os.environ, "DATABASE_URL": f"sqlite:///{folder}/db.sqlite3", "DATA_DIR": folder}
        made = subprocess.run([*MANAGE, "demo", "--no-serve", "--json"], env=env, check=True, stdout=subprocess.PIPE)
        people = json.loads(made.stdout)["sign_ins"]
        cora = next(one for one in people if (one["role"], one["district"]) == ("coordinator", "larkfield"))
        with served(env) as base, sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
            page = browser.new_page(viewport=SIZE, base_url=base, color_scheme="light")
            sign_in(page, cora)
            for name, address in {**PAGES, "why": f"{IN}/why/?q={blocked_id(env)}"}.items():
                take(page, name, address)
            browser.close()


def blocked_id(env: dict[str, str]) -> str:
    """The id of somebody whom a warning keeps out."""
    told = subprocess.run([*MANAGE, "warnings", "larkfield", "--json"], env=env, check=True, stdout=subprocess.PIPE)
    ids = [one["source_id"] for one in json.loads(told.stdout)["warnings"] if one["severity"] == "ERROR"]
    return str(next(filter(None, ids)))


@contextmanager
def served(env: dict[str, str]) -> Iterator[str]:
    """The site, on a port of its own."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    base = f"http://127.0.0.1:{port}"
    words = [*MANAGE, "runserver", "--noreload", f"127.0.0.1:{port}"]
    server = subprocess.Popen(words, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        wait_for(f"{base}/healthz")
        yield base
    finally:
        server.terminate()
        server.wait()


def wait_for(address: str) -> None:
    """Until the site answers."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        try:
            urlopen(address, timeout=2).close()
        except URLError:
            time.sleep(0.2)
        else:
            return
    sys.exit("The site does not answer. No picture was changed.")


def sign_in(page: Page, person: dict[str, str]) -> None:
    """By the form."""
    page.goto(f"/login/{person['district']}/")
    page.get_by_label("Username").fill(person["username"])
    page.get_by_label("Password").fill(person["password"])
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/console/**")


def take(page: Page, name: str, address: str) -> None:
    """One page's picture. A page that is not there ends everything, so that the guide never shows an error page."""
    answer = page.goto(address)
    if answer is None or not answer.ok:
        sys.exit(f"{address} does not open. The pictures before it are new, the others are as they were.")
    page.screenshot(path=PICTURES / f"{name}.png")


if __name__ == "__main__":
    main()
