"""The forms of two-step sign-in."""

from typing import Any

from django import forms
from django.contrib.auth import authenticate
from django.http import HttpRequest

from accounts import mfa
from accounts.attempts import count_wrong, forget_wrong, minutes_to_wait
from accounts.forms import SLOWED, password_field
from accounts.models import User

WRONG = "This code is not right, or was used already. Wait for the next code in your app and try again."


def code_field(label: str, **attrs: str) -> forms.CharField:
    """Digits that somebody reads from another screen; blanks between them do not matter."""
    return forms.CharField(
        label=label,
        max_length=20,
        widget=forms.TextInput(
            attrs={"autocomplete": "one-time-code", "inputmode": "numeric", "spellcheck": "false", **attrs}
        ),
        error_messages={"required": "Type the code.", "max_length": WRONG},
    )


class CodeForm(forms.Form):
    """The second step by a code; ``kind`` says of which method it was once the form is valid."""

    code = code_field("Code", autofocus="autofocus")

    def __init__(self, user: User, data: Any = None) -> None:
        super().__init__(data, label_suffix="")
        self.user, self.kind = user, ""
        self.fields["code"].help_text = "The 6 digits in your authenticator app, or one of your recovery codes."

    def clean_code(self) -> str:
        """Right, and used now."""
        self.kind = _use(self.user, self.cleaned_data["code"])
        if not self.kind:
            raise forms.ValidationError(WRONG, code="wrong")
        return self.kind


class FirstCodeForm(forms.Form):
    """The first code of an app that is being added."""

    code = code_field("Code that the app shows now")

    def __init__(self, data: Any = None) -> None:
        super().__init__(data, label_suffix="")


class PasskeyForm(forms.Form):
    """A name by which somebody knows their passkey again."""

    name = forms.CharField(
        label="Name of this passkey",
        max_length=60,
        help_text="So that you know it again, for example “my laptop”.",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={"required": "Give it a name.", "max_length": "A name has at most 60 characters."},
    )
    credential = forms.CharField(required=False, max_length=20_000, widget=forms.HiddenInput)

    def __init__(self, data: Any = None) -> None:
        super().__init__(data, label_suffix="")


class ProofForm(forms.Form):
    """That it is still the same person: their password, or a code where they have a second step."""

    proof = password_field("Your password", "current-password", "Type your password.")

    def __init__(self, request: HttpRequest, user: User, data: Any = None) -> None:
        super().__init__(data, label_suffix="")
        self.request, self.user = request, user
        if user.second_step:
            self.fields["proof"].label = "Your password, or a code"
            self.fields["proof"].help_text = "A code of your authenticator app, or a recovery code."

    def clean_proof(self) -> str:
        """Counted like a wrong sign-in."""
        given: str = self.cleaned_data["proof"]
        digits = given.replace(" ", "")
        if self.user.second_step and digits.isdecimal() and len(digits) in (6, 8) and _use(self.user, given):
            return given
        tried = (self.user.district, self.user.username, f"proof {self.user.pk}")
        if wait := minutes_to_wait(*tried):
            raise _slowed(wait)
        names = {"username": self.user.username, "district": self.user.district}
        if authenticate(self.request, password=given, **names) != self.user:
            count_wrong(*tried)
            raise forms.ValidationError("This is not right. Try again.", code="wrong")
        forget_wrong(*tried)
        return given


def _use(user: User, code: str) -> str:
    try:
        return mfa.use_code(user, code)
    except mfa.SlowedError as error:
        raise _slowed(error.minutes) from None


def _slowed(wait: int) -> forms.ValidationError:
    return forms.ValidationError(SLOWED.format(wait, "minute" if wait == 1 else "minutes"), code="slowed")
