"""How fast the console's pages are in a large district: `make bench-pages STUDENTS=100000`.

Server time of each page of the console that stands in the menu, and of the heavier ones behind it: the median and the
slowest of five requests, after one to warm up. What takes longer than 300 ms is marked.
"""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

TARGET = 300
TIMES = 5


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--students", type=int, default=20_000)
    parser.add_argument("--databases", nargs="*", default=["sqlite", "postgresql"])
    parser.add_argument("--measure", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.measure:
        measure()
        return
    with tempfile.TemporaryDirectory(prefix="roster-bench-") as folder:
        place = Path(folder)
        manage("make_district", "--out", place / "today", "--students", options.students)
        for database in options.databases:
            print(f"{database}, {options.students:,} students: milliseconds of server time")
            if database == "sqlite":
                bench(place, f"sqlite:///{place / 'bench.sqlite3'}")
            else:
                from tests.postgresql import postgresql

                with postgresql(durable=True) as url:
                    bench(place, url)


def bench(place: Path, url: str) -> None:
    os.environ["DATABASE_URL"] = url
    manage("migrate", "-v0")
    manage("add_district", "bench", "--name", "Bench")
    manage("connect", "bench", "folder", "--path", place / "today", "--no-test")
    manage("sync", "bench")
    manage(
        *("add_user", "bench", "--role", "coordinator", "--first", "Cora", "--last", "B", "--username", "cora"),
        *("--email", "cora@bench.example", "--password-stdin"),
    )
    subprocess.run([sys.executable, "-m", "tests.bench_pages", "--measure"], check=True)


def manage(*words: object) -> None:
    """One command, which must go well."""
    quiet = {**os.environ, "LOG_LEVEL": "ERROR"}
    done = subprocess.run(
        [sys.executable, "manage.py", *map(str, words)],
        input="a password\n",
        capture_output=True,
        text=True,
        env=quiet,
        check=False,
    )
    if done.returncode:
        raise SystemExit(f"{words[0]} failed: {done.stdout[-1000:]}{done.stderr[-3000:]}")


def measure() -> None:
    """Ask for the pages and print how long each took; in a process of its own, with Django set up."""
    os.environ.update(DJANGO_SETTINGS_MODULE="tests.settings", LOG_LEVEL="CRITICAL")
    os.environ["TEST_DATABASE_URL"] = os.environ["DATABASE_URL"]
    import django

    django.setup()
    from django.test import Client
    from django.test.utils import setup_test_environment

    from accounts.models import User
    from classes.models import Class
    from rostering.models import Run

    setup_test_environment()  # so that answers carry what their templates were given
    client = Client(headers={"host": "localhost"})
    client.force_login(User.objects.get(username="cora"))
    run = Run.objects.latest("pk")
    student = User.objects.filter(role="student", is_active=True).order_by("-pk")[0]
    klass = Class.objects.order_by("-pk")[0]
    pages = [
        *(line.address for _, lines in client.get("/console/").context["menu"] for line in lines),
        f"/console/accounts/user/?q={student.last_name}", "/console/accounts/user/?p=900&role__exact=student",
        f"/console/accounts/user/{student.pk}/change/", f"/console/classes/class/{klass.pk}/change/",
        f"/console/rostering/run/{run.pk}/change/", f"/console/in/bench/runs/{run.pk}/changes/",
        f"/console/in/bench/runs/{run.pk}/changes/?q={student.username}", f"/console/in/bench/runs/{run.pk}/hold/",
        f"/console/in/bench/why/?q={student.last_name}", f"/console/in/bench/why/?q={student.username}",
    ]  # fmt: skip
    print(f"{'page':70}{'median':>8}{'slowest':>9}")
    for page in pages:
        took = [timed(client, page) for _ in range(TIMES + 1)][1:]
        over = "  over" if statistics.median(took) > TARGET else ""
        print(f"{page[:69]:70}{statistics.median(took):8.0f}{max(took):9.0f}{over}", flush=True)


def timed(client: object, page: str) -> float:
    start = time.monotonic()
    answer = client.get(page)  # type: ignore[attr-defined]
    if getattr(answer, "streaming", False):
        for _ in answer.streaming_content:
            pass
    if answer.status_code != 200:
        raise SystemExit(f"{page} answered {answer.status_code}")
    return (time.monotonic() - start) * 1000


if __name__ == "__main__":
    main()
