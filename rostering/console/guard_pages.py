"""Guards and pauses (R31, R33, R38): from how many removals on somebody is asked, and when syncs wait or only add."""

from datetime import date
from typing import Any

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path
from django.utils import timezone
from django.views.decorators.http import require_POST

from accounts.access import SignedInRequest
from accounts.lifecycle import Actor
from accounts.models import District
from rostering import limits, pauses
from rostering.connections import sync_settings_of
from rostering.console.pages import WHOLE, page, show
from rostering.core.safety import GUARD_KINDS
from rostering.models import SyncSettings

LONGEST_GRACE = 365
KINDS = {
    "students": "Students", "teachers": "Teachers", "staff": "Staff", "classes": "Classes",
    "seats": "Seats in classes that stay",
}  # fmt: skip
SAME = "It was so already. Nothing was changed."


class DateInput(forms.DateInput):
    """The browser's own calendar."""

    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


class LimitsForm(forms.Form):
    """Every kind's limit, and the days of grace."""

    grace_days = forms.IntegerField(
        label="Days of grace", min_value=0, max_value=LONGEST_GRACE,
        help_text="So many days somebody must be missing from the roster before they are removed. 0: at once.",
    )  # fmt: skip

    def __init__(self, decided: SyncSettings, data: Any = None) -> None:
        initial: dict[str, Any] = {"grace_days": decided.grace_days}
        super().__init__(data, initial=initial, label_suffix="")
        for kind, limit in limits.limits_of(decided).items():
            percent, floor = f"{KINDS[kind]}: more than so many percent", f"{KINDS[kind]}: at least so many"
            self.fields[f"{kind}-percent"] = forms.FloatField(
                label=percent, min_value=0, max_value=100, initial=f"{limit.percent:g}",
                widget=forms.NumberInput(attrs={"aria-label": percent, "step": "any"}),
            )  # fmt: skip
            self.fields[f"{kind}-floor"] = forms.IntegerField(
                label=floor, min_value=1, max_value=1_000_000, initial=limit.floor,
                widget=forms.NumberInput(attrs={"aria-label": floor}),
            )  # fmt: skip

    def rows(self) -> list[tuple[str, forms.BoundField, forms.BoundField]]:
        """The table: words, percent, floor."""
        return [(KINDS[kind], self[f"{kind}-percent"], self[f"{kind}-floor"]) for kind in GUARD_KINDS]


class FutureForm(forms.Form):
    """Dates of which the ends must be to come."""

    def _future(self, name: str) -> date | None:
        day: date | None = self.cleaned_data.get(name)
        if day is not None and day <= timezone.localdate():
            raise forms.ValidationError("Choose a day after today.")
        return day


class PauseForm(FutureForm):
    """A pause, from a day or at once, until a day or further notice."""

    kind = forms.ChoiceField(
        label="What pauses",
        choices=[
            ("additive", "Removals only: syncs still add and change, and nobody is removed"),
            ("paused", "Scheduled syncs: nothing changes unless somebody starts a sync"),
        ],
        initial="additive", widget=forms.RadioSelect,
    )  # fmt: skip
    start = forms.DateField(label="From", required=False, widget=DateInput(), help_text="Empty: at once.")
    until = forms.DateField(
        label="Until", required=False, widget=DateInput(),
        help_text="On this day syncs run as usual again. Empty: until somebody ends the pause.",
    )  # fmt: skip

    def clean_until(self) -> date | None:
        """A day to come."""
        return self._future("until")


class SwitchForm(FutureForm):
    """The day from which next year's roster counts."""

    switch = forms.DateField(
        label="Switch date", widget=DateInput(),
        help_text="Until this day syncs only add. On it last year's classes leave, and the guards look at that.",
    )  # fmt: skip

    def clean_switch(self) -> date | None:
        """A day to come."""
        return self._future("switch")


@page(*WHOLE)
def guards(request: SignedInRequest, district: District) -> HttpResponse:
    """Everything as it is."""
    return _show(request, district)


@page(*WHOLE)
@require_POST
def set_limits(request: SignedInRequest, district: District) -> HttpResponse:
    """Save the limits and the days of grace, or go back to the defaults."""
    decided, by = sync_settings_of(district), Actor.of(request.user)
    if request.POST.get("step") == "reset":
        if not decided.limits and not decided.grace_days:
            return _done(request, district, SAME, changed=False)
        limits.reset(district, by=by)
        return _done(request, district, "Saved. These are the defaults.")
    form = LimitsForm(decided, request.POST)
    if not form.is_valid():
        return _show(request, district, limits_form=form)
    changed = _save_limits(district, decided, form.cleaned_data, by)
    return _done(request, district, "Saved. The next sync judges by it." if changed else SAME, changed=changed)


@transaction.atomic
def _save_limits(district: District, decided: SyncSettings, given: dict[str, Any], by: Actor) -> bool:
    changed = False
    for kind, limit in limits.limits_of(decided).items():
        percent, floor = given[f"{kind}-percent"], given[f"{kind}-floor"]
        if (percent, floor) != (limit.percent, limit.floor):
            limits.set_limit(district, kind, percent=percent, floor=floor, by=by)
            changed = True
    if given["grace_days"] != decided.grace_days:
        limits.set_grace(district, given["grace_days"], by=by)
        changed = True
    return changed


@page(*WHOLE)
@require_POST
def pause(request: SignedInRequest, district: District) -> HttpResponse:
    """Pause the district's syncs, or their removals."""
    form = PauseForm(request.POST, label_suffix="")
    if not form.is_valid():
        return _show(request, district, pause_form=form)
    given, decided = form.cleaned_data, sync_settings_of(district)
    if (decided.pause, decided.pause_from, decided.pause_until) == (given["kind"], given["start"], given["until"]):
        return _done(request, district, SAME, changed=False)
    kind = SyncSettings.Pause(given["kind"])
    try:
        pauses.set_pause(district, kind, start=given["start"], until=given["until"], by=Actor.of(request.user))
    except pauses.PauseError as error:
        form.add_error("until", str(error))
        return _show(request, district, pause_form=form)
    return _done(request, district, "Saved. The pause is set.")


@page(*WHOLE)
@require_POST
def switch(request: SignedInRequest, district: District) -> HttpResponse:
    """Set the switch date."""
    form = SwitchForm(request.POST, label_suffix="")
    if not form.is_valid():
        return _show(request, district, switch_form=form)
    if sync_settings_of(district).switch_date == form.cleaned_data["switch"]:
        return _done(request, district, SAME, changed=False)
    pauses.set_switch_date(district, form.cleaned_data["switch"], by=Actor.of(request.user))
    return _done(request, district, "Saved. Until that day syncs only add.")


@page(*WHOLE)
@require_POST
def resume(request: SignedInRequest, district: District) -> HttpResponse:
    """End the pause; with ``switch`` the switch date, too."""
    decided, also = sync_settings_of(district), bool(request.POST.get("switch"))
    if not decided.pause and not (also and decided.switch_date):
        return _done(request, district, SAME, changed=False)
    if request.POST.get("seen") != seen_of(decided):
        messages.warning(request, "Somebody changed the pause meanwhile. Nothing was changed; look again.")
        return redirect("admin:setting_guards", slug=district.slug)
    pauses.end_pause(district, switch=also, by=Actor.of(request.user))
    return _done(request, district, "Saved. Syncs run as usual again." if also else "Saved. The pause is over.")


def seen_of(decided: SyncSettings) -> str:
    """The pause and switch date that somebody saw, to be told from others."""
    return f"{decided.pause} {decided.pause_from} {decided.pause_until} {decided.switch_date}"


def _done(request: SignedInRequest, district: District, words: str, *, changed: bool = True) -> HttpResponse:
    (messages.success if changed else messages.info)(request, words)
    return redirect("admin:setting_guards", slug=district.slug)


def _show(request: SignedInRequest, district: District, **forms_given: forms.Form) -> HttpResponse:
    decided, today = sync_settings_of(district), timezone.localdate()
    context = {
        "limits_form": LimitsForm(decided),
        "pause_form": PauseForm(label_suffix=""),
        "switch_form": SwitchForm(label_suffix=""),
        "decided": decided,
        "seen": seen_of(decided),
        "today": pauses.pause_of(decided, today),
        "begins": decided.pause_from if decided.pause and decided.pause_from and decided.pause_from > today else None,
        "switch": decided.switch_date if decided.switch_date and decided.switch_date > today else None,
        **forms_given,
    }
    return show(request, district, "console/settings/guards.html", "Guards & pauses", context)


PATHS: list[URLPattern] = [
    path("settings/guards/", guards, name="setting_guards"),
    path("settings/guards/limits/", set_limits, name="setting_limits"),
    path("settings/guards/pause/", pause, name="setting_pause"),
    path("settings/guards/switch/", switch, name="setting_switch"),
    path("settings/guards/resume/", resume, name="setting_resume"),
]
