"""Hashes for passwords that the SIS sends, as Django's password hashers (docs/decisions/0002).

A sync cannot wait for 100,000 slow hashes. A SIS password enters as a keyed digest, is strengthened in the background
without anybody knowing it, and becomes Django's plain strong hash when its owner first signs in with it:

    roster_hmac$<district id>.<salt>$<digest>
    roster_pbkdf2$<iterations>$<district id>.<salt>$<PBKDF2 of that digest>

The digest is HMAC-SHA256 under the district's password key, in url-safe base64. All fit in 128 characters.
"""

import base64
import hashlib
import hmac
import unicodedata
from typing import Any

from django.contrib.auth.hashers import BasePasswordHasher, PBKDF2PasswordHasher, make_password
from django.utils.crypto import constant_time_compare

from accounts.keys import PASSWORDS, derive, digest_key
from accounts.models import District

DIGEST, STRENGTHENED = "roster_hmac", "roster_pbkdf2"
LONGEST_SALT = 32


def password_key(district_id: int, encrypted: str) -> bytes:
    """The key for ``encode_digest``; ``encrypted`` is the district's ``digest_key``."""
    return derive(digest_key(district_id, encrypted), PASSWORDS)


def salt_of(identity: str) -> str:
    """A salt that stays the same for one person: 24 characters from what names them in their district."""
    return hashlib.blake2b(identity.encode(), digest_size=12).hexdigest()


def encode_digest(district_id: int, key: bytes, salt: str, raw: str) -> str:
    """``raw`` as ``roster_hmac``: the same for the same arguments, and made for bulk.

    ``key`` comes from ``password_key``; ``salt`` has 1 to 32 characters and no ``$`` (``salt_of``).
    """
    if not salt or len(salt) > LONGEST_SALT or "$" in salt:
        raise ValueError(f"The salt of a digest has 1 to {LONGEST_SALT} characters and no $.")
    return f"{DIGEST}${district_id}.{salt}${_digest(key, salt, raw)}"


def strengthen(encoded: str) -> str:
    """A ``roster_hmac`` hash as ``roster_pbkdf2``, for the same password, without knowing it."""
    algorithm, salt, digest = encoded.split("$")
    if algorithm != DIGEST:
        raise ValueError(f"Only a {DIGEST} hash can be strengthened, not {algorithm}.")
    return RosterPBKDF2Hasher().wrap(digest, salt)


def _digest(key: bytes, salt: str, raw: str) -> str:
    if not raw.isascii():
        raw = unicodedata.normalize("NFC", raw)  # a file and a keyboard may compose é differently
    mac = hmac.digest(key, f"{salt}${raw}".encode(), "sha256")
    return base64.urlsafe_b64encode(mac).decode("ascii").rstrip("=")


def _digest_in_district(raw: str, district_and_salt: str) -> str:
    """The digest of what somebody typed, under the key of the district that the hash names."""
    district_id, _, salt = district_and_salt.partition(".")
    encrypted = District.objects.values_list("digest_key", flat=True).get(pk=district_id)
    return _digest(password_key(int(district_id), encrypted), salt, raw)


class RosterDigestHasher(BasePasswordHasher):
    """``roster_hmac``. Fast, so it is always to be upgraded, and a refusal is made as slow as any other."""

    algorithm = DIGEST

    def encode(self, password: str, salt: str) -> str:
        """``salt`` is ``<district id>.<salt>``, as it stands in the hash."""
        return f"{DIGEST}${salt}${_digest_in_district(password, salt)}"

    def decode(self, encoded: str) -> dict[str, str]:
        """The three parts by name."""
        algorithm, salt, digest = encoded.split("$")
        return {"algorithm": algorithm, "salt": salt, "hash": digest}

    def verify(self, password: str, encoded: str) -> bool:
        """Whether it is the password."""
        return constant_time_compare(encoded, self.encode(password, self.decode(encoded)["salt"]))

    def safe_summary(self, encoded: str) -> dict[Any, Any]:  # noqa: ARG002 -- Django's signature
        """The kind of hash and nothing of it (R16)."""
        return {"algorithm": self.algorithm}

    def must_update(self, encoded: str) -> bool:  # noqa: ARG002 -- Django's signature
        """Always: at the next successful sign-in it becomes the strong hash."""
        return True

    def harden_runtime(self, password: str, encoded: str) -> None:  # noqa: ARG002 -- Django's signature
        """Take as long as the strong hash does, so that nobody can time who has not signed in yet."""
        make_password(password)


class RosterPBKDF2Hasher(PBKDF2PasswordHasher):
    """``roster_pbkdf2``: PBKDF2 over the digest. As slow as the strong hash, and replaced by it at a sign-in."""

    algorithm = STRENGTHENED

    def encode(self, password: str, salt: str, iterations: int | None = None) -> str:
        """``salt`` is ``<district id>.<salt>``, as it stands in the hash."""
        return self.wrap(_digest_in_district(password, salt), salt, iterations)

    def wrap(self, digest: str, salt: str, iterations: int | None = None) -> str:
        """The hash from the digest that the password is not needed for."""
        return super().encode(digest, salt, iterations)

    def safe_summary(self, encoded: str) -> dict[Any, Any]:  # noqa: ARG002 -- Django's signature
        """The kind of hash and nothing of it (R16)."""
        return {"algorithm": self.algorithm}

    def must_update(self, encoded: str) -> bool:  # noqa: ARG002 -- Django's signature
        """Always: the plain strong hash does not need the district's key."""
        return True
