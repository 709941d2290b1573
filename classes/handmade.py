"""Classes made by hand (R23), and what is assigned to classes (R21, R22)."""

from collections.abc import Iterable, Sequence

from django.db import transaction

from accounts.lifecycle import Actor, audit
from accounts.models import District, User
from classes.lifecycle import NewClass, NewSeat, create_classes, enroll
from classes.models import Class, CurriculumItem


@transaction.atomic
def add_class(district: District, name: str, teacher: User, students: Sequence[User], *, by: Actor) -> Class:
    """Make an unsynced class of a teacher, at the teacher's primary school."""
    school = teacher.user_schools.order_by("position").values_list("school_id", flat=True).first()
    [pk] = create_classes(district, [NewClass(name, school)], by=by)
    seats = [NewSeat(pk, teacher.pk, "teacher"), *(NewSeat(pk, student.pk, "student") for student in students)]
    enroll(district, seats, by=by)
    return Class.objects.get(pk=pk)


@transaction.atomic
def load_items(items: Iterable[CurriculumItem], *, by: Actor) -> int:
    """Add items to the catalogue, or change those whose code it has. Returns how many."""
    listed = list(items)
    CurriculumItem.objects.bulk_create(
        listed,
        update_conflicts=True,
        unique_fields=["code"],
        update_fields=["title", "subject", "grade_band", "body", "url"],
    )
    audit(None, by, "load curriculum", len(listed))
    return len(listed)
