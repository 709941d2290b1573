"""Students whom a teacher makes, where the district or the school allows it (R26)."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from accounts.access import SignedInRequest
from accounts.handmade import add_user
from accounts.lifecycle import Actor
from accounts.models import NAME_LENGTH
from classes.lifecycle import NewSeat, enroll
from classes.models import Class
from classes.queries import school_of_new_student
from classes.teaching import SHORTEST, own_class


@require_POST
@own_class
def create_student(request: SignedInRequest, klass: Class) -> HttpResponse:
    """Make a student at the class's school, with a seat in the class."""
    school = school_of_new_student(request.user, klass)
    first, last = (request.POST.get(name, "").strip()[:NAME_LENGTH] for name in ("first_name", "last_name"))
    password = request.POST.get("password", "")
    if school is None:
        messages.error(request, "Your district does not let teachers create students here. Nothing was made.")
    elif not first or not last or len(password) < SHORTEST:
        words = f"A student needs a first name, a last name and a password of {SHORTEST} characters. Nothing was made."
        messages.error(request, words)
    else:
        by = Actor.of(request.user)
        made = add_user(
            school.district, role="student", first_name=first, last_name=last,
            grade=request.POST.get("grade", "").strip()[:30], schools=(school.pk,), password=password, by=by,
        )  # fmt: skip
        enroll(klass.district, [NewSeat(klass.pk, made.pk, "student")], by=by)
        messages.success(request, f"{made} is made and in the class. The username is {made.username}.")
    return redirect("class_people", klass.number)
