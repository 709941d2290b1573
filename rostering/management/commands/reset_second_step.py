"""`reset_second_step`: for somebody who has lost their phone and their recovery codes."""

from typing import Any

from django.core.management.base import CommandError, CommandParser

from accounts.mfa import reset_second_steps
from accounts.models import User
from accounts.usernames import username_key
from accounts.views import OPS
from rostering.management.printing import COMMAND, USAGE, OpsCommand, district_of


class Command(OpsCommand):
    """Take somebody's second step away."""

    help = (
        "Take away the authenticator app, passkeys and recovery codes of somebody who has lost them. Their password\n"
        "alone lets them in, and they set it up again. Make sure that it is really them who asks.\n\n"
        "  python manage.py reset_second_step larkfield cgreen\n"
        "  python manage.py reset_second_step ops olga"
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("slug", help=f"the district; {OPS} for operations")
        parser.add_argument("username")

    def handle(self, *args: Any, **options: Any) -> None:
        district = None if options["slug"] == OPS else district_of(options["slug"])
        users = User.objects.filter(district=district).select_related("district")
        user = users.filter(username_key=username_key(options["username"])).first()
        if user is None:
            raise CommandError(f"There is no account {options['username']!r} in {options['slug']}.", returncode=USAGE)
        had = bool(reset_second_steps([user], by=COMMAND))
        words = "signs in with the password alone now" if had else "had no second step"
        answer = {"district": options["slug"], "username": user.username, "reset": had}
        self.show(answer, f"{user.username} {words}.", options)
