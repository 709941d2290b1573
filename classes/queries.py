"""Reading classes, each query named for what it returns. Their number does not grow with the classes."""

from datetime import timedelta
from typing import Any

from django.db.models import Count, Exists, F, IntegerField, OuterRef, Prefetch, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce, Lower, TruncDate
from django.utils import timezone

from accounts.models import School, User
from accounts.queries import may_create_students
from classes.models import Assignment, Class, Membership, Work

BY_NAME = (Lower("user__last_name"), Lower("user__first_name"), "user_id")


def with_counts(classes: QuerySet[Class]) -> QuerySet[Class]:
    """The classes, each with ``student_count`` and ``item_count`` (0 items: hidden from students, R21)."""
    students = Membership.objects.filter(klass=OuterRef("pk"), role=Membership.Role.STUDENT, active=True)
    items = Assignment.objects.filter(klass=OuterRef("pk")).order_by()
    return classes.annotate(
        student_count=_count_of(students.values("klass").annotate(n=Count("pk"))),
        item_count=_count_of(items.values("klass").annotate(n=Count("pk"))),
    )


def classes_of_teacher(user: User) -> QuerySet[Class]:
    """The active classes that ``user`` teaches or co-teaches (R25, R47), by name, with counts."""
    return _by_name(with_counts(_classes_with(user, Membership.Role.TEACHER)))


def open_classes_of_student(user: User) -> QuerySet[Class]:
    """The active classes of ``user`` that have something assigned (R21), by name.

    Each comes with ``teacher_seats`` and with all its assignments, whenever they were made (R22).
    """
    opened = _classes_with(user, Membership.Role.STUDENT).filter(
        Exists(Assignment.objects.filter(klass=OuterRef("pk")))
    )
    seats = Membership.objects.filter(role=Membership.Role.TEACHER, active=True)
    return _by_name(opened).prefetch_related(
        Prefetch("memberships", seats.select_related("user").order_by(*BY_NAME), to_attr="teacher_seats"),
        Prefetch("assignments", Assignment.objects.select_related("item")),
    )


def student_seats(klass: Class) -> QuerySet[Membership]:
    """The seats of the students in a class, by last name. An inactive account keeps one in a class made by hand."""
    return _seats(klass, Membership.Role.STUDENT)


def teacher_seats(klass: Class) -> QuerySet[Membership]:
    """The seats of the teachers of a class, by last name."""
    return _seats(klass, Membership.Role.TEACHER)


def assigned_items(klass: Class) -> QuerySet[Assignment]:
    """What is assigned to a class, in its order, with the items."""
    return klass.assignments.select_related("item")


def _classes_with(user: User, role: Membership.Role) -> QuerySet[Class]:
    seat = Membership.objects.filter(klass=OuterRef("pk"), user=user, role=role, active=True)
    return Class.objects.filter(Exists(seat), district=user.district_id, status=Class.Status.ACTIVE)


def _seats(klass: Class, role: Membership.Role) -> QuerySet[Membership]:
    return klass.memberships.filter(role=role, active=True).select_related("user").order_by(*BY_NAME)


def _by_name(classes: QuerySet[Class]) -> QuerySet[Class]:
    return classes.select_related("school").order_by(Lower("name"), F("number"))


def _count_of(counted: QuerySet[Any, Any]) -> Coalesce:
    return Coalesce(Subquery(counted.values("n"), output_field=IntegerField()), 0)


def left_seats(klass: Class) -> QuerySet[Membership]:
    """Students who left a class; their work stays theirs (R30)."""
    seats = klass.memberships.filter(role=Membership.Role.STUDENT, active=False)
    return seats.select_related("user").order_by(*BY_NAME)


def work_in_class(klass: Class, student: User) -> list[tuple[Assignment, Work | None]]:
    """What is assigned to a class, each with what a student did on it."""
    work = {row.item_id: row for row in Work.objects.filter(user=student, item__assignments__klass=klass)}
    return [(each, work.get(each.item_id)) for each in assigned_items(klass)]


def moves_of(klass: Class, days: int = 14) -> list[dict[str, Any]]:
    """Who joined and left lately, a line per day, the latest first: ``{"day", "joined_count", "left_count"}``."""
    since = timezone.now() - timedelta(days=days)
    rows = klass.moves.filter(at__gte=since).annotate(day=TruncDate("at")).values("day").order_by("-day")
    counts = {"joined_count": Count("pk", filter=Q(joined=True)), "left_count": Count("pk", filter=Q(joined=False))}
    return [{**row} for row in rows.annotate(**counts)]


def school_of_new_student(teacher: User, klass: Class) -> School | None:
    """The school at which a teacher may make a student for a class (R26): the class's, else the teacher's first."""
    school = klass.school or teacher.schools.order_by("userschool__position").first()
    return school if school is not None and may_create_students(teacher, school) else None
