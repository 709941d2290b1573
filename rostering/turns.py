"""One run per district at a time (R37): whoever holds the turn works, whoever does not is told so.

The turn is a lock that the operating system or the database lets go of when its holder dies, so a killed run never
leaves one behind: an advisory lock on PostgreSQL, a locked file beside the database on SQLite.
"""

import fcntl
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from threading import Lock

from django.db import connection

from accounts.models import District

NAMESPACE = 7001
THREAD_LOCKS: dict[int, Lock] = {}
PATIENCE = 3.0
"""Seconds to wait for the turn: a killed client's last statement may hold it a moment longer."""


class BusyError(Exception):
    """Another run of the district is in progress."""

    def __init__(self, district: District) -> None:
        super().__init__(
            f"Another run of {district.slug} is in progress. Nothing was started; try again when it is done."
        )


@contextmanager
def turn_of(district: District, patience: float = PATIENCE) -> Iterator[None]:
    """Hold the district's turn. Raises BusyError when somebody else keeps it longer than ``patience`` seconds."""
    with _taking()(district, time.monotonic() + patience):
        yield


@contextmanager
def _advisory_lock(district: District, until: float) -> Iterator[None]:
    with connection.cursor() as cursor:
        while True:
            cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", [NAMESPACE, district.pk])
            if cursor.fetchone()[0]:
                break
            _wait(district, until)
    try:
        yield
    finally:
        if connection.is_usable():
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [NAMESPACE, district.pk])


@contextmanager
def _file_lock(district: District, until: float) -> Iterator[None]:
    with _lock_path(district).open("a") as handle:
        while True:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                _wait(district, until)
        yield


@contextmanager
def _thread_lock(district: District, until: float) -> Iterator[None]:
    """For a database in memory, which no other process sees."""
    lock = THREAD_LOCKS.setdefault(district.pk, Lock())
    while not lock.acquire(blocking=False):
        _wait(district, until)
    try:
        yield
    finally:
        lock.release()


def _taking() -> Callable[[District, float], AbstractContextManager[None]]:
    """The lock that fits the database."""
    if connection.vendor == "postgresql":
        return _advisory_lock
    return _thread_lock if _in_memory() else _file_lock


def _in_memory() -> bool:
    name = str(connection.settings_dict["NAME"])
    return ":memory:" in name or "mode=memory" in name


def _lock_path(district: District) -> Path:
    database = Path(connection.settings_dict["NAME"])
    return database.with_name(f"{database.name}.district-{district.pk}.lock")


def _wait(district: District, until: float) -> None:
    if time.monotonic() >= until:
        raise BusyError(district)
    time.sleep(0.1)
