"""`undo`: take back what a run did."""

from typing import Any

from django.core.management.base import CommandError, CommandParser

from rostering.management.commands.run import SHOWN, in_words, run_of
from rostering.management.printing import BUSY, COMMAND, FAILED, USAGE, OpsCommand, stop_with
from rostering.models import Run
from rostering.turns import BusyError
from rostering.undo import NotUndoableError, Part, outcome_of, undo


class Command(OpsCommand):
    """Undo a run."""

    help = (
        "Take back what a run did: fields, seats, archives; what it created is deactivated or archived, never "
        "deleted.\n"
        "What people or later runs changed since is listed first, and left. The district's scheduled syncs pause\n"
        "until `resume`; a sync by hand applies the source again. An undo is a run, and can be undone.\n\n"
        "  python manage.py undo 12 --preview               what would be undone, and what would be left\n"
        "  python manage.py undo 12 --school 010            only what it did at a school\n"
        "  python manage.py undo 12 --record person:s17     only one person, or one section (section:c4)"
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("id", type=int, help="the run to undo, as `runs` lists it")
        parser.add_argument("--preview", action="store_true", help="only show what would be undone and left")
        part = parser.add_mutually_exclusive_group()
        part.add_argument("--school", default="", metavar="KEY", help="only what it did at this school, by source id")
        part.add_argument("--record", default="", metavar="KIND:ID", help="only person:ID or section:ID, by source id")

    def handle(self, *args: Any, **options: Any) -> None:
        part = part_of(options["school"], options["record"])
        try:
            undoing = undo(run_of(options["id"]), by=COMMAND, part=part, preview=options["preview"])
        except NotUndoableError as error:
            raise CommandError(str(error), returncode=FAILED) from error
        except BusyError as error:
            raise CommandError(str(error), returncode=BUSY) from error
        outcome = outcome_of(undoing)
        self.show(outcome, as_words(undoing, outcome), options)
        stop_with(FAILED if undoing.status == Run.Status.FAILED else 0)


def part_of(school: str, record: str) -> Part:
    """What is to be undone, or a usage error."""
    kind, _, found = record.partition(":")
    kind = "section" if kind == "class" else kind
    if record and (kind not in ("person", "section") or not found):
        raise CommandError(f"{record!r} names no record: write person:ID or section:ID.", returncode=USAGE)
    return Part(school, kind, found)


def as_words(undoing: Run, outcome: dict[str, Any]) -> str:
    """What an undo did, or would do, for people."""
    if "error" in outcome:
        return f"Run {outcome['undoes']} was not undone: {outcome['error']['message']}"
    preview = undoing.status == Run.Status.PREVIEWED
    left, changes = outcome["left"], outcome["changes"]
    lines = [f"Left as it is now, {len(left):,}:" if left else "Nothing has to be left as it is now."]
    lines += [f"  {one['name']} ({one['kind']} {one['source_id']}): {one['why']}" for one in left]
    done = ", ".join(f"{number:,} {kind}" for kind, number in outcome["undone"].items() if number) or "nothing"
    lines.append(f"{'Would be undone' if preview else 'Undone'}: {done}.")
    lines += [in_words(change) for change in changes[:SHOWN]]
    if len(changes) > SHOWN:
        lines.append(f"... and {len(changes) - SHOWN:,} more; --json prints all of them.")
    if not preview:
        lines.append(f"Scheduled syncs are paused: manage.py resume {outcome['district']}. This was run {undoing.pk}.")
    return "\n".join(lines)
