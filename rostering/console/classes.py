"""Classes in the console."""

from typing import Any

from django.contrib import admin
from django.db.models import Prefetch, QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString

from classes.models import Class, Membership
from classes.queries import BY_NAME, with_counts
from rostering.console.filters import SyncedFilter
from rostering.console.read_only import ReadOnlyAdmin, name_with_arrows, pill

TEACHERS = Prefetch(
    "memberships",
    Membership.objects.filter(role=Membership.Role.TEACHER, active=True).select_related("user").order_by(*BY_NAME),
    to_attr="teacher_seats",
)


@admin.register(Class)
class ClassAdmin(ReadOnlyAdmin):
    """Synced and unsynced classes, with who teaches them and whether students see them (R21)."""

    school = "school"
    list_display = ("shown_name", "shown_school", "teachers", "students", "visible", "term", "shown_status")
    list_filter = ("status", SyncedFilter)
    search_fields = ("name", "course_name", "number")
    search_help_text = "Name, course or number"
    ordering = ("name", "number")
    list_select_related = ("school", "district")
    readonly_fields = ("shown_name", "shown_school", "shown_status", "teachers", "students", "visible")
    fieldsets = (
        (None, {"fields": ("shown_name", "number", "shown_school", "shown_status")}),
        ("People", {"fields": ("teachers", "students", "visible")}),
        ("In the SIS", {"fields": ("course_name", "course_number", "period", "subject", "grade", "term_name")}),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """With teachers and counts."""
        return with_counts(super().get_queryset(request)).prefetch_related(TEACHERS)

    @admin.display(description="Name", ordering="name")
    def shown_name(self, klass: Class) -> SafeString:
        """The name with its arrows."""
        return name_with_arrows(klass.name, synced=klass.synced)

    @admin.display(description="School", ordering="school__name", empty_value="")
    def shown_school(self, klass: Class) -> str:
        """The school's name; a link would lead nowhere yet."""
        return klass.school.name if klass.school else ""

    @admin.display(description="Teachers")
    def teachers(self, klass: Any) -> str:
        """All of them (R25)."""
        return ", ".join(seat.user.get_full_name() for seat in klass.teacher_seats)

    @admin.display(description="Students")
    def students(self, klass: Any) -> int:
        """How many."""
        return int(klass.student_count)

    @admin.display(description="Students see it")
    def visible(self, klass: Any) -> SafeString:
        """Whether something is assigned (R21); an archived class is seen by nobody."""
        if klass.status != Class.Status.ACTIVE:
            return pill("Nobody", "plain")
        return pill("Visible", "good") if klass.item_count else pill("Hidden: no items", "wait")

    @admin.display(description="Term", ordering="term_start", empty_value="")
    def term(self, klass: Class) -> str:
        """The term as the SIS calls it."""
        return klass.term_name

    @admin.display(description="Status", ordering="status")
    def shown_status(self, klass: Class) -> SafeString:
        """Active or archived."""
        return pill(klass.get_status_display(), "good" if klass.status == Class.Status.ACTIVE else "plain")
