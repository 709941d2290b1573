"""Accepting data warnings: somebody knows of them, and says why they stay (R44)."""

from django.db import transaction
from django.db.models import QuerySet

from accounts.lifecycle import Actor, audit
from accounts.models import District
from rostering.models import DataWarning
from rostering.warnings import OPEN


class NotOpenError(Exception):
    """There is nothing left to accept, or to take back."""


class NoReasonError(Exception):
    """A warning is accepted with a reason only."""


@transaction.atomic
def accept(district: District, warnings: QuerySet[DataWarning], why: str, *, by: Actor) -> int:
    """Accept open warnings of a district. Returns how many. Raises NoReasonError and NotOpenError."""
    why = why.strip()
    if not why:
        raise NoReasonError("Say why it is all right: whoever looks next will want to know.")
    count = warnings.filter(district=district, state__in=OPEN).update(
        state=DataWarning.State.ACCEPTED, accepted_by=by.label, accepted_why=why
    )
    if not count:
        raise NotOpenError("It was accepted or resolved already. Nothing was changed.")
    audit(district, by, "accept warnings", count)
    return count


@transaction.atomic
def open_again(district: District, warnings: QuerySet[DataWarning], *, by: Actor) -> int:
    """Take an acceptance back. Returns how many. Raises NotOpenError."""
    count = warnings.filter(district=district, state=DataWarning.State.ACCEPTED).update(
        state=DataWarning.State.CONTINUING, accepted_by="", accepted_why=""
    )
    if not count:
        raise NotOpenError("It is not accepted. Nothing was changed.")
    audit(district, by, "open accepted warnings", count)
    return count
