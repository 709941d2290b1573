"""`resume`: end a district's pause."""

from typing import Any

from django.core.management.base import CommandParser
from django.utils import timezone

from rostering.management.commands.pause import in_words
from rostering.management.printing import COMMAND, OpsCommand, district_of
from rostering.pauses import end_pause, state_of


class Command(OpsCommand):
    """End a pause."""

    help = (
        "End a district's pause: scheduled syncs run again, and remove again. A switch date stays, because without it\n"
        "last year's classes leave with the next sync; --switch drops it too."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("slug", help="the district")
        parser.add_argument("--switch", action="store_true", help="drop the switch date too")

    def handle(self, *args: Any, **options: Any) -> None:
        decided = end_pause(district_of(options["slug"]), switch=options["switch"], by=COMMAND)
        self.show(state_of(decided, timezone.localdate()), in_words(decided, timezone.localdate()), options)
