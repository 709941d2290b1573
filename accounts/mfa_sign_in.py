"""From a right password to a session: at once, or after the second step."""

import time
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils.crypto import constant_time_compare
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from accounts import mfa, mfa_passkey
from accounts.access import home_of
from accounts.mfa_forms import CodeForm
from accounts.models import User

WAITING, PASSED, PROVED = "second_step_for", "second_step_passed", "proved_at"
"""In a session: who has given a right password; that the second step was passed; when a password was last right."""

WAITS = 60 * 10
"""Seconds in which the second step must follow the first."""


def let_in(request: HttpRequest, user: User, wanted: str, **kept: str) -> HttpResponseRedirect:
    """Where somebody goes whose password, or Clever, was right: in, or to the second step.

    ``wanted``: a page of ours, or empty for their home. ``kept``: what their session shall begin with. Until they
    are in, whoever is signed in on this computer stays so.
    """
    if not user.second_step:
        return _enter(request, user, wanted, kept)
    request.session[WAITING] = {
        "user": user.pk, "hash": user.get_session_auth_hash(), "at": time.time(), "next": wanted, "kept": kept,
    }  # fmt: skip
    return HttpResponseRedirect(redirect("second_step").url)


@sensitive_post_parameters("code", "credential")
@never_cache
def second_step(request: HttpRequest) -> HttpResponse:
    """A code, or a passkey, of whoever has just given the right password here."""
    user = waiting_user(request)
    if user is None:
        messages.info(request, "Please sign in again.")
        return redirect("login")
    form = CodeForm(user, request.POST if "code" in request.POST else None)
    unknown = False
    if "credential" in request.POST:
        if mfa_passkey.used(user, request.POST["credential"]):
            return _passed(request, user, mfa.Type.WEBAUTHN)
        unknown = True
    elif request.method == "POST" and form.is_valid():
        return _passed(request, user, form.kind)
    passkeys = mfa.methods_of(user).filter(type=mfa.Type.WEBAUTHN).exists()
    context = {
        "form": form, "district": user.district, "unknown": unknown, "name": user.get_full_name(),
        "options": mfa_passkey.options_to_use(user) if passkeys else "",
    }  # fmt: skip
    return render(request, "accounts/mfa_second_step.html", context)


def waiting_user(request: HttpRequest) -> User | None:
    """Whose second step this browser waits for; nobody after a while, or once the account or password changed."""
    waiting: dict[str, Any] = request.session.get(WAITING, {})
    if not waiting or time.time() - waiting["at"] > WAITS:
        return None
    user = User.objects.select_related("district").filter(pk=waiting["user"], is_active=True).first()
    if user is None or not constant_time_compare(waiting["hash"], user.get_session_auth_hash()):
        return None
    return user


def _passed(request: HttpRequest, user: User, kind: str) -> HttpResponseRedirect:
    waiting = request.session[WAITING]
    response = _enter(request, user, waiting["next"], {**waiting["kept"], PASSED: True})
    if kind == mfa.Type.RECOVERY_CODES:
        left = mfa.recovery_codes_left(user)
        words = f"You used a recovery code. You have {left} left; make new ones under Security before they run out."
        messages.warning(request, words)
    return response


def _enter(request: HttpRequest, user: User, wanted: str, kept: dict[str, Any]) -> HttpResponseRedirect:
    request.session.flush()  # whatever the person before did here ends with their session
    login(request, user, backend=settings.AUTHENTICATION_BACKENDS[0])
    request.session.update({**kept, PROVED: time.time()})
    return HttpResponseRedirect(wanted or home_of(user))
