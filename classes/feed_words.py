"""What the roster has to say about classes, for their teachers. This app knows no feed: who does registers at start."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from accounts.models import District
from classes.models import Class


class Missing(NamedTuple):
    """A student whom the roster names in a class and who has no account here; ``reason`` in words for a teacher."""

    name: str
    reason: str


class Door(NamedTuple):
    """A page of whoever registered that is about one class, and what its link says."""

    address: str
    words: str


@dataclass(frozen=True, slots=True)
class FeedWords:
    """``checked``: when the roster was last read. By id of the class: who is missing, and where to go from there."""

    checked: datetime | None = None
    missing: Mapping[int, Sequence[Missing]] = field(default_factory=dict)
    doors: Mapping[int, Door] = field(default_factory=dict)


Teller = Callable[[District, Sequence[Class]], FeedWords]
_tellers: list[Teller] = []


def register(teller: Teller) -> None:
    """Ask this function from now on; a later one takes its place."""
    _tellers[:] = [teller]


def words_about(district: District | None, classes: Sequence[Class]) -> FeedWords:
    """What the roster says about classes of a district; nothing where nobody registered."""
    return _tellers[0](district, classes) if district is not None and _tellers else FeedWords()
