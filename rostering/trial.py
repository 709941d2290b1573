"""Trying a connection before it is stored: one way for the command and for the console."""

from dataclasses import dataclass, field
from typing import Any

from accounts.lifecycle import Actor
from accounts.models import District
from rostering.clever_feed import opened
from rostering.connections import connect, unsaved_connection
from rostering.feeds import open_source
from rostering.models import Connection
from rostering.turns import turn_of

QUIET = {"sftp": 300, "folder": 0, "clever": 0}
"""Seconds that files must be unchanged before they are read, where nobody says otherwise."""


@dataclass(frozen=True, slots=True)
class Found:
    """What a trial showed: the names of the files, or what Clever calls the district, and what is stored of it."""

    files: list[str] = field(default_factory=list)
    name: str = ""
    values: dict[str, Any] = field(default_factory=dict)


def connect_tested(
    district: District,
    source: str,
    values: dict[str, Any],
    secret: dict[str, str],
    *,
    layout: str,
    quiet: int,
    by: Actor,
    test: bool = True,
) -> Found:
    """Try a connection, then store it. Raises SourceError, or BusyError while a run is under way: nothing is stored."""
    found = Found()
    if test:
        trial = unsaved_connection(district, source, values, secret, layout=layout, quiet=0)
        found = try_clever(trial) if source == Connection.Source.CLEVER else try_files(trial)
    with turn_of(district):
        connect(district, source, {**values, **found.values}, secret, layout=layout, quiet=quiet, by=by)
    return found


def try_files(trial: Connection) -> Found:
    """The names of the files that are there."""
    with open_source(trial) as files:
        return Found(files=sorted(files.paths))


def try_clever(trial: Connection) -> Found:
    """The district that the token is for; it is the connection's from now on."""
    with opened(trial) as feed:
        return Found(name=feed.facts.name or feed.facts.id, values={"district": feed.facts.id})
