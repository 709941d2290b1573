"""Query parameters, pages and their links (clever.md §1.4, the rules marked [REC])."""

from bisect import bisect_left, bisect_right
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlencode

from rostering.rehearsal.clever.answers import Links, RefusedError
from rostering.rehearsal.clever.ids import SHAPE

DEFAULT, MOST = 100, 10_000
PAGING = frozenset(("limit", "starting_after", "ending_before"))
COUNTS = ("", "true", "false", "undefined")
REPEATABLE = "record_type"


class Query:
    """The parameters of a request, checked: those in ``allowed`` only, each once (but ``record_type``)."""

    def __init__(self, text: str, allowed: Collection[str]) -> None:
        self.pairs = parse_qsl(text, keep_blank_values=True)
        names = [name for name, _ in self.pairs]
        for name in names:
            if name not in allowed:
                raise RefusedError(400, f"Unknown parameter: {name}")
            if names.count(name) > 1 and name != REPEATABLE:
                raise RefusedError(400, f"Parameter given twice: {name}")
        self.values = dict(self.pairs)

    def choice(self, name: str, choices: Collection[str]) -> str:
        """The value of a parameter that must be one of some; blank if it is not there."""
        value = self.values.get(name, "")
        if name in self.values and value not in choices:
            raise RefusedError(400, f"Invalid {name}: {value}")
        return value

    def id(self, name: str, also: str = "") -> str:
        """The value of a parameter that must be an id, or ``also``; blank if it is not there."""
        value = self.values.get(name, "")
        if name in self.values and not SHAPE.fullmatch(value) and not (also and value == also):
            raise RefusedError(400, f"Invalid {name}: {value}")
        return value

    def all(self, name: str) -> list[str]:
        """All values of a parameter that may be repeated."""
        return [value for each, value in self.pairs if each == name]

    @property
    def limit(self) -> int:
        """How many items a page has at most."""
        text = self.values.get("limit", str(DEFAULT))
        if not text.isascii() or not text.isdigit() or int(text) < 1:
            raise RefusedError(400, f"Invalid limit: {text}")
        if int(text) > MOST:
            raise RefusedError(413, f"limit must not be over {MOST}")
        return int(text)

    def address(self, path: str, **other: str) -> str:
        """The path with these parameters; ``other`` replaces the place in the list."""
        pairs = self.pairs
        if other:
            pairs = [pair for pair in pairs if pair[0] not in ("starting_after", "ending_before")] + list(other.items())
        return f"{path}?{urlencode(pairs)}" if pairs else path


@dataclass
class Cut:
    """A part of a list of ids, and the links to its neighbours."""

    ids: Sequence[str]
    links: Links


def cut(ids: Sequence[str], path: str, query: Query, *, always_next: bool = False) -> Cut:
    """The page that a query asks for. ``always_next`` shows ``next`` on short pages too, as Clever once did."""
    after, before, limit = query.id("starting_after"), query.id("ending_before", "last"), query.limit
    if after and before:
        raise RefusedError(400, "Give either starting_after or ending_before")
    if before:
        end = len(ids) if before == "last" else bisect_left(ids, before)
        chosen = ids[max(0, end - limit) : end]
    else:
        start = bisect_right(ids, after) if after else 0
        chosen = ids[start : start + limit]
    full = len(chosen) == limit
    links = [{"rel": "self", "uri": query.address(path)}]
    if not before and chosen and (full or always_next):
        links.append({"rel": "next", "uri": query.address(path, starting_after=chosen[-1])})
    if after or (before and full):
        links.append({"rel": "prev", "uri": query.address(path, ending_before=chosen[0] if chosen else "last")})
    return Cut(chosen, links)
