"""The gate in front of every page: nobody who has, or must have, a second step is let past without it."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from accounts.mfa import must_have
from accounts.mfa_sign_in import PASSED
from accounts.models import User

SIGNING_IN = {"login", "sign_in", "second_step", "logout", "clever_start", "clever_callback", "invitation"}
SETTING_UP = SIGNING_IN | {"mfa", "mfa_app", "mfa_codes", "mfa_passkey", "mfa_confirm", "password"}


class SecondStepGate:
    """A middleware. It asks the database nothing: the user is in the request already."""

    def __init__(self, answer: Callable[[HttpRequest], HttpResponse]) -> None:
        self.answer = answer

    def __call__(self, request: HttpRequest) -> HttpResponse:  # noqa: D102 -- Django's
        return self.answer(request)

    def process_view(self, request: HttpRequest, *_: Any) -> HttpResponse | None:
        """Lets pass, ends a session that lacks the second step, or sends to setting one up."""
        name = request.resolver_match.view_name if request.resolver_match else ""
        if name in SIGNING_IN or not isinstance(user := request.user, User):
            return None
        if user.second_step:
            return None if request.session.get(PASSED) else self._again(request)
        if must_have(user) and name not in SETTING_UP:
            return self._set_up(request)
        return None

    def _again(self, request: HttpRequest) -> HttpResponse:
        """The session began before the second step was added, perhaps at another computer."""
        logout(request)
        messages.info(request, "Your account has two-step sign-in now. Please sign in again.")
        return redirect_to_login(request.get_full_path() if request.method == "GET" else "/", "login")

    def _set_up(self, request: HttpRequest) -> HttpResponse:
        if not request.accepts("text/html"):
            raise PermissionDenied("Set up two-step sign-in first.")
        return redirect("mfa")
