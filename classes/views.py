"""The pages of teachers and of students."""

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.access import SignedInRequest, for_roles, signed_in
from accounts.models import User
from classes.days import time_words
from classes.news import News, news_of
from classes.queries import (
    assigned_items,
    classes_of_teacher,
    left_seats,
    open_classes_of_student,
    student_seats,
    teacher_seats,
)

PAGE = 50


@require_safe
@for_roles(User.Role.TEACHER, User.Role.STAFF, words="This page is for teachers.")
def teacher_classes(request: SignedInRequest) -> HttpResponse:
    """A teacher's classes, those that the SIS feeds apart from those made by hand."""
    text = request.GET.get("q", "").strip()
    classes = classes_of_teacher(request.user)
    found = classes.filter(name__icontains=text) if text else classes
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    news = news_of(request.user, list(page))
    context = {
        "page": page,
        "text": text,
        "synced": [card for card in news.cards if card.klass.synced],
        "unsynced": [card for card in news.cards if not card.klass.synced],
        "checked": _checked(news),
    }
    return render(request, "classes/classes.html", context)


@require_safe
@signed_in
def class_page(request: SignedInRequest, number: int) -> HttpResponse:
    """One class with its people and items. For everybody but its teachers it does not exist (R47)."""
    klass = get_object_or_404(classes_of_teacher(request.user), number=number)
    news = news_of(request.user, [klass])
    context = {
        "klass": klass,
        "card": news.cards[0],
        "checked": _checked(news),
        "teachers": teacher_seats([klass]),
        "seats": Paginator(student_seats(klass), PAGE).get_page(request.GET.get("page")),
        "assignments": assigned_items(klass),
        "left": left_seats(klass)[:PAGE],
    }
    return render(request, "classes/class.html", context)


@require_safe
@for_roles(User.Role.STUDENT, words="This page is for students.")
def learn(request: SignedInRequest) -> HttpResponse:
    """What a student's classes have open for them (R21, R22)."""
    return render(request, "classes/learn.html", {"classes": open_classes_of_student(request.user)})


def _checked(news: News) -> str:
    """When the roster was last read: "today at 5:12 am"; empty where it never was."""
    return time_words(news.checked, timezone.now()) if news.checked else ""
