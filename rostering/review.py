"""The review queue (R27, R40): new records that may be somebody who is here already, for a person to decide."""

from collections.abc import Iterator
from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts.lifecycle import Actor, audit
from accounts.models import District, User
from rostering.core.absence import GUARD_OF_ROLE, is_proven, is_seen
from rostering.core.planning import Planning, Question
from rostering.core.records import source_id
from rostering.models import Link, Review

DECIDED = (Review.State.SAME, Review.State.NEW)
SHOWN = ("label", "evidence", "agree", "differ")
SENT = (Link.State.IN_USE, Link.State.BLOCKED)


class DecidedError(Exception):
    """There is nothing left to decide: somebody has, or the question answered itself."""


class NotThisAccountError(Exception):
    """The account cannot be the one."""


def save_questions(district: District, run_id: int, planning: Planning) -> None:
    """Make the queue say what a run asks. To be called in the run's transaction.

    An open question that no longer is one is closed. What was decided since the plan was made stays decided.
    """
    reviews = Review.objects.select_for_update().filter(district=district, kind="person")
    answered = [row.pk for row in reviews.filter(state=Review.State.OPEN) if _is_answered(planning, row.key)]
    Review.objects.filter(pk__in=answered).update(state=Review.State.CLOSED, decided_at=timezone.now())
    if not planning.questions:
        return
    known = {row.key: row for row in reviews if row.key in planning.questions}
    fresh, again = list[Review](), list[Review]()
    for key, question in planning.questions.items():
        row = known.get(key) or Review(district=district, kind="person", key=key)
        if row.state in DECIDED and key not in planning.decided:
            continue
        (again if row.pk else fresh).append(_ask(row, question, run_id))
    Review.objects.bulk_create(fresh, batch_size=500)
    Review.objects.bulk_update(again, ("state", "name", "school", "candidates", "object_id", "run_id"), batch_size=200)


def _is_answered(planning: Planning, key: str) -> bool:
    """Whether a question is none any more: the record was looked at without asking, or is gone."""
    if key in planning.questions:
        return False
    return is_seen(planning, "person", key) or is_proven(planning, "person", key)


def _ask(row: Review, question: Question, run_id: int) -> Review:
    row.state, row.object_id, row.run_id = Review.State.OPEN, None, run_id
    row.name, row.school, row.candidates = question.name, question.school, list(question.candidates)
    return row


@transaction.atomic
def decide(review: Review, *, same: User | None, by: Actor) -> Review:
    """Say which account a record is (``same``), or that it is somebody new; the next sync does it.

    Raises DecidedError when there is nothing left to decide, NotThisAccountError when the account is another record's,
    another district's, or of the other kind of people.
    """
    review = Review.objects.select_for_update().get(pk=review.pk)
    if review.state in DECIDED:
        raise DecidedError(
            f"Review {review.pk} was decided already ({review.get_state_display()}), by {review.decided_by}."
        )
    if review.state == Review.State.CLOSED:
        raise DecidedError(f"Review {review.pk} is closed: the question answered itself with a later sync.")
    if same is not None:
        _refuse_others(review, same)
    review.state = Review.State.NEW if same is None else Review.State.SAME
    review.object_id = same.pk if same else None
    review.decided_by, review.decided_at = by.label, timezone.now()
    review.save(update_fields=["state", "object_id", "decided_by", "decided_at"])
    audit(review.district, by, f"review: {review.get_state_display()}", 1, f"review {review.pk}")
    return review


def _refuse_others(review: Review, user: User) -> None:
    if user.district_id != review.district_id or user.role not in GUARD_OF_ROLE:
        raise NotThisAccountError(
            f"{user.username} is no account of a teacher, student or staff member of the district."
        )
    candidates = [candidate["object_id"] for candidate in review.candidates]
    if user.pk in candidates:
        return
    others = User.objects.filter(pk__in=candidates).values_list("role", flat=True)
    if any((role == User.Role.STUDENT) != (user.role == User.Role.STUDENT) for role in others):
        raise NotThisAccountError(f"{user.username} is {user.get_role_display().lower()}; the record is not.")
    fed = Link.objects.filter(
        district_id=review.district_id, kind="person", object_id=user.pk, state__in=SENT, live=True
    )
    if fed.exists():
        raise NotThisAccountError(f"The source sends another record for {user.username}.")


def open_reviews(district: District) -> Iterator[dict[str, Any]]:
    """What waits for a decision, with the evidence side by side."""
    rows = Review.objects.filter(district=district, state=Review.State.OPEN).order_by("name", "pk")
    users = {one["object_id"] for row in rows for one in row.candidates}
    names = dict(User.objects.filter(district=district, pk__in=users).values_list("pk", "username"))
    for row in rows:
        yield {
            "review": row.pk, "kind": row.kind, "source_id": source_id(row.kind, row.key), "name": row.name,
            "school": row.school, "since": row.created.isoformat(),
            "candidates": [
                {"username": names.get(one["object_id"], ""), **{name: one[name] for name in SHOWN}}
                for one in row.candidates
            ],
        }  # fmt: skip
