"""The one guard of synced fields (R45): what the roster manages, only the roster writes."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.db.models import Model

from accounts.models import District

LIFE = frozenset({"is_active", "active", "status"})
"""Whether a synced row is there at all is the roster's to say, too."""


class LockedError(Exception):
    """Somebody tried to change what the source says. ``fields``: which."""

    def __init__(self, fields: Iterable[str]) -> None:
        self.fields = sorted(fields)
        names = ", ".join(name.replace("_", " ") for name in self.fields)
        super().__init__(
            f"{names} comes from the SIS and is locked here. Change it in the SIS; the next sync brings it."
        )


def locked_fields(managed_fields: str) -> frozenset[str]:
    """The fields that a ``managed_fields`` value locks."""
    return frozenset(managed_fields.split(",")) | LIFE if managed_fields else frozenset()


def refuse_locked(
    model: type[Model], district: District, changes: Mapping[int, Mapping[str, Any]], roster: bool
) -> None:
    """Raise LockedError when anyone but the roster changes a managed field; ``changes``: id -> field -> value."""
    if roster or not changes:
        return
    rows = model._default_manager.filter(pk__in=list(changes), district_id=district.pk)
    for pk, managed in rows.values_list("pk", "managed_fields"):
        if touched := locked_fields(managed) & set(changes[pk]):
            raise LockedError(touched)
