"""What the sandbox answers: refusals, pages, and the bytes that go over the wire."""

from dataclasses import dataclass, field

from rostering.rehearsal.clever.shapes import encode

JSON = "application/json; charset=utf-8"
HTML = "text/html; charset=utf-8"
Links = list[dict[str, str]]


class RefusedError(Exception):
    """A request that is answered with an error: ``status`` and Clever's ``{"message": ...}``."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status, self.message = status, message


@dataclass
class Response:
    """An HTTP response. ``way`` is how it is sent: see ``server``."""

    status: int
    body: bytes = b""
    content_type: str = JSON
    headers: dict[str, str] = field(default_factory=dict)
    way: str = "whole"
    seconds: float = 0.0


@dataclass
class Page:
    """A list: the JSON of each item with its address, and the links. ``full`` if it has as many items as asked for."""

    items: list[tuple[bytes, str]]
    links: Links

    def render(self) -> Response:
        """The page as JSON."""
        items = b",".join(b'{"data":' + record + b',"uri":"' + uri.encode() + b'"}' for record, uri in self.items)
        return Response(200, b'{"data":[' + items + b'],"links":' + encode(self.links) + b"}")


@dataclass
class Single:
    """One record."""

    record: bytes
    links: Links

    def render(self) -> Response:
        """The record as JSON."""
        return Response(200, b'{"data":' + self.record + b',"links":' + encode(self.links) + b"}")


@dataclass
class Count:
    """The length of a list."""

    count: int
    links: Links

    def render(self) -> Response:
        """The count as JSON, without ``data`` (clever.md §1.4)."""
        return json_response({"count": self.count, "links": self.links})


Answer = Page | Single | Count


def json_response(content: object, status: int = 200) -> Response:
    """Anything as JSON."""
    return Response(status, encode(content))


def refusal(status: int, message: str) -> Response:
    """An error as v3 words it."""
    return json_response({"message": message}, status)
