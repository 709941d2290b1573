"""Filters of the console's lists."""

# ruff: noqa: ARG002 -- the signatures are Django's

from typing import Any

from django.contrib.admin import ModelAdmin, SimpleListFilter
from django.db.models import QuerySet
from django.http import HttpRequest

from accounts.models import User
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
