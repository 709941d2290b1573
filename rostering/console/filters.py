"""Filters of the console's lists."""

# ruff: noqa: ARG002 -- the signatures are Django's

from typing import Any, cast

from django.contrib.admin import ModelAdmin, SimpleListFilter
from django.db.models import QuerySet
from django.http import HttpRequest

from accounts.models import School, User
from rostering.console.scope import rows_for
from rostering.core.records import GRADES
from rostering.models import DataWarning

OPEN = (DataWarning.State.NEW, DataWarning.State.CONTINUING)


class ActiveFilter(SimpleListFilter):
    """In use, or kept without being in use."""

    title = "status"
    parameter_name = "active"

    def lookups(self, request: HttpRequest, model_admin: "ModelAdmin[Any]") -> list[tuple[Any, str]]:
        """Active and inactive."""
        return [("yes", "Active"), ("no", "Inactive")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """By the row's own mark: ``is_active`` of users, ``active`` of schools."""
        mark = "is_active" if queryset.model is User else "active"
        return queryset.filter(**{mark: self.value() == "yes"}) if self.value() else queryset


class SyncedFilter(SimpleListFilter):
    """Kept true by the roster, or by hand."""

    title = "synced"
    parameter_name = "synced"

    def lookups(self, request: HttpRequest, model_admin: "ModelAdmin[Any]") -> list[tuple[Any, str]]:
        """Yes and no."""
        return [("yes", "Synced"), ("no", "By hand")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """By the mark that the roster leaves on its rows."""
        if self.value() == "yes":
            return queryset.exclude(managed_fields="")
        if self.value() == "no":
            return queryset.filter(managed_fields="")
        return queryset


class ChosenFilter(SimpleListFilter):
    """A filter with too many choices for a row of links: a list to choose from, and a button."""

    template = "console/people/choose.html"
    others: tuple[tuple[str, Any], ...] = ()

    def value(self) -> str | None:
        """What is chosen; the form sends an empty value for all."""
        return super().value() or None

    def choices(self, changelist: Any) -> Any:
        """As ever; what else the address asks for is remembered, so that choosing here keeps it."""
        self.others = tuple(one for one in changelist.params.items() if one[0] != self.parameter_name)
        return super().choices(changelist)


class SchoolFilter(ChosenFilter):
    """People of one school, of the schools that one may see. Ops choose a district first."""

    title = "school"
    parameter_name = "school"

    def lookups(self, request: HttpRequest, model_admin: "ModelAdmin[Any]") -> list[tuple[Any, str]]:
        """The schools by name."""
        user = cast("User", request.user)
        rows = rows_for(user, School.objects.all(), district="district", school="pk")
        if user.district_id is None:
            chosen = request.GET.get("district__id__exact", "")
            rows = rows.filter(district_id=chosen) if chosen.isdecimal() and len(chosen) < 18 else rows.none()
        return [(str(pk), name) for pk, name in rows.order_by("name", "pk").values_list("pk", "name")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Everybody at the school, whichever of theirs it is."""
        chosen = self.value()
        if chosen is None:
            return queryset
        known = {pk for pk, _ in self.lookup_choices}
        return queryset.filter(user_schools__school=chosen) if chosen in known else queryset.none()


class GradeFilter(ChosenFilter):
    """Students of one grade."""

    title = "grade"
    parameter_name = "grade"

    def lookups(self, request: HttpRequest, model_admin: "ModelAdmin[Any]") -> list[tuple[Any, str]]:
        """Every grade there is, in school order."""
        return [(grade, f"Grade {grade}" if grade.isdecimal() else _in_words(grade)) for grade in GRADES]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """By the grade as the roster writes it."""
        return queryset.filter(grade=self.value()) if self.value() is not None else queryset


def _in_words(grade: str) -> str:
    """``PreKindergarten`` -> Pre kindergarten."""
    return "".join(f" {letter.lower()}" if letter.isupper() else letter for letter in grade).strip().capitalize()


class LifeFilter(SimpleListFilter):
    """Warnings by where they are in their life (R44); the open ones unless said otherwise."""

    title = "state"
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: "ModelAdmin[Any]") -> list[tuple[Any, str]]:
        """Each state, and all of them together."""
        return [(value, str(label).capitalize()) for value, label in DataWarning.State.choices] + [("all", "All")]

    def choices(self, changelist: Any) -> Any:
        """What Django calls "All" is "Open" here."""
        for choice in super().choices(changelist):
            first = changelist.get_query_string(remove=[self.parameter_name]) == choice["query_string"]
            yield {**choice, "display": "Open"} if first else choice

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """The chosen state."""
        if self.value() is None:
            return queryset.filter(state__in=OPEN)
        return queryset if self.value() == "all" else queryset.filter(state=self.value())
