"""Connections: how a district's feed is set up, opened and read."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
from django.conf import settings
from django.db import transaction

from accounts import keys
from accounts.hashers import encode_digest, password_key, salt_of
from accounts.lifecycle import Actor, audit
from accounts.models import District
from rostering.core.snapshot import FileFacts, Fingerprints, Snapshot
from rostering.models import Connection, Link, SyncSettings
from rostering.sources.base import Reading
from rostering.sources.files import FileSet
from rostering.sources.folder import open_folder
from rostering.sources.layouts import read_files
from rostering.sources.sftp import SftpSecret, SftpSettings, open_sftp

Progress = Callable[[str, int], None]


def no_progress(phase: str, count: int) -> None:
    """Tell nobody."""


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


def read_source(connection: Connection, progress: Progress = no_progress) -> Snapshot:
    """Read everything that the source says. Raises SourceError; a failure never looks like an absence (R34)."""
    memory = {name: msgspec.convert(facts, FileFacts) for name, facts in connection.memory.items()}
    reading = Reading(digest_of(connection.district), memory, progress)
    with open_source(connection) as files:
        return read_files(files, connection.format, reading)


@contextmanager
def open_source(connection: Connection) -> Iterator[FileSet]:
    """The files of a connection, fetched if need be."""
    if connection.source == Connection.Source.FOLDER:
        with open_folder(Path(connection.settings["path"]), connection.quiet) as files:
            yield files
        return
    secret = SftpSecret(**msgspec.json.decode(keys.decrypt(connection.secret)))
    with open_sftp(
        SftpSettings(**connection.settings), secret, connection.quiet, budget=settings.SOURCE_BUDGET
    ) as files:
        yield files


def remember_files(connection: Connection, snapshot: Snapshot) -> None:
    """Keep what this reading showed of the files, to tell next time whether one was cut or changed."""
    connection.memory = {name: msgspec.to_builtins(facts) for name, facts in snapshot.files.items()}
    connection.save(update_fields=["memory"])


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
    """Store how the district's feed is reached; what the files showed before is forgotten."""
    connection, _ = Connection.objects.update_or_create(
        district=district,
        defaults={
            "source": source, "settings": values, "format": layout, "quiet": quiet, "memory": {},
            "secret": keys.encrypt(msgspec.json.encode(secret).decode()) if secret else "",
        },
    )  # fmt: skip
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
