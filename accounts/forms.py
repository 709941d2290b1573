"""The forms around signing in. Every refusal is said beside the field that it is about."""

from typing import Any

from django import forms
from django.contrib.auth import authenticate
from django.http import HttpRequest

from accounts.attempts import address_of, count_wrong, forget_wrong, minutes_to_wait
from accounts.models import District, User

REFUSED = "This username and password do not go together. Look at every letter and try again, or ask your teacher."
"""One message for an unknown name, a wrong password and an account that may not sign in."""

SLOWED = "There were too many wrong tries from here. Wait {} {}, then try again, or ask your teacher for help."
"""The same whether the account exists; the password is not even looked at."""

LONGEST = 128
SHORTEST_FOR_STUDENTS = 4
SHORTEST = 8


def password_field(label: str, autocomplete: str, missing: str, **attrs: str) -> forms.CharField:
    """A password is taken as typed: blanks count."""
    return forms.CharField(
        label=label,
        strip=False,
        max_length=LONGEST,
        widget=forms.PasswordInput(attrs={"autocomplete": autocomplete, **attrs}),
        error_messages={"required": missing, "max_length": f"A password has at most {LONGEST} characters."},
    )


class DistrictForm(forms.Form):
    """Finds a district by its name or code."""

    district = forms.CharField(
        label="Name or code of your district",
        max_length=100,
        widget=forms.TextInput(attrs={"autocomplete": "organization", "spellcheck": "false"}),
        error_messages={"required": "Type the name or the code of your district, or choose it below."},
    )


class SignInForm(forms.Form):
    """Username and password in one district; ``user`` is who they belong to once the form is valid.

    ``district`` is ``None`` for the people of operations, who belong to none.
    """

    username = forms.CharField(
        label="Username",
        max_length=150,
        widget=forms.TextInput(
            attrs={"autocomplete": "username", "autocapitalize": "none", "autocorrect": "off", "spellcheck": "false"}
        ),
        error_messages={"required": "Type your username.", "max_length": "A username has at most 150 characters."},
    )
    password = password_field("Password", "current-password", "Type your password.")

    def __init__(self, request: HttpRequest, district: District | None, data: Any = None) -> None:
        super().__init__(data, label_suffix="")
        self.request, self.district = request, district
        self.user: User | None = None
        self.fields["username"].widget.attrs["autofocus"] = True

    def clean(self) -> dict[str, Any]:
        """Asks the backend; says ``REFUSED`` whatever its reason, or ``SLOWED`` after too many wrong tries."""
        given = self.cleaned_data
        if not self.errors:
            self._sign_in(given["username"], given["password"])
        return given

    def _sign_in(self, username: str, password: str) -> None:
        tried = (self.district, username, address_of(self.request))
        if wait := minutes_to_wait(*tried):
            raise forms.ValidationError(SLOWED.format(wait, "minute" if wait == 1 else "minutes"), code="slowed")
        self.user = authenticate(self.request, username=username, password=password, district=self.district)
        if self.user is None:
            count_wrong(*tried)
            raise forms.ValidationError(REFUSED, code="refused")
        forget_wrong(*tried)


class PasswordForm(forms.Form):
    """A person's own password, changed (R15)."""

    old_password = password_field(
        "Password you have now", "current-password", "Type the password you have now.", autofocus="autofocus"
    )
    new_password1 = password_field("New password", "new-password", "Type a new password.")
    new_password2 = password_field("New password again", "new-password", "Type the new password a second time.")

    def __init__(self, request: HttpRequest, user: User, data: Any = None) -> None:
        super().__init__(data, label_suffix="")
        self.request, self.user = request, user
        self.shortest = SHORTEST_FOR_STUDENTS if user.role == User.Role.STUDENT else SHORTEST
        self.fields["new_password1"].help_text = f"At least {self.shortest} letters, digits or signs."

    def clean_old_password(self) -> str:
        """Asked of the backend, because a password may come from the district's policy."""
        old: str = self.cleaned_data["old_password"]
        found = authenticate(self.request, username=self.user.username, password=old, district=self.user.district)
        if found is None or found.pk != self.user.pk:
            raise forms.ValidationError("This is not the password you have now. Try again.", code="wrong")
        return old

    def clean_new_password1(self) -> str:
        """Long enough for the person's role."""
        new: str = self.cleaned_data["new_password1"]
        if len(new) < self.shortest:
            raise forms.ValidationError(
                f"This has {len(new)} of at least {self.shortest} characters. Make it longer.", code="short"
            )
        return new

    def clean(self) -> dict[str, Any]:
        """Typed twice alike."""
        given = self.cleaned_data
        if {"new_password1", "new_password2"} <= given.keys() and given["new_password1"] != given["new_password2"]:
            self.add_error("new_password2", "The two new passwords are not the same. Type the new one again.")
        return given
