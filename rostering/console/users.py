"""Users in the console: find one, see what the roster says about them. No password, no hash (R16)."""

from typing import Any

from django.contrib import admin
from django.db.models import Prefetch, QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString

from accounts.models import User, UserSchool
from rostering.console.filters import ActiveFilter, SyncedFilter
from rostering.console.read_only import ReadOnlyAdmin, name_with_arrows, pill

SCHOOLS = Prefetch("user_schools", UserSchool.objects.select_related("school").order_by("position", "pk"))

NAMES_AND_NUMBERS = ("first_name", "last_name", "sis_id", "student_number", "teacher_number", "state_id")


@admin.register(User)
class UserAdmin(ReadOnlyAdmin):
    """Everybody who signs in."""

    school = "user_schools__school"
    list_display = ("shown_name", "username", "role", "shown_grade", "shown_schools", "email", "status")
    list_filter = ("role", ActiveFilter, SyncedFilter)
    search_fields = ("first_name", "last_name", "username", "email")
    search_help_text = "Name, username or email"
    ordering = ("last_name", "first_name", "pk")
    list_select_related = ("district",)
    readonly_fields = ("shown_name", "shown_schools", "status")
    fieldsets = (
        (None, {"fields": ("shown_name", "username", "role", "status", "email")}),
        ("At school", {"fields": ("shown_schools", "grade")}),
        ("In the SIS", {"fields": NAMES_AND_NUMBERS}),
        ("Account", {"fields": ("created", "last_login")}),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """With their schools."""
        return super().get_queryset(request).prefetch_related(SCHOOLS)

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
