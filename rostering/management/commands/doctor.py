"""`doctor`: is the installation well?"""

from dataclasses import asdict
from typing import Any

from rostering.doctor import Check, examine
from rostering.management.printing import FAILED, OpsCommand, stop_with


class Command(OpsCommand):
    """Check the installation."""

    help = (
        "Check the installation: database, migrations, keys, space, clocks, secrets, connections, runs, "
        "worker. Says what to\n"
        "do about each that is not well. Exit code 1 when something vital is not."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        checks = list(examine())
        ill = [check for check in checks if not check.well and check.vital]
        lines = [f"{verdict(check)} {check.name:<12} {check.message} {check.fix}".rstrip() for check in checks]
        self.show({"well": not ill, "checks": [asdict(check) for check in checks]}, "\n".join(lines), options)
        stop_with(FAILED if ill else 0)


def verdict(check: Check) -> str:
    """A check's result in a word."""
    if check.well:
        return "ok  "
    return "FIX " if check.vital else "note"
