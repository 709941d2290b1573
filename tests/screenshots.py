"""The pictures of the guides: `make screenshots` makes them from the demo, always the same pages."""

import csv
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

from rosterproject.environment import DATA_DIR

ROOT = Path(__file__).parent.parent
MANAGE = [sys.executable, str(ROOT / "manage.py")]
PICTURES = ROOT / "docs" / "pictures"
SIZE: ViewportSize = {"width": 1120, "height": 720}
TALL: ViewportSize = {"width": 1120, "height": 1040}
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
TEACHER, CLUB = "sashey", "Reading Buddies"
"""A teacher whose classes have gaps, and a class that is made for the pictures."""
A_MONTH_AGO = """
from datetime import timedelta
from django.utils import timezone
from classes.models import Class
Class.objects.update(created=timezone.now() - timedelta(days=30))
"""
"""So that who joins and leaves is news: on the first day of a class it is none."""
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
            take_classes(page, env, Path(folder))
            browser.close()


def take_classes(page: Page, env: dict[str, str], folder: Path) -> None:
    """The pictures of a teacher, a day later, and of one of the students."""
    pupil, first, club = next_day(env, folder)
    sign_in(page, signing_in(TEACHER))
    page.set_viewport_size(TALL)
    take(page, "classes", "/classes/")
    take(page, "class", f"/classes/{first}/")
    page.set_viewport_size(SIZE)
    take(page, "link", f"/classes/{club}/link/")
    page.get_by_role("button", name="See what would happen").last.click()
    page.get_by_role("heading", name="Linking to").wait_for()
    shoot(page, "link-forecast")
    sign_in(page, signing_in(pupil))
    page.get_by_role("link", name="The water cycle").click()
    page.get_by_role("button", name="I am done").click()
    take(page, "learn", "/learn/")


def signing_in(username: str) -> dict[str, str]:
    """Somebody of the demo whose password is the username."""
    return {"district": "larkfield", "username": username, "password": username}


def next_day(env: dict[str, str], folder: Path) -> tuple[str, str, str]:
    """Give the teacher items and a class by hand, and sync the next day. A student, a class, and that class."""
    manage(env, "export_roster", "larkfield", "--out", folder / "out")
    with (folder / "out" / "classes.csv").open() as rows:
        taught = [row["class_id"] for row in csv.DictReader(rows) if TEACHER in row["teachers"].split(";")]
    with (folder / "out" / "memberships.csv").open() as rows:
        everybody = list(csv.DictReader(rows))
    pupils = [row["username"] for row in everybody if row["class_id"] == taught[0] and row["role"] == "student"]
    outsider = everybody[-1]["username"]
    for number, items in zip(taught, (("reading-clues", "maps"), ("fractions-1", "water-cycle")), strict=False):
        manage(env, "assign", "larkfield", number, *items)
    words = ("--teacher", TEACHER, "--name", CLUB, "--students", *pupils[2:5], outsider)
    made = json.loads(manage(env, "add_class", "larkfield", *words, "--json"))
    manage(env, "shell", "-c", A_MONTH_AGO)
    manage(env, "make_district", "--out", folder / "next", "--churn", 8, "--from", DATA_DIR / "demo" / "larkfield")
    manage(env, "connect", "larkfield", "folder", "--path", folder / "next")
    manage(env, "sync", "larkfield", codes=(0, 3))
    return pupils[0], taught[0], str(made["class_id"])


def manage(env: dict[str, str], *words: object, codes: tuple[int, ...] = (0,)) -> str:
    """What a command printed. One that ends otherwise than it should ends everything."""
    done = subprocess.run([*MANAGE, *map(str, words)], env=env, check=False, stdout=subprocess.PIPE, text=True)
    if done.returncode not in codes:
        sys.exit(
            f"{words[0]} ended with {done.returncode}. The pictures before it are new, the others are as they were."
        )
    return done.stdout


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
    """By the form, whoever was signed in before."""
    page.context.clear_cookies()
    page.goto(f"/login/{person['district']}/")
    page.get_by_label("Username").fill(person["username"])
    page.get_by_label("Password").fill(person["password"])
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("button", name="Sign out").wait_for()


def take(page: Page, name: str, address: str) -> None:
    """One page's picture. A page that is not there ends everything, so that the guide never shows an error page."""
    answer = page.goto(address)
    if answer is None or not answer.ok:
        sys.exit(f"{address} does not open. The pictures before it are new, the others are as they were.")
    shoot(page, name)


def shoot(page: Page, name: str) -> None:
    """What is to be seen, once everything of it is there."""
    page.wait_for_load_state("networkidle")
    page.screenshot(path=PICTURES / f"{name}.png")


if __name__ == "__main__":
    main()
