"""`limits`: from how many removals on a district is asked first."""

from typing import Any

from django.core.management.base import CommandError, CommandParser

from rostering.connections import sync_settings_of
from rostering.core.safety import GUARD_KINDS
from rostering.limits import limits_as_json, limits_of, reset, set_grace, set_limit
from rostering.management.printing import COMMAND, USAGE, OpsCommand, district_of
from rostering.models import SyncSettings

LONGEST_GRACE = 365


class Command(OpsCommand):
    """Show or set a district's limits."""

    help = (
        "Show or set from how many removals on a district is asked first. Removals of a kind wait when they are more\n"
        "than --percent of a school's and at least --floor, or more than --percent of the whole district's and at\n"
        "least 50 (or --floor, if that is more). What always waits, waits whatever the limits are.\n\n"
        "  python manage.py limits larkfield                                        show them\n"
        "  python manage.py limits larkfield --kind students --percent 5 --floor 3\n"
        "  python manage.py limits larkfield --grace-days 7     remove only who has been gone for 7 days\n"
        "  python manage.py limits larkfield --reset            back to the defaults"
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("slug", help="the district")
        parser.add_argument("--kind", choices=GUARD_KINDS, help="whose limit")
        parser.add_argument("--percent", type=float, metavar="P", help="from 0 to 100")
        parser.add_argument("--floor", type=int, metavar="N", help="so many at least, from 1")
        parser.add_argument("--grace-days", type=int, metavar="N", help="days of absence before a removal (0)")
        parser.add_argument("--reset", action="store_true", help="the defaults, and no days of grace")

    def handle(self, *args: Any, **options: Any) -> None:
        district = district_of(options["slug"])
        check(options)
        decided = sync_settings_of(district)
        if options["reset"]:
            decided = reset(district, by=COMMAND)
        if options["kind"]:
            percent, floor = options["percent"], options["floor"]
            decided = set_limit(district, options["kind"], percent=percent, floor=floor, by=COMMAND)
        if options["grace_days"] is not None:
            decided = set_grace(district, options["grace_days"], by=COMMAND)
        self.show(limits_as_json(decided), in_words(decided), options)


def check(options: dict[str, Any]) -> None:
    """Refuse numbers that make no limit, as a usage error."""
    percent, floor, days = options["percent"], options["floor"], options["grace_days"]
    numbers = (percent, floor)
    if bool(options["kind"]) != any(number is not None for number in numbers):
        raise CommandError("--kind goes with --percent or --floor.", returncode=USAGE)
    if percent is not None and not 0 <= percent <= 100:
        raise CommandError(f"{percent:g} is no percentage.", returncode=USAGE)
    if floor is not None and floor < 1:
        raise CommandError("--floor is at least 1.", returncode=USAGE)
    if days is not None and not 0 <= days <= LONGEST_GRACE:
        raise CommandError(f"--grace-days is from 0 to {LONGEST_GRACE}.", returncode=USAGE)


def in_words(decided: SyncSettings) -> str:
    """What holds for a district, for people."""
    lines = [
        f"  {kind:<9} more than {limit.percent:g} % and at least {limit.floor} at a school, "
        f"or at least {limit.district_floor} in the whole district"
        for kind, limit in limits_of(decided).items()
    ]
    grace = f"after {decided.grace_days} days of absence" if decided.grace_days else "at once"
    return "\n".join([f"{decided.district.name}: removals wait from", *lines, f"Other removals take effect {grace}."])
