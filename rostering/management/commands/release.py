"""`release`: look again at who was kept by decision."""

from typing import Any

from django.core.management.base import CommandError, CommandParser

from rostering.management.commands.approve import record_of
from rostering.management.printing import BUSY, COMMAND, FAILED, OpsCommand, district_of
from rostering.release import NothingKeptError, release
from rostering.turns import BusyError


class Command(OpsCommand):
    """Release who was kept."""

    help = (
        "Take back a decision to keep people or classes that the source no longer sends (`discard`). Nobody is\n"
        "removed by this: the next sync plans it anew, and large removals wait for a decision as always.\n\n"
        "  python manage.py release oakdale --record person:s17 class:c4     only these\n"
        "  python manage.py release oakdale --all                            everybody who is kept"
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("slug", help="the district")
        which = parser.add_mutually_exclusive_group(required=True)
        which.add_argument("--all", action="store_true", help="all that is kept by decision")
        which.add_argument(
            "--record", action="extend", nargs="+", default=[], metavar="KIND:ID",
            help="only these: school:ID, person:ID, class:ID",
        )  # fmt: skip

    def handle(self, *args: Any, **options: Any) -> None:
        district = district_of(options["slug"])
        try:
            counts = release(district, map(record_of, options["record"]), by=COMMAND)
        except NothingKeptError as error:
            raise CommandError(str(error), returncode=FAILED) from error
        except BusyError as error:
            raise CommandError(str(error), returncode=BUSY) from error
        said = ", ".join(f"{number:,} {kind}" for kind, number in counts.items() if number)
        self.show(
            {"district": district.slug, "released": counts}, f"Released: {said}. The next sync looks again.", options
        )
