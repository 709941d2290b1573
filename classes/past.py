"""Classes that are over or were put away: who taught them reads them, and brings back what was made by hand (R20)."""

from collections.abc import Callable
from functools import wraps
from typing import Any, cast

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from accounts.access import SignedInRequest, for_roles, signed_in
from accounts.lifecycle import Actor
from accounts.models import User
from classes.lifecycle import change_classes
from classes.models import Class, Membership
from classes.queries import (
    BY_NAME,
    assigned_items,
    classes_taught,
    may_come_back,
    past_classes_of_teacher,
    work_in_class,
)
from classes.teaching import seat_of

PAGE = 50
View = Callable[..., HttpResponse]


def past_class(view: View) -> View:
    """In front of a view ``(request, klass, …)``: an archived class that the teacher taught; no other exists (R47)."""

    @wraps(view)
    def guarded(request: HttpRequest, number: int, **kwargs: Any) -> HttpResponse:
        user = cast("SignedInRequest", request).user
        return view(request, get_object_or_404(past_classes_of_teacher(user), number=number), **kwargs)

    return signed_in(guarded)


@require_safe
@for_roles(User.Role.TEACHER, User.Role.STAFF, words="This page is for teachers.")
def past_classes(request: SignedInRequest) -> HttpResponse:
    """The classes that a teacher taught, the latest term first."""
    text = request.GET.get("q", "").strip()
    rows = past_classes_of_teacher(request.user)
    found = rows.filter(name__icontains=text) if text else rows
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    return render(request, "classes/past.html", {"page": page, "text": text})


@require_safe
@past_class
def past_page(request: SignedInRequest, klass: Class) -> HttpResponse:
    """One of them: its items and everybody who was in it, with a way to their work."""
    seats = klass.memberships.filter(role=Membership.Role.STUDENT).select_related("user").order_by(*BY_NAME)
    context = {
        "klass": klass, "assignments": assigned_items(klass), "may_come_back": may_come_back(klass),
        "seats": Paginator(seats, PAGE).get_page(request.GET.get("page")),
    }  # fmt: skip
    return render(request, "classes/past_class.html", context)


@require_safe
@past_class
def past_student(request: SignedInRequest, klass: Class, pk: int) -> HttpResponse:
    """What a student did in a class that is over; nothing of it is changed any more."""
    seat = seat_of(klass, pk)
    context = {"klass": klass, "student": seat.user, "rows": work_in_class(klass, seat.user)}
    return render(request, "classes/past_student.html", context)


@require_POST
@signed_in
def restore(request: SignedInRequest, number: int) -> HttpResponse:
    """Bring back a class that was put away by hand; one that a section fed comes back with its section alone."""
    klass = get_object_or_404(classes_taught(request.user).select_related("district"), number=number)
    if klass.status == Class.Status.ACTIVE:
        messages.info(request, "It was so already. Nothing was changed.")
    elif not may_come_back(klass):
        messages.error(request, f"{klass.name} came from the SIS and comes back with it. Nothing was changed.")
        return redirect("class_past_page", klass.number)
    else:
        change_classes(klass.district, {klass.pk: {"status": Class.Status.ACTIVE}}, by=Actor.of(request.user))
        messages.success(request, f"{klass.name} is back, with its items and work.")
    return redirect("class", klass.number)
