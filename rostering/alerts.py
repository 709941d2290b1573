"""Who gets a district's daily digest."""

from collections.abc import Iterable

from django.db import transaction
from django.db.models import QuerySet

from accounts.lifecycle import Actor, audit
from accounts.models import District, User
from rostering.models import DigestReader


def possible_readers(district: District) -> QuerySet[User]:
    """The district's coordinators who have an email address. School coordinators see no warnings, so they get none."""
    people = User.objects.filter(district=district, role=User.Role.COORDINATOR, is_active=True)
    return people.exclude(email="").order_by("last_name", "first_name", "pk")


def readers_of(district: District) -> QuerySet[User]:
    """To whom the digest goes: whoever was chosen and still may read it."""
    chosen = DigestReader.objects.filter(district=district).values("user_id")
    return possible_readers(district).filter(pk__in=chosen)


@transaction.atomic
def choose_readers(district: District, user_ids: Iterable[int], *, by: Actor) -> bool:
    """Let the digest go to these people and nobody else. Returns whether that was another choice than before.

    Ids of others than ``possible_readers`` are left out.
    """
    wanted = set(possible_readers(district).filter(pk__in=list(user_ids)).values_list("pk", flat=True))
    chosen = set(DigestReader.objects.filter(district=district).values_list("user_id", flat=True))
    if wanted == chosen:
        return False
    DigestReader.objects.filter(district=district, user_id__in=chosen - wanted).delete()
    DigestReader.objects.bulk_create(DigestReader(district=district, user_id=pk) for pk in sorted(wanted - chosen))
    audit(district, by, "choose digest readers", len(wanted))
    return True
