"""Users in the console: find one, see what the roster says about them. No password, no hash (R16)."""

from typing import Any, cast

from django.contrib import admin
from django.db.models import Prefetch, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.safestring import SafeString

from accounts.models import User, UserSchool
from rostering.console.filters import ActiveFilter, GradeFilter, SchoolFilter, SyncedFilter
from rostering.console.menu import district_of
from rostering.console.read_only import ReadOnlyAdmin, name_with_arrows, pill
from rostering.console.user_page import page_of_user
from rostering.core.records import STAFF, STUDENT, TEACHER, USER
from rostering.models import Link

SCHOOLS = Prefetch("user_schools", UserSchool.objects.select_related("school").order_by("position", "pk"))

MOST = 50
"""Accounts that one id may find."""


@admin.register(User)
class UserAdmin(ReadOnlyAdmin):
    """Everybody who signs in."""

    school = "user_schools__school"
    list_display = ("shown_name", "username", "role", "shown_grade", "shown_schools", "status", "email")
    list_filter = ("role", SchoolFilter, GradeFilter, ActiveFilter, SyncedFilter)
    search_fields = ("first_name", "last_name", "username", "email", "^student_number")
    search_help_text = "Name, username, email, student number, or an id from the SIS"
    ordering = ("last_name", "first_name", "pk")
    list_select_related = ("district",)
    fields = ("shown_name",)
    readonly_fields = ("shown_name",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """With their schools."""
        return super().get_queryset(request).prefetch_related(SCHOOLS)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """By words, every one of which must be found somewhere; and by the whole of an id."""
        rows, doubled = super().get_search_results(request, queryset, search_term)
        if found := _of_id(request, search_term.strip()):
            rows = rows | queryset.filter(pk__in=found)
        return rows, doubled

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """With the two exports, where it is clear of which district."""
        district = district_of(request, cast("User", request.user))
        return super().changelist_view(request, {**(extra_context or {}), "export_of": district})

    def render_change_form(self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any) -> Any:
        """What the page says instead of a form."""
        user = context["original"]
        request.console_district = user.district  # type: ignore[attr-defined]
        context |= {"district": user.district, **page_of_user(cast("User", request.user), user)}
        return super().render_change_form(request, context, *args, **kwargs)

    @admin.display(description="Name", ordering="last_name")
    def shown_name(self, user: User) -> SafeString:
        """The name with its arrows."""
        return name_with_arrows(user.get_full_name(), synced=user.synced)

    @admin.display(description="Grade", ordering="grade", empty_value="")
    def shown_grade(self, user: User) -> str:
        """The grade, or nothing for adults."""
        return user.grade

    @admin.display(description="Schools", empty_value="")
    def shown_schools(self, user: User) -> str:
        """The primary one first."""
        return ", ".join(seat.school.name for seat in user.user_schools.all())

    @admin.display(description="Status", ordering="is_active")
    def status(self, user: User) -> SafeString:
        """Whether they can sign in."""
        return pill("Active", "good") if user.is_active else pill("Inactive", "plain")


def _of_id(request: HttpRequest, text: str) -> list[int]:
    """Accounts that a record with this source id feeds, or that have this id in the SIS."""
    if not text or " " in text:
        return []
    user = cast("User", request.user)
    rows: dict[str, Any] = {} if user.district_id is None else {"district": user.district_id}
    keys = [space + text for space in (STUDENT, TEACHER, STAFF, USER)]
    links = Link.objects.filter(kind="person", key__in=keys, **rows).exclude(object_id=None)
    found = [pk for pk in links.values_list("object_id", flat=True)[:MOST] if pk is not None]
    numbers = User.objects.filter(Q(sis_id=text) | Q(teacher_number=text) | Q(state_id=text), **rows)
    return [*found, *numbers.values_list("pk", flat=True)[:MOST]]
