"""What our own pages of the console have in common: the guard in front, the frame around, the place in the menu.

An address of such a page begins with ``in/<district>/``. A district, or a page, that is not for somebody is not found
(R47): whoever tries addresses learns nothing.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import wraps
from typing import Any, cast

from django.contrib import admin
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.cache import never_cache

from accounts.access import SignedInRequest
from accounts.models import District, User

COORDINATOR, SCHOOL, OPS = User.Role.COORDINATOR, User.Role.SCHOOL_COORDINATOR, User.Role.OPS
WHOLE = (COORDINATOR, OPS)
"""Those who see a whole district."""
ALL = (COORDINATOR, SCHOOL, OPS)
"""Everybody whom the console lets in."""

View = Callable[..., HttpResponseBase]


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the menu: the page's name under ``admin:``, its words, the group it stands in, who sees it."""

    name: str
    words: str
    group: str
    roles: tuple[User.Role, ...] = WHOLE


def page(*roles: User.Role) -> Callable[[View], View]:
    """In front of a view ``(request, district, …)`` at ``in/<slug>/…``: for ``roles``, in their own district."""

    def guard(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, slug: str, **kwargs: Any) -> HttpResponseBase:
            user = cast("SignedInRequest", request).user
            if not user.is_staff:
                raise PermissionDenied("The console is for coordinators.")
            district = districts_of(user).filter(slug=slug).first()
            if district is None or user.role not in roles:
                raise Http404
            return view(request, district, **kwargs)

        return never_cache(login_required(guarded))

    return guard


def districts_of(user: User) -> QuerySet[District]:
    """The districts that a person of the console may enter."""
    if user.role == OPS:
        return District.objects.all()
    return District.objects.filter(pk=user.district_id or 0)


def show(
    request: HttpRequest,
    district: District,
    template: str,
    title: str,
    context: Mapping[str, Any] | None = None,
    *,
    parents: tuple[tuple[str, str], ...] = (),
    status: int = 200,
) -> HttpResponse:
    """A page of ours in the console's frame. ``parents``: (words, address) of the pages above it, home apart.

    The template extends ``console/page.html`` and fills the block ``content``.
    """
    request.console_district = district  # type: ignore[attr-defined]
    frame = admin.site.each_context(request)
    return render(
        request, template, {**frame, "title": title, "parents": parents, "district": district, **(context or {})},
        status=status,
    )  # fmt: skip
