"""Who sees which rows in the console (R47). The only place that decides it."""

from typing import TypeVar

from django.db.models import Model, QuerySet

from accounts.models import User, UserSchool

T = TypeVar("T", bound=Model)

EVERYWHERE = {User.Role.OPS}
DISTRICT = {User.Role.COORDINATOR}
SCHOOLS = {User.Role.SCHOOL_COORDINATOR}


def rows_for(user: User, rows: QuerySet[T], *, district: str, school: str | None) -> QuerySet[T]:
    """Those of ``rows`` that ``user`` may see.

    ``district`` and ``school``: the lookups from a row to its district and to its school; no ``school``
    means that the rows are not for school coordinators. Somebody without a district who is not ops sees nothing.
    """
    if user.role in EVERYWHERE:
        return rows
    if user.district_id is None or user.role not in DISTRICT | SCHOOLS:
        return rows.none()
    own = rows.filter(**{district: user.district_id})
    if user.role in DISTRICT:
        return own
    if school is None:
        return rows.none()
    at_own_schools = rows.filter(**{f"{school}__in": school_ids_of(user)}).order_by()
    return own.filter(pk__in=at_own_schools.values("pk"))


def school_ids_of(user: User) -> QuerySet[UserSchool, int]:
    """The ids of a person's schools, to be used inside a query."""
    return UserSchool.objects.filter(user=user).values_list("school_id", flat=True)
