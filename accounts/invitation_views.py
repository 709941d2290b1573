"""The page that the link of an invitation opens."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from accounts.forms import SHORTEST, password_field
from accounts.invitations import NoInvitationError, UsernameTakenError, accept_invitation, find_invitation
from accounts.models import User
from accounts.team import NoSchoolError
from accounts.usernames import usable_from_sis
from accounts.views import OPS

PAGE = "accounts/invitation.html"


class InvitationForm(forms.Form):
    """The username and password that an invited person chooses."""

    username = forms.CharField(
        label="Username",
        help_text="Letters A to Z and digits, for example your first initial and last name.",
        max_length=64,
        widget=forms.TextInput(attrs={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"}),
        error_messages={"required": "Type a username.", "max_length": "A username has at most 64 characters."},
    )
    password1 = password_field("Password", "new-password", "Type a password.")
    password2 = password_field("Password again", "new-password", "Type the password a second time.")

    def __init__(self, data: Any = None) -> None:
        super().__init__(data, label_suffix="")
        self.fields["password1"].help_text = f"At least {SHORTEST} characters."

    def clean_username(self) -> str:
        """Such as the roster may bring too (R11)."""
        name: str = self.cleaned_data["username"]
        if usable_from_sis(name):
            raise forms.ValidationError("Use only letters A to Z and digits.", code="letters")
        return name

    def clean_password1(self) -> str:
        """Long enough."""
        new: str = self.cleaned_data["password1"]
        if len(new) < SHORTEST:
            raise forms.ValidationError(f"This is too short. Use at least {SHORTEST} characters.", code="short")
        return new

    def clean(self) -> dict[str, Any]:
        """Typed twice alike."""
        given = self.cleaned_data
        if {"password1", "password2"} <= given.keys() and given["password1"] != given["password2"]:
            self.add_error("password2", "The two passwords are not the same. Type it again.")
        return given


@sensitive_post_parameters("password1", "password2")
@never_cache
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """Username and password of an invited person; whoever is signed in on this computer stays so."""
    try:
        found = find_invitation(token)
        form = InvitationForm(request.POST or None)
        if request.method == "POST" and form.is_valid() and (made := _accepted(form, token)):
            messages.success(request, "Your account is ready. Sign in with your new username and password.")
            return redirect("sign_in", made.district.slug if made.district else OPS)
    except NoInvitationError:
        return render(request, PAGE, status=404)
    return render(request, PAGE, {"form": form, "invitation": found})


def _accepted(form: InvitationForm, token: str) -> User | None:
    """The new account, or ``None`` after saying in the form why there is none."""
    given = form.cleaned_data
    try:
        return accept_invitation(token, given["username"], given["password1"])
    except UsernameTakenError as error:
        form.add_error("username", str(error))
    except NoSchoolError:
        form.add_error(None, "The schools you were invited to are not here any more. Ask for a new invitation.")
    return None
