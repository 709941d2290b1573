"""`discard`: keep what a run would remove."""

from typing import Any

from django.core.management.base import CommandError, CommandParser

from rostering.holds import NothingHeldError, discard
from rostering.management.commands.approve import as_json, in_words
from rostering.management.commands.run import run_of
from rostering.management.printing import BUSY, COMMAND, FAILED, OpsCommand
from rostering.turns import BusyError


class Command(OpsCommand):
    """Discard held removals."""

    help = (
        "Keep the people and classes that a run would remove. They stay until the source sends them again; "
        "later runs do\n"
        "not ask anew."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("id", type=int, help="the run that holds them, as `runs` lists it")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            decided = discard(run_of(options["id"]), by=COMMAND)
        except NothingHeldError as error:
            raise CommandError(str(error), returncode=FAILED) from error
        except BusyError as error:
            raise CommandError(str(error), returncode=BUSY) from error
        self.show(as_json(decided), in_words(decided, "Kept"), options)
