"""Two-step sign-in: after the password a code of an app, a passkey, or one of ten recovery codes.

allauth keeps the methods in its table, with secrets encrypted by our adapter, and does their cryptography. Who has
them, how often one may be tried, that none serves twice, and the audit are decided here. ``User.second_step`` is true
exactly while an app or a passkey is kept; recovery codes alone are no second step, so they go with the last of these.
"""

from collections.abc import Sequence
from typing import Any

from allauth.core.internal.cryptokit import compare_user_code
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value, yield_hotp_counters_from_time
from allauth.mfa.utils import decrypt
from allauth.mfa.webauthn.internal.auth import WebAuthn
from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet

from accounts.attempts import count_wrong, forget_wrong, minutes_to_wait
from accounts.keys import FieldKeyError
from accounts.lifecycle import Actor, audit
from accounts.models import User

Type = Authenticator.Type
WORDS = {Type.TOTP: "authenticator app", Type.WEBAUTHN: "passkey", Type.RECOVERY_CODES: "recovery codes"}
MOST_PASSKEYS = 10


class SlowedError(Exception):
    """Too many wrong codes for this account. ``minutes`` until the next try."""

    def __init__(self, minutes: int) -> None:
        super().__init__(minutes)
        self.minutes = minutes


class LastMethodError(Exception):
    """Somebody who must have a second step would have none."""

    def __init__(self) -> None:
        super().__init__("Your role needs two-step sign-in. Add another way first, then remove this one.")


# -- who ---------------------------------------------------------------------------------------------------


def may_have(user: User) -> bool:
    """Whether a second step is offered: to everybody but students."""
    return user.role != User.Role.STUDENT


def must_have(user: User) -> bool:
    """Whether nothing else may be done before there is one: coordinators and ops, by the setting MFA_REQUIRED."""
    return bool(settings.MFA_REQUIRED) and user.is_staff


def methods_of(user: User) -> QuerySet[Authenticator]:
    """The app and the passkeys, the oldest first."""
    kept: QuerySet[Authenticator] = Authenticator.objects.filter(user=user, type__in=(Type.TOTP, Type.WEBAUTHN))
    return kept.order_by("created_at", "pk")


def recovery_codes_left(user: User) -> int:
    """How many recovery codes are unused."""
    kept = _kept(user, Type.RECOVERY_CODES)
    return len(RecoveryCodes(kept).get_unused_codes()) if kept else 0


def unreadable_secrets() -> int:
    """How many methods' secrets no key in ``FIELD_KEYS`` opens: their owners must be reset."""
    count = 0
    for data in Authenticator.objects.exclude(type=Type.WEBAUTHN).values_list("data", flat=True).iterator():
        try:
            decrypt(data.get("secret") or data["seed"])
        except FieldKeyError:
            count += 1
    return count


# -- adding ------------------------------------------------------------------------------------------------


@transaction.atomic
def add_app(user: User, secret: str, code: str, *, by: Actor) -> bool:
    """Keep an authenticator app whose first code is right. Returns whether it was; a second app is refused."""
    _lock(user)
    step = _step_of(secret, code)
    if step is None or _kept(user, Type.TOTP):
        return False
    kept = TOTP.activate(user, secret).instance
    kept.data["last_step"] = step
    kept.save(update_fields=["data"])
    _added(user, Type.TOTP, by)
    return True


@transaction.atomic
def add_passkey(user: User, name: str, credential: dict[str, Any], *, by: Actor) -> None:
    """Keep a passkey whose registration was checked already (``mfa_passkey.registered``)."""
    _lock(user)
    WebAuthn.add(user, name, credential)
    _added(user, Type.WEBAUTHN, by)


@transaction.atomic
def renew_recovery_codes(user: User, *, by: Actor) -> None:
    """Ten new codes; those of before, used or not, no longer work."""
    _lock(user)
    Authenticator.objects.filter(user=user, type=Type.RECOVERY_CODES).delete()
    RecoveryCodes.activate(user)
    audit(user.district, by, "renew recovery codes", 1)


def recovery_codes(user: User) -> list[str]:
    """The unused ones, to be shown once to whoever has just made them."""
    kept = _kept(user, Type.RECOVERY_CODES)
    return RecoveryCodes(kept).get_unused_codes() if kept else []


def _added(user: User, kind: str, by: Actor) -> None:
    RecoveryCodes.activate(user)
    _mark(user, True)
    audit(user.district, by, "add second step", 1, WORDS[Type(kind)])


# -- using -------------------------------------------------------------------------------------------------


@transaction.atomic
def use_code(user: User, code: str) -> str:
    """Take a code of the app or a recovery code, once. Returns the kind of method, or nothing for a wrong one.

    Tries are counted per account whatever address they come from: whoever gets here knows the password already.
    Raises SlowedError.
    """
    _lock(user)
    tried = _tried(user)
    if wait := minutes_to_wait(*tried):
        raise SlowedError(wait)
    for kind, right in ((Type.TOTP, _use_app), (Type.RECOVERY_CODES, _use_recovery)):
        kept = _kept(user, kind)
        if kept and right(kept, code):
            kept.record_usage()
            forget_wrong(*tried)
            return str(kind)
    count_wrong(*tried)
    return ""


def _use_app(kept: Authenticator, code: str) -> bool:
    """Each half minute's code serves once, in every process (allauth would ask a cache of its own process)."""
    step = _step_of(decrypt(kept.data["secret"]), code)
    if step is None or step <= kept.data.get("last_step", 0):
        return False
    kept.data["last_step"] = step
    kept.save(update_fields=["data"])
    return True


def _use_recovery(kept: Authenticator, code: str) -> bool:
    if not RecoveryCodes(kept).validate_code(code):
        return False
    audit(kept.user.district, Actor.of(kept.user), "use recovery code", 1)
    return True


def _step_of(secret: str, code: str) -> int | None:
    """The half minute whose code this is, of those around now."""
    for step in yield_hotp_counters_from_time():
        if compare_user_code(actual=code, expected=format_hotp_value(hotp_value(secret, step))):
            return int(step)
    return None


# -- taking away -------------------------------------------------------------------------------------------


@transaction.atomic
def remove_method(user: User, pk: int, *, by: Actor) -> bool:
    """Take one method away. Returns whether it was there. Raises LastMethodError."""
    _lock(user)
    kept = methods_of(user).filter(pk=pk).first()
    if kept is None:
        return False
    last = not methods_of(user).exclude(pk=pk).exists()
    if last and must_have(user):
        raise LastMethodError
    kept.delete()
    if last:
        Authenticator.objects.filter(user=user).delete()
        _mark(user, False)
    audit(user.district, by, "remove second step", 1, WORDS[Type(kept.type)])
    return True


@transaction.atomic
def reset_second_steps(users: Sequence[User], *, by: Actor) -> int:
    """Take every method from people who lost theirs; their password alone lets them in. Returns how many had one.

    All of one district.
    """
    had = 0
    for user in users:
        _lock(user)
        if user.second_step:
            had += 1
            Authenticator.objects.filter(user=user).delete()
            _mark(user, False)
            forget_wrong(*_tried(user))
    if had:
        audit(users[0].district, by, "reset second step", had)
    return had


def _mark(user: User, second_step: bool) -> None:
    user.second_step = second_step
    user.save(update_fields=["second_step"])


def _lock(user: User) -> None:
    """One at a time for one account; ``user`` is then as it is now."""
    user.second_step = User.objects.select_for_update().get(pk=user.pk).second_step


def _kept(user: User, kind: str) -> Authenticator | None:
    return Authenticator.objects.filter(user=user, type=kind).first()


def _tried(user: User) -> tuple[Any, str, str]:
    return user.district, user.username, f"second step {user.pk}"
