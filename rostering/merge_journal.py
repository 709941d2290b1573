"""What a merge moved, as ``models.Merge.journal`` keeps it: all that a split needs, and no names (R28)."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import msgspec

from accounts import keys
from accounts.models import District
from classes.models import Membership, Work
from rostering.core.merged import Merged
from rostering.models import Link, Merge


class LinkState(msgspec.Struct, frozen=True):
    """What a link says of its row. Its fingerprint is none of it: it is emptied, so that the record is looked at."""

    object_id: int | None
    state: str
    live: bool

    @classmethod
    def of(cls, link: Link) -> "LinkState":
        """As a link is now."""
        return cls(link.object_id, link.state, link.live)

    def fields(self) -> dict[str, Any]:
        """As the link's columns."""
        return {"object_id": self.object_id, "state": self.state, "live": self.live, "fingerprint": ""}


class LinkMove(msgspec.Struct, frozen=True):
    """A link of either account, before and after."""

    id: int
    key: str
    before: LinkState
    after: LinkState


class SeatState(msgspec.Struct, frozen=True):
    """A seat, but for whose and where it is."""

    active: bool
    synced: bool
    hold: str

    @classmethod
    def of(cls, seat: Membership) -> "SeatState":
        """As a seat is now."""
        return cls(seat.active, seat.synced, seat.hold)

    def fields(self) -> dict[str, bool | str]:
        """As the lifecycle verb takes them."""
        return {"active": self.active, "synced": self.synced, "hold": self.hold}


class SeatMove(msgspec.Struct, frozen=True):
    """A seat that went to the account that is kept."""

    id: int
    state: SeatState


class SeatJoin(msgspec.Struct, frozen=True):
    """Two seats in one class: the one that is kept, before and after, and the other one, which ended."""

    id: int
    before: SeatState
    after: SeatState
    other_id: int
    other: SeatState


class WorkState(msgspec.Struct, frozen=True):
    """What was done on an item."""

    klass_id: int | None
    status: str
    score: int | None
    updated: datetime

    @classmethod
    def of(cls, work: Work) -> "WorkState":
        """As work is now."""
        return cls(work.klass_id, work.status, work.score, work.updated)

    def fields(self) -> dict[str, Any]:
        """As the lifecycle verb takes them."""
        return msgspec.structs.asdict(self)


class WorkMove(msgspec.Struct, frozen=True):
    """Work on an item on which the kept account had none."""

    id: int
    item_id: int
    state: WorkState


class WorkJoin(msgspec.Struct, frozen=True):
    """Work on an item on which both had some, the other's better: the two rows changed their contents."""

    id: int
    before: WorkState
    other_id: int
    other: WorkState


class Journal(msgspec.Struct):
    """Everything that a merge changes. ``keys``: the keys that it brings, with their rank (``core.merged``).

    ``fields``: text fields of the kept account, before and after; ``schools`` their ids, likewise. ``emails``: email
    addresses that moved, and whether each was the primary one before and is after.
    """

    keep_active: tuple[bool, bool]
    other_active: bool
    other_managed: str
    fields: dict[str, tuple[str, str]] = {}
    schools: tuple[list[int], list[int]] | None = None
    keys: dict[str, int] = {}
    links: list[LinkMove] = []
    seats: list[SeatMove] = []
    joined_seats: list[SeatJoin] = []
    work: list[WorkMove] = []
    joined_work: list[WorkJoin] = []
    social: list[int] = []
    emails: list[tuple[int, bool, bool]] = []

    def counts(self) -> dict[str, int]:
        """How much moved, per kind."""
        return {
            "seats": len(self.seats) + len(self.joined_seats),
            "work": len(self.work) + len(self.joined_work),
            "links": len(self.keys),
            "identities": len(self.social) + len(self.emails),
        }

    def sealed(self) -> bytes:
        """As the database keeps it: encrypted with FIELD_KEYS, because it holds what fields said before."""
        return keys.encrypt_bytes(msgspec.json.encode(self))


def journal_of(merge: Merge) -> Journal:
    """The journal of a merge."""
    return msgspec.json.decode(keys.decrypt_bytes(bytes(merge.journal)), type=Journal)


def live_merges(district: District) -> Iterator[tuple[Merge, Journal]]:
    """Merges that were not taken back, from the first."""
    for merge in Merge.objects.filter(district=district, split_at=None).order_by("pk"):
        yield merge, journal_of(merge)


def merged_keys(district: District) -> Merged:
    """The keys that merges brought to accounts, with their ranks, as the planner takes them."""
    found: dict[int, dict[str, int]] = {}
    for merge, journal in live_merges(district):
        found.setdefault(merge.keep_id, {}).update(journal.keys)
    return found
