"""Releasing who was kept by decision (R33): the next sync looks at them like at anybody who is no longer sent."""

from collections import Counter
from collections.abc import Iterable

from django.db import transaction

from accounts.lifecycle import Actor, audit
from accounts.models import District
from classes.lifecycle import change_seats
from classes.models import Membership
from rostering.core.records import source_id
from rostering.current import chunks_of
from rostering.held import COUNTED
from rostering.models import Link
from rostering.turns import turn_of

KIND_OF_LINK = {"school": "school", "person": "person", "section": "class"}


class NothingKeptError(Exception):
    """Nothing of what was named is kept by decision."""


def release(district: District, records: Iterable[tuple[str, str]] = (), *, by: Actor) -> dict[str, int]:
    """Undo a decision to keep: of the records ((kind, source id)) or, with none, of all. Returns how many per kind.

    Nobody is removed by it. The next sync plans the removal anew, through the guards. Raises NothingKeptError, and
    BusyError while a run of the district is in progress.
    """
    wanted = set(records)
    with turn_of(district), transaction.atomic():
        kept = [
            link
            for link in Link.objects.select_for_update().filter(district=district, state=Link.State.KEPT)
            if not wanted or (KIND_OF_LINK[link.kind], source_id(KIND_OF_LINK[link.kind], link.key)) in wanted
        ]
        if not kept:
            raise NothingKeptError("Nothing of that is kept by decision, so there is nothing to release.")
        counts = Counter(dict.fromkeys(COUNTED.values(), 0))
        counts.update(COUNTED[KIND_OF_LINK[link.kind]] for link in kept if link.said)
        for chunk in chunks_of([link.pk for link in kept]):
            Link.objects.filter(pk__in=chunk).update(state=Link.State.IN_USE, fingerprint="")
        seats = list(_kept_seats(district, kept))
        change_seats(district, {pk: {"hold": ""} for pk in seats}, by=by)
        counts["memberships"] = len(seats)
        audit(district, by, "release kept records", len(kept))
    return dict(counts)


def _kept_seats(district: District, links: list[Link]) -> Iterable[int]:
    """Seats that were kept with these people or in these classes."""
    seats = Membership.objects.filter(klass__district=district, hold="kept")
    for kind, column in (("person", "user_id__in"), ("section", "klass_id__in")):
        for chunk in chunks_of([link.object_id for link in links if link.kind == kind and link.object_id]):
            yield from seats.filter(**{column: chunk}).values_list("pk", flat=True)
