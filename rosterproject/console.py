"""The coordinator console: Django's admin site, ours (at ``/console/``)."""

from collections.abc import Callable, Sequence
from typing import Any
from urllib.parse import urlencode

from django.contrib.admin import AdminSite
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path, reverse
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache

OURS = {"accounts", "classes", "rostering"}
Menu = Callable[[HttpRequest], list[Any]]
Home = Callable[[HttpRequest], HttpResponse]


class Console(AdminSite):
    """The console's site: names, who may enter, which pages there are.

    Signing in, signing out and one's own password are the product's pages, the same for everybody.
    """

    site_header = "SIS integration"
    site_title = "SIS integration"
    index_title = "Roster"
    site_url = None
    empty_value_display = "–"

    def has_permission(self, request: HttpRequest) -> bool:
        """Coordinators, school coordinators and ops (``User.is_staff``)."""
        return request.user.is_active and request.user.is_staff

    def register(self, model_or_iterable: Any, *args: Any, **options: Any) -> None:
        """Takes our own tables only: those of the task queue, of allauth and of Django are not for coordinators."""
        models = model_or_iterable if isinstance(model_or_iterable, (list, tuple, set)) else [model_or_iterable]
        ours = [model for model in models if model.__module__.partition(".")[0] in OURS]
        super().register(ours, *args, **options)

    def take(self, pages: Sequence[URLPattern], menu: Menu, home: Home) -> None:
        """Takes our own pages (under ``in/<district>/``), the menu and the home, once, from the app that owns them."""
        self.pages, self.menu, self.home = pages, menu, home

    @method_decorator(never_cache)
    def index(self, request: HttpRequest, extra_context: Any = None) -> Any:  # noqa: ARG002
        """The home."""
        return self.home(request)

    def get_urls(self) -> list[Any]:
        """Our own pages before the stock ones."""
        return [path(f"in/<slug:slug>/{each.pattern}", each.callback, name=each.name) for each in self.pages] + (
            super().get_urls()
        )

    def each_context(self, request: HttpRequest) -> dict[str, Any]:
        """With the menu."""
        return {**super().each_context(request), "menu": self.menu(request)}

    @method_decorator(never_cache)
    def login(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:  # noqa: ARG002
        """To the sign-in page and back; whoever is signed in and may not enter is told so."""
        wanted = request.GET.get(REDIRECT_FIELD_NAME, reverse("admin:index"))
        if self.has_permission(request):
            return redirect("admin:index")
        if request.user.is_authenticated:
            raise PermissionDenied("The console is for coordinators.")
        return redirect(f"{reverse('login')}?{urlencode({REDIRECT_FIELD_NAME: wanted})}")

    def logout(self, request: HttpRequest, extra_context: Any = None) -> Any:  # noqa: ARG002
        """Signing out is a form in the header, never a page of its own."""
        return redirect("admin:index")

    def password_change(self, request: HttpRequest, extra_context: Any = None) -> Any:  # noqa: ARG002
        """One's own password, on the page that everybody uses."""
        return redirect("password")
