"""What people did with accounts and classes since a run brought them: then an undo keeps them (R38)."""

from collections.abc import Iterable, Iterator
from typing import Any

from django.db.models import QuerySet

from accounts.hashers import DIGEST, STRENGTHENED
from accounts.models import AuditEntry, User
from classes.models import Assignment, Class, Membership, Work
from rostering.current import chunks_of
from rostering.models import Merge, Run

WORK = "has work on it"
ROSTERED = ("policy$", f"{DIGEST}$", f"{STRENGTHENED}$", "!")
"""How passwords begin that nobody has chosen here."""


def use_of_people(run: Run, created: set[int], returned: set[int]) -> dict[int, str]:
    """Account -> what its owner has by now: of a created one anything, of one that came back what is new."""
    used: dict[int, str] = {}
    seats = Membership.objects.filter(klass__district=run.district, synced=False, active=True)
    merges = Merge.objects.filter(district=run.district, split_at=None)
    _note(used, created, seats, "user_id", "has a seat that was given by hand")
    _note(used, created, merges, "keep_id", "was merged with another account")
    _note(used, created, merges, "other_id", "was merged with another account")
    for pk, password in _rows(User.objects.filter(district=run.district), "pk", created, "password"):
        if not password.startswith(ROSTERED):
            used[pk] = "has a password of their own"
    work = Work.objects.filter(user__district=run.district)
    _note(used, returned, work.filter(updated__gte=run.started), "user_id", "has worked since")
    _note(used, created, work, "user_id", "has done work")
    return used


def use_of_classes(run: Run, created: set[int], returned: set[int]) -> dict[int, str]:
    """Class -> what people made of it: of a created one anything, of one that came back what is new."""
    used: dict[int, str] = {}
    seats = Membership.objects.filter(klass__district=run.district, synced=False, active=True)
    _note(used, created, seats, "klass_id", "has people whom somebody added by hand")
    work = Work.objects.filter(klass__district=run.district)
    _note(used, created, work, "klass_id", WORK)
    _note(used, returned, work.filter(updated__gte=run.started), "klass_id", "has new work on it")
    _note(used, created, Assignment.objects.filter(klass__district=run.district), "klass_id", "has items assigned")
    assigned = AuditEntry.objects.filter(
        district=run.district, verb="assign items", at__gte=run.finished or run.started, count__gt=0
    )
    subjects = set(assigned.values_list("subject", flat=True)) if returned else set[str]()
    for pk, number in _rows(Class.objects.filter(district=run.district), "pk", returned, "number"):
        if f"class {number}" in subjects:
            used[pk] = "was assigned items since"
    return used


def _note(used: dict[int, str], ids: set[int], rows: QuerySet[Any], column: str, words: str) -> None:
    """Say of every row that is found what makes it used."""
    for (pk,) in _rows(rows, column, ids):
        used[pk] = words


def _rows(rows: QuerySet[Any], column: str, ids: Iterable[int], *more: str) -> Iterator[tuple[Any, ...]]:
    for chunk in chunks_of(ids):
        yield from rows.filter(**{f"{column}__in": chunk}).values_list(column, *more).distinct()
