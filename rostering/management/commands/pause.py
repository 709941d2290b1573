"""`pause`: let a district's scheduled syncs wait, or only add."""

import argparse
from datetime import date
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.utils import timezone

from rostering.management.printing import COMMAND, USAGE, OpsCommand, district_of
from rostering.models import SyncSettings
from rostering.pauses import PauseError, pause_of, set_pause, set_switch_date, state_of


class Command(OpsCommand):
    """Pause a district's sync."""

    help = (
        "Pause a district's scheduled syncs (`sync --all` leaves it out; `sync SLUG` still works), or let every sync\n"
        "only add: people and classes are created, changed and restored, and nobody is removed or held.\n\n"
        "  python manage.py pause larkfield                              until `resume`\n"
        "  python manage.py pause larkfield --from 2027-07-01 --until 2027-08-15\n"
        "  python manage.py pause larkfield --additive --until 2027-08-15\n"
        "  python manage.py pause larkfield --switch 2027-08-16          add only until next year's roster counts\n\n"
        "On the day of --until and of --switch syncs run as usual again. A switch date stands beside a pause."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("slug", help="the district")
        parser.add_argument("--from", type=day, dest="start", metavar="DATE", help="the first day (today)")
        parser.add_argument("--until", type=day, metavar="DATE", help="the day on which it is over (none)")
        parser.add_argument("--additive", action="store_true", help="syncs run, and only add")
        parser.add_argument("--switch", type=day, metavar="DATE", help="only add until that day, for the new year")

    def handle(self, *args: Any, **options: Any) -> None:
        district = district_of(options["slug"])
        if options["switch"] and (options["start"] or options["until"] or options["additive"]):
            raise CommandError("--switch stands alone: until that day syncs only add.", returncode=USAGE)
        past = next((one for one in (options["until"], options["switch"]) if one and one <= timezone.localdate()), None)
        if past:
            raise CommandError(f"{past} is not in the future. Nothing was changed.", returncode=USAGE)
        if options["switch"]:
            decided = set_switch_date(district, options["switch"], by=COMMAND)
        else:
            kind = SyncSettings.Pause.ADDITIVE if options["additive"] else SyncSettings.Pause.PAUSED
            try:
                decided = set_pause(district, kind, start=options["start"], until=options["until"], by=COMMAND)
            except PauseError as error:
                raise CommandError(str(error), returncode=USAGE) from error
        self.show(state_of(decided, timezone.localdate()), in_words(decided, timezone.localdate()), options)


def day(text: str) -> date:
    """A day as argparse takes it."""
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{text!r} is no date: write it as 2027-08-15") from error


def in_words(decided: SyncSettings, today: date) -> str:
    """What is set, and what that means today."""
    pause = pause_of(decided, today)
    meaning = {
        "paused": "scheduled syncs do not run",
        "additive": "syncs only add; nobody is removed",
    }
    lines = [
        f"{decided.district.name} today: {meaning[pause.kind]} {pause.words}."
        if pause
        else f"{decided.district.name} today: syncs run as usual."
    ]
    if decided.pause and decided.pause_from and decided.pause_from > today:
        end = f"until {decided.pause_until}" if decided.pause_until else "until further notice"
        lines.append(f"From {decided.pause_from}: {meaning[decided.pause]} {end}.")
    if decided.switch_date and decided.switch_date > today:
        lines.append(f"Switch date: {decided.switch_date}. Until then syncs only add.")
    return "\n".join(lines)
