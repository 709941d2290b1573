"""Chance that falls the same on every machine.

Everything is made from ``random.Random.random`` and from digests, the two whose results are promised to stay
the same in every version of Python; no platform's mathematics library takes part.
"""

import random
from bisect import bisect
from collections.abc import Iterable, MutableSequence, Sequence
from hashlib import blake2b
from itertools import accumulate
from typing import Generic, TypeVar

T = TypeVar("T")


class Weighted(Generic[T]):
    """Items to draw from, each as often as its weight says (weights above zero, any sum)."""

    def __init__(self, items: Iterable[T], weights: Iterable[float]) -> None:
        self.items = tuple(items)
        self.upto = list(accumulate(weights))
        if len(self.items) != len(self.upto):
            raise ValueError(f"{len(self.items)} items cannot have {len(self.upto)} weights.")


class Dice(random.Random):
    """A stream of chance named by a text, such as ``Dice("7/school/12")``."""

    def chance(self, share: float) -> bool:
        """True in ``share`` (0 to 1) of the throws."""
        return self.random() < share

    def between(self, low: int, high: int) -> int:
        """A whole number from ``low`` to ``high``, both included."""
        return low + int(self.random() * (high - low + 1))

    def bell(self, low: float, high: float) -> float:
        """A number from ``low`` to ``high``, mostly near the middle."""
        return low + (high - low) * (self.random() + self.random() + self.random()) / 3

    def pick(self, items: Sequence[T]) -> T:
        """One of the items, which must not be empty."""
        return items[int(self.random() * len(items))]

    def draw(self, pool: Weighted[T]) -> T:
        """One of the pool, by weight."""
        return pool.items[bisect(pool.upto, self.random() * pool.upto[-1], 0, len(pool.items) - 1)]

    def mix(self, items: MutableSequence[T]) -> None:
        """Puts the items in any order, in place."""
        for last in range(len(items) - 1, 0, -1):
            other = int(self.random() * (last + 1))
            items[last], items[other] = items[other], items[last]

    def round(self, number: float) -> int:
        """A whole number next to ``number``, whose mean over many throws is ``number``."""
        whole = int(number)
        return whole + (self.random() < number - whole)


def lot(*name: object) -> float:
    """The lot (0 up to, not including, 1) that always falls to this name, in whatever order lots are drawn."""
    digest = blake2b("\x1f".join(map(str, name)).encode(), digest_size=6).digest()
    return int.from_bytes(digest, "big") / 2**48
