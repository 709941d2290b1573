"""How fast a sync is, as ratios in one run: `make bench STUDENTS=20000`.

For each database: a raw bulk load of the rows that the first sync made (COPY or executemany of the same values into
empty tables of the same definition, indexes and all, in one transaction), then first sync, unchanged sync, 1 % churn.
Each in a process of its own, so that peak memory is that step's alone.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

TABLES = (
    "accounts_school", "accounts_user", "accounts_userschool", "classes_class", "classes_membership", "rostering_link",
)  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--students", type=int, default=20_000)
    parser.add_argument("--databases", nargs="*", default=["sqlite", "postgresql"])
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="roster-bench-") as folder:
        place = Path(folder)
        today, tomorrow = place / "today", place / "tomorrow"
        _step("make_district", place, ["manage.py", "make_district", "--out", today, "--students", options.students])
        _step("churn", place, ["manage.py", "make_district", "--out", tomorrow, "--churn", 1, "--from", today])
        print(f"{options.students:,} students, {_rows_in(today):,} rows of CSV")
        print(f"{'':12}{'step':12}{'seconds':>9}{'rows/s':>11}{'peak MB':>9}{'x raw':>8}{'x first':>9}")
        for database in options.databases:
            if database == "sqlite":
                _bench(database, f"sqlite:///{place / 'bench.sqlite3'}", place, today, tomorrow)
            else:
                from tests.postgresql import postgresql

                with postgresql(durable=True) as url:
                    _bench(database, url, place, today, tomorrow)


def _bench(name: str, url: str, place: Path, today: Path, tomorrow: Path) -> None:
    os.environ["DATABASE_URL"] = url
    _step("migrate", place, ["manage.py", "migrate", "-v0"])
    _step("add", place, ["manage.py", "add_district", "bench", "--name", "Bench", "--passwords", "sis"])
    results: dict[str, dict[str, float]] = {}
    for step, folder in (("first", today), ("unchanged", today), ("1 % churn", tomorrow)):
        _step("connect", place, ["manage.py", "connect", "bench", "folder", "--path", folder, "--no-test"])
        results[step] = _step(step, place, ["-m", "tests.bench_sync", "bench"])
        if step == "first":
            results["raw load"] = _step("raw", place, ["-m", "tests.bench_raw"])
    rows = _rows_in(today)
    raw, first = results["raw load"], results["first"]
    for step in ("raw load", "first", "unchanged", "1 % churn"):
        one = results[step]
        number = one.get("rows", rows)
        print(
            f"{name:12}{step:12}{one['seconds']:9.2f}{number / one['seconds']:11,.0f}{one['mb']:9.0f}"
            f"{one['seconds'] / raw['seconds']:8.2f}{one['seconds'] / first['seconds']:9.2f}",
            flush=True,
        )


def _step(name: str, place: Path, words: list[object]) -> dict[str, float]:
    """Run one step in a process of its own. Returns what it measured."""
    before = time.monotonic()
    done = subprocess.run(
        [sys.executable, *map(str, words)],
        capture_output=True,
        text=True,
        env={**os.environ, "LOG_LEVEL": "ERROR"},
        check=False,
    )
    if done.returncode:
        raise SystemExit(f"{name} failed ({done.returncode}): {done.stdout[-2000:]}{done.stderr[-4000:]}")
    measured = [line for line in done.stdout.splitlines() if line.startswith('{"seconds"')]
    return json.loads(measured[-1]) if measured else {"seconds": time.monotonic() - before, "mb": 0}


def _rows_in(folder: Path) -> int:
    return sum(sum(1 for _ in path.open("rb")) - 1 for path in folder.glob("*.csv"))


def measured(seconds: float, **more: float | str) -> None:
    """Print what a step measured, for the process that runs it."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"seconds": seconds, "mb": peak, **more}))


if __name__ == "__main__":
    main()
