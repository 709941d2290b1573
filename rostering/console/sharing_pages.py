"""Sharing (R4): the whole district, chosen schools or chosen sections; what would leave is shown before it is saved."""

from hashlib import blake2b
from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import Q
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import URLPattern, path

from accounts.access import SignedInRequest
from accounts.lifecycle import Actor
from accounts.models import District, School
from rostering.connections import share, sync_settings_of, unknown_ids
from rostering.console.pages import WHOLE, page, show
from rostering.models import Link, SyncSettings
from rostering.sharing_forecast import SharingForecast, forecast_sharing

FOUND = 50
MOST_IDS = 5000
WORDS = {
    "all": "The whole district",
    "schools": "Chosen schools, with their classes and people",
    "sections": "Chosen sections, with their people and schools",
}


class SharingForm(forms.Form):
    """What is shared. ``further_schools`` and ``sections``: ids, one on a line; ``more``: sections found by search."""

    sharing = forms.ChoiceField(label="What is shared", choices=list(WORDS.items()), widget=forms.RadioSelect)
    schools = forms.MultipleChoiceField(label="Schools", required=False, widget=forms.CheckboxSelectMultiple)
    further_schools = forms.CharField(
        label="Other schools, by id",
        help_text="Ids from your SIS, one on a line: schools that have not been sent so far.",
        required=False, widget=forms.Textarea(attrs={"rows": 2}),
    )  # fmt: skip
    sections = forms.CharField(
        label="Sections, by id",
        help_text="Ids from your SIS, one on a line. The list does not grow by itself.",
        required=False, widget=forms.Textarea(attrs={"rows": 5}),
    )  # fmt: skip
    search = forms.CharField(label="Find sections by name or id", required=False, max_length=200)

    def __init__(self, schools: list[tuple[str, str]], data: Any = None, initial: Any = None) -> None:
        super().__init__(data, initial=initial, label_suffix="")
        self.fields["schools"].choices = schools  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """At least one id of what was chosen, and not too many."""
        given = super().clean() or {}
        mode = given.get("sharing")
        if mode in ("schools", "sections") and not self.ids():
            place = "further_schools" if mode == "schools" else "sections"
            self.add_error(place, f"Choose at least one of the {mode}, or share the whole district.")
        if len(self.ids()) > MOST_IDS:
            self.add_error("sections", f"At most {MOST_IDS:,} can be chosen one by one. Choose schools instead.")
        return given

    def ids(self) -> list[str]:
        """The source ids that are chosen."""
        given = self.cleaned_data
        if given.get("sharing") == "schools":
            return sorted({*given.get("schools", []), *given.get("further_schools", "").split()})
        return sorted({*given.get("sections", "").split(), *ticked(self)}) if given.get("sharing") == "sections" else []


@page(*WHOLE)
def sharing(request: SignedInRequest, district: District) -> HttpResponse:
    """Show what is shared; search, show what a change would take out, and save it."""
    decided, schools = sync_settings_of(district), school_choices(district)
    if request.method != "POST":
        return _show(request, district, SharingForm(schools, initial=initial_of(decided, schools)))
    form = SharingForm(schools, request.POST)
    if request.POST.get("step") == "search":
        form.is_valid()
        text = str(form.cleaned_data.get("search", "")).strip()
        return _show(
            request, district, _carried(form, schools), {"found": found_sections(district, text), "text": text}
        )
    if not form.is_valid():
        return _show(request, district, form)
    mode, ids = form.cleaned_data["sharing"], form.ids()
    if (decided.sharing, decided.sharing_ids) == (mode, ids):
        messages.info(request, "It was so already. Nothing was changed.")
        return redirect("admin:setting_sharing", slug=district.slug)
    forecast = forecast_sharing(district, mode, ids)
    seen = seen_of(decided, mode, ids, forecast)
    if request.POST.get("step") == "save" and request.POST.get("seen") == seen:
        return _save(request, district, mode, ids)
    if request.POST.get("step") == "save":
        messages.warning(request, "The roster changed since you looked. Nothing was saved; these are the new numbers.")
    context = {"forecast": forecast, "seen": seen, "mode": mode, "ids": ids, "words": WORDS[mode]}
    return show(
        request, district, "console/settings/sharing_check.html", "Check the sharing", context,
        parents=(("Sharing", request.path),),
    )  # fmt: skip


def school_choices(district: District) -> list[tuple[str, str]]:
    """(source id, name) of all schools that the source has sent."""
    names = dict(School.objects.filter(district=district).values_list("pk", "name"))
    rows = Link.objects.filter(district=district, kind="school").values_list("key", "name", "object_id")
    named = [(key, name or names.get(row or 0, "")) for key, name, row in rows]
    return sorted(((key, f"{name} ({key})" if name else key) for key, name in named), key=lambda one: one[1].lower())


def initial_of(decided: SyncSettings, schools: list[tuple[str, str]]) -> dict[str, Any]:
    """The form as things are."""
    known = {key for key, _ in schools}
    by_school = decided.sharing_ids if decided.sharing == "schools" else []
    return {
        "sharing": decided.sharing,
        "schools": [key for key in by_school if key in known],
        "further_schools": "\n".join(key for key in by_school if key not in known),
        "sections": "\n".join(decided.sharing_ids) if decided.sharing == "sections" else "",
    }


def found_sections(district: District, text: str) -> list[Link]:
    """Sections by name or id. Of those that are not shared only the id is known."""
    rows = Link.objects.filter(district=district, kind="section").filter(Q(name__icontains=text) | Q(key=text))
    return list(rows.order_by("name", "key").only("key", "name", "school", "state")[:FOUND]) if text else []


def seen_of(decided: SyncSettings, mode: str, ids: list[str], forecast: SharingForecast) -> str:
    """What somebody saw before they agreed, as a short text that is another one when anything moved."""
    return blake2b(
        repr((decided.sharing, decided.sharing_ids, mode, ids, forecast)).encode(), digest_size=12
    ).hexdigest()


def _carried(form: SharingForm, schools: list[tuple[str, str]]) -> SharingForm:
    """The same choice with what was ticked in the search written down, so that the next search keeps it."""
    given = {**form.cleaned_data, "sharing": "sections"}
    more = [*str(given.get("sections", "")).split(), *ticked(form)]
    return SharingForm(
        schools, initial={**given, "sections": "\n".join(dict.fromkeys(more)), "search": given.get("search")}
    )


def ticked(form: forms.Form) -> list[str]:
    """Sections ticked in a search."""
    return list(form.data.getlist("more")) if isinstance(form.data, QueryDict) else []


def _save(request: SignedInRequest, district: District, mode: str, ids: list[str]) -> HttpResponse:
    decided = share(district, mode, ids, by=Actor.of(request.user))
    messages.success(request, f"Saved: {district.name} shares {decided.get_sharing_display()}. The next sync plans it.")
    if mode != "all" and (unknown := unknown_ids(decided)):
        messages.warning(
            request, f"The source has not sent these so far: {', '.join(unknown[:20])}. Check the spelling."
        )
    return redirect("admin:setting_sharing", slug=district.slug)


def _show(
    request: SignedInRequest, district: District, form: SharingForm, more: dict[str, Any] | None = None
) -> HttpResponse:
    decided = sync_settings_of(district)
    context = {"form": form, "decided": decided, "count": len(decided.sharing_ids), **(more or {})}
    return show(request, district, "console/settings/sharing.html", "Sharing", context)


PATHS: list[URLPattern] = [path("settings/sharing/", sharing, name="setting_sharing")]
