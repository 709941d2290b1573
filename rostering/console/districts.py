"""Districts and schools in the console."""

from django.contrib import admin
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from accounts.models import District, School
from rostering.console.filters import ActiveFilter
from rostering.console.read_only import ReadOnlyAdmin, name_with_arrows
from rostering.feed_state import known_of
from rostering.models import Connection


@admin.register(District)
class DistrictAdmin(ReadOnlyAdmin):
    """A district with its policies; of the fixed password only whether there is one (R16)."""

    district = "pk"
    list_display = ("name", "slug", "usernames", "passwords", "created")
    search_fields = ("name", "slug")
    ordering = ("name",)
    fieldsets = (
        (None, {"fields": ("name", "slug", "created")}),
        ("Usernames and passwords", {"fields": ("usernames", "passwords", "fallback", "has_fixed_password")}),
        ("Permissions", {"fields": ("teachers_create_students",)}),
        ("Where the roster comes from", {"fields": ("feed",)}),
    )
    readonly_fields = ("has_fixed_password", "feed")

    @admin.display(description="Feed")
    def feed(self, district: District) -> SafeString:
        """What is known of the source, a line each; its secret is nowhere."""
        connection = Connection.objects.filter(district=district).first()
        if connection is None:
            return format_html("{}", "Not connected yet")
        return format_html_join("", "<p><strong>{}</strong>: {}</p>", known_of(connection).items())

    @admin.display(description="Fixed password", boolean=True)
    def has_fixed_password(self, district: District) -> bool:
        """Whether one is set."""
        return bool(district.fixed_password)


@admin.register(School)
class SchoolAdmin(ReadOnlyAdmin):
    """The schools of a district."""

    school = "pk"
    list_display = ("shown_name", "number", "low_grade", "high_grade", "active")
    list_filter = (ActiveFilter,)
    search_fields = ("name", "number")
    ordering = ("name", "pk")
    fields = ("shown_name", "number", "low_grade", "high_grade", "active")
    readonly_fields = ("shown_name",)

    @admin.display(description="Name", ordering="name")
    def shown_name(self, school: School) -> SafeString:
        """The name with its arrows."""
        return name_with_arrows(school.name, synced=bool(school.managed_fields))
