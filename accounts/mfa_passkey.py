"""Passkeys: what the browser is asked, and whether its answer is right. The challenge waits in the session."""

import json
from typing import Any

from allauth.mfa.webauthn.internal import auth
from django.core.exceptions import ValidationError

from accounts.models import User

WRONG = (ValidationError, ValueError, TypeError, KeyError, AttributeError)
"""What allauth and fido2 raise about an answer that is not one: its parts come from outside, in any shape."""


def options_to_add(user: User) -> str:
    """What the browser needs to make a passkey, as JSON."""
    return json.dumps(auth.begin_registration(user, passwordless=False))


def options_to_use(user: User) -> str:
    """What the browser needs to use one of ``user``'s passkeys, as JSON."""
    return json.dumps(auth.begin_authentication(user))


def registered(answer: str) -> dict[str, Any] | None:
    """The passkey that a browser has made for us, or ``None`` for anything else."""
    try:
        credential: dict[str, Any] = json.loads(answer)
        auth.parse_registration_response(credential)
        auth.complete_registration(credential)
    except WRONG:
        return None
    return credential


def used(user: User, answer: str) -> bool:
    """Whether a passkey of ``user`` has answered our challenge, which serves once."""
    try:
        credential = json.loads(answer)
        auth.parse_authentication_response(credential)
        auth.complete_authentication(user, credential).record_usage()
    except WRONG:
        return False
    return True
