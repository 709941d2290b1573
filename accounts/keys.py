"""Secrets at rest: encryption with ``FIELD_KEYS``, and the keys of a district's digests.

``FIELD_KEYS`` are url-safe base64 of 32 bytes, the newest first: the first one encrypts, every one decrypts. Each
district has 32 random bytes of its own, kept encrypted, from which the keys of its digests are derived. Rotating
``FIELD_KEYS`` therefore re-encrypts 32 bytes and changes no digest.
"""

import base64
import hashlib
import secrets
from functools import lru_cache

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings

PASSWORDS, BIRTHS, FINGERPRINTS = "passwords", "births", "fingerprints"
"""Purposes to ``derive`` a key for: what is known of one tells nothing about another."""


class FieldKeyError(RuntimeError):
    """``FIELD_KEYS`` is malformed, or none of its keys opens what is stored. The message holds no secret."""


def encrypt(text: str) -> str:
    """A token, under the newest key."""
    return encrypt_bytes(text.encode()).decode("ascii")


def decrypt(token: str) -> str:
    """The text of a token of ``encrypt``; raises ``FieldKeyError``."""
    return decrypt_bytes(_as_bytes(token)).decode()


def encrypt_bytes(data: bytes) -> bytes:
    """A token, under the newest key."""
    return _cipher(_field_keys()).encrypt(data)


def decrypt_bytes(token: bytes) -> bytes:
    """The bytes of a token of ``encrypt_bytes``; raises ``FieldKeyError``."""
    return _open(_field_keys(), token, "A stored secret")


def rotate(token: str) -> str:
    """The same secret under the newest key; raises ``FieldKeyError``."""
    return encrypt_bytes(decrypt_bytes(_as_bytes(token))).decode("ascii")


def new_digest_key() -> str:
    """A new district's random key, encrypted: what ``District.digest_key`` holds."""
    return encrypt_bytes(secrets.token_bytes(32)).decode("ascii")


def digest_key(district_id: int, encrypted: str) -> bytes:
    """The 32 bytes of a district's key; ``encrypted`` is its ``District.digest_key``. Raises ``FieldKeyError``."""
    return _digest_key(_field_keys(), district_id, encrypted)


@lru_cache(maxsize=1024)
def _digest_key(field_keys: tuple[str, ...], district_id: int, encrypted: str) -> bytes:
    """Remembered by everything it depends on, so neither kind of rotation leaves a stale answer."""
    return _open(field_keys, _as_bytes(encrypted), f"The digest key of district {district_id}")


def derive(key: bytes, purpose: str) -> bytes:
    """The 32 bytes for one purpose from a district's key (keyed blake2b)."""
    return hashlib.blake2b(purpose.encode(), key=key, digest_size=32, person=b"roster-derive").digest()


def _open(field_keys: tuple[str, ...], token: bytes, what: str) -> bytes:
    try:
        return _cipher(field_keys).decrypt(token)
    except InvalidToken:
        raise FieldKeyError(
            f"{what} cannot be decrypted with any key in FIELD_KEYS. Nothing was changed. "
            "Put the key that it was stored with back into FIELD_KEYS, after the newest one."
        ) from None


def _field_keys() -> tuple[str, ...]:
    """The setting as it is now: a list, or one comma-separated text."""
    keys = settings.FIELD_KEYS
    return tuple(key.strip() for key in (keys.split(",") if isinstance(keys, str) else keys) if key.strip())


@lru_cache(maxsize=8)
def _cipher(field_keys: tuple[str, ...]) -> MultiFernet:
    if not field_keys:
        raise FieldKeyError("FIELD_KEYS is empty. It needs at least one key: 32 bytes in url-safe base64.")
    return MultiFernet([_fernet(key, place) for place, key in enumerate(field_keys, start=1)])


def _fernet(key: str, place: int) -> Fernet:
    try:
        # Fernet splits its key in two halves; Python's decoder forgives a key that was cut or has a stray character.
        if len(base64.b64decode(key, altchars=b"-_", validate=True)) == 32:
            return Fernet(key)
    except ValueError:
        pass
    raise FieldKeyError(f"Key {place} in FIELD_KEYS is not 32 bytes in url-safe base64.")


def _as_bytes(token: str) -> bytes:
    """As Fernet reads it; what is not ASCII is no token of ours and is refused as one."""
    return token.encode("ascii", "replace")
