"""What every page of the console has in common: rows by role and district, and nothing to write."""

# ruff: noqa: ARG002 -- the signatures are Django's

from typing import TYPE_CHECKING, Any, cast

from django.contrib import admin
from django.db.models import Model, QuerySet
from django.http import Http404, HttpRequest
from django.template.loader import render_to_string
from django.utils.html import format_html
from django.utils.safestring import SafeString

from accounts.models import User
from rostering.console.scope import EVERYWHERE, SCHOOLS, rows_for

if TYPE_CHECKING:
    Base = admin.ModelAdmin[Any]
else:
    Base = admin.ModelAdmin


class ReadOnlyAdmin(Base):
    """A list and details to read, within what the person may see (R47).

    ``district`` and ``school``: as in ``scope.rows_for``. ``list_filter`` names plain fields and filter classes; no
    other field can be asked about through the address, so that nobody can guess at a hash letter by letter (R16).
    """

    district = "district"
    school: str | None = None
    actions = None
    list_per_page = 50
    list_max_show_all = 50
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    view_on_site = False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """The rows of the person's district or schools, or all of them for ops."""
        user = cast("User", request.user)
        return rows_for(user, super().get_queryset(request), district=self.district, school=self.school)

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Any:
        """A row out of sight is not found, whether it exists or not."""
        found = super().get_object(request, object_id, from_field)
        if found is None:
            raise Http404
        return found

    def heading(self, row: Any) -> str:
        """What a row is called on its own page."""
        return str(row)

    def render_change_form(self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any) -> Any:
        """Adds ``heading``."""
        context["heading"] = self.heading(context["original"])
        return super().render_change_form(request, context, *args, **kwargs)

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """By role; which rows is ``get_queryset``'s to say. Our people have no rows of Django's permissions."""
        user = cast("User", request.user)
        return user.is_staff and (self.school is not None or user.role not in SCHOOLS)

    def has_module_permission(self, request: HttpRequest) -> bool:
        """As ``has_view_permission``."""
        return self.has_view_permission(request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Never."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Never."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Never."""
        return False

    def lookup_allowed(self, lookup: str, value: Any, request: HttpRequest) -> bool:
        """Only what ``list_filter`` offers."""
        offered = {getattr(each, "parameter_name", each) for each in self.get_list_filter(request)}
        return lookup.split("__")[0] in offered

    def get_list_display(self, request: HttpRequest) -> Any:
        """With the district for those who see several."""
        columns = super().get_list_display(request)
        return [*columns, "district"] if self._sees_districts(request) else columns

    def get_list_filter(self, request: HttpRequest) -> Any:
        """With the district for those who see several."""
        filters = super().get_list_filter(request)
        return [*filters, "district"] if self._sees_districts(request) else filters

    def _sees_districts(self, request: HttpRequest) -> bool:
        return cast("User", request.user).role in EVERYWHERE and self.district == "district"


def name_with_arrows(name: str, *, synced: bool) -> SafeString:
    """A name exactly as it is written, with the green arrows where the roster keeps it true (R45)."""
    arrows = render_to_string("includes/arrows.html") if synced else ""
    return format_html('<bdi class="name">{}</bdi> {}', name, arrows)


def pill(words: str, state: str) -> SafeString:
    """A state in words on its colour: ``good``, ``wait``, ``wrong`` or ``plain``."""
    return format_html('<span class="pill pill-{}">{}</span>', state, words)
