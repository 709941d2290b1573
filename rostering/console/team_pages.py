"""Who runs the district's roster, and who is told."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, path, reverse
from django.views.decorators.http import require_POST

from accounts import team
from accounts.access import SignedInRequest
from accounts.invitations import open_invitations
from accounts.lifecycle import Actor
from accounts.models import District, School, User
from rostering.console import alert_pages, invite_pages
from rostering.console.pages import OPS, WHOLE, Entry, page, show
from rostering.console.paging import page_of

INVITED = 100
SAME = "It was so already. Nothing was changed."


@page(*WHOLE)
def people(request: SignedInRequest, district: District) -> HttpResponse:
    """Coordinators and school coordinators."""
    rows = team.team_of(district).prefetch_related("schools")
    context = {
        "listed": page_of(request, rows), "invited": open_invitations(district)[:INVITED],
        "schools": School.objects.filter(district=district, active=True).order_by("name", "pk"),
    }  # fmt: skip
    return show(request, district, "console/team/people.html", "Team", context)


@page(*WHOLE)
def person(request: SignedInRequest, district: District, pk: int) -> HttpResponse:
    """One of the team: schools, and whether they may sign in."""
    member = get_object_or_404(team.team_of(district), pk=pk)
    schools = School.objects.filter(district=district, active=True).order_by("name", "pk")
    context: dict[str, Any] = {
        "member": member,
        "schools": schools if member.role == User.Role.SCHOOL_COORDINATOR else (),
        "chosen": set(member.schools.values_list("pk", flat=True)),
        "self": member.pk == request.user.pk,
    }
    parents = (("Team", reverse("admin:team_people", args=[district.slug])),)
    return show(request, district, "console/team/person.html", member.get_full_name(), context, parents=parents)


@page(*WHOLE)
@require_POST
def place(request: SignedInRequest, district: District, pk: int) -> HttpResponse:
    """Give a school coordinator other schools."""
    member = get_object_or_404(team.team_of(district), pk=pk, role=User.Role.SCHOOL_COORDINATOR)
    ids = [int(school) for school in request.POST.getlist("school") if school.isdecimal()]
    try:
        changed = team.place_in_schools(district, member, ids, by=Actor.of(request.user))
    except team.NoSchoolError as error:
        messages.error(request, f"{error} Nothing was changed.")
    else:
        _tell(request, changed, f"Saved the schools of {member.get_full_name()}.")
    return redirect("admin:team_person", slug=district.slug, pk=pk)


@page(*WHOLE)
@require_POST
def remove(request: SignedInRequest, district: District, pk: int) -> HttpResponse:
    """Stop somebody's sign-in."""
    member = get_object_or_404(team.team_of(district), pk=pk)
    try:
        changed = team.remove_from_team(district, member, by=Actor.of(request.user))
    except team.LastCoordinatorError as error:
        messages.error(request, f"{error} Nothing was changed.")
        return redirect("admin:team_person", slug=district.slug, pk=pk)
    if changed and member.pk == request.user.pk:
        return redirect("login")
    _tell(request, changed, f"{member.get_full_name()} can no longer sign in.")
    return redirect("admin:team_people", slug=district.slug)


@page(*WHOLE)
@require_POST
def let_in(request: SignedInRequest, district: District, pk: int) -> HttpResponse:
    """Let somebody sign in again."""
    member = get_object_or_404(team.team_of(district), pk=pk)
    changed = team.let_in_again(district, member, by=Actor.of(request.user))
    _tell(request, changed, f"{member.get_full_name()} can sign in again.")
    return redirect("admin:team_people", slug=district.slug)


def _tell(request: SignedInRequest, changed: bool, words: str) -> None:
    if changed:
        messages.success(request, words)
    else:
        messages.info(request, SAME)


PATHS: list[URLPattern] = [
    *invite_pages.PATHS,
    *alert_pages.PATHS,
    path("team/", people, name="team_people"),
    path("team/<int:pk>/", person, name="team_person"),
    path("team/<int:pk>/schools/", place, name="team_place"),
    path("team/<int:pk>/remove/", remove, name="team_remove"),
    path("team/<int:pk>/let-in/", let_in, name="team_let_in"),
]
ENTRIES: list[Entry] = [
    Entry("team_people", "Team", "Settings"),
    Entry("team_alerts", "Alerts", "Settings"),
    Entry("accounts_district_changelist", "Districts", "Operations", (OPS,)),
]
