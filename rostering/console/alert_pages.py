"""Alerts: who gets the daily digest."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path

from accounts.access import SignedInRequest
from accounts.lifecycle import Actor
from accounts.models import District, User
from rostering.alerts import choose_readers, possible_readers, readers_of
from rostering.console.pages import WHOLE, page, show


@page(*WHOLE)
def alerts(request: SignedInRequest, district: District) -> HttpResponse:
    """Show who gets it, and save another choice."""
    if request.method == "POST":
        ids = [int(pk) for pk in request.POST.getlist("reader") if pk.isdecimal()]
        if choose_readers(district, ids, by=Actor.of(request.user)):
            messages.success(request, "Saved.")
        else:
            messages.info(request, "It was so already. Nothing was changed.")
        return redirect("admin:team_alerts", slug=district.slug)
    without = User.objects.filter(district=district, role=User.Role.COORDINATOR, is_active=True, email="")
    context = {
        "people": possible_readers(district),
        "chosen": set(readers_of(district).values_list("pk", flat=True)),
        "without": list(without.order_by("last_name", "first_name", "pk")[:20]),
    }
    return show(request, district, "console/team/alerts.html", "Alerts", context)


PATHS: list[URLPattern] = [path("team/alerts/", alerts, name="team_alerts")]
