"""`explain`: why is somebody, or a class, not here?"""

from typing import Any

from django.core.management.base import CommandParser

from rostering.explain import explain
from rostering.management.printing import OpsCommand, district_of


class Command(OpsCommand):
    """Answer "Why is ... not here?"."""

    help = (
        'Answer "Why is ... not here?" for a person, class, school or enrollment (R39): what became of the '
        "record in the\n"
        "last run, what it waits for, and what to put right in the SIS.\n\n"
        '  python manage.py explain larkfield "Thijs Nuñez"'
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("slug", help="the district")
        parser.add_argument("text", help="an id, a name, a username or an email address")

    def handle(self, *args: Any, **options: Any) -> None:
        found = explain(district_of(options["slug"]), options["text"])
        words = (
            "\n".join(map(in_words, found))
            or "Nothing of that name, id, username or email was ever sent by the source."
        )
        self.show({"found": found}, words, options)


def in_words(answer: dict[str, Any]) -> str:
    """An answer for people."""
    lines = [
        f"{answer['kind']} {answer['name']} ({answer['source_id']}): {answer['outcome'].replace('_', ' ')}",
        f"  {answer['message']}",
    ]
    if answer["fix"]:
        lines.append(f"  To do: {answer['fix']}")
    lines += [f"  Because: {cause['message']} To do: {cause['fix']}" for cause in answer["because"]]
    return "\n".join(lines)
