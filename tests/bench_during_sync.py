"""How fast people's pages are while a large district syncs: `make bench-during-sync STUDENTS=100000`.

On PostgreSQL. A small district is in use while a large one has its first sync; then both are in use while 1 % of the
large one changes. Server time of each page in milliseconds: median, 95th percentile, slowest; over 200 ms is marked.
One teacher and one student of each district ask for their pages in turn, with a short pause, until the sync is over.
"""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.bench_pages import manage
from tests.postgresql import postgresql

TARGET, PAUSE, LIMIT = 200, 0.02, 900
"""Milliseconds; seconds between two requests; seconds after which measuring ends, however long the sync takes."""
SMALL, IDLE = 1000, 5
LARGE, OTHER = "bench", "other"
Timing = dict[str, list[float]]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--students", type=int, default=20_000)
    parser.add_argument("--measure", nargs="+", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.measure:
        measure(*options.measure)
        return
    with tempfile.TemporaryDirectory(prefix="roster-bench-") as folder, postgresql(durable=True) as url:
        place, os.environ["DATABASE_URL"] = Path(folder), url
        manage("make_district", "--out", place / "today", "--students", options.students)
        manage("make_district", "--out", place / "tomorrow", "--churn", 1, "--from", place / "today")
        manage("make_district", "--out", place / "small", "--students", SMALL, "--seed", 2)
        manage("migrate", "-v0")
        for slug, files in ((OTHER, "small"), (LARGE, "today")):
            manage("add_district", slug, "--name", slug.title())
            manage("connect", slug, "folder", "--path", place / files, "--no-test")
        manage("sync", OTHER)
        print(f"postgresql, {options.students:,} students: milliseconds of server time", flush=True)
        _measured("nothing", OTHER)
        _measured("first sync", OTHER)
        manage("connect", LARGE, "folder", "--path", place / "tomorrow", "--no-test")
        _measured("1 % churn", OTHER, LARGE)


def _measured(running: str, *slugs: str) -> None:
    subprocess.run([sys.executable, "-m", "tests.bench_during_sync", "--measure", running, *slugs], check=True)


def measure(running: str, *slugs: str) -> None:
    """Ask for pages of the districts while a sync runs; in a process of its own, with Django set up."""
    os.environ.update(DJANGO_SETTINGS_MODULE="tests.settings", LOG_LEVEL="CRITICAL")
    os.environ["TEST_DATABASE_URL"] = os.environ["DATABASE_URL"]
    import django

    django.setup()
    requests = {f"{slug} {name}": ask for slug in slugs for name, ask in requests_of(slug).items()}
    for ask in requests.values():
        ask()
    if running == "nothing":
        end = time.monotonic() + IDLE
        show(running, _asked(requests, lambda: time.monotonic() > end))
        return
    words = [sys.executable, "manage.py", "sync", LARGE]
    quiet = {**os.environ, "LOG_LEVEL": "ERROR", "DJANGO_SETTINGS_MODULE": "rosterproject.settings"}
    started = time.monotonic()
    with subprocess.Popen(words, env=quiet, stdout=subprocess.DEVNULL) as sync:
        took = _asked(requests, lambda: sync.poll() is not None or time.monotonic() - started > LIMIT)
        code = sync.wait(LIMIT)
    show(f"{running}, {time.monotonic() - started:.0f} seconds", took)
    if code not in (0, 3):
        raise SystemExit(f"The sync ended with {code}: these figures say nothing.")


def requests_of(slug: str) -> dict[str, Callable[[], float]]:
    """The pages of a teacher and a student of a district whose class has something assigned, by name."""
    from django.contrib.auth import get_user_model
    from django.test import Client

    from accounts.lifecycle import Actor
    from classes.handmade import load_items
    from classes.lifecycle import assign_items
    from classes.models import CurriculumItem, Membership

    load_items(
        [CurriculumItem(code=f"item-{n}", title=f"Item {n}", body="Words.") for n in range(5)], by=Actor("bench")
    )
    full = Membership.objects.filter(klass__district__slug=slug, klass__status="active", active=True, role="student")
    klass = full.select_related("klass").order_by("-klass__number")[0].klass
    assign_items(klass, list(CurriculumItem.objects.all()), by=Actor("bench"))
    seats = Membership.objects.filter(klass=klass, active=True).order_by("pk")
    clients: list[Any] = []
    for role in ("teacher", "student"):
        clients.append(Client(headers={"host": "localhost"}))
        user = get_user_model().objects.get(pk=seats.filter(role=role).values_list("user_id", flat=True)[0])
        clients[-1].force_login(user)
    teacher, student = clients
    pupil = seats.filter(role="student").values_list("user_id", flat=True)[0]
    own = f"/classes/{klass.number}/"
    pages = {"/classes/": teacher, own: teacher, f"{own}students/{pupil}/": teacher, "/learn/": student,
             "/learn/items/item-1/": student, "/learn/results/": student}  # fmt: skip
    gets = {name.replace(str(pupil), "…"): _getting(client, name) for name, client in pages.items()}
    return {
        **gets,
        "progress": _posting(student, "/learn/items/item-1/progress/", {"do": "start"}),
        "score": _posting(
            teacher, f"{own}students/{pupil}/score/", {"item": klass.assignments.all()[0].item_id, "score": "90"}
        ),
    }


def _getting(client: Any, page: str) -> Callable[[], float]:
    return lambda: _timed(page, lambda: client.get(page), 200)


def _posting(client: Any, page: str, values: dict[str, Any]) -> Callable[[], float]:
    return lambda: _timed(page, lambda: client.post(page, values), 302)


def _timed(page: str, ask: Callable[[], Any], wanted: int) -> float:
    start = time.monotonic()
    answer = ask()
    if answer.status_code != wanted:
        raise SystemExit(f"{page} answered {answer.status_code}")
    return (time.monotonic() - start) * 1000


def _asked(requests: dict[str, Callable[[], float]], over: Callable[[], bool]) -> Timing:
    """All requests in turn until it is over: what each took."""
    took: Timing = {name: [] for name in requests}
    while not over():
        for name, ask in requests.items():
            took[name].append(ask())
            time.sleep(PAUSE)
    return took


def show(running: str, took: Timing) -> None:
    """A line per page."""
    print(f"\nrunning: {running}\n{'page':48}{'times':>7}{'median':>8}{'95 %':>8}{'slowest':>9}")
    for name, each in took.items():
        high = statistics.quantiles(each, n=20, method="inclusive")[-1] if len(each) > 1 else max(each, default=0)
        over = "  over" if high > TARGET else ""
        print(f"{name[:47]:48}{len(each):7}{statistics.median(each):8.0f}{high:8.0f}{max(each):9.0f}{over}", flush=True)


if __name__ == "__main__":
    main()
