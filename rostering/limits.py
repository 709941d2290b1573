"""What a district decided about its guards: limits per kind, and how long who is gone still stays (R33)."""

from typing import Any

from django.db import transaction

from accounts.lifecycle import Actor, audit
from accounts.models import District
from rostering.connections import sync_settings_of
from rostering.core.safety import DEFAULT_LIMITS, Limit
from rostering.models import SyncSettings


def limits_of(decided: SyncSettings) -> dict[str, Limit]:
    """The limits of every guard kind, with what the district decided itself."""
    return {**DEFAULT_LIMITS, **{kind: Limit(**limit) for kind, limit in decided.limits.items()}}


@transaction.atomic
def set_limit(district: District, kind: str, *, percent: float | None, floor: int | None, by: Actor) -> SyncSettings:
    """Set one kind's limit; what is ``None`` stays as it is. The next run judges by it."""
    decided = sync_settings_of(district)
    before = limits_of(decided)[kind]
    limit = Limit(before.percent if percent is None else percent, before.floor if floor is None else floor)
    limits = {**decided.limits, kind: {"percent": limit.percent, "floor": limit.floor}}
    if limit == DEFAULT_LIMITS[kind]:
        del limits[kind]
    return _decide(district, {"limits": limits}, by, f"{kind} {limit.percent:g} % {limit.floor}")


def set_grace(district: District, days: int, *, by: Actor) -> SyncSettings:
    """Set after how many days of absence a removal takes effect."""
    return _decide(district, {"grace_days": days}, by, f"grace {days} days")


def reset(district: District, *, by: Actor) -> SyncSettings:
    """Go back to the defaults."""
    return _decide(district, {"limits": {}, "grace_days": 0}, by, "defaults")


def limits_as_json(decided: SyncSettings) -> dict[str, Any]:
    """What holds for a district, for scripts."""
    return {
        "district": decided.district.slug,
        "limits": {
            kind: {"percent": limit.percent, "floor": limit.floor, "district_floor": limit.district_floor}
            for kind, limit in limits_of(decided).items()
        },
        "grace_days": decided.grace_days,
    }


@transaction.atomic
def _decide(district: District, values: dict[str, Any], by: Actor, subject: str) -> SyncSettings:
    decided, _ = SyncSettings.objects.update_or_create(district=district, defaults=values)
    audit(district, by, "set limits", 1, subject)
    return decided
