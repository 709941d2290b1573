"""What the console's home says at a glance, within what the person may see."""

from dataclasses import dataclass

from django.db.models import Count, Q

from accounts.models import District, School, User
from classes.models import Class
from rostering.console.filters import OPEN
from rostering.console.scope import rows_for
from rostering.models import DataWarning, Run

SYNCED = ~Q(managed_fields="")
STUDENT = Q(role=User.Role.STUDENT)
TEACHER = Q(role=User.Role.TEACHER)


@dataclass(frozen=True, slots=True)
class Glance:
    """Counts of what is active. ``run``: the latest one, if there is any and runs are for this person.

    ``warnings``: open ones by severity, ``None`` where they are not for this person.
    """

    several_districts: bool
    people: dict[str, int]
    classes: dict[str, int]
    run: Run | None
    warnings: dict[str, int] | None


def glance(user: User) -> Glance:
    """The glance of one person; four queries whatever the size of the district."""
    people = rows_for(user, User.objects.all(), district="district", school="user_schools__school")
    classes = rows_for(user, Class.objects.all(), district="district", school="school")
    runs = rows_for(user, Run.objects.filter(mode__in=Run.SYNCS), district="district", school=None)
    warnings = rows_for(user, DataWarning.objects.all(), district="district", school=None)
    active = people.filter(is_active=True)
    return Glance(
        several_districts=user.role == User.Role.OPS,
        people=active.aggregate(
            students=Count("pk", filter=STUDENT),
            students_synced=Count("pk", filter=STUDENT & SYNCED),
            teachers=Count("pk", filter=TEACHER),
            teachers_synced=Count("pk", filter=TEACHER & SYNCED),
        ),
        classes=classes.filter(status=Class.Status.ACTIVE).aggregate(
            active=Count("pk"), synced=Count("pk", filter=SYNCED)
        ),
        run=runs.select_related("district").order_by("-started", "-pk").first(),
        warnings=None
        if user.role == User.Role.SCHOOL_COORDINATOR
        else warnings.filter(state__in=OPEN).aggregate(
            errors=Count("pk", filter=Q(severity__in=("HOLD", "ERROR"))),
            warns=Count("pk", filter=Q(severity="WARN")),
            infos=Count("pk", filter=Q(severity="INFO")),
        ),
    )


def place_of(user: User) -> str:
    """Where the person's rows are, in words: their district, their schools, or everywhere."""
    if user.role == User.Role.OPS:
        return f"All {District.objects.count()} districts"
    if user.role == User.Role.SCHOOL_COORDINATOR:
        own = rows_for(user, School.objects.all(), district="district", school="pk")
        return ", ".join(own.order_by("name").values_list("name", flat=True)) or "No school"
    return user.district.name if user.district else ""
