"""Reading classes, each query named for what it returns. Their number does not grow with the classes."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any, NamedTuple

from django.db.models import Case, Count, Exists, F, IntegerField, OuterRef, Prefetch, Q, QuerySet, Subquery, When
from django.db.models.functions import Coalesce, Lower, TruncDate
from django.utils import timezone

from accounts.models import School, User
from accounts.queries import may_create_students
from classes.models import Assignment, Class, CurriculumItem, Membership, SeatMove, Work

BY_NAME = (Lower("user__last_name"), Lower("user__first_name"), "user_id")
BY_TITLE = (Lower("name"), F("number"))


def with_counts(classes: QuerySet[Class]) -> QuerySet[Class]:
    """The classes, each with ``student_count`` and ``item_count`` (0 items: hidden from students, R21)."""
    students = Membership.objects.filter(klass=OuterRef("pk"), role=Membership.Role.STUDENT, active=True)
    items = Assignment.objects.filter(klass=OuterRef("pk")).order_by()
    return classes.annotate(
        student_count=_count_of(students.values("klass").annotate(n=Count("pk"))),
        item_count=_count_of(items.values("klass").annotate(n=Count("pk"))),
    )


def classes_of_teacher(user: User) -> QuerySet[Class]:
    """The active classes that ``user`` teaches or co-teaches (R25, R47), synced ones first, by name, with counts."""
    classes = with_counts(_classes_with(user, Membership.Role.TEACHER)).select_related("school")
    return classes.order_by(Case(When(managed_fields="", then=1), default=0), *BY_TITLE)


def past_classes_of_teacher(user: User) -> QuerySet[Class]:
    """The archived classes that ``user`` taught to their end, the latest term first, with counts (R20, R31)."""
    past = _classes_with(user, Membership.Role.TEACHER, Class.Status.ARCHIVED)
    return with_counts(past).select_related("school").order_by("-term_start", *BY_TITLE)


def classes_taught(user: User) -> QuerySet[Class]:
    """All that ``user`` teaches, or taught to its end."""
    return Class.objects.filter(Exists(_seats_of(user, Membership.Role.TEACHER)), district=user.district_id)


def classes_with_items(user: User) -> QuerySet[Class]:
    """Those of them that have something assigned, past ones last, by name."""
    has = Exists(Assignment.objects.filter(klass=OuterRef("pk")))
    return classes_taught(user).filter(has).order_by("status", *BY_TITLE)


def may_come_back(klass: Class) -> bool:
    """Whether a class was put away by hand: neither is it synced now, nor are there seats that a section gave it."""
    return klass.status == Class.Status.ARCHIVED and not (
        klass.synced or klass.memberships.filter(synced=True).exists()
    )  # fmt: skip


def open_classes_of_student(user: User) -> QuerySet[Class]:
    """The active classes of ``user`` that have something assigned (R21), by name.

    Each comes with ``teacher_seats`` and with all its assignments, whenever they were made (R22), the items of
    which have ``own_work``: what the student did on them, if anything.
    """
    opened = _classes_with(user, Membership.Role.STUDENT).filter(
        Exists(Assignment.objects.filter(klass=OuterRef("pk")))
    )
    seats = Membership.objects.filter(role=Membership.Role.TEACHER, active=True)
    own = Prefetch("item__work", Work.objects.filter(user=user), to_attr="own_work")
    return _by_name(opened).prefetch_related(
        Prefetch("memberships", seats.select_related("user").order_by(*BY_NAME), to_attr="teacher_seats"),
        Prefetch("assignments", Assignment.objects.select_related("item").prefetch_related(own)),
    )


def student_seats(klass: Class) -> QuerySet[Membership]:
    """The seats of the students in a class, by last name. An inactive account keeps one in a class made by hand."""
    return _seats([klass], Membership.Role.STUDENT)


def teacher_seats(classes: Sequence[Class]) -> QuerySet[Membership]:
    """The seats of the teachers of classes, by last name."""
    return _seats(classes, Membership.Role.TEACHER)


def assigned_items(klass: Class) -> QuerySet[Assignment]:
    """What is assigned to a class, in its order, with the items."""
    return klass.assignments.select_related("item")


def _classes_with(user: User, role: Membership.Role, status: Class.Status = Class.Status.ACTIVE) -> QuerySet[Class]:
    return Class.objects.filter(Exists(_seats_of(user, role)), district=user.district_id, status=status)


def _seats_of(user: User, role: Membership.Role) -> QuerySet[Membership]:
    return Membership.objects.filter(klass=OuterRef("pk"), user=user, role=role, active=True)


def _seats(classes: Sequence[Class], role: Membership.Role) -> QuerySet[Membership]:
    seats = Membership.objects.filter(klass__in=classes, role=role, active=True)
    return seats.select_related("user").order_by(*BY_NAME)


def _by_name(classes: QuerySet[Class]) -> QuerySet[Class]:
    return classes.select_related("school").order_by(*BY_TITLE)


def _count_of(counted: QuerySet[Any, Any]) -> Coalesce:
    return Coalesce(Subquery(counted.values("n"), output_field=IntegerField()), 0)


def left_seats(klass: Class) -> QuerySet[Membership]:
    """Students who left a class; their work stays theirs (R30)."""
    seats = klass.memberships.filter(role=Membership.Role.STUDENT, active=False)
    return seats.select_related("user").order_by(*BY_NAME)


class Done(NamedTuple):
    """An item and what a student did on it. ``assigned``: whether it is still assigned to the class."""

    item: CurriculumItem
    work: Work | None
    assigned: bool


def work_in_class(klass: Class, student: User) -> list[Done]:
    """What is assigned to a class, each with what a student did on it; then their work here on what was taken away."""
    mine = Q(item__assignments__klass=klass) | Q(klass=klass)
    rows = Work.objects.filter(mine, user=student).select_related("item").distinct()
    work = {row.item_id: row for row in rows.order_by("updated", "pk")}
    assigned = [Done(each.item, work.pop(each.item_id, None), assigned=True) for each in assigned_items(klass)]
    return assigned + [Done(row.item, row, assigned=False) for row in work.values()]


def moves_of(classes: Sequence[Class], days: int = 14) -> list[dict[str, Any]]:
    """Who joined and left lately, a line per class and day, the latest day first.

    ``{"klass_id", "day", "joined_count", "left_count"}``.
    """
    since = timezone.now() - timedelta(days=days)
    rows = SeatMove.objects.filter(klass__in=classes, at__gte=since).annotate(day=TruncDate("at"))
    counts = {"joined_count": Count("pk", filter=Q(joined=True)), "left_count": Count("pk", filter=Q(joined=False))}
    return [{**row} for row in rows.values("klass_id", "day").order_by("-day", "klass_id").annotate(**counts)]


def school_of_new_student(teacher: User, klass: Class) -> School | None:
    """The school at which a teacher may make a student for a class (R26): the class's, else the teacher's first."""
    school = klass.school or teacher.schools.order_by("userschool__position").first()
    return school if school is not None and may_create_students(teacher, school) else None
