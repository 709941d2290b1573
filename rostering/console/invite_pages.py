"""Inviting somebody into a district's team by email, and taking an invitation back (R47)."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path
from django.views.decorators.http import require_POST

from accounts.access import SignedInRequest
from accounts.invitations import NewInvitation, NotSentError, invite_people, withdraw_invitations
from accounts.lifecycle import Actor
from accounts.models import District, User
from accounts.team import NoSchoolError
from rostering.console.pages import WHOLE, page

ROLES = (User.Role.COORDINATOR, User.Role.SCHOOL_COORDINATOR)
LONGEST = 100


@page(*WHOLE)
@require_POST
def invite(request: SignedInRequest, district: District) -> HttpResponse:
    """Mail somebody a link by which they make their account."""
    asked = request.POST
    email, role = asked.get("email", "").strip(), asked.get("role", "")
    first, last = (asked.get(name, "").strip()[:LONGEST] for name in ("first_name", "last_name"))
    schools = [int(school) for school in asked.getlist("school") if school.isdecimal()]
    try:
        validate_email(email)
        if role in ROLES:
            new = NewInvitation(email, role, schools, first, last)
            invite_people(district, [new], by=Actor.of(request.user))
            messages.success(request, f"{email} is invited. The link in the mail is good for a week.")
    except ValidationError:
        messages.error(request, "That is not an email address. Nobody was invited.")
    except (NoSchoolError, NotSentError) as error:
        messages.error(request, f"{error} Nobody was invited.")
    return redirect("admin:team_people", slug=district.slug)


@page(*WHOLE)
@require_POST
def withdraw(request: SignedInRequest, district: District, invitation: int) -> HttpResponse:
    """Make the link of an invitation useless."""
    if withdraw_invitations(district, [invitation], by=Actor.of(request.user)):
        messages.success(request, "The invitation is taken back; its link opens nothing any more.")
    else:
        messages.info(request, "It was so already. Nothing was changed.")
    return redirect("admin:team_people", slug=district.slug)


PATHS: list[URLPattern] = [
    path("team/invite/", invite, name="team_invite"),
    path("team/invitations/<int:invitation>/withdraw/", withdraw, name="team_withdraw"),
]
