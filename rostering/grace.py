"""Since when records are gone: remembered with their links, so that a removal can wait for its grace period (R33)."""

from datetime import date

from accounts.models import District
from rostering.core.planning import Planning
from rostering.current import chunks_of
from rostering.models import Link


def read_gone(district: District) -> dict[tuple[str, str], date]:
    """(kind, key) of records that were gone in an earlier run -> the first day."""
    rows = Link.objects.filter(district=district).exclude(gone_since=None).values_list("kind", "key", "gone_since")
    return {(kind, key): day for kind, key, day in rows.iterator() if day is not None}


def note_gone(planning: Planning) -> None:
    """Write down the first day of those who are gone now; forget it of those who are sent again.

    To be called in the transaction of a run. Of records that the run says nothing of, nothing is forgotten.
    """
    known, missing = planning.gone_since, planning.missing
    _note(planning, [place for place in missing if place not in known], planning.rules.today)
    _note(planning, [place for place in known if place not in missing and _sent(planning, *place)], None)


def _note(planning: Planning, places: list[tuple[str, str]], day: date | None) -> None:
    for chunk in chunks_of([planning.links.of(kind)[key].id for kind, key in places]):
        Link.objects.filter(pk__in=chunk).update(gone_since=day)


def _sent(planning: Planning, kind: str, key: str) -> bool:
    snapshot = planning.snapshot
    place = (kind, key)
    if place in snapshot.blocked or place in planning.not_shared.keys:
        return True
    return key in snapshot.of(kind) or (kind == "person" and key in snapshot.aliases)
