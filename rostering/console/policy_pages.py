"""Usernames and passwords (R8 to R15): the district's policies, tried on its own people before they are saved."""

from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import Count, Q
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path
from django.views.decorators.debug import sensitive_post_parameters

from accounts.access import SignedInRequest
from accounts.lifecycle import Actor, save_district
from accounts.models import District, User
from accounts.passwords import POLICY_FIXED, POLICY_USERNAME, SHORTEST
from rostering.console.pages import WHOLE, page, show
from rostering.policy_forecast import forecast_usernames

USERNAMES = {"sis": "From the SIS", "generated": "Made from the name, such as jsmith"}
PASSWORDS = {
    "sis": "From the SIS",
    "username": "The same as the username",
    "fixed": "One password for all new accounts",
}
FALLBACKS = {"username": "The same as the username", "fixed": "The one password for all"}
LONGEST = 128


class UsernameForm(forms.Form):
    """Where usernames come from."""

    usernames = forms.ChoiceField(
        label="Usernames of new accounts", choices=list(USERNAMES.items()), widget=forms.RadioSelect
    )


class PasswordForm(forms.Form):
    """Where passwords come from. The fixed one is written only: the form never shows it."""

    passwords = forms.ChoiceField(
        label="Passwords of new accounts", choices=list(PASSWORDS.items()), widget=forms.RadioSelect
    )
    fallback = forms.ChoiceField(
        label="If the SIS sends no password, or one that is too short", choices=list(FALLBACKS.items()),
        widget=forms.RadioSelect,
    )  # fmt: skip
    fixed_password = forms.CharField(
        label="The one password for all", required=False, strip=False, min_length=SHORTEST, max_length=LONGEST,
        widget=forms.PasswordInput(render_value=False, attrs={"autocomplete": "new-password"}),
        error_messages={"min_length": f"It needs at least {SHORTEST} characters."},
    )  # fmt: skip

    def __init__(self, district: District, data: Any = None) -> None:
        initial = {"passwords": district.passwords, "fallback": district.fallback}
        super().__init__(data, initial=initial, label_suffix="")
        self.district = district
        is_set = "One is set. Leave this empty to keep it." if district.fixed_password else "None is set yet."
        self.fields["fixed_password"].help_text = f"{is_set} At least {SHORTEST} characters. It is shown nowhere."

    def clean(self) -> dict[str, Any]:
        """A fixed password that is needed is there."""
        given = super().clean() or {}
        used = given.get("passwords"), given.get("fallback") if given.get("passwords") == "sis" else ""
        missing = not given.get("fixed_password") and not self.district.fixed_password
        if "fixed" in used and missing and "fixed_password" not in self.errors:
            self.add_error("fixed_password", "Type the password that all new accounts get.")
        return given


@page(*WHOLE)
def policies(request: SignedInRequest, district: District) -> HttpResponse:
    """Both policies as they are."""
    return _show(request, district)


@page(*WHOLE)
def usernames(request: SignedInRequest, district: District) -> HttpResponse:
    """Try a username policy on everybody whom the source sends; then save it."""
    form = UsernameForm(request.POST or request.GET or None, label_suffix="")
    if not form.is_valid():
        return _show(request, district, names=form)
    chosen = form.cleaned_data["usernames"]
    if request.method == "POST":
        if chosen == district.usernames:
            messages.info(request, "It was so already. Nothing was changed.")
        elif request.POST.get("before") != district.usernames:
            messages.warning(request, "Somebody changed this meanwhile. Nothing was saved; look again.")
        else:
            save_district(district.slug, by=Actor.of(request.user), usernames=chosen)
            messages.success(request, "Saved. New accounts get their usernames this way; nobody is renamed.")
        return redirect("admin:setting_policies", slug=district.slug)
    context = {"forecast": forecast_usernames(district, chosen), "chosen": chosen, "words": USERNAMES[chosen]}
    parents = (("Usernames & passwords", request.path.removesuffix("usernames/")),)
    return show(
        request, district, "console/settings/usernames.html", "What this would mean", context, parents=parents
    )  # fmt: skip


@sensitive_post_parameters("fixed_password")
@page(*WHOLE)
def passwords(request: SignedInRequest, district: District) -> HttpResponse:
    """Save the password policy."""
    if request.method != "POST":
        return redirect("admin:setting_policies", slug=district.slug)
    form = PasswordForm(district, request.POST)
    if not form.is_valid():
        return _show(request, district, secrets=form)
    values = {name: form.cleaned_data[name] for name in ("passwords", "fallback")}
    fixed = form.cleaned_data["fixed_password"] or None
    if fixed is None and all(getattr(district, name) == value for name, value in values.items()):
        messages.info(request, "It was so already. Nothing was changed.")
    else:
        save_district(district.slug, by=Actor.of(request.user), fixed_password=fixed, **values)
        messages.success(
            request, "Saved. " + ("The new password counts at once." if fixed else "New accounts follow it.")
        )
    return redirect("admin:setting_policies", slug=district.slug)


def password_counts(district: District) -> dict[str, int]:
    """How many active accounts have which kind of password. One query."""
    active = User.objects.filter(district=district, is_active=True)
    return active.aggregate(
        fixed=Count("pk", filter=Q(password=POLICY_FIXED)),
        username=Count("pk", filter=Q(password=POLICY_USERNAME)),
        own=Count("pk", filter=~Q(password__in=[POLICY_FIXED, POLICY_USERNAME])),
    )


def _show(
    request: SignedInRequest,
    district: District,
    *,
    names: UsernameForm | None = None,
    secrets: PasswordForm | None = None,
) -> HttpResponse:
    context = {
        "names": names or UsernameForm(initial={"usernames": district.usernames}, label_suffix=""),
        "secrets": secrets or PasswordForm(district),
        "counts": password_counts(district),
    }
    return show(request, district, "console/settings/policies.html", "Usernames & passwords", context)


PATHS: list[URLPattern] = [
    path("settings/policies/", policies, name="setting_policies"),
    path("settings/policies/usernames/", usernames, name="setting_usernames"),
    path("settings/policies/passwords/", passwords, name="setting_passwords"),
]
