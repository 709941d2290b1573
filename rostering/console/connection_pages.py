"""Connecting a district to its SIS: what is there, and a form for each way; tried before it is stored."""

from typing import cast

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path

from accounts.access import SignedInRequest
from accounts.lifecycle import Actor
from accounts.models import District, User
from rostering.console.connection_forms import FORMS
from rostering.console.pages import OPS, WHOLE, Entry, page, show
from rostering.feed_state import known_of
from rostering.models import Connection
from rostering.sources.base import SourceError
from rostering.trial import QUIET, connect_tested
from rostering.turns import BusyError

WORDS = {"clever": "Clever", "sftp": "SFTP server", "folder": "Folder on our machine"}
FOR_OPS = {"folder"}
"""A folder names a path of our machine, so only operations may."""


@page(*WHOLE)
def connection_page(request: HttpRequest, district: District) -> HttpResponse:
    """How the district is connected, and the form of the way that was chosen."""
    user = cast("SignedInRequest", request).user
    ways = [way for way in FORMS if may(user, way)]
    way = request.POST.get("way") or request.GET.get("way") or ways[0]
    if way not in ways:
        raise Http404
    form = FORMS[way](request.POST or None, label_suffix="")
    if request.method == "POST" and form.is_valid():
        values, secret = form.settings()
        layout = form.cleaned_data.get("layout", "auto")
        try:
            found = connect_tested(
                district, way, values, secret, layout=layout, quiet=QUIET[way], by=Actor.of(user)
            )  # fmt: skip
        except (SourceError, BusyError) as error:
            form.add_error(None, f"{getattr(error, 'message', error)} The connection was not stored.")
        else:
            seen = f"Clever calls it {found.name}." if found.name else f"It holds {', '.join(found.files)}."
            messages.success(request, f"Connected. {seen}")
            return redirect("admin:connection", district.slug)
    connection = Connection.objects.filter(district=district).first()
    context = {
        "ways": [(each, WORDS[each]) for each in ways], "way": way, "form": form,
        "known": known_of(connection) if connection else {},
    }  # fmt: skip
    return show(request, district, "console/sync/connection.html", "Connection", context)


def may(user: User, way: str) -> bool:
    """Whether somebody may connect a district that way."""
    return way not in FOR_OPS or user.role == OPS


PATHS: list[URLPattern] = [path("connection/", connection_page, name="connection")]
ENTRIES: list[Entry] = [Entry("connection", "Connection", "Settings")]
