"""Signing in with Clever: the way there, the way back, and the page for whoever is refused (clever.md §4.2, 4.6)."""

import secrets
import time

from django.conf import settings
from django.contrib.auth import logout
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_GET

from accounts.access import home_of
from accounts.mfa_sign_in import let_in
from accounts.models import User
from rostering.clever_sign_in import (
    NOT_CONNECTED,
    CleverSilentError,
    CodeRefusedError,
    NoAccountError,
    account_of,
    authorize_url,
    person_behind,
)

ASKED, DONE, RESTARTED = "clever_asked", "clever_done", "clever_restarted"
RESTART_EVERY = 60
"""Seconds: a code without our state is asked for anew, but not again and again."""
STATUS = {"silent": 502, "state": 400, "code": 400, "loop": 400, "not_shared": 403, "person": 403, "district": 403}


@require_GET
@never_cache
def start(request: HttpRequest) -> HttpResponse:
    """Our button: to Clever, with a state that only this browser's session knows."""
    _refuse_without_client()
    return _to_clever(request, request.GET.get("district", ""), _safe_next(request))


@require_GET
@never_cache
@sensitive_variables("code")
def callback(request: HttpRequest) -> HttpResponse:
    """The way back from Clever. A code that we did not ask for is dropped, and asked for anew, once."""
    _refuse_without_client()
    state, code = request.GET.get("state", ""), request.GET.get("code", "")
    if state and state == request.session.get(DONE) and isinstance(request.user, User):
        return redirect(home_of(request.user))  # the page was loaded again, or gone back to
    asked = request.session.get(ASKED)
    if code and not state:
        return _restart(request, asked)
    if "error" in request.GET and not code:
        unshared = request.GET["error"] == "unauthorized-user"
        return _refused(request, "not_shared", "NOT_SHARED") if unshared else _refused(request, "code")
    if not asked or not secrets.compare_digest(state.encode(), asked["state"].encode()):
        return _refused(request, "state")
    del request.session[ASKED]
    request.session.pop(RESTARTED, None)
    return _sign_in(request, code, asked)


def _sign_in(request: HttpRequest, code: str, asked: dict[str, str]) -> HttpResponse:
    """Let in whoever the code is of, after a second step if they have one; a refusal too ends who was here before."""
    try:
        user = account_of(person_behind(code, _callback_url()))
    except CodeRefusedError:
        return _refused(request, "code", slug=asked["district"])
    except CleverSilentError:
        return _refused(request, "silent", slug=asked["district"])
    except NoAccountError as error:
        logout(request)
        why = "district" if error.code == NOT_CONNECTED else "person"
        return _refused(request, why, error.code, slug=asked["district"])
    return let_in(request, user, asked["next"], **{DONE: asked["state"]})


def _restart(request: HttpRequest, asked: dict[str, str] | None) -> HttpResponse:
    """Clever's portal and Instant Login send no state, so nothing proves that this browser's owner wanted this."""
    if time.time() - request.session.get(RESTARTED, 0) < RESTART_EVERY:
        return _refused(request, "loop")
    request.session[RESTARTED] = time.time()
    return _to_clever(request, asked["district"] if asked else "", "")


def _to_clever(request: HttpRequest, slug: str, wanted: str) -> HttpResponse:
    state = secrets.token_urlsafe(32)
    request.session[ASKED] = {"state": state, "district": slug, "next": wanted}
    return HttpResponseRedirect(authorize_url(_callback_url(), state, slug))


def _refused(request: HttpRequest, why: str, code: str = "", *, slug: str = "") -> HttpResponse:
    context = {"why": why, "code": code, "slug": slug}
    return render(request, "accounts/clever_refused.html", context, status=STATUS[why])


def _callback_url() -> str:
    """As it is registered at Clever, which compares it letter by letter."""
    return f"{settings.SITE_URL.rstrip('/')}{reverse('clever_callback')}"


def _safe_next(request: HttpRequest) -> str:
    wanted = request.GET.get("next", "")
    ours = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure())
    return wanted if ours else ""


def _refuse_without_client() -> None:
    if not all(settings.CLEVER_CLIENT):
        raise Http404("Signing in with Clever is not set up here.")
