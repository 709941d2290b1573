"""The only way rows of ``classes`` are written: plural verbs, as in ``accounts.lifecycle``."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from accounts import bulk
from accounts.lifecycle import CHUNK, Actor, audit
from accounts.locks import refuse_locked
from accounts.models import District, User
from classes.models import Assignment, Class, CurriculumItem, Membership, Work
from classes.moves import Moves, refuse_synced_seats

CLASS_COLUMNS = (
    "name", "course_name", "course_number", "period", "subject", "grade", "term_name", "term_start", "term_end",
    "school_id", "managed_fields",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class NewClass:
    """A class to be made."""

    name: str
    school_id: int | None = None
    course_name: str = ""
    course_number: str = ""
    period: str = ""
    subject: str = ""
    grade: str = ""
    term_name: str = ""
    term_start: str = ""
    term_end: str = ""
    managed_fields: str = ""


@dataclass(frozen=True, slots=True)
class NewSeat:
    """A seat to be given: ids of class and user, and the role in the class."""

    class_id: int
    user_id: int
    role: str
    synced: bool = False


@transaction.atomic
def create_classes(district: District, classes: Iterable[NewClass], *, by: Actor) -> list[int]:
    """Make classes, numbered on inside the district. Returns their ids in the same order."""
    District.objects.select_for_update(no_key=True).get(pk=district.pk)  # others go on writing rows of the district
    number = Class.objects.filter(district=district).aggregate(last=Max("number"))["last"] or 0
    iterator, ids, now = iter(classes), list[int](), timezone.now()
    while chunk := list(islice(iterator, CHUNK)):
        chunk_ids = bulk.reserve_ids(Class, len(chunk))
        first = number + 1
        bulk.insert(
            Class,
            ("id", "district_id", "number", "status", "created", *CLASS_COLUMNS),
            (
                (
                    pk,
                    district.pk,
                    first + offset,
                    Class.Status.ACTIVE,
                    now,
                    *(getattr(one, name) for name in CLASS_COLUMNS),
                )
                for offset, (pk, one) in enumerate(zip(chunk_ids, chunk, strict=True))
            ),
        )
        number += len(chunk)
        ids.extend(chunk_ids)
    audit(district, by, "create classes", len(ids))
    return ids


@transaction.atomic
def change_classes(district: District, changes: Mapping[int, Mapping[str, Any]], *, by: Actor) -> None:
    """Set fields of classes: id -> field -> value. Raises LockedError as ``accounts.locks`` says."""
    refuse_locked(Class, district, changes, by.roster)
    for name in sorted({name for values in changes.values() for name in values}):
        rows = [(pk, values[name]) for pk, values in changes.items() if name in values]
        bulk.update(Class, [name], rows, scope=("district_id", district.pk))
    audit(district, by, "change classes", len(changes))


def archive_classes(district: District, ids: Iterable[int], *, by: Actor) -> None:
    """Take classes from everybody's pages; nothing in them is deleted (R20)."""
    change_classes(district, {pk: {"status": Class.Status.ARCHIVED} for pk in ids}, by=by)


@transaction.atomic
def enroll(district: District, seats: Iterable[NewSeat], *, by: Actor) -> int:
    """Give seats that were never given before. Returns how many."""
    moves = Moves(district)
    count = bulk.insert(
        Membership,
        ("class_id", "user_id", "role", "active", "synced", "hold"),
        ((seat.class_id, seat.user_id, seat.role, True, seat.synced, "") for seat in moves.passing(seats)),
    )
    moves.note(joined=True)
    audit(district, by, "enroll", count)
    return count


@transaction.atomic
def change_seats(district: District, changes: Mapping[int, Mapping[str, bool | str]], *, by: Actor) -> None:
    """Set ``active``, ``synced`` or ``hold`` of seats: id -> field -> value. A seat that ends stays, inactive (R30).

    Raises LockedError when anybody but the roster gives or ends a seat that the roster keeps true.
    """
    for active in (True, False):
        moving = [pk for pk, values in changes.items() if values.get("active") is active]
        refuse_synced_seats(moving, by)
        if moving:
            moves = Moves(district)
            moves.see(moving, active=active)
            moves.note(joined=active)
    for name in ("active", "synced", "hold"):
        rows = [(pk, values[name]) for pk, values in changes.items() if name in values]
        if rows:
            bulk.update(Membership, [name], rows)
    audit(district, by, "change seats", len(changes))


@transaction.atomic
def assign_items(klass: Class, items: Sequence[CurriculumItem], *, by: Actor) -> int:
    """Assign items to a class, after those it has; one that it has stays where it is. Returns how many are new."""
    have = set(klass.assignments.values_list("item_id", flat=True))
    new = [item for item in items if item.pk not in have]
    Assignment.objects.bulk_create(
        Assignment(klass=klass, item=item, position=len(have) + place) for place, item in enumerate(new)
    )
    audit(klass.district, by, "assign items", len(new), f"class {klass.number}")
    return len(new)


@transaction.atomic
def unassign_items(klass: Class, items: Sequence[CurriculumItem], *, by: Actor) -> int:
    """Take items from a class; what students did on them stays with them (R30). Returns how many."""
    count, _ = klass.assignments.filter(item__in=items).delete()
    audit(klass.district, by, "unassign items", count, f"class {klass.number}")
    return count


@transaction.atomic
def change_assignments(klass: Class, changes: Mapping[int, Mapping[str, Any]], *, by: Actor) -> None:
    """Set ``position`` or ``due`` of what is assigned to a class: id of the assignment -> field -> value."""
    rows = list(klass.assignments.filter(pk__in=list(changes)))
    for row in rows:
        for name, value in changes[row.pk].items():
            setattr(row, name, value)
    Assignment.objects.bulk_update(rows, ["position", "due"], batch_size=CHUNK)
    audit(klass.district, by, "change assignments", len(rows), f"class {klass.number}")


@transaction.atomic
def move_seats(district: District, users: Mapping[int, int], *, by: Actor) -> None:
    """Give seats to other users: seat -> user. One that the user has already raises IntegrityError."""
    seats = Membership.objects.filter(klass__district=district, user__district=district, pk__in=list(users))
    rows = [(pk, users[pk]) for pk in seats.values_list("pk", flat=True)]
    if rows:
        bulk.update(Membership, ["user_id"], rows)
    audit(district, by, "move seats", len(rows))


WORK_FIELDS = ("user_id", "klass_id", "status", "score", "updated")


@transaction.atomic
def change_work(district: District, changes: Mapping[int, Mapping[str, Any]], *, by: Actor) -> None:
    """Set fields of work, whose it is (``user_id``) too: id -> field of ``WORK_FIELDS`` -> value."""
    rows = list(Work.objects.filter(user__district=district, pk__in=list(changes)))
    for row in rows:
        for name, value in changes[row.pk].items():
            setattr(row, name, value)
    Work.objects.bulk_update(rows, [name.removesuffix("_id") for name in WORK_FIELDS], batch_size=CHUNK)
    audit(district, by, "change work", len(rows))


@transaction.atomic
def record_work(district: District, work: Iterable[Work], *, by: Actor) -> None:
    """Write down work on items on which its users have none yet."""
    rows = Work.objects.bulk_create(work, batch_size=CHUNK)
    audit(district, by, "record work", len(rows))


@transaction.atomic
def set_scores(klass: Class, item: CurriculumItem, scores: Mapping[int, int | None], *, by: Actor) -> None:
    """Set the scores of students on an item of a class: user -> 0 to 100, or nothing. Whoever has a score is done."""
    known = {row.user_id: row for row in Work.objects.select_for_update().filter(item=item, user__in=list(scores))}
    fresh = [
        Work(user_id=user, item=item, klass=klass, status=Work.Status.DONE, score=score)
        for user, score in scores.items()
        if user not in known and score is not None
    ]
    Work.objects.bulk_create(fresh, batch_size=CHUNK)
    now = timezone.now()
    for user, row in known.items():
        row.score, row.updated = scores[user], now
        row.status = Work.Status.DONE if scores[user] is not None else row.status
    Work.objects.bulk_update(known.values(), ["score", "status", "updated"], batch_size=CHUNK)
    audit(klass.district, by, "set scores", len(fresh) + len(known), f"class {klass.number}")


@transaction.atomic
def set_progress(user: User, assignment: Assignment, status: str, *, by: Actor) -> Work:
    """Say how far a student is with what is assigned; the class of the first time stays. Done stays done."""
    work, made = Work.objects.select_for_update().get_or_create(
        user=user, item=assignment.item, defaults={"klass": assignment.klass, "status": status}
    )
    if not made and work.status != Work.Status.DONE and work.status != status:
        work.status, work.updated = status, timezone.now()
        work.save(update_fields=["status", "updated"])
    audit(assignment.klass.district, by, "record work", 1, f"class {assignment.klass.number}")
    return work
