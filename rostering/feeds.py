"""Feeds: a connection is opened and read, whichever way the roster comes."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import msgspec
from django.conf import settings

from accounts import keys
from rostering.clever_feed import read_clever
from rostering.connections import digest_of
from rostering.core.snapshot import FileFacts, Snapshot
from rostering.delivery import Asked, Delivery, Progress, no_progress
from rostering.models import Connection
from rostering.sources.base import Reading
from rostering.sources.files import FileSet
from rostering.sources.folder import open_folder
from rostering.sources.layouts import read_files
from rostering.sources.sftp import SftpSecret, SftpSettings, open_sftp


def read_source(connection: Connection, asked: Asked, progress: Progress = no_progress) -> Delivery:
    """What the source says. Raises SourceError; a failure never looks like an absence (R34).

    Files are read whole whatever is asked for; Clever is asked for no more than is needed.
    """
    if connection.source == Connection.Source.CLEVER:
        return read_clever(connection, asked, progress)
    memory = {name: msgspec.convert(facts, FileFacts) for name, facts in connection.memory.items()}
    reading = Reading(digest_of(connection.district), memory, progress)
    with open_source(connection) as files:
        snapshot = read_files(files, connection.format, reading)
    return Delivery(snapshot, keep=partial(remember_files, connection, snapshot))


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
