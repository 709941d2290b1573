"""`assign`: give a class curriculum items."""

from typing import Any

from django.core.management.base import CommandError, CommandParser

from classes.lifecycle import assign_items
from classes.models import Class, CurriculumItem
from rostering.management.printing import COMMAND, USAGE, OpsCommand, district_of


class Command(OpsCommand):
    """Assign items to a class."""

    help = "Assign curriculum items to a class, by their codes. A class shows to its students once it has one (R21)."

    def add_arguments(self, parser: CommandParser) -> None:
        add_class_and_items(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        klass, items = class_and_items(options)
        count = assign_items(klass, items, by=COMMAND)
        answer = {"district": options["slug"], "class_id": klass.number, "assigned": count}
        self.show(answer, f"{klass.name} has {count} more items.", options)


def add_class_and_items(parser: CommandParser) -> None:
    """The arguments of `assign` and `unassign`."""
    parser.add_argument("slug", help="the district")
    parser.add_argument("class_id", type=int, metavar="CLASS_ID", help="as classes.csv has it")
    parser.add_argument("items", nargs="+", metavar="ITEM", help="item codes")


def class_and_items(options: dict[str, Any]) -> tuple[Class, list[CurriculumItem]]:
    """The class and items that the arguments name, or a usage error."""
    klass = Class.objects.filter(district=district_of(options["slug"]), number=options["class_id"]).first()
    if klass is None:
        raise CommandError(f"There is no class {options['class_id']} in {options['slug']}.", returncode=USAGE)
    found = {item.code: item for item in CurriculumItem.objects.filter(code__in=options["items"])}
    if unknown := [code for code in options["items"] if code not in found]:
        raise CommandError(f"The catalogue has no item {', '.join(unknown)}.", returncode=USAGE)
    return klass, [found[code] for code in dict.fromkeys(options["items"])]
