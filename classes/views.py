"""The pages of teachers and of students."""

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from accounts.access import SignedInRequest, for_roles, signed_in
from accounts.models import User
from classes.queries import (
    assigned_items,
    classes_of_teacher,
    left_seats,
    moves_of,
    open_classes_of_student,
    student_seats,
    teacher_seats,
)

PAGE = 50


@require_safe
@for_roles(User.Role.TEACHER, User.Role.STAFF, words="This page is for teachers.")
def teacher_classes(request: SignedInRequest) -> HttpResponse:
    """A teacher's classes, those that the SIS feeds apart from those made by hand."""
    classes = list(classes_of_teacher(request.user))
    context = {
        "synced": [klass for klass in classes if klass.synced],
        "unsynced": [klass for klass in classes if not klass.synced],
    }
    return render(request, "classes/classes.html", context)


@require_safe
@signed_in
def class_page(request: SignedInRequest, number: int) -> HttpResponse:
    """One class with its people and items. For everybody but its teachers it does not exist (R47)."""
    klass = get_object_or_404(classes_of_teacher(request.user), number=number)
    context = {
        "klass": klass,
        "teachers": teacher_seats(klass),
        "seats": Paginator(student_seats(klass), PAGE).get_page(request.GET.get("page")),
        "assignments": assigned_items(klass),
        "left": left_seats(klass)[:PAGE],
        "moves": moves_of(klass),
    }
    return render(request, "classes/class.html", context)


@require_safe
@for_roles(User.Role.STUDENT, words="This page is for students.")
def learn(request: SignedInRequest) -> HttpResponse:
    """What a student's classes have open for them (R21, R22)."""
    return render(request, "classes/learn.html", {"classes": open_classes_of_student(request.user)})
