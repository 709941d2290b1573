"""Why is somebody, or a class, not here? And pulling just that record again."""

from django.contrib import messages
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_POST

from accounts.access import SignedInRequest
from accounts.lifecycle import Actor
from accounts.models import District, User
from rostering.console.pages import ALL, WHOLE, page, show
from rostering.console.scope import rows_for
from rostering.console.why import find, last_sync
from rostering.core.records import source_id
from rostering.delivery import Asked
from rostering.explain import MOST
from rostering.models import Run
from rostering.sync import NotConnectedError, run_sync
from rostering.turns import BusyError

LONGEST = 200
"""Characters of a question that are looked at."""


@page(*ALL)
def why(request: SignedInRequest, district: District) -> HttpResponse:
    """One box, and the ways of the records that the words may mean."""
    text = request.GET.get("q", "").strip()[:LONGEST]
    found, whole = find(request.user, district, text), request.user.role in WHOLE
    holds = Run.objects.filter(district=district, decision=Run.Decision.OPEN).values_list("pk", flat=True)
    context = {
        "text": text,
        "ways": found.ways,
        "many": [(*one, source_id(one[0].kind, one[0].key)) for one in found.many],
        "too_many": len(found.many) >= MOST,
        "last_sync": last_sync(district),
        "by_hand": accounts_by_hand(request.user, district, text) if text and not (found.ways or found.many) else [],
        "can_check": whole,
        "hold": holds.first() if whole and any(way.answer["outcome"] == "waiting" for way in found.ways) else None,
    }
    return show(request, district, "console/people/why.html", "Why is … not here?", context)


@page(*WHOLE)
@require_POST
def check_now(request: SignedInRequest, district: District) -> HttpResponse:
    """Pull one record from the source, and say what became of it."""
    kind, wanted = request.POST.get("kind", ""), request.POST.get("id", "").strip()
    text = request.POST.get("q", wanted)
    if not wanted:
        messages.error(request, "Say which record to check.")
    elif kind == "person":
        _pull(request, district, Asked(kind="person", id=wanted))
    elif kind == "section":
        _pull(request, district, Asked(kind="section", id=wanted))
    else:
        messages.error(request, "Only people and sections can be checked one at a time.")
    return redirect(f"{reverse('admin:why', args=[district.slug])}?{urlencode({'q': text})}")


def accounts_by_hand(user: User, district: District, text: str) -> list[User]:
    """Accounts that no record feeds, where the source knows nothing of that name."""
    rows = rows_for(user, User.objects.filter(district=district), district="district", school="user_schools__school")
    for word in text.split()[:5]:
        rows = rows.filter(
            Q(first_name__icontains=word) | Q(last_name__icontains=word) | Q(username_key__startswith=word.lower())
        )
    return list(rows.filter(managed_fields="").order_by("last_name", "first_name", "pk")[:10])


def _pull(request: SignedInRequest, district: District, asked: Asked) -> None:
    try:
        run = run_sync(district, by=Actor.of(request.user).label, asked=asked)
    except (BusyError, NotConnectedError) as error:
        messages.warning(request, str(error))
        return
    if run.status == Run.Status.FAILED:
        messages.error(request, f"The record could not be checked. Nothing was changed. {run.error_message}")
    elif not any(run.records.values()):
        messages.warning(request, f"The source sends nothing under the id {asked.id}.")
    elif run.status == Run.Status.HELD:
        messages.warning(request, f"{asked.id} was checked. Something would be removed, and waits for a decision.")
    else:
        messages.success(request, f"{asked.id} was checked just now. Below is how it stands.")
