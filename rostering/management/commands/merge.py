"""`merge`: two accounts become one."""

from typing import Any

from django.core.management.base import CommandError, CommandParser

from accounts.models import District, User
from accounts.usernames import username_key
from rostering.management.printing import BUSY, COMMAND, FAILED, USAGE, OpsCommand, district_of
from rostering.merges import Merged, MergeRefusedError, merge_users
from rostering.turns import BusyError


class Command(OpsCommand):
    """Merge two accounts."""

    help = (
        "Make one account of two of the same person, by their usernames. KEEP stays, with its username and password; "
        "classes,\n"
        "work, records of the source and sign-in identities of OTHER go to it. Where both have work on an item, KEEP "
        "gets the\n"
        "better one. OTHER can no longer sign in; its username stays taken, and nothing is deleted.\n\n"
        "  python manage.py merge larkfield jsmith jsmith1 --preview   show what would move\n"
        "  python manage.py merge larkfield jsmith jsmith1             do it; `split` takes it back\n\n"
        "Not merged: accounts of two districts, a student with an educator, coordinators, an account that was merged\n"
        "already. Exit codes: 0 done, 1 refused, 2 wrong usage, 4 a run of the district is in progress."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("slug", help="the district")
        parser.add_argument("keep", metavar="KEEP", help="the username of the account that stays")
        parser.add_argument("other", metavar="OTHER", help="the username of the account that is merged into it")
        parser.add_argument("--preview", action="store_true", help="store and show the plan, move nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        district = district_of(options["slug"])
        keep, other = (user_of(district, options[name]) for name in ("keep", "other"))
        try:
            done = merge_users(keep, other, by=COMMAND, preview=options["preview"])
        except MergeRefusedError as error:
            raise CommandError(str(error), returncode=FAILED) from error
        except BusyError as error:
            raise CommandError(str(error), returncode=BUSY) from error
        self.show(as_json(done), in_words(done), options)


def user_of(district: District, username: str) -> User:
    """The account of that username, or a usage error."""
    user = User.objects.filter(district=district, username_key=username_key(username)).first()
    if user is None:
        raise CommandError(f"There is no account {username} in {district.slug}.", returncode=USAGE)
    return user


def as_json(done: Merged) -> dict[str, Any]:
    """What a merge or split did."""
    return {
        "district": done.run.district.slug,
        "merge": done.merge.pk if done.merge else None,
        "run": done.run.pk,
        "keep": done.keep.username,
        "other": done.other.username,
        "moved": done.moved,
    }


def in_words(done: Merged) -> str:
    """What a merge did or would do, for people."""
    names = f"{done.other.username} ({done.other}) into {done.keep.username} ({done.keep})"
    if done.merge is None:
        return (
            f"Would merge {names}: {moved_in_words(done)}.\n"
            f"Nothing was changed. The whole plan: python manage.py run {done.run.pk}"
        )
    return (
        f"Merged {names}: {moved_in_words(done)}. {done.other.username} can no longer sign in.\n"
        f"Take it back: python manage.py split {done.merge.pk}"
    )


def moved_in_words(done: Merged) -> str:
    """How much moved."""
    words = {"seats": "seats in classes", "work": "pieces of work", "links": "records", "identities": "identities"}
    return ", ".join(f"{number} {words[kind]}" for kind, number in done.moved.items())
