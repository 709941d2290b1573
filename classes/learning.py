"""What a student does: open an item, say how far it is, and see what was done in earlier years (R22, R30)."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from accounts.access import SignedInRequest, for_roles
from accounts.lifecycle import Actor
from accounts.models import User
from classes.lifecycle import set_progress
from classes.models import Assignment, Work
from classes.queries import open_classes_of_student

for_students = for_roles(User.Role.STUDENT, words="This page is for students.")
STATES = {"start": Work.Status.IN_PROGRESS, "done": Work.Status.DONE}
PAGE = 50


@require_safe
@for_students
def item_page(request: SignedInRequest, code: str) -> HttpResponse:
    """One item that is assigned to the student, with how far they are."""
    assignment = _assigned(request.user, code)
    work = Work.objects.filter(user=request.user, item=assignment.item).first()
    return render(request, "classes/item.html", {"assignment": assignment, "item": assignment.item, "work": work})


@require_POST
@for_students
def progress(request: SignedInRequest, code: str) -> HttpResponse:
    """Say that it is begun, or done."""
    assignment = _assigned(request.user, code)
    status = STATES.get(request.POST.get("do", ""))
    if status is not None:
        set_progress(request.user, assignment, status, by=Actor.of(request.user))
        messages.success(request, "Well done!" if status == Work.Status.DONE else "Have fun!")
    return redirect("learn_item", code)


@require_safe
@for_students
def results(request: SignedInRequest) -> HttpResponse:
    """All that the student ever did, the latest first, also in classes that are over (R30)."""
    work = Work.objects.filter(user=request.user).select_related("item", "klass").order_by("-updated", "-pk")
    return render(request, "classes/results.html", {"page": Paginator(work, PAGE).get_page(request.GET.get("page"))})


def _assigned(student: User, code: str) -> Assignment:
    """The assignment of an item in one of the student's open classes."""
    classes = open_classes_of_student(student).order_by().values("pk")
    rows = Assignment.objects.filter(klass__in=classes, item__code=code).select_related("item", "klass")
    found = rows.order_by("klass__name", "pk").first()
    if found is None:
        raise Http404
    return found
