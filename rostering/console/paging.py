"""Long lists in the console, a page at a time."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar
from urllib.parse import urlencode

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.http import HttpRequest

SIZE = 50
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Listed(Generic[T]):
    """One page of a list. ``query``: what else the address asks for, to be kept in the links to other pages."""

    page: "Page[T]"
    query: str

    @property
    def total(self) -> int:
        """How many rows the whole list has."""
        return self.page.paginator.count


def page_of(request: HttpRequest, rows: "QuerySet[Any] | Sequence[T]", size: int = SIZE) -> "Listed[Any]":
    """The page that the address asks for (``?page=``), the nearest one where that is none."""
    found = Paginator(rows, size).get_page(request.GET.get("page"))
    others = [(name, value) for name, values in request.GET.lists() for value in values if name != "page"]
    return Listed(found, urlencode(others))
