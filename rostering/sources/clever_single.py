"""One person or one section of Clever's, with what hangs on it, in a handful of requests."""

from collections.abc import Iterable
from typing import Any, Protocol, TypeVar

import msgspec
import requests

from rostering.sources import clever_wire as wire
from rostering.sources.base import source_error
from rostering.sources.clever_answers import NAME, NotThereError, RefusedRequestError
from rostering.sources.clever_api import CleverApi
from rostering.sources.clever_pull import ChangedMeanwhileError, take, whole
from rostering.sources.clever_said import SENT, Listener, Said, SaidSection

T = TypeVar("T")


class NotAnIdError(Exception):
    """What was asked for is no id of Clever's; perhaps it is the SIS's."""


class Wanted(Protocol):
    """What is asked for. ``also``: sections that the person sits in here, and that may no longer name them."""

    @property
    def id(self) -> str:
        """Clever's id."""

    @property
    def also(self) -> tuple[str, ...]:
        """Clever's ids of sections."""


def read_person(api: CleverApi, listener: Listener, wanted: Wanted) -> Said:
    """A person, the sections that name them or did, and all schools. Raises NotThereError for an unknown person."""
    said = Said()
    listener.hear(said, "users", _asked_for(api, "/users", wanted.id, wire.User))
    _schools(api, listener, said)
    _list(api, listener, said, "sections", f"/users/{wanted.id}/sections")
    _each(api, listener, said, "sections", (found for found in wanted.also if found not in said.sections))
    _words(api, listener, said)
    return said


def read_section(api: CleverApi, listener: Listener, wanted: Wanted) -> Said:
    """A section, the people in it, and all schools. Raises NotThereError for an unknown section."""
    said = Said()
    listener.hear(said, "sections", _asked_for(api, "/sections", wanted.id, wire.Section))
    _schools(api, listener, said)
    _list(api, listener, said, "users", f"/sections/{wanted.id}/users")
    _words(api, listener, said)
    return said


def _asked_for(api: CleverApi, path: str, found: str, kind: type[T]) -> T:
    """The record itself. Raises NotThereError, and NotAnIdError where Clever does not take the id for one."""
    try:
        return api.one(path, found, kind)
    except RefusedRequestError as error:
        if error.status != requests.codes.bad_request:
            raise
        raise NotAnIdError(found) from error


def _schools(api: CleverApi, listener: Listener, said: Said) -> None:
    try:
        for batch in whole(api, "schools"):
            take(said, "schools", batch, listener)
    except ChangedMeanwhileError as error:
        raise source_error("SRC_INCOMPLETE", source=NAME, why=str(error)) from error


def _list(api: CleverApi, listener: Listener, said: Said, kind: str, path: str) -> None:
    """A list that hangs on a record. The record is there, so a list that is not is an error."""
    try:
        for batch in api.pages(path, SENT[kind]):
            take(said, kind, batch, listener)
    except NotThereError as error:
        raise source_error("SRC_INCOMPLETE", source=NAME, why=f"the record came, but not its {kind}") from error


def _words(api: CleverApi, listener: Listener, said: Said) -> None:
    """The terms and courses of the sections, and of those without a name the teacher, for whom they are named."""
    sections = [msgspec.json.decode(line, type=SaidSection) for line in said.sections.values() if line]
    nameless = {teacher for section in sections if not section.name for teacher in section.teachers[:1]}
    _each(api, listener, said, "users", sorted(nameless - said.users.keys()))
    _each(api, listener, said, "terms", sorted({section.term for section in sections if section.term}))
    _each(api, listener, said, "courses", sorted({section.course for section in sections if section.course}))


def _each(api: CleverApi, listener: Listener, said: Said, kind: str, ids: Iterable[str]) -> None:
    """Single records; one that is not there, or not shared with us, is left out (clever.md §1.9)."""
    shape: type[Any] = SENT[kind]
    for found in ids:
        try:
            listener.hear(said, kind, api.one(f"/{kind}", found, shape))
        except NotThereError:
            continue
