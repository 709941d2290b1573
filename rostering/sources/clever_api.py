"""Clever over HTTP, read only: one request at a time that counts only if it is answered in full (clever.md §1.1-1.8).

No token, id or record ever enters a message or a log: errors say the kind of record and Clever's own words at most.
"""

import random
import re
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import TypeVar
from urllib.parse import quote, urlsplit

import requests
from requests.auth import AuthBase
from urllib3.exceptions import HTTPError, ReadTimeoutError

from rostering.sources import clever_wire as wire
from rostering.sources.base import SourceError, source_error
from rostering.sources.clever_answers import (
    NAME,
    WINDOW,
    AccessLostError,
    Batch,
    NotThereError,
    PassingError,
    check_status,
    decode,
    number,
    read_one,
    read_page,
)

T = TypeVar("T")

MOST_BYTES = 64 * 1024 * 1024
"""No honest answer of Clever's is larger: 10,000 sections of 100 students are 30 MB."""
MOST_AT_ONCE = 1 << 18
ID = re.compile(r"[A-Za-z0-9_-]+")
PAGE = 5000
SLOWEST = 10
"""So many times the read time-out may one whole answer take."""
CONNECT_SECONDS = 10


@dataclass(frozen=True, slots=True)
class Patience:
    """Seconds to wait for an answer, tries beyond the first, seconds before the second try, seconds for everything."""

    timeout: float = 30
    retries: int = 5
    retry_base: float = 1.0
    budget: float = 3600


@dataclass(slots=True)
class Waiting:
    """What a fetch spent: ``idle`` seconds with nothing to do but wait for Clever; requests sent, and tries again."""

    idle: float = 0
    requests: int = 0
    again: int = 0


@dataclass(frozen=True, slots=True)
class Bearer(AuthBase):
    """The token, as requests puts it on; with it, a ``.netrc`` of the machine is not asked."""

    token: str = field(repr=False)

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        """Sign one request."""
        request.headers["Authorization"] = f"Bearer {self.token}"
        return request


@dataclass
class CleverApi:
    """The API of one district, for one fetch. Requests of several threads share its limits and its deadline.

    ``renew``: asks for the token once more when Clever refuses it; returns "" if there is none. ``page``: records a
    page. ``client``: our own id and secret, where these are asked for instead of the token.
    """

    url: str
    version: str
    token: str = field(repr=False)
    patience: Patience = field(default_factory=Patience)
    renew: Callable[[], str] = lambda: ""
    page: int = PAGE
    client: tuple[str, str] | None = field(default=None, repr=False)
    spent: Waiting = field(default_factory=Waiting)

    def __post_init__(self) -> None:
        self._deadline = time.monotonic() + self.patience.budget
        self._free_at = 0.0
        self._lock = threading.Lock()
        self._closed = threading.Event()
        self._local = threading.local()
        self._sessions: list[requests.Session] = []
        self._renewed = False
        self._renewing = threading.Lock()

    def close(self) -> None:
        """End what is under way in other threads, and the connections."""
        self._closed.set()
        with self._lock:
            for session in self._sessions:
                session.close()

    def pages(self, path: str, kind: type[T], *, start: str = "") -> Iterator[Batch[T]]:
        """The pages of a list, in order, to its proven end (§1.4). Raises SourceError."""
        last, uri = (
            start,
            f"/{self.version}{path}?limit={self.page}" + (f"&starting_after={quote(start)}" if start else ""),
        )
        while uri:
            batch = self._fetch(uri, path, partial(read_page, kind=kind, after=last))
            yield batch
            last, uri = batch.last, batch.next

    def listed(self, path: str, kind: type[T]) -> list[T]:
        """A list that has no pages."""
        return self._fetch(f"/{self.version}{path}", path, partial(read_page, kind=kind, after="")).records

    def count(self, path: str) -> int:
        """How many records a list has."""
        return self._fetch(f"/{self.version}{path}?count=true", path, partial(decode, kind=wire.Count)).count

    def newest_event(self) -> str:
        """The id of the newest event; empty if there is none."""
        uri = f"/{self.version}/events?ending_before=last&limit=1"
        return self._fetch(uri, "/events", partial(read_page, kind=wire.Event, after="")).last

    def one(self, path: str, found: str, kind: type[T]) -> T:
        """One record by its id. Raises NotThereError."""
        if not ID.fullmatch(found):
            raise NotThereError(path)
        return self._fetch(f"/{self.version}{path}/{found}", path, partial(read_one, kind=kind, found=found))

    def tokens(self, district: str) -> list[wire.Token]:
        """The tokens of our application for a district."""
        uri = f"/oauth/tokens?owner_type=district&district={quote(district, safe='')}"
        return self._fetch(uri, "/tokens", partial(decode, kind=wire.Tokens)).data

    def _fetch(self, uri: str, path: str, read: Callable[[bytes], T]) -> T:
        """The answer to one request, tried again where that may help."""
        what = path.strip("/").partition("/")[0]
        for attempt in range(self.patience.retries + 1):
            self._wait(max(0.0, self._free_at - time.time()))
            token = self.token
            try:
                return read(self._send(uri, what, token))
            except AccessLostError:
                self._renew(token)
                return self._fetch(uri, path, read)
            except PassingError as error:
                if attempt == self.patience.retries:
                    raise source_error(error.code, source=NAME, why=f"{what}: {error}") from error
                self.spent.again += 1
                pause = self.patience.retry_base * 2**attempt * random.uniform(0.5, 1.5)  # noqa: S311 only jitter
                self._wait(max(error.wait, pause))
        raise AssertionError("unreachable")

    def _renew(self, refused: str) -> None:
        """See to another token than the one that was refused, once for all threads. Raises AccessLostError."""
        with self._renewing:
            if self.token != refused:
                return
            token = "" if self._renewed else self.renew()
            self._renewed = True
            if not token:
                raise AccessLostError
            self.token = token

    def _send(self, uri: str, what: str, token: str) -> bytes:
        """One request. The body of a 200, or the error that its failure is."""
        self.spent.requests += 1
        started = time.monotonic()
        timeouts = (min(CONNECT_SECONDS, self.patience.timeout), self.patience.timeout)
        try:
            with self._session().get(
                self.url + uri, auth=self._auth(token), timeout=timeouts, stream=True, allow_redirects=False
            ) as answer:
                body = self._body(answer, started)
        except (requests.RequestException, HTTPError) as error:
            raise PassingError("SRC_UNREACHABLE", _fault(error, self.patience.timeout)) from error
        self._heed(answer)
        check_status(answer, body, what)
        return body

    def _body(self, answer: requests.Response, started: float) -> bytes:
        """The whole body, within the limits of size and time."""
        parts, size, latest = [], 0, min(self._deadline, started + SLOWEST * self.patience.timeout)
        while part := answer.raw.read1(MOST_AT_ONCE, decode_content=True):
            parts.append(part)
            size += len(part)
            if size > MOST_BYTES:
                raise source_error("SRC_INCOMPLETE", source=NAME, why=f"one answer is over {MOST_BYTES >> 20} MB")
            if time.monotonic() > latest:
                self._check_time()
                raise PassingError("SRC_UNREACHABLE", "the answer came too slowly")
        return b"".join(parts)

    def _heed(self, answer: requests.Response) -> None:
        """Remember until when the rate limit is used up (§1.5)."""
        if answer.headers.get("X-Ratelimit-Remaining") == "0":
            now = time.time()
            self._free_at = now + min(max(number(answer.headers.get("X-Ratelimit-Reset")) - now, 0), WINDOW)

    def _wait(self, seconds: float) -> None:
        if seconds > 0 and time.monotonic() + seconds > self._deadline:
            raise self._late()
        if self._closed.wait(seconds) if seconds > 0 else self._closed.is_set():
            raise source_error("SRC_UNREACHABLE", source=NAME, why="the fetch was ended")
        self._check_time()

    def _check_time(self) -> None:
        if time.monotonic() > self._deadline:
            raise self._late()

    def _late(self) -> SourceError:
        return source_error("SRC_INCOMPLETE", source=NAME, why=f"reading took over {self.patience.budget:g} seconds")

    def _auth(self, token: str) -> AuthBase:
        return requests.auth.HTTPBasicAuth(*self.client) if self.client else Bearer(token)

    def _session(self) -> requests.Session:
        """This thread's own connection."""
        session: requests.Session | None = getattr(self._local, "session", None)
        if session is None:
            session = self._local.session = requests.Session()
            with self._lock:
                self._sessions.append(session)
        return session


def _fault(error: Exception, timeout: float) -> str:
    """A fault of the connection in words; the library's own words would carry the address."""
    if isinstance(error, requests.ConnectTimeout):
        return "no connection"
    if isinstance(error, requests.Timeout | TimeoutError | ReadTimeoutError):
        return f"no answer within {timeout:g} seconds"
    if isinstance(error, requests.exceptions.SSLError):
        return "its certificate is not in order"
    return "no connection" if isinstance(error, requests.ConnectionError) else "the connection broke"


def is_safe(url: str) -> bool:
    """Whether a secret may go to this address: encrypted, or no further than this machine, for rehearsals."""
    try:
        parts = urlsplit(url)
        local = parts.hostname in ("localhost", "127.0.0.1", "::1")
    except ValueError:
        return False
    return bool(parts.hostname) and (parts.scheme == "https" or (parts.scheme == "http" and local))


def district_token(oauth_url: str, client: tuple[str, str], district: str, patience: Patience) -> str:
    """The token that Clever lists for a district now; empty if it lists none (§1.2.1). Raises SourceError."""
    if not is_safe(oauth_url):
        raise source_error("SRC_UNREACHABLE", source=NAME, why="CLEVER_OAUTH_URL is not an https:// address")
    api = CleverApi(oauth_url, "oauth", "", patience, client=client)
    try:
        listed = api.tokens(district)
    except AccessLostError as error:
        why = "it refuses our client id and secret (CLEVER_CLIENT_ID, CLEVER_CLIENT_SECRET)"
        raise source_error("SRC_UNREACHABLE", source=NAME, why=why) from error
    except NotThereError as error:
        raise source_error("SRC_UNREACHABLE", source=NAME, why="its list of tokens is not there") from error
    finally:
        api.close()
    return next((token.access_token for token in listed if token.owner.id == district), "")
