"""Letting somebody into a team by email: they choose username and password themselves (R47).

The link in the mail holds a token of which only the digest is kept, so that a copy of the database opens nothing.
"""

import hashlib
import secrets
import smtplib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.core.mail import EmailMessage, get_connection
from django.db import transaction
from django.db.models import QuerySet
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone

from accounts.lifecycle import Actor, NewUser, audit, create_users
from accounts.models import District, Invitation, School, User
from accounts.team import NoSchoolError
from accounts.usernames import username_key

DAYS = 7


class NotSentError(Exception):
    """The mail server took none of the mails, so nobody is invited."""

    def __init__(self) -> None:
        super().__init__("The email could not be sent.")


class NoInvitationError(Exception):
    """The link is wrong, too old, used, or taken back."""

    def __init__(self) -> None:
        super().__init__("This invitation is not valid any more.")


class UsernameTakenError(Exception):
    """Somebody else of the district has the username."""

    def __init__(self) -> None:
        super().__init__("Somebody has this username already. Choose another one.")


@dataclass(frozen=True, slots=True)
class NewInvitation:
    """Somebody to be invited. ``school_ids``: of a school coordinator, the primary one first."""

    email: str
    role: str
    school_ids: Sequence[int] = field(default_factory=tuple)
    first_name: str = ""
    last_name: str = ""


def open_invitations(district: District | None) -> QuerySet[Invitation]:
    """Those that can still be accepted, the newest first."""
    return Invitation.objects.filter(
        district=district, accepted_at=None, withdrawn_at=None, expires__gt=timezone.now()
    ).order_by("-created", "-pk")


def invite_people(district: District | None, people: Sequence[NewInvitation], *, by: Actor) -> list[Invitation]:
    """Mail each a link that is good for a week; an open invitation to the same address is withdrawn.

    ``district`` is ``None`` for ops people alone. Raises NoSchoolError for a school coordinator without a school of
    the district, ValueError for any other role, NotSentError when the mails cannot be sent; then nobody is invited.
    """
    tokens = [secrets.token_urlsafe(32) for _ in people]
    with transaction.atomic():
        made = [_make(district, one, token, by) for one, token in zip(people, tokens, strict=True)]
        audit(district, by, "invite people", len(made))
    try:
        get_connection().send_messages([_mail(one, token) for one, token in zip(made, tokens, strict=True)])
    except (smtplib.SMTPException, OSError) as error:
        withdraw_invitations(district, [one.pk for one in made], by=by)
        raise NotSentError from error
    return made


@transaction.atomic
def withdraw_invitations(district: District | None, ids: Sequence[int], *, by: Actor) -> int:
    """Make the links of open invitations useless. Returns how many were open."""
    count = open_invitations(district).filter(pk__in=ids).update(withdrawn_at=timezone.now())
    if count:
        audit(district, by, "withdraw invitations", count)
    return count


def find_invitation(token: str) -> Invitation:
    """The open invitation of a link. Raises NoInvitationError."""
    found = Invitation.objects.select_related("district").filter(token_digest=digest(token)).first()
    if found is None or not found.is_open:
        raise NoInvitationError
    return found


@transaction.atomic
def accept_invitation(token: str, username: str, password: str) -> User:
    """Make the account of an invitation; the link is good for one. Raises NoInvitationError, UsernameTakenError."""
    if not Invitation.objects.select_for_update().filter(token_digest=digest(token)).exists():
        raise NoInvitationError
    one = find_invitation(token)
    if User.objects.filter(district=one.district, username_key=username_key(username)).exists():
        raise UsernameTakenError
    schools = _schools_of(one.district, one.role, one.school_ids)
    new = NewUser(
        username, one.role, one.first_name, one.last_name, one.email, password=make_password(password), schools=schools
    )
    [pk] = create_users(one.district, [new], by=Actor(f"invitation {one.pk}", one.invited_by_id))
    one.accepted_at = timezone.now()
    one.save(update_fields=["accepted_at"])
    return User.objects.get(pk=pk)


def digest(token: str) -> str:
    """What is kept of a token. It is random, so one fast hash is enough."""
    return hashlib.sha256(token.encode()).hexdigest()


def _make(district: District | None, one: NewInvitation, token: str, by: Actor) -> Invitation:
    roles = (User.Role.OPS,) if district is None else (User.Role.COORDINATOR, User.Role.SCHOOL_COORDINATOR)
    if one.role not in roles:
        raise ValueError(f"Nobody is invited here as {one.role!r}.")
    now = timezone.now()
    open_invitations(district).filter(email__iexact=one.email).update(withdrawn_at=now)
    return Invitation.objects.create(
        district=district,
        email=one.email,
        role=one.role,
        school_ids=_schools_of(district, one.role, one.school_ids),
        first_name=one.first_name,
        last_name=one.last_name,
        token_digest=digest(token),
        expires=now + timedelta(days=DAYS),
        invited_by_id=by.user_id,
    )


def _schools_of(district: District | None, role: str, ids: Sequence[int]) -> list[int]:
    """Those of ``ids`` that are schools of the district now. Raises NoSchoolError where one is needed."""
    if role != User.Role.SCHOOL_COORDINATOR:
        return []
    there = set(School.objects.filter(district=district, pk__in=ids).values_list("pk", flat=True))
    if not there:
        raise NoSchoolError
    return [pk for pk in dict.fromkeys(ids) if pk in there]


def _mail(one: Invitation, token: str) -> EmailMessage:
    where = one.district.name if one.district else "Operations"
    link = settings.SITE_URL.rstrip("/") + reverse("invitation", args=[token])
    words = {"one": one, "where": where, "link": link, "days": DAYS}
    text = render_to_string("accounts/invitation_mail.txt", words)
    subject = f"You are invited to {where}".replace("\n", " ").replace("\r", " ")
    return EmailMessage(subject, text, to=[one.email])
