"""`unlink`: a class that was linked by hand is unsynced again."""

from typing import Any

from django.core.management.base import CommandError, CommandParser

from rostering.class_plan import Linked, LinkRefusedError
from rostering.class_unlinks import unlink_class
from rostering.management.commands.link import as_json, class_of, students_in_words
from rostering.management.printing import BUSY, COMMAND, FAILED, OpsCommand
from rostering.turns import BusyError


class Command(OpsCommand):
    """Take a link of a class back."""

    help = (
        "Make a class that was linked to a section by hand unsynced again: what linking did is taken back, what "
        "happened since\n"
        "stays. Students whom linking brought leave, unless they have worked in the class; students whom syncs brought "
        "since\n"
        "stay, as added by hand; students who had to leave come back. The section feeds its own class again: the one "
        "that\n"
        "linking archived, or else a new one, which the next sync makes.\n\n"
        "  python manage.py unlink larkfield 12\n\n"
        "Exit codes: 0 done, 1 refused, 2 wrong usage, 4 a run of the district is in progress."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("slug", help="the district")
        parser.add_argument("class_id", type=int, metavar="CLASS_ID", help="the class's number, as classes.csv has it")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            done = unlink_class(class_of(options), by=COMMAND)
        except LinkRefusedError as error:
            raise CommandError(str(error), returncode=FAILED) from error
        except BusyError as error:
            raise CommandError(str(error), returncode=BUSY) from error
        self.show(as_json(done), in_words(done), options)


def in_words(done: Linked) -> str:
    """What unlinking did, for people."""
    own = f"class {done.former.number} ({done.former.name})" if done.former else "a class of its own by the next sync"
    verb = "feeds" if done.former else "gets"
    return "\n".join(
        [
            f"Unlinked class {done.klass.number} ({done.klass.name}) from section {done.section}.",
            *students_in_words(done),
            f"  Section {done.section} {verb} {own}{' again' if done.former else ''}",
        ]
    )
