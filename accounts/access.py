"""Which page is whose: the home of a role, and the guard in front of a role's pages."""

from collections.abc import Callable
from functools import wraps
from typing import cast

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.cache import never_cache

from accounts.models import User

HOMES = {
    User.Role.TEACHER: "classes",
    User.Role.STAFF: "classes",
    User.Role.STUDENT: "learn",
    User.Role.COORDINATOR: "admin:index",
    User.Role.SCHOOL_COORDINATOR: "admin:index",
    User.Role.OPS: "admin:index",
}


class SignedInRequest(HttpRequest):
    """A request behind one of the guards below: somebody is signed in."""

    user: User


Page = Callable[..., HttpResponse]


def home_of(user: User) -> str:
    """The address where a person lands after signing in, by their main role."""
    return reverse(HOMES[User.Role(user.role)])


def signed_in(page: Page) -> Page:
    """For anyone who is signed in. The page is kept out of caches: computers in schools are shared."""
    return never_cache(login_required(page))


def for_roles(*roles: User.Role, words: str) -> Callable[[Page], Page]:
    """For people with one of ``roles``; others are told in ``words`` for whom the page is."""

    def guard(page: Page) -> Page:
        @wraps(page)
        def guarded(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
            user = cast("SignedInRequest", request).user
            if not set(roles) & {user.role, *user.roles.split(";")}:
                raise PermissionDenied(words)
            return page(request, *args, **kwargs)

        return signed_in(guarded)

    return guard
