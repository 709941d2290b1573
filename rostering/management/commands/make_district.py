"""``manage.py make_district``: a synthetic district as files, or the next day of one."""

import argparse
import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from rostering.rehearsal.churn import write_next_day
from rostering.rehearsal.csv_files import FolderRefusedError
from rostering.rehearsal.district import write_district

WRONG_USAGE = 2
SEED = 2026


class Command(BaseCommand):
    """Makes districts to rehearse with."""

    help = """Writes a realistic synthetic school district as CSV files, or the next day of one.

    A district:      make_district --out day1 --students 5000
    Its next day:    make_district --out day2 --from day1 --churn 2

    The files are those that Clever takes: schools, students, teachers, sections, enrollments and staff. Nobody in
    them is real. The same arguments give the same bytes on any machine; another --seed gives another district (or
    another next day). A district is clean, apart from what is normal: some sections have no teacher or no students,
    some people have no email. --awkward adds the mistakes of real exports, to see the data warnings at work.

    Exit codes: 0 done, 1 failed (the folder is as it was), 2 wrong usage."""

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> CommandParser:
        parser = super().create_parser(prog_name, subcommand, **kwargs)
        parser.formatter_class = argparse.RawDescriptionHelpFormatter
        return parser

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--out",
            type=Path,
            required=True,
            metavar="DIR",
            help="Where to write: an empty folder, or one made before.",
        )
        parser.add_argument("--students", type=int, metavar="N", help="How many students the district has.")
        parser.add_argument(
            "--seed", type=int, default=SEED, metavar="K", help=f"Which district of this size (default {SEED})."
        )
        parser.add_argument(
            "--format", choices=["clever"], default="clever", help="The layout of the files (default clever)."
        )
        parser.add_argument("--awkward", action="store_true", help="Plant the mistakes of real exports.")
        parser.add_argument(
            "--churn",
            type=float,
            metavar="PERCENT",
            help="Write the next day of the district in --from: about this share of the students leave, join, move, "
            "get another name, grade or class, and of the teachers and sections change. 0 copies.",
        )
        parser.add_argument("--from", dest="source", type=Path, metavar="DIR", help="The day before (with --churn).")
        parser.add_argument("--json", action="store_true", help="Print one JSON object with the rows of each file.")

    def handle(self, *_args: Any, **options: Any) -> None:
        check_usage(options)
        try:
            if options["churn"] is None:
                counts = write_district(
                    options["out"],
                    options["students"],
                    options["seed"],
                    awkward=options["awkward"],
                    progress=self.show_progress,
                )
            else:
                counts = write_next_day(options["source"], options["out"], options["churn"], options["seed"])
        except (FolderRefusedError, ValueError) as error:
            raise CommandError(str(error), returncode=WRONG_USAGE) from error
        except OSError as error:
            raise CommandError(f"The files could not be written: {error}. Nothing was replaced.") from error
        self.report(options, counts)

    def report(self, options: dict[str, Any], counts: dict[str, int]) -> None:
        """Says what was written, for people or as JSON."""
        if options["json"]:
            facts = {"out": str(options["out"]), "format": options["format"], "seed": options["seed"], "files": counts}
            self.stdout.write(json.dumps(facts))
            return
        for file, rows in counts.items():
            self.stdout.write(f"{file:<16} {rows:>12,} rows")
        self.stdout.write(f"Written to {options['out']}.")

    def show_progress(self, done: int, students: int) -> None:
        """A line per tenth of a large district, on standard error."""
        step = max(20_000, students // 10)
        shown = getattr(self, "shown", 0)
        if done // step > shown:
            self.shown = done // step
            self.stderr.write(f"{done:,} of {students:,} students", self.style.NOTICE)


def check_usage(options: dict[str, Any]) -> None:
    """Refuses options that do not go together."""
    if (options["churn"] is None) != (options["source"] is None):
        raise CommandError("--churn and --from go together.", returncode=WRONG_USAGE)
    if (options["churn"] is None) == (options["students"] is None):
        raise CommandError("Give either --students, or --churn with --from.", returncode=WRONG_USAGE)
    if options["churn"] is not None and options["awkward"]:
        raise CommandError("--awkward is for a new district, not for a next day.", returncode=WRONG_USAGE)
