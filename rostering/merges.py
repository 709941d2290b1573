"""Merging two accounts of one district (R28): the one that is kept takes over what the other had.

The plan is stored on a run and applied in the same transaction. What it moved is in the merge's journal, from which
``rostering.splits`` takes it back.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.lifecycle import Actor, audit
from accounts.models import District, User
from rostering.account_writes import Writes, lines_of, write
from rostering.core.changes import Change, seat_changes
from rostering.core.planning import empty_counts
from rostering.merge_journal import Journal
from rostering.merge_plan import plan_merge
from rostering.models import Merge, Run
from rostering.plans import save_plan
from rostering.turns import turn_of
from rostering.warnings import count_open

COORDINATORS = frozenset((User.Role.COORDINATOR, User.Role.SCHOOL_COORDINATOR, User.Role.OPS))


class MergeRefusedError(Exception):
    """These two accounts cannot be merged, or a merge cannot be taken back. Nothing was changed."""


@dataclass(frozen=True, slots=True)
class Merged:
    """What a merge or split did, or would do. ``merge`` is empty for a preview."""

    run: Run
    keep: User
    other: User
    moved: dict[str, int]
    merge: Merge | None = None


def merge_users(keep: User, other: User, *, by: Actor, preview: bool = False) -> Merged:
    """Make one account of two; ``keep`` stays. Raises MergeRefusedError, and BusyError while a run is in progress."""
    district = _district_of(keep, other)
    try:
        with turn_of(district), transaction.atomic():
            keep, other = lock_users(district, keep.pk, other.pk)
            _refuse_pair(keep, other)
            journal = plan_merge(keep, other)
            writes = _writes_of(journal, keep, other)
            reasons = f"merged with {other.username}", f"merged into {keep.username}"
            lines = lines_of(writes, (keep, other), reasons)
            run = save_run(district, "merge", f"{keep.username} and {other.username}", lines, by=by, preview=preview)
            if preview:
                return Merged(run, keep, other, journal.counts())
            write(district, writes, run.pk, by=by)
            made = Merge.objects.create(
                district=district, keep_id=keep.pk, other_id=other.pk, run_id=run.pk, journal=journal.sealed(),
                by=by.label,
            )  # fmt: skip
            audit(district, by, "merge users", 2, f"merge {made.pk}")
            return Merged(run, keep, other, journal.counts(), made)
    except IntegrityError as error:
        raise MergeRefusedError("Somebody changed these accounts meanwhile. Nothing was merged; try again.") from error


def foresee_merge(keep: User, other: User) -> Journal:
    """What merging would move, read and not stored. Raises MergeRefusedError."""
    _district_of(keep, other)
    _refuse_pair(keep, other)
    return plan_merge(keep, other)


def lock_users(district: District, keep: int, other: int) -> tuple[User, User]:
    """Both accounts as they are now, locked until the transaction ends."""
    rows = User.objects.select_for_update(of=("self",)).filter(district=district, pk__in=(keep, other))
    users = {user.pk: user for user in rows.order_by("pk")}
    return users[keep], users[other]


def save_run(district: District, mode: str, only: str, lines: Iterable[Change], *, by: Actor, preview: bool) -> Run:
    """The run of a plan that a person asked for, with the plan. To be called in the transaction that applies it."""
    now, planned = timezone.now(), list(lines)
    run = Run.objects.create(
        district=district, mode=mode, only=only[:300], by=by.label, started=now, finished=now,
        status=Run.Status.PREVIEWED if preview else Run.Status.SUCCEEDED,
        counts=_counted(planned), open_warnings=count_open(district),
    )  # fmt: skip
    save_plan(run, planned)
    return run


def _counted(lines: Iterable[Change]) -> dict[str, dict[str, int]]:
    counts = empty_counts()
    for change in lines:
        kind = {"school": "schools", "person": "people", "class": "classes"}[change.kind]
        if change.action != "seats":
            counts[kind]["update" if change.action == "change" else change.action] += 1
        for seat, _ in seat_changes(change):
            counts["memberships"][seat.action] += 1
    return counts


def _district_of(keep: User, other: User) -> District:
    if keep.district is None or other.district is None:
        raise MergeRefusedError("Accounts of operations belong to no district. They are not merged.")
    if keep.district != other.district:
        raise MergeRefusedError(
            f"{keep.username} is in {keep.district.slug} and {other.username} in {other.district.slug}. "
            "Only accounts of one district can be merged."
        )
    if keep.pk == other.pk:
        raise MergeRefusedError(f"{keep.username} is one account. Name two.")
    return keep.district


def _refuse_pair(keep: User, other: User) -> None:
    for user in (keep, other):
        if COORDINATORS.intersection(user.roles.split(";")):
            raise MergeRefusedError(f"{user.username} is a {user.get_role_display().lower()}. Those are not merged.")
        gone = Merge.objects.filter(district=user.district_id, other_id=user.pk, split_at=None).first()
        if gone is not None:
            into = User.objects.get(pk=gone.keep_id).username
            raise MergeRefusedError(
                f"{user.username} was merged into {into} already (merge {gone.pk}). "
                f"Name {into} instead, or take that merge back first: split {gone.pk}."
            )
    if ("student" in keep.roles.split(";")) != ("student" in other.roles.split(";")):
        raise MergeRefusedError(
            f"{keep.username} is a {keep.get_role_display().lower()} and {other.username} a "
            f"{other.get_role_display().lower()}. Students are merged with students only."
        )


def _writes_of(journal: Journal, keep: User, other: User) -> Writes:
    writes = Writes()
    values: dict[str, object] = {name: new for name, (_, new) in journal.fields.items()}
    if journal.schools:
        values["schools"] = journal.schools[1]
    if values:
        writes.users[keep.pk] = values
    if other.managed_fields:
        writes.users[other.pk] = {"managed_fields": ""}
    if journal.keep_active == (False, True):
        writes.active[keep.pk] = True
    if other.is_active:
        writes.active[other.pk] = False
    writes.social = dict.fromkeys(journal.social, keep.pk)
    writes.emails = {pk: (keep.pk, primary) for pk, _, primary in journal.emails}
    writes.links = {move.id: move.after for move in journal.links}
    _hand_over(writes, journal, keep)
    return writes


def _hand_over(writes: Writes, journal: Journal, keep: User) -> None:
    """Seats and work; of two rows the kept account's stays, with what the better one says."""
    writes.seats_to = dict.fromkeys((seat.id for seat in journal.seats), keep.pk)
    for seat in journal.joined_seats:
        if seat.after != seat.before:
            writes.seats[seat.id] = seat.after.fields()
        if seat.other.active:
            writes.seats[seat.other_id] = {"active": False}
    for row in journal.work:
        writes.work[row.id] = {"user_id": keep.pk}
    for pair in journal.joined_work:
        writes.work[pair.id] = pair.other.fields()
        writes.work[pair.other_id] = pair.before.fields()
