"""`migrate`: Django's own, for every database of the product."""

from typing import Any

from django.conf import settings
from django.core.management.base import CommandParser
from django.core.management.commands import migrate


class Command(migrate.Command):
    """Django's `migrate`; without ``--database`` it takes every database (on SQLite the queue has one of its own)."""

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.set_defaults(database=None)

    def get_check_kwargs(self, options: dict[str, Any]) -> Any:
        """Check against the databases that are migrated."""
        return {"databases": databases_of(options)}

    def handle(self, *args: Any, **options: Any) -> None:
        for database in databases_of(options):
            super().handle(*args, **{**options, "database": database})


def databases_of(options: dict[str, Any]) -> list[str]:
    """The one that is named, or all."""
    return [options["database"]] if options["database"] else list(settings.DATABASES)
