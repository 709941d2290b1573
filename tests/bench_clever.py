"""How long a pull from Clever takes and what it waits for: `make bench-clever STUDENTS=100000`.

The sandbox serves the district from a process of its own. The first sync (everything), a second one (no events), the
next day's by events, and the same day's once more in full, each in a process of its own.
"""

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import requests

from tests.bench import _rows_in, _step


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--students", type=int, default=20_000)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="roster-bench-") as folder:
        place = Path(folder)
        today, tomorrow = place / "today", place / "tomorrow"
        _step("make_district", place, ["manage.py", "make_district", "--out", today, "--students", options.students])
        _step("churn", place, ["manage.py", "make_district", "--out", tomorrow, "--churn", 1, "--from", today])
        print(f"{options.students:,} students, {_rows_in(today):,} rows of CSV behind the sandbox")
        os.environ["DATABASE_URL"] = f"sqlite:///{place / 'bench.sqlite3'}"
        _step("migrate", place, ["manage.py", "migrate", "-v0"])
        _step("add", place, ["manage.py", "add_district", "bench", "--name", "Bench"])
        server = subprocess.Popen(
            [sys.executable, "manage.py", "clever_sandbox", "--data", str(today), "--port", "0", "--token", "bench"],
            stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        try:
            _bench(_address(server), today, tomorrow)
        finally:
            server.terminate()
            server.wait()


def _address(server: "subprocess.Popen[str]") -> str:
    for line in server.stdout or ():
        if found := re.search(r"http://127\.0\.0\.1:\d+", line):
            return found[0]
    raise SystemExit("The sandbox did not start.")


def _bench(url: str, today: Path, tomorrow: Path) -> None:
    subprocess.run(
        [sys.executable, "manage.py", "connect", "bench", "clever", "--token-stdin", "--api-url", url],
        input="bench\n", text=True, check=True, capture_output=True,
    )  # fmt: skip
    print(f"{'step':24}{'mode':>7}{'seconds':>9}{'peak MB':>9}{'waiting s':>11}{'share':>7}{'requests':>10}")
    _sync("everything")
    _sync("nothing new")
    for path in tomorrow.iterdir():
        path.replace(today / path.name)
    time.sleep(2)
    requests.get(f"{url}/v3.1/districts", headers={"Authorization": "Bearer bench"}, timeout=300)  # it reads them now
    _sync("1 % churn")
    _sync("everything, no change", "--full")


def _sync(step: str, *options: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.bench_sync", "bench", *options],
        capture_output=True, text=True, env={**os.environ, "LOG_LEVEL": "INFO"}, check=False,
    )  # fmt: skip
    measured = [json.loads(line) for line in done.stdout.splitlines() if line.startswith('{"seconds"')]
    if not measured:
        raise SystemExit(f"{step}: {done.stdout[-2000:]}{done.stderr[-4000:]}")
    [one] = measured
    found = re.search(r"in (\d+) requests.*?([\d.]+) s spent waiting", done.stderr)
    sent, idle = (int(found[1]), float(found[2])) if found else (0, 0.0)
    share = f"{idle / one['seconds']:.0%}" if found else "-"
    print(f"{step:24}{one['mode']:>7}{one['seconds']:9.2f}{one['mb']:9.0f}{idle:11.1f}{share:>7}{sent:10}", flush=True)


if __name__ == "__main__":
    main()
