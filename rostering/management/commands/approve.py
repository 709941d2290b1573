"""`approve`: apply what a run holds. `discard` is the same with another decision."""

from collections.abc import Callable
from typing import Any, ClassVar

from django.core.management.base import CommandError, CommandParser

from rostering.held import COUNTED, Part
from rostering.holds import Decided, NothingHeldError, approve
from rostering.management.commands.run import run_of
from rostering.management.printing import BUSY, COMMAND, FAILED, HELD, USAGE, OpsCommand, stop_with
from rostering.plans import PlanForgottenError
from rostering.turns import BusyError


class Command(OpsCommand):
    """Approve held removals. ``done``: the word for what was decided."""

    help = (
        "Apply the removals that a run holds, exactly as stored and as far as they still hold. People are "
        "deactivated and\n"
        "classes archived, never deleted; they are back when the source sends them again.\n\n"
        "  python manage.py approve 12                                  all of them\n"
        "  python manage.py approve 12 --school 010                     only those of a school\n"
        "  python manage.py approve 12 --record person:s17 class:c4     only these\n\n"
        "What the decision is not about goes on waiting: then the exit code is 3, as long as something waits."
    )
    decide: ClassVar[Callable[..., Decided]] = staticmethod(approve)
    done: ClassVar[str] = "Removed"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("id", type=int, help="the run that holds them, as `runs` lists it")
        parser.add_argument(
            "--school",
            action="extend",
            nargs="+",
            default=[],
            metavar="KEY",
            help="only what is held of these schools, by source id",
        )
        parser.add_argument(
            "--record",
            action="extend",
            nargs="+",
            default=[],
            metavar="KIND:ID",
            help="only these, as `run` lists them: school:ID, person:ID, class:ID, membership:SECTION/PERSON",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        part = Part(frozenset(options["school"]), frozenset(map(record_of, options["record"])))
        try:
            decided = self.decide(run_of(options["id"]), by=COMMAND, part=part)
        except (NothingHeldError, PlanForgottenError) as error:
            raise CommandError(str(error), returncode=FAILED) from error
        except BusyError as error:
            raise CommandError(str(error), returncode=BUSY) from error
        self.show(as_json(decided), in_words(decided, self.done), options)
        stop_with(HELD if any(decided.waiting.values()) else 0)


def record_of(text: str) -> tuple[str, str]:
    """Kind and id of one removal, or a usage error."""
    kind, _, found = text.partition(":")
    kind = "class" if kind == "section" else kind
    if kind not in COUNTED or not found:
        raise CommandError(f"{text!r} names no removal: write KIND:ID, as in person:s17.", returncode=USAGE)
    return kind, found


def as_json(decided: Decided) -> dict[str, Any]:
    """What a decision did."""
    run = decided.run
    return {
        "run": run.pk,
        "district": run.district.slug,
        "decision": run.decision,
        "done": decided.done,
        "left": decided.left,
        "waiting": decided.waiting,
    }


def in_words(decided: Decided, verb: str) -> str:
    """What a decision did, for people."""
    left = f" Left alone, because they moved since: {', '.join(decided.left)}." if decided.left else ""
    rest = f" Still waiting: {_numbers(decided.waiting)}." if any(decided.waiting.values()) else ""
    return f"{verb}: {_numbers(decided.done)}.{left}{rest}"


def _numbers(counts: dict[str, int]) -> str:
    return ", ".join(f"{number:,} {kind}" for kind, number in counts.items() if number) or "nothing"
