"""Data warnings in the console (R42, R44)."""

from django.contrib import admin
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString

from rostering.console.filters import LifeFilter
from rostering.console.read_only import ReadOnlyAdmin, pill
from rostering.models import DataWarning

COLOURS = {"HOLD": "wrong", "ERROR": "wrong", "WARN": "wait"}


@admin.register(DataWarning)
class DataWarningAdmin(ReadOnlyAdmin):
    """What keeps someone or something from appearing, and what to fix at the source."""

    list_display = ("message", "shown_severity", "shown_name", "affects", "code", "life")
    list_filter = (LifeFilter, "severity", "code")
    search_fields = ("name", "key", "code", "message")
    search_help_text = "Name, id, code or words of the message"
    ordering = ("-since", "-pk")
    list_select_related = ("district",)
    readonly_fields = ("shown_severity", "affects")
    fieldsets = (
        (None, {"fields": ("message", "fix", "shown_severity", "code")}),
        ("Whom it is about", {"fields": ("kind", "name", "key", "school", "affects")}),
        ("Its life", {"fields": ("state", "since", "resolved_at", "accepted_by", "accepted_why")}),
    )

    def heading(self, row: DataWarning) -> str:
        """Whom it is about, and the code."""
        return f"{row.name or row.key or row.kind}: {row.code}"

    @admin.display(description="State", ordering="since")
    def life(self, warning: DataWarning) -> SafeString:
        """Where it is in its life, and since when."""
        since = date_format(warning.since, "M j, Y")
        return format_html("{}<br>since {}", warning.get_state_display().capitalize(), since)

    @admin.display(description="Severity", ordering="severity")
    def shown_severity(self, warning: DataWarning) -> SafeString:
        """In words and colour."""
        return pill(warning.severity.capitalize(), COLOURS.get(warning.severity, "plain"))

    @admin.display(description="About", ordering="name", empty_value="")
    def shown_name(self, warning: DataWarning) -> str:
        """The name, or the id where there is none."""
        return warning.name or warning.key

    @admin.display(description="Waiting for this", empty_value="")
    def affects(self, warning: DataWarning) -> str:
        """How many classes and students the fix would bring."""
        counts = ((warning.classes, "class", "classes"), (warning.students, "student", "students"))
        return ", ".join(f"{count} {one if count == 1 else many}" for count, one, many in counts if count)
