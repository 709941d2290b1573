"""For a colleague who has lost phone and recovery codes: their password alone lets them in again."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST

from accounts.access import SignedInRequest
from accounts.lifecycle import Actor
from accounts.mfa import reset_second_steps
from accounts.models import District, User
from accounts.team import TEAM
from rostering.console.pages import WHOLE, page
from rostering.console.user_actions import SO_ALREADY, page_of_person

OWN = "Your own ways of signing in are under “Security” at the top."


@page(*WHOLE)
@require_POST
def reset(request: SignedInRequest, district: District, pk: int) -> HttpResponse:
    """Take away what somebody of the district has; never one's own, which takes a proof."""
    user = get_object_or_404(User.objects.filter(district=district).select_related("district"), pk=pk)
    if user.pk == request.user.pk:
        messages.error(request, OWN)
    elif reset_second_steps([user], by=Actor.of(request.user)):
        messages.success(request, f"{user} signs in with the password alone, until they set up a second step again.")
    else:
        messages.info(request, SO_ALREADY)
    if user.role in TEAM:
        return redirect("admin:team_person", slug=district.slug, pk=pk)
    return redirect(page_of_person(user))
