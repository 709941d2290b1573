"""Classes: linking one to a section, with what that would do, and taking it back (R24)."""

from typing import cast

from django.contrib import messages
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.urls import URLPattern, path, reverse
from django.views.decorators.http import require_POST

from accounts.access import SignedInRequest
from accounts.lifecycle import Actor
from accounts.models import District, User
from classes.models import Class
from rostering.class_links import link_class
from rostering.class_plan import Linked, LinkRefusedError
from rostering.class_unlinks import unlink_class
from rostering.console.pages import ALL, SCHOOL, Entry, page, show
from rostering.console.scope import rows_for, school_ids_of
from rostering.models import Link
from rostering.turns import BusyError

MOST = 20


@page(*ALL)
def link_page(request: HttpRequest, district: District, number: int) -> HttpResponse:
    """Find a section and see what linking would do, or unlink the class."""
    klass = class_or_404(request, district, number)
    text = request.GET.get("q", "").strip()
    sections = sections_like(cast("SignedInRequest", request).user, district, text)
    context = {"klass": klass, "sections": sections, "text": text, "forecast": None}
    return show(request, district, "console/classes/link.html", "Link", context, parents=_parents(klass))


@page(*ALL)
@require_POST
def do_link(request: HttpRequest, district: District, number: int) -> HttpResponse:
    """Show what linking would do (``do=forecast``), link (``do=link``), or unlink (``do=unlink``)."""
    klass = class_or_404(request, district, number)
    do, section = request.POST.get("do", ""), request.POST.get("section", "").strip()
    user = cast("SignedInRequest", request).user
    actor = Actor.of(user)
    if do != "unlink" and not sections_of(user, district).filter(key=section).exists():
        messages.warning(request, f"There is no section {section} in use here. Nothing was changed.")
        return redirect(reverse("admin:class_link", args=[district.slug, klass.number]))
    try:
        done = unlink_class(klass, by=actor) if do == "unlink" else link_class(
            klass, section, by=actor, preview=do != "link"
        )  # fmt: skip
    except (LinkRefusedError, BusyError) as error:
        messages.warning(request, str(error))
        return redirect(reverse("admin:class_link", args=[district.slug, klass.number]))
    if not done.applied:
        context = {"klass": klass, "sections": [], "text": "", "forecast": done}
        return show(request, district, "console/classes/link.html", "Link", context, parents=_parents(klass))
    return _told(request, klass, done, "linked" if do == "link" else "unlinked")


def sections_of(user: User, district: District) -> QuerySet[Link]:
    """Sections in use that the person may see."""
    rows = Link.objects.filter(district=district, kind="section", state=Link.State.IN_USE)
    if user.role != SCHOOL:
        return rows
    schools = Link.objects.filter(district=district, kind="school", object_id__in=school_ids_of(user))
    return rows.filter(school__in=schools.values("key"))


def sections_like(user: User, district: District, text: str) -> list[Link]:
    """The first of them whose id is the text, or whose name has it."""
    rows = sections_of(user, district).filter(Q(name__icontains=text) | Q(key=text)).order_by("name", "key")
    return list(rows[:MOST]) if text else []


def class_or_404(request: HttpRequest, district: District, number: int) -> Class:
    """A class that the person may see."""
    user = cast("SignedInRequest", request).user
    rows = rows_for(user, Class.objects.filter(district=district), district="district", school="school")
    klass = rows.filter(number=number).select_related("district", "school").first()
    if klass is None:
        raise Http404
    return klass


def _told(request: HttpRequest, klass: Class, done: Linked, verb: str) -> HttpResponseRedirect:
    words = f"The class is {verb}: {len(done.added)} students joined, {len(done.removed)} left."
    messages.success(request, words)
    return redirect(reverse("admin:classes_class_change", args=[klass.pk]))


def _parents(klass: Class) -> tuple[tuple[str, str], ...]:
    address = reverse("admin:classes_class_change", args=[klass.pk])
    return ("Classes", reverse("admin:classes_class_changelist")), (klass.name, address)


PATHS: list[URLPattern] = [
    path("classes/<int:number>/link/", link_page, name="class_link"),
    path("classes/<int:number>/link/do/", do_link, name="class_link_do"),
]
ENTRIES: list[Entry] = [
    Entry("classes_class_changelist", "Classes", "People and classes", ALL),
    Entry("accounts_school_changelist", "Schools", "People and classes", ALL),
]
