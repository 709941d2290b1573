"""`unassign`: take curriculum items from a class."""

from typing import Any

from django.core.management.base import CommandParser

from classes.lifecycle import unassign_items
from rostering.management.commands.assign import add_class_and_items, class_and_items
from rostering.management.printing import COMMAND, OpsCommand


class Command(OpsCommand):
    """Take items from a class."""

    help = "Take items from a class. What students did on them stays with them; a class without any is hidden (R21)."

    def add_arguments(self, parser: CommandParser) -> None:
        add_class_and_items(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        klass, items = class_and_items(options)
        count = unassign_items(klass, items, by=COMMAND)
        answer = {"district": options["slug"], "class_id": klass.number, "unassigned": count}
        self.show(answer, f"{klass.name} has {count} items fewer.", options)
