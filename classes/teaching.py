"""What a teacher does with a class: items, people, names; each a guard, one verb, one message (R21–R25, R45)."""

from collections.abc import Callable, Iterable
from datetime import date
from functools import wraps
from typing import Any, cast

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from accounts.access import SignedInRequest, for_roles, signed_in
from accounts.lifecycle import Actor, set_passwords
from accounts.locks import LockedError
from accounts.models import NAME_LENGTH, User
from classes.handmade import add_class
from classes.lifecycle import (
    NewSeat,
    assign_items,
    change_assignments,
    change_classes,
    change_seats,
    enroll,
    set_scores,
    unassign_items,
)
from classes.models import Class, CurriculumItem, Membership
from classes.queries import (
    assigned_items,
    classes_of_teacher,
    classes_taught,
    classes_with_items,
    school_of_new_student,
    student_seats,
    work_in_class,
)

PAGE = 50
SHORTEST = 4
"""Characters of a password that a teacher sets for a student; young children type it."""
View = Callable[..., HttpResponse]


def own_class(view: View) -> View:
    """In front of a view ``(request, klass, …)``: one of the teacher's active classes; others do not exist (R47)."""

    @wraps(view)
    def guarded(request: HttpRequest, number: int, **kwargs: Any) -> HttpResponse:
        user = cast("SignedInRequest", request).user
        return view(request, get_object_or_404(classes_of_teacher(user), number=number), **kwargs)

    return signed_in(guarded)


@require_POST
@for_roles(User.Role.TEACHER, User.Role.STAFF, words="This page is for teachers.")
def new_class(request: SignedInRequest) -> HttpResponse:
    """Make a class by hand (R23)."""
    name = request.POST.get("name", "").strip()[:NAME_LENGTH]
    if not name or request.user.district is None:
        messages.error(request, "Give the class a name. Nothing was made.")
        return redirect("classes")
    klass = add_class(request.user.district, name, request.user, [], by=Actor.of(request.user))
    messages.success(request, f"{name} is made. Students see it once something is assigned to it.")
    return redirect("class", klass.number)


@require_POST
@own_class
def rename_class(request: SignedInRequest, klass: Class) -> HttpResponse:
    """Rename a class, unless the roster keeps its name true (R45)."""
    name = request.POST.get("name", "").strip()[:NAME_LENGTH]
    if name:
        _do(request, lambda by: change_classes(klass.district, {klass.pk: {"name": name}}, by=by), "Renamed.")
    return redirect("class", klass.number)


@require_POST
@signed_in
def archive_class(request: SignedInRequest, number: int) -> HttpResponse:
    """Put away a class that was made by hand; its work stays with its students."""
    klass = get_object_or_404(classes_taught(request.user).select_related("district"), number=number)
    if klass.status == Class.Status.ARCHIVED:
        messages.info(request, "It was so already. Nothing was changed.")
        return redirect("classes")
    changes = {klass.pk: {"status": Class.Status.ARCHIVED}}
    done = _do(request, lambda by: change_classes(klass.district, changes, by=by), f"{klass.name} is put away.")
    return redirect("classes") if done else redirect("class", klass.number)


@require_safe
@own_class
def items_page(request: SignedInRequest, klass: Class) -> HttpResponse:
    """What is assigned, and the catalogue to choose from."""
    text = request.GET.get("q", "").strip()
    catalogue = CurriculumItem.objects.exclude(assignments__klass=klass).order_by("title", "pk")
    if text:
        catalogue = catalogue.filter(Q(title__icontains=text) | Q(subject__icontains=text) | Q(code__icontains=text))
    context = {
        "klass": klass, "assignments": assigned_items(klass), "text": text,
        "others": classes_with_items(request.user).exclude(pk=klass.pk),
        "catalogue": Paginator(catalogue, PAGE).get_page(request.GET.get("page")),
    }  # fmt: skip
    return render(request, "classes/items.html", context)


@require_POST
@own_class
def change_items(request: SignedInRequest, klass: Class) -> HttpResponse:
    """Assign (``do=assign``), take away, move up, set the due date, or copy from another class, also a past one."""
    do, by = request.POST.get("do", ""), Actor.of(request.user)
    items = list(CurriculumItem.objects.filter(pk__in=_numbers(request.POST.getlist("item"))))
    if do == "assign":
        new = assign_items(klass, items, by=by)
        messages.success(request, "Assigned." if new else "It was so already. Nothing was changed.")
    elif do == "remove":
        gone = unassign_items(klass, items, by=by)
        messages.success(request, "Taken away; what students did on it stays." if gone else "It was gone already.")
    elif do == "copy":
        source = get_object_or_404(classes_with_items(request.user), number=_first(request.POST.get("from", "")))
        new = assign_items(klass, [each.item for each in assigned_items(source)], by=by)
        messages.success(request, f"Copied {new} item{'' if new == 1 else 's'} from {source.name}.")
    elif do == "due" and items:
        _set_due(request, klass, items[0])
    elif do == "up" and items:
        _move_up(klass, items[0], by)
    return redirect("class_items", klass.number)


@require_safe
@own_class
def people_page(request: SignedInRequest, klass: Class) -> HttpResponse:
    """Who is in the class, who left, and students of my schools to add by hand."""
    text = request.GET.get("q", "").strip()
    found = students_near(request.user).exclude(memberships__in=klass.memberships.filter(role="student", active=True))
    if text:
        words = Q(last_name__icontains=text) | Q(first_name__icontains=text) | Q(username__icontains=text)
        found = found.filter(words)
    context = {
        "klass": klass, "text": text, "found": found.order_by("last_name", "first_name", "pk")[:PAGE] if text else [],
        "seats": Paginator(student_seats(klass), PAGE).get_page(request.GET.get("page")),
        "may_create": school_of_new_student(request.user, klass), "shortest": SHORTEST,
    }  # fmt: skip
    return render(request, "classes/people.html", context)


@require_POST
@own_class
def change_people(request: SignedInRequest, klass: Class) -> HttpResponse:
    """Add a student of my schools by hand, or end a seat that was given by hand (R23)."""
    do, pk = request.POST.get("do", ""), _first(request.POST.get("user", ""))
    seat = klass.memberships.filter(user=pk, role=Membership.Role.STUDENT).first()
    if do == "add":
        _add(request, klass, get_object_or_404(students_near(request.user), pk=pk), seat)
    elif do == "remove" and seat is not None and seat.active:
        changes = {seat.pk: {"active": False}}
        _do(request, lambda by: change_seats(klass.district, changes, by=by), "Taken out of the class; the work stays.")
    return redirect("class_people", klass.number)


@require_safe
@own_class
def student_page(request: SignedInRequest, klass: Class, pk: int) -> HttpResponse:
    """What a student of the class did, also one who left; scores, and a new password."""
    seat = seat_of(klass, pk)
    context = {"klass": klass, "seat": seat, "student": seat.user, "rows": work_in_class(klass, seat.user)}
    return render(request, "classes/student.html", context)


@require_POST
@own_class
def score(request: SignedInRequest, klass: Class, pk: int) -> HttpResponse:
    """Set the score of one item, 0 to 100, or take it away."""
    seat = seat_of(klass, pk, active=True)
    item = get_object_or_404(CurriculumItem, pk=_first(request.POST.get("item", "")))
    given = request.POST.get("score", "").strip()
    if given and not (given.isdecimal() and int(given) <= 100):
        messages.error(request, "A score is a whole number from 0 to 100. Nothing was changed.")
    elif klass.assignments.filter(item=item).exists():
        set_scores(klass, item, {seat.user_id: int(given) if given else None}, by=Actor.of(request.user))
        messages.success(request, "Saved.")
    return redirect("class_student", klass.number, pk)


@require_POST
@own_class
def reset_password(request: SignedInRequest, klass: Class, pk: int) -> HttpResponse:
    """Give a student of mine a new password; it is shown nowhere (R15, R16)."""
    seat = seat_of(klass, pk, active=True)
    raw = request.POST.get("password", "")
    if seat.user.role != User.Role.STUDENT:
        raise PermissionDenied("Only a student’s password is set here.")
    if len(raw) < SHORTEST:
        messages.error(request, f"A password has at least {SHORTEST} characters. Nothing was changed.")
    else:
        set_passwords([seat.user], raw, by=Actor.of(request.user))
        messages.success(request, f"{seat.user} signs in with the new password now.")
    return redirect("class_student", klass.number, pk)


@require_safe
@own_class
def cards(request: SignedInRequest, klass: Class) -> HttpResponse:
    """Sign-in cards to print: usernames, never passwords (R16)."""
    seats = student_seats(klass).filter(user__is_active=True)
    return render(request, "classes/cards.html", {"klass": klass, "seats": seats})


def seat_of(klass: Class, user: int, **more: bool) -> Membership:
    """A student's seat in a class, ended or not; not found where there is none."""
    seats = klass.memberships.select_related("user").filter(role=Membership.Role.STUDENT, **more)
    return get_object_or_404(seats, user__in=User.objects.filter(pk=user))


def students_near(teacher: User) -> QuerySet[User]:
    """The active students of a teacher's schools."""
    return User.objects.filter(
        district=teacher.district_id, role=User.Role.STUDENT, is_active=True,
        schools__in=teacher.schools.order_by().values("pk"),
    ).distinct()  # fmt: skip


def _add(request: SignedInRequest, klass: Class, student: User, seat: Membership | None) -> None:
    """Give a seat by hand, or give one that ended again."""
    if seat is None:
        seats = [NewSeat(klass.pk, student.pk, "student")]
        _do(request, lambda by: enroll(klass.district, seats, by=by), f"{student} is added.")
    elif not seat.active:
        changes = {seat.pk: {"active": True}}
        _do(request, lambda by: change_seats(klass.district, changes, by=by), f"{student} is back.")
    else:
        messages.info(request, "It was so already. Nothing was changed.")


def _set_due(request: SignedInRequest, klass: Class, item: CurriculumItem) -> None:
    given = request.POST.get("due", "")
    try:
        due = date.fromisoformat(given) if given else None
    except ValueError:
        messages.error(request, "That is no date. Nothing was changed.")
        return
    rows = klass.assignments.filter(item=item).values_list("pk", flat=True)
    change_assignments(klass, {pk: {"due": due} for pk in rows}, by=Actor.of(request.user))
    messages.success(request, "The due date is saved." if due else "There is no due date any more.")


def _move_up(klass: Class, item: CurriculumItem, by: Actor) -> None:
    order = list(assigned_items(klass))
    place = next((place for place, each in enumerate(order) if each.item_id == item.pk), 0)
    if place:
        order[place - 1], order[place] = order[place], order[place - 1]
        change_assignments(klass, {each.pk: {"position": spot} for spot, each in enumerate(order)}, by=by)


def _do(request: SignedInRequest, change: Callable[[Actor], object], words: str) -> bool:
    """Change something and say so, or say why it is locked."""
    try:
        change(Actor.of(request.user))
    except LockedError as error:
        messages.error(request, f"Nothing was changed: {error}")
        return False
    messages.success(request, words)
    return True


def _first(given: str) -> int:
    """The number that was given, 0 where that is none."""
    return next(iter(_numbers([given])), 0)


def _numbers(given: Iterable[str]) -> list[int]:
    return [int(each) for each in given if each.isdecimal() and len(each) < 18]
