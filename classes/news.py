"""What is new in a teacher's classes: who joined and left, who is missing and why. As many queries for 30 as for 1."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from accounts.models import User
from classes.days import day_words
from classes.feed_words import Door, FeedWords, Missing, words_about
from classes.models import Class
from classes.queries import moves_of, teacher_seats


@dataclass(frozen=True, slots=True)
class Move:
    """How many students joined and left on a day: "2 joined, 1 left on Monday"."""

    day: str
    joined: int
    left: int

    def __str__(self) -> str:
        counted = ((self.joined, "joined"), (self.left, "left"))
        return f"{', '.join(f'{count} {what}' for count, what in counted if count)} {self.day}"


@dataclass(frozen=True, slots=True)
class Card:
    """A class as its teacher's list shows it. ``moves``: of the last two weeks, the latest first."""

    klass: Class
    others: list[User]
    moves: list[Move]
    missing: Sequence[Missing]
    door: Door | None


@dataclass(frozen=True, slots=True)
class News:
    """The cards of classes, in their order, and when the roster was last read."""

    cards: list[Card]
    checked: datetime | None


def news_of(teacher: User, classes: Sequence[Class]) -> News:
    """What a teacher is told of classes of theirs."""
    words = words_about(teacher.district, classes)
    moves, others = _moves_of(classes), _others_in(classes, teacher)
    return News([_card(klass, words, moves, others) for klass in classes], words.checked)


def _card(klass: Class, words: FeedWords, moves: dict[int, list[Move]], others: dict[int, list[User]]) -> Card:
    pk = klass.pk
    return Card(klass, others.get(pk, []), moves.get(pk, []), words.missing.get(pk, ()), words.doors.get(pk))


def _moves_of(classes: Sequence[Class]) -> dict[int, list[Move]]:
    today, found = timezone.localdate(), dict[int, list[Move]]()
    for row in moves_of(classes):
        move = Move(day_words(row["day"], today), row["joined_count"], row["left_count"])
        found.setdefault(row["klass_id"], []).append(move)
    return found


def _others_in(classes: Sequence[Class], teacher: User) -> dict[int, list[User]]:
    found: dict[int, list[User]] = {}
    for seat in teacher_seats(classes).exclude(user=teacher):
        found.setdefault(seat.klass_id, []).append(seat.user)
    return found
