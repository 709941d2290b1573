"""Faults to switch on: what a client must survive (clever.md §7.12)."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from fnmatch import fnmatchcase

from rostering.rehearsal.clever.answers import HTML, Answer, Count, Page, Response, Single, json_response, refusal

FAULTS = {
    "500": "the server failed",
    "502": "a bad gateway, with an HTML body",
    "503": "the server is not available, with an HTML body",
    "429": "too many requests, X-Ratelimit-Reset says until when",
    "429-retry-after": "the same with Retry-After",
    "400": "a bad request",
    "401": "the token is refused",
    "403": "the token lacks a scope",
    "404": "not found",
    "truncated": "200, and JSON that ends in the middle",
    "html": "200, and a web page",
    "content-type": "200, and good JSON that is called text/plain",
    "dropped": "the connection closes without a response",
    "dropped-mid-body": "the connection closes in the middle of the body",
    "slow": "the body trickles in over SECONDS",
    "stalled": "nothing comes after the headers for SECONDS; then the connection closes",
    "duplicate-page": "the items of the page before once more (a first page: each item twice)",
    "next-loop": "the next link leads to the same page",
    "empty-page": "no items and no next link, as if the list ended",
    "no-next": "half of the items and no next link, as if the list ended",
    "wrong-shape": "the items of another kind of record",
    "no-id": "an item without its id",
    "unordered": "the items in descending order",
    "huge": "a body of MEGABYTES",
    "redirect": "a redirect to another host, LOCATION",
    "wrong-count": "a count that is higher than the list is long",
}
"""Every kind of fault and what it does."""

Fetch = Callable[[str], Answer]
"""The answer to another path and query of the same version."""


@dataclass(eq=False)
class Fault:
    """A fault, to befall the data requests from the ``at``-th from now on, or those whose path and query match ``at``.

    A pattern is as in the shell (``/v3.1/users*``). It befalls ``times`` requests (None: all). ``seconds`` is for
    ``slow`` and ``stalled``, ``megabytes`` for ``huge``, ``location`` (scheme and host) for ``redirect``.
    """

    kind: str
    at: int | str = 1
    times: int | None = 1
    seconds: float = 2.0
    megabytes: int = 64
    location: str = "http://elsewhere.invalid"

    def __post_init__(self) -> None:
        if self.kind not in FAULTS:
            raise ValueError(f"There is no fault {self.kind!r}. Faults: {', '.join(FAULTS)}.")

    def is_due(self, target: str) -> bool:
        """Whether this data request may fail; counts it."""
        if isinstance(self.at, str):
            return fnmatchcase(target, self.at)
        self.at -= 1
        return self.at <= 0

    def befall(self) -> None:
        """Counts a request that failed."""
        if self.times is not None:
            self.times -= 1


def draw(faults: list[Fault], target: str) -> Fault | None:
    """The fault that befalls a data request, if any is due; of several the first, and the others wait."""
    due = [fault for fault in faults if fault.is_due(target)]
    if not due:
        return None
    due[0].befall()
    if due[0].times == 0:
        faults.remove(due[0])
    return due[0]


def instead(fault: Fault, target: str, reset: int) -> Response | None:
    """The response of a fault that does not look at what was asked for; None for the others."""
    kind = fault.kind
    if kind in ("502", "503"):
        return Response(int(kind), b"<html><body><h1>Bad gateway</h1></body></html>", HTML)
    if kind == "html":
        return Response(200, b"<!doctype html><title>Clever</title><p>We will be back soon.</p>", HTML)
    if kind.startswith("429"):
        response = refusal(429, "Too many requests")
        response.headers = {"X-Ratelimit-Remaining": "0", "X-Ratelimit-Reset": str(reset)}
        if kind == "429-retry-after":
            response.headers["Retry-After"] = "1"
        return response
    if kind == "redirect":
        return Response(302, headers={"Location": fault.location + target})
    if kind.isdigit():
        words = {"400": "Bad request", "401": "Unauthorized", "403": "Resource not in token's scopes"}
        return refusal(int(kind), words.get(kind, "Not found" if kind == "404" else "Internal error"))
    return Response(0, way="dropped") if kind == "dropped" else None


def spoil_answer(fault: Fault, answer: Answer, fetch: Fetch) -> Answer:
    """The answer as a fault leaves it; as it is where the fault does not apply."""
    if isinstance(answer, Count):
        return Count(answer.count * 2 + 1, answer.links) if fault.kind == "wrong-count" else answer
    if fault.kind == "wrong-shape":
        return other_kind(answer, fetch)
    if isinstance(answer, Single):
        return Single(without_id(answer.record), answer.links) if fault.kind == "no-id" else answer
    if fault.kind == "duplicate-page":
        return duplicate(answer, fetch)
    items, links = answer.items, answer.links
    lonely = [link for link in links if link["rel"] != "next"]
    spoilt: dict[str, Callable[[], Page]] = {
        "next-loop": lambda: Page(items, [*lonely, {"rel": "next", "uri": links[0]["uri"]}]),
        "empty-page": lambda: Page([], lonely),
        "no-next": lambda: Page(items[: len(items) // 2], lonely),
        "no-id": lambda: Page([(without_id(record), uri) for record, uri in items[:1]] + items[1:], links),
        "unordered": lambda: Page(items[::-1], links),
    }
    return spoilt[fault.kind]() if fault.kind in spoilt else answer


def duplicate(page: Page, fetch: Fetch) -> Page:
    """The items of the page before, with the links of this one; a first page has each item twice."""
    before = next((link["uri"] for link in page.links if link["rel"] == "prev"), None)
    previous = fetch(before) if before else None
    if isinstance(previous, Page) and previous.items:
        return Page(previous.items, page.links)
    return Page([item for item in page.items for _ in range(2)], page.links)


def other_kind(answer: Page | Single, fetch: Fetch) -> Answer:
    """Schools in the place of anything; terms in the place of schools. The links stay."""
    own = answer.links[0]["uri"]
    version = own.split("/")[1]
    other = fetch(f"/{version}/terms" if own.startswith(f"/{version}/schools") else f"/{version}/schools")
    items = other.items if isinstance(other, Page) else []
    if isinstance(answer, Single):
        return Single(items[0][0] if items else b"{}", answer.links)
    return Page(items, answer.links)


def without_id(record: bytes) -> bytes:
    """A record that has lost its id."""
    return json.dumps({name: value for name, value in json.loads(record).items() if name != "id"}).encode()


def spoil_response(fault: Fault, response: Response) -> Response:
    """The response as a fault leaves it on its way."""
    if fault.kind == "truncated":
        response.body = response.body[: len(response.body) // 2]
    elif fault.kind == "content-type":
        response.content_type = "text/plain"
    elif fault.kind == "huge":
        content = json.loads(response.body) | {"padding": "x" * (fault.megabytes << 20)}
        response.body = json_response(content).body
    elif fault.kind in ("dropped-mid-body", "slow", "stalled"):
        response.way, response.seconds = fault.kind, fault.seconds
    return response
