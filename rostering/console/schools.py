"""Who is at each school, and how much the last sync changed there."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Count

from accounts.models import District, School, User, UserSchool
from classes.models import Class
from rostering.models import Link, Run


@dataclass(frozen=True, slots=True)
class AtSchool:
    """One school: active people and classes; ``changed``: records that the last sync changed."""

    school: School
    students: int
    teachers: int
    classes: int
    changed: int


def at_schools(district: District, schools: Iterable[School], last: Run | None) -> list[AtSchool]:
    """Counts of some schools, in four queries."""
    listed = list(schools)
    ids = [school.pk for school in listed]
    seats = UserSchool.objects.filter(school_id__in=ids, user__is_active=True)
    people = {
        (school, role): count
        for school, role, count in seats.values_list("school_id", "user__role").annotate(count=Count("pk"))
    }
    classes = Counter(
        dict(
            Class.objects.filter(school_id__in=ids, status=Class.Status.ACTIVE)
            .values_list("school_id").annotate(count=Count("pk"))
        )
    )  # fmt: skip
    changed = _changed(district, ids, last) if last else {}
    return [
        AtSchool(
            school, people.get((school.pk, User.Role.STUDENT), 0), people.get((school.pk, User.Role.TEACHER), 0),
            classes[school.pk], changed.get(school.pk, 0),
        )
        for school in listed
    ]  # fmt: skip


def _changed(district: District, ids: list[int], last: Run) -> dict[int, int]:
    keys = dict(
        Link.objects.filter(district=district, kind="school", object_id__in=ids).values_list("key", "object_id")
    )
    rows = Link.objects.filter(district=district, changed_run=last.pk, school__in=list(keys))
    counts = rows.values_list("school").annotate(count=Count("pk"))
    return {pk: count for key, count in counts if (pk := keys[key]) is not None}
