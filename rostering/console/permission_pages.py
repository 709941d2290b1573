"""Permissions (R26): whether teachers may create student accounts, in the district and at single schools."""

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path, reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_POST

from accounts.access import SignedInRequest
from accounts.lifecycle import Actor, permit_creating
from accounts.models import District, School
from rostering.console.pages import WHOLE, page, show
from rostering.console.paging import page_of

ANSWERS = {"on": True, "off": False, "": None}
SAME = "It was so already. Nothing was changed."


@page(*WHOLE)
def permissions(request: SignedInRequest, district: District) -> HttpResponse:
    """The district's answer, and those of its schools."""
    text = request.GET.get("q", "").strip()[:200]
    rows = School.objects.filter(district=district, active=True, name__icontains=text).order_by("name", "pk")
    others = School.objects.filter(district=district, active=True).exclude(teachers_create_students=None).count()
    context = {"listed": page_of(request, rows), "text": text, "others": others}
    return show(request, district, "console/settings/permissions.html", "Permissions", context)


@page(*WHOLE)
@require_POST
def permit_district(request: SignedInRequest, district: District) -> HttpResponse:
    """Turn it on or off for the district."""
    allowed = ANSWERS.get(request.POST.get("allowed", ""))
    if allowed is None:
        messages.error(request, "Choose on or off. Nothing was changed.")
    elif allowed == district.teachers_create_students:
        messages.info(request, SAME)
    else:
        permit_creating(district, allowed, by=Actor.of(request.user))
        may = "may create" if allowed else "may no longer create"
        messages.success(request, f"Saved. Teachers {may} student accounts; accounts that exist stay as they are.")
    return redirect("admin:setting_permissions", slug=district.slug)


@page(*WHOLE)
@require_POST
def permit_schools(request: SignedInRequest, district: District) -> HttpResponse:
    """Answers of single schools; those that are not in the form, or not of this district, stay as they are."""
    fields = [name for name in request.POST if name.startswith("school-")]
    given = {name.removeprefix("school-"): request.POST[name] for name in fields}
    ids = [int(pk) for pk, value in given.items() if pk.isdecimal() and value in ANSWERS]
    changed = _permit(district, ids, given, Actor.of(request.user))
    if changed:
        messages.success(request, f"Saved for {changed} school{'' if changed == 1 else 's'}.")
    else:
        messages.info(request, SAME)
    back = {name: request.POST[name] for name in ("q", "page") if request.POST.get(name)}
    return redirect(f"{reverse('admin:setting_permissions', args=[district.slug])}?{urlencode(back)}".rstrip("?"))


@transaction.atomic
def _permit(district: District, ids: list[int], given: dict[str, str], by: Actor) -> int:
    changed = 0
    for school in School.objects.filter(district=district, pk__in=ids).order_by("pk"):
        allowed = ANSWERS[given[str(school.pk)]]
        if allowed != school.teachers_create_students:
            permit_creating(district, allowed, school=school, by=by)
            changed += 1
    return changed


PATHS: list[URLPattern] = [
    path("settings/permissions/", permissions, name="setting_permissions"),
    path("settings/permissions/district/", permit_district, name="setting_permit_district"),
    path("settings/permissions/schools/", permit_schools, name="setting_permit_schools"),
]
