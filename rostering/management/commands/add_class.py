"""`add_class`: an unsynced class."""

from typing import Any

from django.core.management.base import CommandError, CommandParser

from accounts.models import District, User
from classes.handmade import add_class
from rostering.management.printing import COMMAND, USAGE, OpsCommand, district_of


class Command(OpsCommand):
    """Make a class by hand."""

    help = "Make an unsynced class of a teacher, with students. A sync never touches it (R23)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("slug", help="the district")
        parser.add_argument("--teacher", required=True, metavar="USERNAME")
        parser.add_argument("--name", required=True)
        parser.add_argument("--students", nargs="*", default=[], metavar="USERNAME")

    def handle(self, *args: Any, **options: Any) -> None:
        district = district_of(options["slug"])
        teacher = user_of(district, options["teacher"])
        students = [user_of(district, username) for username in dict.fromkeys(options["students"])]
        made = add_class(district, options["name"], teacher, students, by=COMMAND)
        answer = {"district": district.slug, "class_id": made.number, "name": made.name, "students": len(students)}
        self.show(answer, f"Made class {made.number}, {made.name}, with {len(students)} students.", options)


def user_of(district: District, username: str) -> User:
    """The active account of that username, or a usage error."""
    user = User.objects.filter(district=district, username_key=username.lower(), is_active=True).first()
    if user is None:
        raise CommandError(f"There is no active account {username!r} in {district.slug}.", returncode=USAGE)
    return user
