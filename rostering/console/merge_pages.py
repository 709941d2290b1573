"""Two accounts of one person: merging them, with a look at what would move first, and taking it back (R28)."""

from typing import Any

from django.contrib import messages
from django.db.models import Q, QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from accounts.access import SignedInRequest
from accounts.lifecycle import Actor
from accounts.models import District, User
from rostering.console.pages import WHOLE, page, show
from rostering.console.paging import page_of
from rostering.console.user_actions import SO_ALREADY, page_of_person, person_of
from rostering.merge_journal import Journal
from rostering.merges import MergeRefusedError, foresee_merge, merge_users
from rostering.models import Merge
from rostering.splits import split_users
from rostering.turns import BusyError

MOVED = {
    "seats": ("seat in a class", "seats in classes"),
    "work": ("piece of work", "pieces of work"),
    "links": ("record of the SIS", "records of the SIS"),
    "identities": ("way to sign in", "ways to sign in"),
}
COMPARED = (
    ("Name", "get_full_name"), ("Username", "username"), ("Role", "get_role_display"), ("Grade", "grade"),
    ("Email", "email"), ("Student number", "student_number"), ("Teacher number", "teacher_number"),
    ("State id", "state_id"), ("SIS id", "sis_id"),
)  # fmt: skip


@page(*WHOLE)
def merge(request: SignedInRequest, district: District, pk: int) -> HttpResponse:
    """Find the other account, look at what would move, do it."""
    keep = person_of(request, district, pk)
    chosen = (request.POST if request.method == "POST" else request.GET).get("other", "")
    other = person_of(request, district, int(chosen)) if chosen.isdecimal() and len(chosen) < 18 else None
    if other is not None and request.method == "POST":
        return _merge(request, district, keep, other)
    parents = (("Users", reverse("admin:accounts_user_changelist")), (str(keep), page_of_person(keep)))
    template = "console/people/merge.html" if other else "console/people/merge_find.html"
    context = _forecast(keep, other) if other else _others(request, district, keep)
    return show(request, district, template, "Merge two accounts", {"keep": keep, **context}, parents=parents)


@page(*WHOLE)
def split(request: SignedInRequest, district: District, pk: int) -> HttpResponse:
    """Take a merge back, after a look at it."""
    done = Merge.objects.select_related("district").filter(district=district, pk=pk).first()
    if done is None:
        raise Http404
    users = User.objects.in_bulk([done.keep_id, done.other_id])
    keep, other = users[done.keep_id], users[done.other_id]
    if request.method == "POST" or done.split_at:
        _split(request, done, keep, other)
        return redirect(page_of_person(keep))
    parents = (("Users", reverse("admin:accounts_user_changelist")), (str(keep), page_of_person(keep)))
    context = {"merge": done, "keep": keep, "other": other}
    return show(request, district, "console/people/split.html", "Take a merge back", context, parents=parents)


def in_words(moved: dict[str, int]) -> str:
    """How much moved."""
    parts = [f"{n} {MOVED[kind][0 if n == 1 else 1]}" for kind, n in moved.items() if n]
    return ", ".join(parts) or "nothing"


def live_merge(keep: User, other: User) -> Merge | None:
    """The merge of exactly these two, if it stands."""
    return Merge.objects.filter(keep_id=keep.pk, other_id=other.pk, split_at=None).first()


def _others(request: SignedInRequest, district: District, keep: User) -> dict[str, Any]:
    """Accounts that could be the other one: of the same kind, by name, username, number or email."""
    text = request.GET.get("q", str(keep))[:200]
    rows: QuerySet[User] = User.objects.filter(district=district).exclude(pk=keep.pk)
    student = Q(role=User.Role.STUDENT)
    rows = rows.filter(student if keep.role == User.Role.STUDENT else Q(role__in=("teacher", "staff")))
    for word in text.split()[:5]:
        rows = rows.filter(
            Q(first_name__icontains=word) | Q(last_name__icontains=word) | Q(username_key__startswith=word.lower())
            | Q(email__icontains=word) | Q(student_number=word)
        )  # fmt: skip
    rows = rows.order_by("last_name", "first_name", "pk").prefetch_related("schools")
    return {"text": text, "listed": page_of(request, rows)}


def _forecast(keep: User, other: User) -> dict[str, Any]:
    """What merging would move, or why it is refused; ``seen`` says what was looked at."""
    compared = [(label, _value(keep, name), _value(other, name)) for label, name in COMPARED]
    context: dict[str, Any] = {"other": other, "compared": [row for row in compared if row[1] or row[2]]}
    try:
        journal = foresee_merge(keep, other)
    except MergeRefusedError as error:
        return {**context, "refused": str(error), "done": live_merge(keep, other)}
    changes = [(name.replace("_", " "), old, new) for name, (old, new) in journal.fields.items()]
    changes = [change for change in changes if change[0] != "managed fields"]
    return {**context, "moved": in_words(journal.counts()), "changes": changes, "seen": _seen(journal)}


def _value(user: User, name: str) -> str:
    value = getattr(user, name)
    return str(value() if callable(value) else value)


def _seen(journal: Journal) -> str:
    """What a person has seen before saying yes, in short."""
    return "-".join(map(str, (*journal.counts().values(), len(journal.fields))))


def _merge(request: SignedInRequest, district: District, keep: User, other: User) -> HttpResponse:
    preview = f"{reverse('admin:user_merge', args=[district.slug, keep.pk])}?other={other.pk}"
    if live_merge(keep, other):
        messages.info(request, SO_ALREADY)
        return redirect(page_of_person(keep))
    try:
        if _seen(foresee_merge(keep, other)) != request.POST.get("seen"):
            messages.warning(request, "These accounts have changed since. Nothing was merged; look at them again.")
            return redirect(preview)
        done = merge_users(keep, other, by=Actor.of(request.user))
    except (MergeRefusedError, BusyError) as error:
        messages.error(request, str(error))
        return redirect(preview)
    messages.success(
        request, f"{other.username} was merged into {keep.username}: {in_words(done.moved)}. It can be taken back."
    )
    return redirect(page_of_person(keep))


def _split(request: SignedInRequest, done: Merge, keep: User, other: User) -> None:
    if done.split_at:
        messages.info(request, SO_ALREADY)
        return
    try:
        split_users(done, by=Actor.of(request.user))
    except (MergeRefusedError, BusyError) as error:
        messages.error(request, str(error))
        return
    messages.success(request, f"{keep.username} and {other.username} are two accounts again.")
