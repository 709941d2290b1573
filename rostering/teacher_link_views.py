"""A teacher links a class made by hand to a section, seeing first who joins and leaves, and unlinks it (R24)."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Exists, OuterRef, QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from accounts.access import SignedInRequest
from accounts.lifecycle import Actor
from accounts.models import User
from classes.models import Assignment, Class, Work
from classes.queries import classes_of_teacher
from classes.teaching import own_class
from rostering.class_links import link_class
from rostering.class_plan import Linked, LinkRefusedError
from rostering.class_unlinks import unlink_class
from rostering.models import Link
from rostering.turns import BusyError

PAGE = 50
BUSY = "Your district’s roster is being read just now. Nothing was changed; try again in a few minutes."


@require_safe
@own_class
def link_page(request: SignedInRequest, klass: Class) -> HttpResponse:
    """My sections to choose from; for a class that was linked by hand the way back."""
    feeding = feeding_by_hand(klass)
    context = {
        "klass": klass, "feeding": feeding,
        "page": Paginator(free_sections(request.user), PAGE).get_page(request.GET.get("page")),
    }  # fmt: skip
    return render(request, "classes/link.html", context)


@require_POST
@own_class
def forecast(request: SignedInRequest, klass: Class) -> HttpResponse:
    """Who would join and leave; nothing is changed yet."""
    section = my_section(request)
    if feeding_by_hand(klass) is not None:
        return redirect("teacher_link", klass.number)
    try:
        done = link_class(klass, section.key, by=Actor.of(request.user), preview=True)
    except (LinkRefusedError, BusyError) as error:
        messages.error(request, words_of(error))
        return redirect("teacher_link", klass.number)
    context = {
        "klass": klass, "section": section, "forecast": done,
        "added": students_named(done, done.added), "removed": students_named(done, done.removed),
    }  # fmt: skip
    return render(request, "classes/link_forecast.html", context)


@require_POST
@own_class
def link(request: SignedInRequest, klass: Class) -> HttpResponse:
    """Link, if it would still do what was shown."""
    section, feeding = my_section(request), feeding_by_hand(klass)
    if feeding is not None and feeding.pk == section.pk:
        messages.info(request, "It was so already. Nothing was changed.")
        return redirect("class", klass.number)
    try:
        done = link_class(klass, section.key, by=Actor.of(request.user), seen=request.POST.get("seen") or "nothing")
    except (LinkRefusedError, BusyError) as error:
        messages.error(request, words_of(error))
        return redirect("teacher_link", klass.number)
    messages.success(request, f"{section.name} feeds this class now: {counts_of(done)}.")
    return redirect("class", klass.number)


@require_POST
@own_class
def unlink(request: SignedInRequest, klass: Class) -> HttpResponse:
    """Make it a class by hand again."""
    if not klass.synced:
        messages.info(request, "It was so already. Nothing was changed.")
        return redirect("class", klass.number)
    if feeding_by_hand(klass) is None:
        raise Http404
    try:
        done = unlink_class(klass, by=Actor.of(request.user))
    except (LinkRefusedError, BusyError) as error:
        messages.error(request, words_of(error))
        return redirect("teacher_link", klass.number)
    klass.refresh_from_db(fields=["name"])
    messages.success(request, f"{klass.name} is yours by hand again: {counts_of(done)}.")
    return redirect("class", klass.number)


def feeding_by_hand(klass: Class) -> Link | None:
    """The section to which the class was linked by hand. One that its own section made is not to be found here."""
    if not klass.synced:
        return None
    return get_object_or_404(Link, district=klass.district_id, kind="section", object_id=klass.pk, manual=True)


def sections_of_teacher(teacher: User) -> QuerySet[Link]:
    """The sections in use that feed a class of the teacher, whichever way."""
    classes = classes_of_teacher(teacher).order_by().exclude(managed_fields="").values("pk")
    rows = Link.objects.filter(district=teacher.district_id, kind="section", state=Link.State.IN_USE)
    return rows.filter(object_id__in=classes)


def free_sections(teacher: User) -> QuerySet[Link]:
    """Those of them whose own class has neither items nor work, so that nothing is lost when it goes."""
    items, work = (model.objects.filter(klass=OuterRef("object_id")) for model in (Assignment, Work))
    rows = sections_of_teacher(teacher).filter(~Exists(items), ~Exists(work), manual=False)
    return rows.order_by("name", "key")


def my_section(request: SignedInRequest) -> Link:
    """The section that a form names, if it is one of the teacher's; others do not exist (R47)."""
    return get_object_or_404(sections_of_teacher(request.user), key=request.POST.get("section", ""))


def students_named(done: Linked, usernames: list[str]) -> list[User]:
    """The students of a forecast, by name."""
    found = User.objects.filter(district=done.klass.district_id, username__in=usernames)
    return list(found.order_by("last_name", "first_name", "pk"))


def counts_of(done: Linked) -> str:
    """How many joined and left."""
    added, removed = len(done.added), len(done.removed)
    return f"{added} student{'' if added == 1 else 's'} joined, {removed} left"


def words_of(error: Exception) -> str:
    """What a teacher is told of a refusal."""
    return BUSY if isinstance(error, BusyError) else str(error)
