"""Clever's answers: what counts as one, and what a failure means (clever.md §1.3-1.7).

No id or record ever enters a message: errors say the kind of record and Clever's own words at most.
"""

import re
import time
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Generic, TypeVar
from urllib.parse import parse_qs, urlsplit

import msgspec
import requests

from rostering.sources import clever_wire as wire
from rostering.sources.base import SourceError, source_error

T = TypeVar("T")

NAME = "Clever"
FEW = 3
"""Fewer unreadable items never spoil a page; from here on it is spoilt if they are over half of it."""
WINDOW = 61
"""Seconds: the rate limit's window is a minute, whatever another machine's clock says (§1.5)."""
PLAIN = re.compile(r"[A-Za-z][A-Za-z ,.'()-]{0,118}")
"""Words in which there is no room for an id or a token."""
PASSING = frozenset((429, 500, 502, 503, 504))
REFUSED = frozenset((401, 403))


class NotThereError(Exception):
    """There is no such record, or it is not shared with us (§1.9)."""


class AccessLostError(Exception):
    """Clever no longer takes the token."""


class RefusedRequestError(SourceError):
    """Clever answers, but not to this: asking again is no use (§1.6). ``status``: its own."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__("SRC_UNREACHABLE", message)
        self.status = status


class PassingError(Exception):
    """Worth another try; the message says what happened, ``wait`` how many seconds the server asks for."""

    def __init__(self, code: str, why: str, wait: float = 0) -> None:
        super().__init__(why)
        self.code = code
        self.wait = wait


@dataclass(frozen=True, slots=True)
class Batch(Generic[T]):
    """One page: its records, the ids of items that could not be read, the last id, and where the next page is."""

    records: list[T]
    unreadable: list[str]
    last: str
    next: str

    def __len__(self) -> int:
        return len(self.records) + len(self.unreadable)


def read_page(body: bytes, kind: type[T], after: str) -> Batch[T]:
    """One page of a list; ``after``: the id before its first. A page that is not whole and in order does not count."""
    try:
        page: Any = _decoder_of(wire.Page[kind]).decode(body)  # type: ignore[valid-type]
        records, unreadable = [item.data for item in page.data], list[str]()
        ids = [record.id for record in records]
    except msgspec.DecodeError:
        page, records, unreadable, ids = _read_singly(body, kind)
    _check_kind(page, kind, unreadable)
    last = after
    for found in ids:
        if found <= last:
            raise PassingError("SRC_INCOMPLETE", "a page was repeated or out of order")
        last = found
    return Batch(records, unreadable, last, _next_of(page, last) if ids else "")


def read_one(body: bytes, kind: type[T], found: str) -> T:
    """One record, which must be the one that was asked for."""
    record: Any = decode(body, wire.Single[kind]).data  # type: ignore[valid-type]
    if record.id != found:
        raise PassingError("SRC_INCOMPLETE", "another record came than we asked for")
    held: T = record
    return held


def _check_kind(page: Any, kind: Any, unreadable: list[str]) -> None:
    """A page whose items are of another kind, or mostly in another form, is not the page that we asked for."""
    name = f"/{wire.PLURAL[kind]}/"
    if any(item.uri and name not in item.uri for item in page.data):
        raise PassingError("SRC_INCOMPLETE", "a page holds other records than we asked for")
    if len(unreadable) >= FEW and len(unreadable) > len(page.data) / 2:
        raise PassingError("SRC_INCOMPLETE", "most of a page is in another form than we can read")


def _read_singly(body: bytes, kind: type[T]) -> tuple[Any, list[T], list[str], list[str]]:
    """A page of which some items have another shape: those are named, and the others read (R34)."""
    page = decode(body, wire.Page[msgspec.Raw])
    records, unreadable, ids = list[T](), list[str](), list[str]()
    for item in page.data:
        found = decode(bytes(item.data), wire.Named).id
        ids.append(found)
        try:
            records.append(_decoder_of(kind).decode(item.data))
        except msgspec.DecodeError:
            unreadable.append(found)
    return page, records, unreadable, ids


def _next_of(page: "wire.Page[Any]", last: str) -> str:
    """Where the next page is. One that does not go on from the last id would loop or leave something out (§1.4)."""
    uri = page.link("next")
    if not uri:
        return ""
    after = parse_qs(urlsplit(uri).query).get("starting_after", [""])[0]
    if not uri.startswith("/") or uri.startswith("//") or after != last:
        raise PassingError("SRC_INCOMPLETE", "a page does not say where the next one is")
    return uri


def decode(body: bytes, kind: type[T]) -> T:
    """An answer in the shape that was asked for."""
    try:
        decoded: T = _decoder_of(kind).decode(body)
    except msgspec.DecodeError as error:
        # the decoder's own words may quote what was sent
        raise PassingError("SRC_INCOMPLETE", "an answer was cut short or is not what we asked for") from error
    return decoded


def _decoder_of(kind: Any) -> msgspec.json.Decoder[Any]:
    decoder: msgspec.json.Decoder[Any] = _decoder(kind)
    return decoder


@lru_cache(maxsize=32)
def _decoder(kind: Any) -> msgspec.json.Decoder[Any]:
    return msgspec.json.Decoder(kind)


def check_status(answer: requests.Response, body: bytes, what: str) -> None:
    """Raise the error that an answer's status is; a 200 must be JSON (§1.6, 1.7)."""
    status = answer.status_code
    if status == requests.codes.ok:
        if "json" not in answer.headers.get("Content-Type", ""):
            raise PassingError("SRC_INCOMPLETE", "it answered with something else than data")
    elif status in REFUSED:
        raise AccessLostError
    elif status == requests.codes.not_found:
        raise NotThereError(what)
    elif status in PASSING:
        raise PassingError("SRC_UNREACHABLE", f"it answers {status}{_words(body)}", asked_to_wait(answer))
    else:
        why = f"{what}: it answers {status}{_words(body)}"
        raise RefusedRequestError(status, source_error("SRC_UNREACHABLE", source=NAME, why=why).message)


def _words(body: bytes) -> str:
    """What the error says of itself, if it is one of the two forms and names nobody; a web page says nothing to us."""
    try:
        found = msgspec.json.decode(body, type=wire.Trouble)
    except msgspec.DecodeError:
        return ""
    words = " ".join((found.message or found.error or "").split())
    return f" ({words})" if PLAIN.fullmatch(words) else ""


def asked_to_wait(answer: requests.Response) -> float:
    """Seconds until the rate limit's window ends, or as many as the server asks for; at most a window."""
    if answer.status_code != requests.codes.too_many_requests:
        return 0
    asked = number(answer.headers.get("Retry-After"))
    reset = number(answer.headers.get("X-Ratelimit-Reset"))
    return min(asked or (max(reset - time.time(), 0) if reset else 0), WINDOW)


def number(text: str | None) -> float:
    """A header's number; 0 without one."""
    return float(text) if text and text.isascii() and text.isdigit() else 0.0
