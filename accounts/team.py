"""Who runs a district: its coordinators and school coordinators."""

from collections.abc import Sequence

from django.db import transaction
from django.db.models import QuerySet

from accounts.lifecycle import Actor, change_users, switch_users
from accounts.models import District, School, User

TEAM = (User.Role.COORDINATOR, User.Role.SCHOOL_COORDINATOR)


class LastCoordinatorError(Exception):
    """Without this person nobody of the district could open its console any more."""

    def __init__(self) -> None:
        super().__init__("This is the last coordinator of the district. Let somebody else in first.")


class NoSchoolError(Exception):
    """A school coordinator would have no school of the district."""

    def __init__(self) -> None:
        super().__init__("A school coordinator needs at least one school. Choose one, or remove the person.")


def team_of(district: District) -> QuerySet[User]:
    """Coordinators and school coordinators, the active ones first."""
    return User.objects.filter(district=district, role__in=TEAM).order_by("-is_active", "last_name", "first_name", "pk")


@transaction.atomic
def remove_from_team(district: District, user: User, *, by: Actor) -> bool:
    """Stop a coordinator's sign-in. Returns whether it was not so already. Raises LastCoordinatorError."""
    District.objects.select_for_update().get(pk=district.pk)
    user = team_of(district).get(pk=user.pk)
    if not user.is_active:
        return False
    others = team_of(district).filter(is_active=True, role=User.Role.COORDINATOR).exclude(pk=user.pk)
    if user.role == User.Role.COORDINATOR and not others.exists():
        raise LastCoordinatorError
    switch_users(district, [user.pk], active=False, by=by)
    return True


@transaction.atomic
def let_in_again(district: District, user: User, *, by: Actor) -> bool:
    """Let a coordinator sign in again. Returns whether it was not so already."""
    user = team_of(district).get(pk=user.pk)
    if user.is_active:
        return False
    switch_users(district, [user.pk], active=True, by=by)
    return True


@transaction.atomic
def place_in_schools(district: District, user: User, school_ids: Sequence[int], *, by: Actor) -> bool:
    """Give a school coordinator these schools and no others. Returns whether they had others. Raises NoSchoolError."""
    user = team_of(district).get(pk=user.pk, role=User.Role.SCHOOL_COORDINATOR)
    wanted = list(School.objects.filter(district=district, pk__in=school_ids).order_by("name", "pk"))
    if not wanted:
        raise NoSchoolError
    if {school.pk for school in wanted} == set(user.schools.values_list("pk", flat=True)):
        return False
    change_users(district, {user.pk: {"schools": [school.pk for school in wanted]}}, by=by)
    return True
