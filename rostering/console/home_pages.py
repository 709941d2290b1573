"""The console's home: is my roster healthy?"""

from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path

from accounts.models import District
from rostering.console.pages import ALL, Entry, page, show


@page(*ALL)
def district_home(request: HttpRequest, district: District) -> HttpResponse:
    """One district's home, for ops who look at several."""
    return show(request, district, "console/page.html", district.name)


PATHS: list[URLPattern] = [path("", district_home, name="district")]
ENTRIES: list[Entry] = [
    Entry("index", "Home", "Roster", ALL),
]
