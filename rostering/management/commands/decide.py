"""`decide`: answer a question of the review queue."""

from typing import Any

from django.core.management.base import CommandError, CommandParser

from accounts.models import User
from rostering.management.printing import COMMAND, FAILED, USAGE, OpsCommand, district_of
from rostering.models import Review
from rostering.review import DecidedError, NotThisAccountError, decide


class Command(OpsCommand):
    """Decide a review."""

    help = (
        "Say which account a new record is, or that it is somebody new. The next sync does it.\n\n"
        "  python manage.py decide larkfield 12 --same jnunez\n"
        "  python manage.py decide larkfield 12 --new"
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("slug", help="the district")
        parser.add_argument("review", type=int, help="the number, as `review` lists it")
        answer = parser.add_mutually_exclusive_group(required=True)
        answer.add_argument("--same", metavar="USERNAME", help="it is this account")
        answer.add_argument("--new", action="store_true", help="it is somebody new")

    def handle(self, *args: Any, **options: Any) -> None:
        district = district_of(options["slug"])
        review = Review.objects.filter(district=district, pk=options["review"]).first()
        if review is None:
            raise CommandError(f"{district.slug} has no review {options['review']}.", returncode=USAGE)
        same = None
        if not options["new"]:
            same = User.objects.filter(district=district, username_key=options["same"].lower()).first()
            if same is None:
                raise CommandError(f"{district.slug} has no account {options['same']!r}.", returncode=USAGE)
        try:
            review = decide(review, same=same, by=COMMAND)
        except NotThisAccountError as error:
            raise CommandError(str(error), returncode=USAGE) from error
        except DecidedError as error:
            raise CommandError(str(error), returncode=FAILED) from error
        what = f"{review.name} is {same.username}" if same else f"{review.name} is somebody new"
        answer = {"review": review.pk, "district": district.slug, "decision": review.state}
        self.show({**answer, "username": same.username if same else ""}, f"{what}. The next sync does it.", options)
