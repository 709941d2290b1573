"""Connections: how a district's feed is set up, and what the district decided about it."""

from dataclasses import dataclass
from typing import Any

import msgspec
from django.db import transaction

from accounts import keys
from accounts.hashers import encode_digest, password_key, salt_of
from accounts.lifecycle import Actor, audit
from accounts.models import District
from rostering.core.snapshot import Fingerprints
from rostering.models import Connection, Link, SyncSettings


@dataclass(frozen=True, slots=True)
class DistrictDigest:
    """``sources.base.Digest`` under the district's own keys."""

    district_id: int
    passwords: bytes
    births: bytes

    def password(self, key: str, raw: str) -> str:
        """The encoded hash of what the SIS sent: the same for the same person and password."""
        return encode_digest(self.district_id, self.passwords, salt_of(key), raw)

    def birth(self, iso_date: str) -> str:
        """A keyed hash of a birth date: it serves matching, and says nothing (R5)."""
        return Fingerprints(self.births).of(iso_date.encode())


def digest_of(district: District) -> DistrictDigest:
    """The digests of one district."""
    key = keys.digest_key(district.pk, district.digest_key)
    return DistrictDigest(district.pk, password_key(district.pk, district.digest_key), keys.derive(key, keys.BIRTHS))


def fingerprints_of(district: District) -> Fingerprints:
    """The fingerprints of one district's records."""
    return Fingerprints(keys.derive(keys.digest_key(district.pk, district.digest_key), keys.FINGERPRINTS))


@transaction.atomic
def connect(
    district: District,
    source: str,
    values: dict[str, Any],
    secret: dict[str, str],
    *,
    layout: str,
    quiet: int,
    by: Actor,
) -> Connection:
    """Store how the district's feed is reached; what the source showed and said before is forgotten."""
    connection, _ = Connection.objects.update_or_create(
        district=district,
        defaults={
            "source": source, "settings": values, "format": layout, "quiet": quiet, "memory": {},
            "cursor": "", "cursor_read": None, "last_full": None, "facts": {}, "broken": "",
            "secret": keys.encrypt(msgspec.json.encode(secret).decode()) if secret else "",
        },
    )  # fmt: skip
    connection.said_chunks.all().delete()
    audit(district, by, "connect", 1, source)
    return connection


def unsaved_connection(
    district: District, source: str, values: dict[str, Any], secret: dict[str, str], *, layout: str, quiet: int
) -> Connection:
    """A connection to try before it is stored."""
    token = keys.encrypt(msgspec.json.encode(secret).decode()) if secret else ""
    return Connection(district=district, source=source, settings=values, format=layout, quiet=quiet, secret=token)


@transaction.atomic
def share(district: District, sharing: str, ids: list[str], *, by: Actor) -> SyncSettings:
    """Decide what the district shares (R4). The next run plans it; narrowing it goes through the guards."""
    decided, _ = SyncSettings.objects.update_or_create(
        district=district, defaults={"sharing": sharing, "sharing_ids": sorted(ids)}
    )
    audit(district, by, "share", len(ids), sharing)
    return decided


def unknown_ids(decided: SyncSettings) -> list[str]:
    """Shared ids that the source has not sent so far: perhaps misspelt, perhaps yet to come."""
    kind = "school" if decided.sharing == SyncSettings.Sharing.SCHOOLS else "section"
    known = Link.objects.filter(district=decided.district, kind=kind, key__in=decided.sharing_ids)
    return sorted(set(decided.sharing_ids) - set(known.values_list("key", flat=True)))


def sync_settings_of(district: District) -> SyncSettings:
    """What the district decided, or the defaults."""
    return SyncSettings.objects.filter(district=district).first() or SyncSettings(district=district)
