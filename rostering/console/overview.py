"""All districts on one page, for operations: who is failing, held, stale or slow, the worst first."""

from dataclasses import dataclass
from datetime import datetime

from django.contrib import admin
from django.db.models import OuterRef, QuerySet, Subquery
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from accounts.models import District
from rostering.console.health import Health, health_of
from rostering.console.paging import page_of
from rostering.models import Connection, Run

ORDER = {"wrong": 0, "wait": 1, "plain": 2, "good": 3}


@dataclass(frozen=True, slots=True)
class Row:
    """One district: how it is, and how long its last sync took."""

    district: District
    health: Health
    seconds: float | None


def overview(request: HttpRequest) -> HttpResponse:
    """The page; ``?q=`` narrows it to districts whose name or slug has these words."""
    words = request.GET.get("q", "").strip()
    rows = rows_of(matching(words), timezone.now())
    counts = {tone: sum(row.health.tone == tone for row in rows) for tone in ORDER}
    listed = page_of(request, rows)
    context = {
        "title": "Districts", "rows": listed.page.object_list, "counts": counts, "words": words,
        "listed": listed,
    }  # fmt: skip
    return render(request, "console/home/overview.html", {**admin.site.each_context(request), **context})


def matching(words: str) -> QuerySet[District]:
    """Districts by a part of their name or slug."""
    districts = District.objects.all()
    return (districts.filter(name__icontains=words) | districts.filter(slug__icontains=words)) if words else districts


def rows_of(districts: QuerySet[District], now: datetime) -> list[Row]:
    """The districts in three queries, the worst first; the tables of districts are small."""
    last = Run.objects.filter(district=OuterRef("pk"), mode__in=Run.SYNCS, only="").exclude(status="previewed")
    listed = list(districts.annotate(last_run=Subquery(last.order_by("-started", "-pk").values("pk")[:1])))
    runs = Run.objects.in_bulk([pk for each in listed if (pk := each.last_run)])
    connected = set(Connection.objects.values_list("district_id", flat=True))
    rows = [_row(each, runs.get(each.last_run), each.pk in connected, now) for each in listed]
    return sorted(rows, key=lambda row: (ORDER[row.health.tone], row.district.name))


def _row(district: District, run: Run | None, connected: bool, now: datetime) -> Row:
    seconds = (run.finished - run.started).total_seconds() if run and run.finished else None
    return Row(district, health_of([run] if run else [], connected, now), seconds)
