"""The console's home: is my roster healthy?"""

from typing import cast

from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.utils import timezone

from accounts.access import SignedInRequest
from accounts.models import District, School
from rostering.console.health import freshness_of, health_of, steps_of, syncs_of, waiting_for
from rostering.console.home import glance_at
from rostering.console.overview import overview
from rostering.console.pages import ALL, OPS, SCHOOL, Entry, page, show
from rostering.console.paging import page_of
from rostering.console.schools import at_schools
from rostering.console.scope import rows_for
from rostering.console.trend import HEIGHT, WIDTH, bars
from rostering.models import Connection


@page(*ALL)
def district_home(request: HttpRequest, district: District) -> HttpResponse:
    """One district's home; of it, a school coordinator sees their schools."""
    user = cast("SignedInRequest", request).user
    now, whole = timezone.now(), user.role != SCHOOL
    schools = rows_for(user, School.objects.filter(district=district), district="district", school="pk")
    listed = page_of(request, schools.filter(active=True).order_by("name", "pk"), 25)
    syncs = syncs_of(district)
    connection = Connection.objects.filter(district=district).first()
    applied = next((run for run in syncs if run.status in ("succeeded", "held")), None)
    context = {
        "now": glance_at(user, district), "whole": whole, "listed": listed,
        "schools": at_schools(district, listed.page.object_list, applied),
        "health": health_of(syncs, connection is not None, now),
    }  # fmt: skip
    if whole:
        context |= {
            "waiting": waiting_for(district), "steps": steps_of(district, connection, syncs), "bars": bars(syncs),
            "fresh": freshness_of(district, connection, syncs, now),
            "wide": max(len(syncs), 10) * WIDTH, "high": HEIGHT,
        }  # fmt: skip
    return show(request, district, "console/home/district.html", district.name, context)


def home(request: HttpRequest) -> HttpResponse:
    """Behind ``/console/``: one's own district, or for ops all of them."""
    user = cast("SignedInRequest", request).user
    if user.role == OPS:
        return overview(request)
    if user.district is None:
        return show(request, District(), "console/home/nowhere.html", "No district")
    return cast("HttpResponse", district_home(request, slug=user.district.slug))


PATHS: list[URLPattern] = [path("", district_home, name="district")]
ENTRIES: list[Entry] = [
    Entry("index", "Home", "Roster", ALL),
]
