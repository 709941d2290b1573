"""`approve`: apply what a run holds."""

from typing import Any

from django.core.management.base import CommandError, CommandParser

from rostering.holds import Decided, NothingHeldError, approve
from rostering.management.commands.run import run_of
from rostering.management.printing import BUSY, COMMAND, FAILED, OpsCommand
from rostering.turns import BusyError


class Command(OpsCommand):
    """Approve held removals."""

    help = (
        "Apply the removals that a run holds, exactly as stored and as far as they still hold. People are "
        "deactivated and\n"
        "classes archived, never deleted; they are back when the source sends them again."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("id", type=int, help="the run that holds them, as `runs` lists it")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            decided = approve(run_of(options["id"]), by=COMMAND)
        except NothingHeldError as error:
            raise CommandError(str(error), returncode=FAILED) from error
        except BusyError as error:
            raise CommandError(str(error), returncode=BUSY) from error
        self.show(as_json(decided), in_words(decided, "Removed"), options)


def as_json(decided: Decided) -> dict[str, Any]:
    """What a decision did."""
    run = decided.run
    return {
        "run": run.pk,
        "district": run.district.slug,
        "decision": run.decision,
        "done": decided.done,
        "left": decided.left,
    }


def in_words(decided: Decided, verb: str) -> str:
    """What a decision did, for people."""
    done = ", ".join(f"{number:,} {kind}" for kind, number in decided.done.items() if number) or "nothing"
    left = f" Left alone, because they moved since: {', '.join(decided.left)}." if decided.left else ""
    return f"{verb}: {done}.{left}"
