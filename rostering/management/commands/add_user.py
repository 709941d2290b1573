"""`add_user`: an account made by hand."""

from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.db import IntegrityError

from accounts.handmade import add_user
from accounts.models import User
from rostering.core.records import GRADES
from rostering.management.commands.add_district import read_password
from rostering.management.printing import COMMAND, USAGE, OpsCommand, district_of
from rostering.models import Link


class Command(OpsCommand):
    """Make an account by hand."""

    help = (
        "Make an account by hand. A sync never touches it, unless it is matched with a person of the roster.\n"
        "Without --username one is made from the name; without --password-stdin the district's policy serves.\n"
        "Operations people belong to no district: give `ops` as the district."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("slug", help="the district, or `ops`")
        parser.add_argument("--role", required=True, choices=User.Role.values)
        parser.add_argument("--first", required=True)
        parser.add_argument("--last", required=True)
        parser.add_argument("--username")
        parser.add_argument("--email", default="")
        parser.add_argument("--school", metavar="ID", help="source id of the school")
        parser.add_argument("--grade", default="", choices=("", *GRADES))
        parser.add_argument("--student-number", default="")
        parser.add_argument("--password-stdin", action="store_true", help="read the password from standard input")

    def handle(self, *args: Any, **options: Any) -> None:
        ops = options["role"] == User.Role.OPS
        if ops != (options["slug"] == "ops"):
            raise CommandError("The role ops goes with the district `ops`, and no other role does.", returncode=USAGE)
        district = None if ops else district_of(options["slug"])
        password = read_password() if options["password_stdin"] else None
        if password is None and options["role"] in (User.Role.COORDINATOR, User.Role.SCHOOL_COORDINATOR, User.Role.OPS):
            raise CommandError("An account that sees other people's data needs --password-stdin.", returncode=USAGE)
        try:
            user = add_user(
                district, role=options["role"], first_name=options["first"], last_name=options["last"],
                email=options["email"],
                username=options["username"], grade=options["grade"], student_number=options["student_number"],
                schools=self._schools(options), password=password, by=COMMAND,
            )  # fmt: skip
        except IntegrityError as error:
            raise CommandError(
                f"The username {options['username']!r} is taken. Nothing was made.", returncode=USAGE
            ) from error
        answer = {"district": options["slug"], "username": user.username, "role": user.role}
        self.show(answer, f"Made {user.get_full_name()} with the username {user.username}.", options)

    def _schools(self, options: dict[str, Any]) -> tuple[int, ...]:
        if not options["school"]:
            return ()
        link = Link.objects.filter(
            district__slug=options["slug"], kind="school", key=options["school"], live=True
        ).first()
        if link is None or link.object_id is None:
            raise CommandError(f"There is no school {options['school']!r} in {options['slug']}.", returncode=USAGE)
        return (link.object_id,)
