"""`warnings`: a district's data warnings."""

from typing import Any

from django.core.management.base import CommandError, CommandParser

from rostering.core.data_warnings import CATALOGUE
from rostering.management.printing import USAGE, OpsCommand, district_of
from rostering.reports import listed_warnings


class Command(OpsCommand):
    """List data warnings."""

    help = (
        "List a district's open data warnings, the most severe first: what is wrong, who is affected, what "
        "to put right in\n"
        "the SIS. What only waits for another warning is folded under it; --all lists everything, resolved ones too."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("slug", help="the district")
        parser.add_argument("--code", default="", help="only this code, such as CLASS_NO_TEACHER")
        parser.add_argument("--all", action="store_true", help="also accepted, resolved and folded ones")

    def handle(self, *args: Any, **options: Any) -> None:
        district = district_of(options["slug"])
        if options["code"] and options["code"] not in CATALOGUE:
            raise CommandError(
                f"There is no warning {options['code']!r}. Codes: {', '.join(CATALOGUE)}.", returncode=USAGE
            )
        found = list(listed_warnings(district, options["code"], everything=options["all"]))
        self.show({"warnings": found}, "\n".join(map(in_words, found)) or "No warnings.", options)


def in_words(warning: dict[str, Any]) -> str:
    """A warning for people."""
    affects = warning["affects"]
    told = warning["kind"] in ("section", "enrollment") or warning["code"] == "ENROLL_OTHER_SCHOOL"
    told = told or not affects["classes"]
    waiting = "" if told else f" ({affects['classes']:,} classes and {affects['students']:,} students wait for this)"
    return f"{warning['severity']:<6}{warning['code']:<24}{warning['message']}{waiting} To do: {warning['fix']}"
