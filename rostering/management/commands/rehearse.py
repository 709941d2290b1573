"""`rehearse`: see what next year's roster would do."""

from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser

from rostering.management.printing import (
    BUSY,
    COMMAND,
    FAILED,
    USAGE,
    OpsCommand,
    Spinner,
    district_of,
    stop_with,
)
from rostering.models import Connection
from rostering.rehearse import Rehearsal, rehearse
from rostering.reports import run_summary
from rostering.turns import BusyError


class Command(OpsCommand):
    """Rehearse the yearly rollover."""

    help = (
        "Plan against next year's files without touching anything: who is promoted, who leaves, who is new, which\n"
        "classes end and begin, which ids changed or were used again, which schools are gone or empty, and what would\n"
        "wait for a decision. The plan is kept on a run of its own (`run ID` shows it); tonight's sync knows nothing\n"
        "of it.\n\n"
        "  python manage.py rehearse larkfield --from /srv/next-year\n"
        "  python manage.py pause larkfield --switch 2027-08-16     until that day syncs only add"
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("slug", help="the district")
        parser.add_argument(
            "--from", dest="folder", type=Path, required=True, metavar="DIR", help="the folder with the files"
        )
        parser.add_argument("--format", choices=Connection.Format.values, default=Connection.Format.AUTO)

    def handle(self, *args: Any, **options: Any) -> None:
        district = district_of(options["slug"])
        if not options["folder"].is_dir():
            raise CommandError(f"{options['folder']} is no folder.", returncode=USAGE)
        try:
            with Spinner(district.slug) as spinner:
                rehearsal = rehearse(
                    district, options["folder"].resolve(), options["format"], by=COMMAND.label, progress=spinner
                )
        except BusyError as error:
            raise CommandError(str(error), returncode=BUSY) from error
        summary = run_summary(rehearsal.run)
        self.show({**summary, "rehearsal": rehearsal.found}, in_words(summary, rehearsal), options)
        stop_with(FAILED if "error" in summary else 0)


def in_words(summary: dict[str, Any], rehearsal: Rehearsal) -> str:
    """A rehearsal for people."""
    head = f"{summary['district']}: rehearsal, run {summary['run']}, in {summary['seconds']:.1f} s"
    if "error" in summary:
        return f"{head}\n  {summary['error']['code']}: {summary['error']['message']}"
    found = rehearsal.found
    schools, classes = found["schools"], found["classes"]
    lines = [
        head,
        f"  Students promoted: {found['promoted']:,}",
        f"  New: {_numbers(found['new'])}",
        f"  Leaving: {_numbers(found['leaving'])}",
        f"  Returning: {found['returning']:,} people",
        f"  Same people or classes under another id: {_numbers(found['rekeyed'])}",
        f"  Accounts and classes that are taken over: {_numbers(found['matched'])}",
        f"  Doubtful, for review: {found['doubtful']:,}",
        f"  Classes: {_numbers(classes)}",
        *(f"  Schools gone: {one['name']} ({one['source_id']})" for one in schools["gone"]),
        *(f"  Empty school: {one['name']} ({one['source_id']}) has no {_or(one['lacks'])}" for one in schools["empty"]),
        *(f"  Section id used again: {one['message']}" for one in found["reused_section_ids"]),
        f"  Removals that would wait: {_numbers(found['held'])}",
        *(f"    {why}" for why in found["why_held"]),
        f"  Warnings: {_numbers(found['warnings'])}",
        f"  Every change: python manage.py run {summary['run']}",
    ]
    return "\n".join(lines)


def _or(kinds: list[str]) -> str:
    return " or ".join(kinds)


def _numbers(counts: dict[str, int]) -> str:
    return ", ".join(f"{number:,} {kind}" for kind, number in counts.items() if number) or "none"
