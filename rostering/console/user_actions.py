"""What coordinators do to one account: a new password, stopping and allowing sign-in (R15, R16, R45)."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from accounts.access import SignedInRequest
from accounts.forms import SHORTEST, SHORTEST_FOR_STUDENTS, password_field
from accounts.lifecycle import Actor, set_passwords, switch_users
from accounts.locks import LockedError
from accounts.models import District, User
from rostering.console.pages import ALL, page, show
from rostering.console.scope import rows_for
from rostering.merges import COORDINATORS
from rostering.models import Merge

SO_ALREADY = "It was so already."
LOCKED = (
    "The roster decides whether this account is active. Change it in the SIS: when the person is no longer sent, "
    "the account is deactivated by itself."
)


class NewPasswordForm(forms.Form):
    """A new password for somebody else, typed twice."""

    new_password1 = password_field("New password", "new-password", "Type a new password.")
    new_password2 = password_field("New password again", "new-password", "Type the new password a second time.")

    def __init__(self, user: User, data: Any = None) -> None:
        super().__init__(data, label_suffix="")
        self.shortest = SHORTEST_FOR_STUDENTS if user.role == User.Role.STUDENT else SHORTEST
        self.fields["new_password1"].help_text = f"At least {self.shortest} letters, digits or signs."

    def clean_new_password1(self) -> str:
        """Long enough for the person's role."""
        new: str = self.cleaned_data["new_password1"]
        if len(new) < self.shortest:
            raise forms.ValidationError(f"This has {len(new)} of at least {self.shortest} characters. Make it longer.")
        return new

    def clean(self) -> dict[str, Any]:
        """Typed twice alike."""
        given = self.cleaned_data
        if {"new_password1", "new_password2"} <= given.keys() and given["new_password1"] != given["new_password2"]:
            self.add_error("new_password2", "The two new passwords are not the same. Type the new one again.")
        return given


def person_of(request: SignedInRequest, district: District, pk: int) -> User:
    """The account, if it is of the district and the signed-in person may see it (R47)."""
    rows = User.objects.filter(district=district).select_related("district")
    found = rows_for(request.user, rows, district="district", school="user_schools__school").filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def page_of_person(user: User) -> str:
    """The address of the account's page."""
    return reverse("admin:accounts_user_change", args=[user.pk])


def why_not_password(viewer: User, user: User) -> str:
    """Why ``viewer`` may not set this account's password; empty where they may."""
    if viewer.pk == user.pk:
        return "This is your own account. Change your password under “Security” at the top."
    return _why_not_act(viewer, user)


def why_not_switch(viewer: User, user: User) -> str:
    """Why ``viewer`` may not stop or allow sign-in; empty where they may."""
    if viewer.pk == user.pk:
        return "This is your own account."
    if user.synced:
        return LOCKED
    into = Merge.objects.filter(district=user.district_id, other_id=user.pk, split_at=None).first()
    if into is not None:
        return "This account was merged into another one. Take the merge back to use it again."
    return _why_not_act(viewer, user)


def _why_not_act(viewer: User, user: User) -> str:
    """Coordinators' accounts give power over the district: only operations act on them."""
    if viewer.role != User.Role.OPS and COORDINATORS.intersection(user.roles.split(";")):
        return "Accounts of coordinators are looked after by operations."
    return ""


@page(*ALL)
@sensitive_post_parameters()
def new_password(request: SignedInRequest, district: District, pk: int) -> HttpResponse:
    """Set somebody's password. It is shown nowhere."""
    user = person_of(request, district, pk)
    refused = why_not_password(request.user, user)
    form = NewPasswordForm(user, request.POST if request.method == "POST" else None)
    if not refused and form.is_valid():
        set_passwords([user], form.cleaned_data["new_password1"], by=Actor.of(request.user))
        messages.success(request, f"{user} has a new password from now on. Tell it to nobody else.")
        return redirect(page_of_person(user))
    context = {"person": user, "form": form, "refused": refused, "rule": password_rule(user)}
    parents = (("Users", reverse("admin:accounts_user_changelist")), (str(user), page_of_person(user)))
    return show(request, district, "console/people/password.html", "New password", context, parents=parents)


def password_rule(user: User) -> str:
    """Where the account's password comes from, and how long one that is set here stays (R13, R15)."""
    district = user.district
    if district is None:
        return ""
    if user.synced and district.passwords == District.Passwords.SIS:
        return (
            "In this district passwords come from the SIS. One that you set here works at once, and stays until the "
            "SIS sends a different password for this person."
        )
    return (
        f"In this district a new account’s password is {district.get_passwords_display()}. One that you set here is "
        "used instead; syncs leave it alone."
    )


@page(*ALL)
@require_POST
def switch(request: SignedInRequest, district: District, pk: int) -> HttpResponse:
    """Stop somebody's sign-in, or allow it again."""
    user = person_of(request, district, pk)
    active = request.POST.get("active")
    if active not in ("yes", "no"):
        messages.error(request, "Say whether the account is to be active.")
    elif (active == "yes") == user.is_active:
        messages.info(request, SO_ALREADY)
    elif refused := why_not_switch(request.user, user):
        messages.error(request, refused)
    else:
        _switch(request, district, user, active=active == "yes")
    return redirect(page_of_person(user))


def _switch(request: SignedInRequest, district: District, user: User, *, active: bool) -> None:
    try:
        switch_users(district, [user.pk], active=active, by=Actor.of(request.user))
    except LockedError as error:
        messages.error(request, str(error))
        return
    done = "can sign in again" if active else "can no longer sign in. Nothing else of the account was changed"
    messages.success(request, f"{user} {done}.")
