"""What the console's home counts, within what the person may see (R47)."""

from dataclasses import dataclass

from django.db.models import Count, Q

from accounts.models import District, User
from classes.models import Class
from rostering.console.filters import OPEN
from rostering.console.scope import rows_for
from rostering.models import DataWarning

SYNCED = ~Q(managed_fields="")
STUDENT = Q(role=User.Role.STUDENT)
TEACHER = Q(role=User.Role.TEACHER)


@dataclass(frozen=True, slots=True)
class Glance:
    """Counts of what is active. ``warnings``: open ones by severity, ``None`` where they are not for this person."""

    people: dict[str, int]
    classes: dict[str, int]
    warnings: dict[str, int] | None


def glance_at(user: User, district: District) -> Glance:
    """A district as one person sees it; three queries whatever its size."""
    people = rows_for(user, User.objects.all(), district="district", school="user_schools__school")
    classes = rows_for(user, Class.objects.all(), district="district", school="school")
    active = people.filter(district=district, is_active=True)
    return Glance(
        people=active.aggregate(
            students=Count("pk", filter=STUDENT),
            students_synced=Count("pk", filter=STUDENT & SYNCED),
            teachers=Count("pk", filter=TEACHER),
            teachers_synced=Count("pk", filter=TEACHER & SYNCED),
        ),
        classes=classes.filter(district=district, status=Class.Status.ACTIVE).aggregate(
            active=Count("pk"), synced=Count("pk", filter=SYNCED)
        ),
        warnings=None if user.role == User.Role.SCHOOL_COORDINATOR else _warnings(district),
    )


def _warnings(district: District) -> dict[str, int]:
    return DataWarning.objects.filter(district=district, state__in=OPEN).aggregate(
        errors=Count("pk", filter=Q(severity__in=("HOLD", "ERROR"))),
        warns=Count("pk", filter=Q(severity="WARN")),
        infos=Count("pk", filter=Q(severity="INFO")),
    )
