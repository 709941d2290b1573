"""Matching: records that may be somebody who is here already, side by side, for a person to decide (R27, R40)."""

from itertools import islice, takewhile
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from accounts.access import SignedInRequest
from accounts.lifecycle import Actor
from accounts.models import District, User
from accounts.usernames import username_key
from rostering.console.pages import WHOLE, page, show
from rostering.console.paging import page_of
from rostering.core.evidence import SHOWN
from rostering.core.records import source_id
from rostering.models import Link, Review, Run
from rostering.plans import is_forgotten, read_plan
from rostering.review import DECIDED, DecidedError, NotThisAccountError, decide

TITLE = "Matching"
NO_SUCH = "No account of the district has this username. Nothing was decided."
EXAMPLES, LOOKED_AT = 50, 20_000
"""Matches that the report shows, and changes of the plan among which it looks for them."""


@page(*WHOLE)
def matching(request: SignedInRequest, district: District) -> HttpResponse:
    """Who waits for a decision, and what was decided and waits for the next sync."""
    reviews = Review.objects.filter(district=district, kind="person")
    listed = page_of(request, reviews.filter(state=Review.State.OPEN).order_by("name", "pk"))
    names = school_names(district, {review.school for review in listed.page})
    rows = [(review, names.get(review.school, ""), _best(review)) for review in listed.page]
    decided = reviews.filter(state__in=DECIDED).count()
    context = {"listed": listed, "rows": rows, "decided": decided}
    return show(request, district, "console/people/matching.html", TITLE, context)


@page(*WHOLE)
def matching_one(request: SignedInRequest, district: District, pk: int) -> HttpResponse:
    """One record beside the accounts that may be theirs; the answer is stored, the next sync does it."""
    review = Review.objects.select_related("district").filter(district=district, kind="person", pk=pk).first()
    if review is None:
        raise Http404
    if request.method == "POST":
        return _decide(request, district, review)
    context = {"review": review, "source_id": source_id(review.kind, review.key), **side_by_side(district, review)}
    parents = ((TITLE, reverse("admin:matching", args=[district.slug])),)
    return show(request, district, "console/people/matching_one.html", review.name or TITLE, context, parents=parents)


@page(*WHOLE)
def matching_report(request: SignedInRequest, district: District) -> HttpResponse:
    """What the first connection does with the people who are here already: matched, new, doubtful."""
    run = first_run(district)
    context = {"run": run, **(_report(run) if run else {})}
    parents = ((TITLE, reverse("admin:matching", args=[district.slug])),)
    return show(request, district, "console/people/matching_report.html", "Who is who", context, parents=parents)


def first_run(district: District) -> Run | None:
    """The latest preview as long as nothing was applied; then the first sync that was."""
    runs = Run.objects.filter(district=district, mode__in=Run.SYNCS, only="")
    applied = runs.filter(status__in=(Run.Status.SUCCEEDED, Run.Status.HELD)).order_by("pk").first()
    return applied or runs.filter(status=Run.Status.PREVIEWED).order_by("-pk").first()


def school_names(district: District, keys: set[str]) -> dict[str, str]:
    """School key -> name."""
    links = Link.objects.filter(district=district, kind="school", key__in=keys)
    return dict(links.values_list("key", "name"))


def side_by_side(district: District, review: Review) -> dict[str, Any]:
    """The record's fields and, for each candidate, the account's: alike, other, or not known."""
    known = {name for one in review.candidates for name in (*one["agree"], *one["differ"])}
    spoken = [name for name in (*SHOWN, "birth_date") if name in known]
    keys = {review.school, *_school_keys(review)}
    names = school_names(district, keys)
    users = User.objects.filter(district=district).in_bulk([one["object_id"] for one in review.candidates])
    record = {name: _of_record(review, name) for name in spoken}
    return {
        "school": names.get(review.school, review.school),
        "record": [(_label(name), _shown(name, record[name], names)) for name in spoken],
        "candidates": [
            {
                "user": users.get(one["object_id"]), "label": one["label"], "evidence": one["evidence"],
                "fields": [(_label(name), *_of_account(one, name, names)) for name in spoken],
            }
            for one in review.candidates
        ],
        "seen": _seen(review),
        "open": review.state == Review.State.OPEN,
    }  # fmt: skip


def _of_record(review: Review, name: str) -> str:
    for one in review.candidates:
        if name in one["agree"]:
            return str(one["agree"][name])
        if name in one["differ"]:
            return str(one["differ"][name][1])
    return ""


def _of_account(one: dict[str, Any], name: str, names: dict[str, str]) -> tuple[str, str]:
    """The account's value, and ``same``, ``differs`` or ``unknown``."""
    if name in one["agree"]:
        return _shown(name, one["agree"][name], names), "same"
    if name in one["differ"]:
        return _shown(name, one["differ"][name][0], names), "differs"
    return "", "unknown"


def _school_keys(review: Review) -> set[str]:
    values = [
        value
        for one in review.candidates
        for value in (one["agree"].get("schools", ""), *one["differ"].get("schools", ()))
    ]
    return {key for value in values for key in value.split(";") if key}


def _shown(name: str, value: str, names: dict[str, str]) -> str:
    if name == "schools":
        return ", ".join(names.get(key, key) for key in value.split(";"))
    if name == "roles":
        return ", ".join(User.Role(role).label for role in value.split(";") if role)
    return value


def _label(name: str) -> str:
    return {"sis_id": "SIS id"}.get(name, name.replace("_", " ").capitalize())


def _best(review: Review) -> str:
    return review.candidates[0]["evidence"] if review.candidates else ""


def _seen(review: Review) -> str:
    """Which accounts a person has looked at before deciding."""
    return "-".join(str(one["object_id"]) for one in review.candidates)


def _decide(request: SignedInRequest, district: District, review: Review) -> HttpResponse:
    here = reverse("admin:matching_one", args=[district.slug, review.pk])
    answer = request.POST.get("answer", "")
    same = _chosen(request, district, review, answer)
    if answer != "new" and same is None:
        messages.error(
            request, NO_SUCH if answer == "other" else "Choose one of the accounts, or that this is somebody new."
        )
        return redirect(here)
    if _is_so_already(review, same):
        messages.info(request, "It was so already.")
        return redirect("admin:matching", district.slug)
    if request.POST.get("seen") != _seen(review):
        messages.warning(request, "The question has changed since. Nothing was decided; look at it again.")
        return redirect(here)
    try:
        decide(review, same=same, by=Actor.of(request.user))
    except NotThisAccountError as error:
        messages.error(request, str(error))
        return redirect(here)
    except DecidedError as error:
        messages.error(request, str(error))
        return redirect("admin:matching", district.slug)
    who = f"the account {same.username}" if same else "somebody new"
    messages.success(request, f"{review.name} is {who}. The next sync does it.")
    following = Review.objects.filter(district=district, kind="person", state=Review.State.OPEN).order_by("name", "pk")
    after = following.filter(name__gte=review.name).first() or following.first()
    return (
        redirect("admin:matching_one", district.slug, after.pk) if after else redirect("admin:matching", district.slug)
    )


def _is_so_already(review: Review, same: User | None) -> bool:
    if review.state not in DECIDED:
        return False
    return (review.state, review.object_id) == ((Review.State.SAME, same.pk) if same else (Review.State.NEW, None))


def _chosen(request: SignedInRequest, district: District, review: Review, answer: str) -> User | None:
    """One of the candidates, or another account by its username."""
    if answer == "other":
        typed = username_key(request.POST.get("username", "").strip())
        return User.objects.filter(district=district, username_key=typed).first() if typed else None
    offered = {str(one["object_id"]) for one in review.candidates}
    return User.objects.filter(district=district, pk=answer).first() if answer in offered else None


def _report(run: Run) -> dict[str, Any]:
    counts = run.counts.get("people", {})
    matched = counts.get("match", 0) + counts.get("rekey", 0)
    examples: list[Any] = []
    kept = not is_forgotten(run)
    if matched and kept:
        people = takewhile(lambda change: change.kind != "class", islice(read_plan(run), LOOKED_AT))
        found = (one for one in people if one.kind == "person" and one.action in ("match", "rekey"))
        examples = list(islice(found, EXAMPLES))
        users = User.objects.in_bulk([one.object_id for one in examples])
        examples = [(one.name, users.get(one.object_id), one.reason) for one in examples]
    return {
        "matched": matched,
        "created": counts.get("create", 0),
        "doubtful": max(0, run.outcomes.get("waiting", 0) - sum(run.held.values())),
        "examples": examples,
        "kept": kept,
    }
