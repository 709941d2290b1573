"""Whether a password is right, and what a new account's one is (R13, R14; docs/decisions/0002).

An account whose password follows a policy has no hash of its own until somebody changes it, only a marker:
``policy$username`` (it is the username, exactly as stored, case included) or ``policy$fixed`` (the district's one).
"""

import time
from collections.abc import Iterator

from django.contrib.auth.hashers import make_password, verify_password
from django.utils.crypto import constant_time_compare

from accounts.hashers import DIGEST, RosterDigestHasher, strengthen
from accounts.models import User

POLICY_USERNAME, POLICY_FIXED = "policy$username", "policy$fixed"
SHORTEST = 4
"""Characters of a password from the SIS and of a district's fixed one (R13, R14)."""

BATCH = 200


def initial_password(passwords: str, fallback: str, sis_password: str | None) -> str:
    """What the password column of a new account holds.

    ``passwords`` and ``fallback`` are the district's policies (R13, R14); ``sis_password`` is the digest of what the
    SIS sent (``hashers.encode_digest``), empty or ``None`` where that was nothing or too short.
    """
    if passwords == "sis" and sis_password:
        return sis_password
    choice = fallback if passwords == "sis" else passwords
    return {"username": POLICY_USERNAME, "fixed": POLICY_FIXED}[choice]


def check_password(user: User, raw: str) -> bool:
    """Whether ``raw`` is the password, by policy or by hash; a right answer upgrades a weak hash on the way.

    Costs at least one strong hash whatever the answer and the kind of account, so the time tells nothing.
    Django's ``user.check_password`` knows no policies; every form that asks for a password asks here.
    """
    if user.password.startswith("policy$"):
        return check_policy(user, raw)
    correct, outdated = verify_password(raw, user.password)
    if correct and outdated:
        return _upgrade(user, raw)
    if not correct and user.password.startswith(f"{DIGEST}$"):
        RosterDigestHasher().harden_runtime(raw, user.password)
    return correct


def check_policy(user: User, raw: str) -> bool:
    """Whether ``raw`` is what the policy of this account says. Costs one strong hash."""
    if user.password == POLICY_FIXED and user.district is not None:
        return verify_password(raw, user.district.fixed_password)[0]
    spend_time(raw)
    return user.password == POLICY_USERNAME and constant_time_compare(raw, user.username)


def spend_time(raw: str) -> None:
    """One strong hash for nothing, where there is no hash to compare with."""
    make_password(raw)


def exchange_hash(user_id: int, read: str, new: str) -> bool:
    """Put a better hash of the same password in the place of the one read, unless it has changed since."""
    return User.objects.filter(pk=user_id, password=read).update(password=new) == 1


def strengthen_stored(limit: int | None = None, seconds: float | None = None) -> Iterator[bool]:
    """Strengthen keyed digests one by one, in every district, until none is left, or the limit, or the time.

    Yields for each whether it was replaced; ``False`` is a password that changed meanwhile. Each is saved by itself,
    so it may be stopped anywhere, and the next call goes on with the rest.
    """
    end = None if seconds is None else time.monotonic() + seconds
    for count, (user_id, read) in enumerate(_digests()):
        if (limit is not None and count >= limit) or (end is not None and time.monotonic() >= end):
            return
        yield exchange_hash(user_id, read, strengthen(read))


def count_digests() -> int:
    """How many accounts wait to be strengthened."""
    return User.objects.filter(password__startswith=f"{DIGEST}$").count()


def _digests() -> Iterator[tuple[int, str]]:
    """(user id, hash) by id, in batches, so that no transaction or cursor stays open while we compute."""
    waiting = User.objects.filter(password__startswith=f"{DIGEST}$").order_by("pk").values_list("pk", "password")
    last = 0
    while batch := list(waiting.filter(pk__gt=last)[:BATCH]):
        yield from batch
        last = batch[-1][0]


def _upgrade(user: User, raw: str) -> bool:
    strong = make_password(raw)
    if exchange_hash(user.pk, user.password, strong):
        user.password = strong
        return True
    # Somebody was quicker: another sign-in with the same password, or a new password. What stands there now decides.
    user.refresh_from_db(fields=["password"])
    return verify_password(raw, user.password)[0]
