"""Changes: small frozen values that describe themselves. A plan is a row of them.

Values of fields are text: lists are joined with ``;`` (schools by key, roles by word), nothing there is ``None``.
A password never enters a change: the field reads ``["set", "set"]`` (R16).
"""

from collections.abc import Iterator
from typing import Literal

import msgspec

Action = Literal["create", "change", "archive", "restore", "match", "rekey", "seats"]
SeatAction = Literal["create", "archive", "restore", "match"]
ChangeKind = Literal["school", "person", "class"]


class SeatChange(msgspec.Struct, frozen=True, array_like=True):
    """What happens to some seats of one class: the people's keys, and the seats' ids where they exist."""

    action: SeatAction
    role: Literal["teacher", "student"]
    people: tuple[str, ...]
    ids: tuple[int, ...] = ()
    reason: str = ""
    held: bool = False


class Change(msgspec.Struct, frozen=True, omit_defaults=True):
    """One change of one school, person or class; ``seats`` is a class of which only the seats change.

    ``key``: the link's key. ``object_id``: our row, where there is one. ``school``: its school's key. ``guard``: the
    kind under which the guards count it. ``held``: it waits for a decision and is not applied (R33). ``was``: the keys
    under which a re-keyed row was linked before (R40). ``instead``: the row that the key meant before, where it means a
    class of another content now (R40).
    """

    action: Action
    kind: ChangeKind
    key: str
    name: str
    school: str
    reason: str = ""
    object_id: int | None = None
    fields: dict[str, tuple[str | None, str]] = {}
    seats: tuple[SeatChange, ...] = ()
    guard: str = ""
    held: bool = False
    was: tuple[str, ...] = ()
    instead: int | None = None


def seat_changes(change: Change) -> Iterator[tuple[SeatChange, str]]:
    """Each seat that a change of a class touches, with the person's key."""
    for group in change.seats:
        for person in group.people:
            yield group, person
