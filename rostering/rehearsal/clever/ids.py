"""Clever's ids: 24 lower-case hex digits, rising with time (clever.md §0, §1.4)."""

import re
from collections.abc import Iterable
from datetime import datetime
from hashlib import blake2b

SHAPE = re.compile(r"[0-9a-f]{24}")


class Ids:
    """Mints ids and remembers which source key has which, for ever.

    An id is 8 digits of time, 10 of the seed and 6 of a counter, so the same seed and clock give the same ids.
    """

    def __init__(self, seed: int, known: dict[str, str] | None = None, count: int = 0, last: int = 0) -> None:
        self.known = {} if known is None else known
        self.count = count
        self.last = last
        self._middle = digest(seed, "ids", size=5)

    def mint(self, now: datetime) -> str:
        """The next id; higher than every one before, even if the clock has been turned back."""
        self.last = max(self.last, int(now.timestamp()))
        self.count += 1
        return f"{self.last:08x}{self._middle}{self.count:06x}"

    def of(self, keys: Iterable[str], now: datetime, taken: set[str]) -> str:
        """The id of a record that the source knows by ``keys``: its old one, unless that is taken by another."""
        keys = tuple(keys)
        found = next((old for key in keys if (old := self.known.get(key)) and old not in taken), None)
        if found is None:
            found = self.mint(now)
            self.known.update((key, found) for key in keys)
        for key in keys:
            self.known.setdefault(key, found)
        taken.add(found)
        return found


def digest(*name: object, size: int = 12) -> str:
    """Hex digits (twice ``size``) that always belong to this name; 12 make a second id of a record."""
    return blake2b("/".join(map(str, name)).encode(), digest_size=size).hexdigest()
