"""`export_roster`: a district's roster as CSV files."""

from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser

from rostering.exports import export_roster
from rostering.management.printing import COMMAND, FAILED, OpsCommand, district_of


class Command(OpsCommand):
    """Export a district's roster."""

    help = (
        "Write users.csv, classes.csv, memberships.csv and warnings.csv of a district: everything but "
        "passwords. The export is\n"
        "noted in the audit log."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("slug", help="the district")
        parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="where to; made if it is not there")

    def handle(self, *args: Any, **options: Any) -> None:
        district = district_of(options["slug"])
        try:
            counts = export_roster(district, options["out"], by=COMMAND)
        except OSError as error:
            raise CommandError(f"{options['out']} cannot be written: {error.strerror}.", returncode=FAILED) from error
        words = "\n".join(f"{options['out'] / name}.csv: {count:,} rows" for name, count in counts.items())
        self.show({"district": district.slug, "out": str(options["out"]), "rows": counts}, words, options)
