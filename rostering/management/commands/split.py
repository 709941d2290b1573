"""`split`: a merge is taken back."""

from typing import Any

from django.core.management.base import CommandError, CommandParser

from rostering.management.commands.merge import as_json, moved_in_words
from rostering.management.printing import BUSY, COMMAND, FAILED, USAGE, OpsCommand
from rostering.merges import MergeRefusedError
from rostering.models import Merge
from rostering.splits import split_users
from rostering.turns import BusyError


class Command(OpsCommand):
    """Take a merge back."""

    help = (
        "Take a merge of two accounts back: what moved goes back to the account it came from, which can sign in again "
        "if it\n"
        "could. What the account that was kept gained or changed since stays with it. The number of a merge is what "
        "`merge`\n"
        "printed. A merge can be taken back once; of several into one account, the last one first.\n\n"
        "  python manage.py split 12\n\n"
        "Exit codes: 0 done, 1 refused, 2 wrong usage, 4 a run of the district is in progress."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("id", type=int, metavar="MERGE_ID", help="the number of the merge")

    def handle(self, *args: Any, **options: Any) -> None:
        merge = Merge.objects.select_related("district").filter(pk=options["id"]).first()
        if merge is None:
            raise CommandError(f"There is no merge {options['id']}.", returncode=USAGE)
        try:
            done = split_users(merge, by=COMMAND)
        except MergeRefusedError as error:
            raise CommandError(str(error), returncode=FAILED) from error
        except BusyError as error:
            raise CommandError(str(error), returncode=BUSY) from error
        words = f"Split {done.other.username} from {done.keep.username}. Gone back: {moved_in_words(done)}."
        self.show(as_json(done), words, options)
