"""`discard`: keep what a run would remove."""

from rostering.holds import discard
from rostering.management.commands.approve import Command as Approve


class Command(Approve):
    """Discard held removals."""

    help = (
        "Keep the people and classes that a run would remove. They stay until the source sends them again; "
        "later runs do\n"
        "not ask anew. People keep their seats.\n\n"
        "  python manage.py discard 12                                  all of them\n"
        "  python manage.py discard 12 --school 010                     only those of a school\n"
        "  python manage.py discard 12 --record person:s17 class:c4     only these\n\n"
        "What the decision is not about goes on waiting: then the exit code is 3, as long as something waits."
    )
    decide = staticmethod(discard)
    done = "Kept"
