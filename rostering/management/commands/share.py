"""`share`: decide what a district shares (R4)."""

from typing import Any

from django.core.management.base import CommandParser

from rostering.connections import share, unknown_ids
from rostering.management.printing import COMMAND, OpsCommand, district_of


class Command(OpsCommand):
    """Decide what a district shares."""

    help = (
        "Decide what of a district is shared: all of it, selected schools or selected sections, by source id.\n"
        "The next sync plans it. Narrowing the sharing removes people and classes, so it goes through the guards."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("slug", help="the district")
        what = parser.add_mutually_exclusive_group(required=True)
        what.add_argument("--all", action="store_true", help="the whole district")
        what.add_argument("--schools", nargs="+", metavar="ID")
        what.add_argument("--sections", nargs="+", metavar="ID")

    def handle(self, *args: Any, **options: Any) -> None:
        district = district_of(options["slug"])
        mode = "all" if options["all"] else "schools" if options["schools"] else "sections"
        decided = share(district, mode, options["schools"] or options["sections"] or [], by=COMMAND)
        unknown = unknown_ids(decided)
        answer = {"district": district.slug, "sharing": decided.sharing, "ids": decided.sharing_ids, "unknown": unknown}
        words = f"{district.name} shares {decided.get_sharing_display()}. The next sync plans it."
        if unknown:
            words += f" The source has not sent these so far: {', '.join(unknown)}."
        self.show(answer, words, options)
