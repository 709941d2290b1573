"""The working state of one planning: what goes in, and what is found out besides the changes themselves."""

from collections import Counter
from collections.abc import Mapping, Set
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal

from rostering.core.changes import SeatChange
from rostering.core.data_warnings import Finding
from rostering.core.holdings import Holdings, Links, LinkState
from rostering.core.records import Kind, source_id
from rostering.core.safety import DEFAULT_LIMITS, Limit, Reason
from rostering.core.sharing import NotShared
from rostering.core.snapshot import Fingerprints, Snapshot
from rostering.core.unread import UnreadSeats, unread_seats

State = Literal["in_use", "blocked", "waiting", "kept", "not_shared", "withdrawn", "review"]
COUNTED = ("schools", "people", "classes", "memberships")
COUNTED_ACTIONS = ("create", "update", "archive", "restore", "match", "rekey", "unchanged")


@dataclass(frozen=True, slots=True)
class Rules:
    """What the district decided: its account policies, its guards' limits, and how long who is gone still stays.

    ``grace_days``: of ``today``, so many after the first day of absence. ``additive``: nothing is removed or held.
    """

    usernames: str = "generated"
    passwords: str = "username"
    fallback: str = "username"
    limits: Mapping[str, Limit] = field(default_factory=lambda: dict(DEFAULT_LIMITS))
    today: date | None = None
    grace_days: int = 0
    additive: bool = False


@dataclass(frozen=True, slots=True)
class Mark:
    """What becomes of a record's link once the plan is applied.

    ``said``: the link takes the snapshot's line. ``reopen``: its fingerprint stays empty, so that the next run
    looks at it again. ``changed``: this run changed its row. ``of``: the key whose row the link points to, for a
    person's further keys. ``forget``: only id and kind stay (R4). ``unlink``: its row has another key now (R40).
    """

    kind: Kind
    key: str
    state: State
    live: bool
    said: bool = False
    reopen: bool = False
    changed: bool = False
    of: str = ""
    forget: bool = False
    unlink: bool = False


@dataclass(frozen=True, slots=True)
class Adopted:
    """How a new record came to the row that it has now: the evidence in words, and the keys the row had before.

    Of several keys the one that named the record is first.
    """

    reason: str
    was: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Question:
    """A new record that may be somebody who is here already; a person decides (R27).

    ``candidates``: as ``models.Review`` keeps them. ``weak``: nothing but name, school and grade speaks for them.
    """

    key: str
    name: str
    school: str
    candidates: tuple[dict[str, Any], ...]
    weak: bool = False


def empty_counts() -> dict[str, dict[str, int]]:
    """Zero for every kind and action, as ``sync --json`` shows them."""
    return {kind: dict.fromkeys(COUNTED_ACTIONS, 0) for kind in COUNTED}


@dataclass(slots=True)
class Planning:
    """One planning. The first six go in; the rest is filled while the changes are made.

    ``accounts``: keys of people who have an active account once the plan is applied. ``stirred``: people whose
    account appears or disappears with it, so that the sections naming them are looked at. ``held_people``: those
    whose removal waits. ``unsure``: sections with seats that an unread row may be about. ``examined``: records that
    were compared. ``orphaned``: teachers who are gone -> live classes that have no other. ``held``: removals
    waiting, by counted kind. ``blocked_seats``: students' seats that cannot be used. ``recalled``: people's keys ->
    the line that the link keeps instead of the snapshot's (R12, R15). ``disowned``: keys whose link points to an
    account that is another person's now (R29). ``gone_since``: records that were gone before -> the first day;
    ``missing``: those gone now, likewise. ``fading``: those of them whose grace period is not over.

    ``adopted``: (kind, key) -> how a new record came to a row; ``links`` and ``holdings`` then speak of that row by its
    new key. ``renamed``: (kind, old key) -> new key. ``questions``: people's keys -> what waits for review. ``alike``:
    of these the keys that their candidates had. ``awaited``: (kind, row) that a question is about: they stay as
    they are meanwhile. ``decided``: people's keys -> the account that was decided on, or None for a new one. ``sent``,
    ``shared_numbers``, ``elsewhere``: what a single record's run knows of the rest: keys of people, student numbers
    that several carry, evidence of other newcomers. ``heirs``: keys of merged accounts that are not sent -> the key
    that names the account's record now (R28); ``folded``: keys of records that a merge made part of another.
    """

    snapshot: Snapshot
    links: Links
    holdings: Holdings
    fingerprints: Fingerprints
    rules: Rules = field(default_factory=Rules)
    not_shared: NotShared = field(default_factory=NotShared)
    marks: list[Mark] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    reasons: list[Reason] = field(default_factory=list)
    counts: dict[str, dict[str, int]] = field(default_factory=empty_counts)
    held: Counter[str] = field(default_factory=Counter)
    accounts: set[str] = field(default_factory=set)
    stirred: set[str] = field(default_factory=set)
    removed_users: dict[int, str] = field(default_factory=dict)
    unsure: set[str] = field(default_factory=set)
    held_people: set[str] = field(default_factory=set)
    examined: set[tuple[str, str]] = field(default_factory=set)
    orphaned: Counter[str] = field(default_factory=Counter)
    recalled: dict[str, bytes] = field(default_factory=dict)
    disowned: set[str] = field(default_factory=set)
    blocked_sections: int = 0
    blocked_seats: int = 0
    student_seats_used: int = 0
    present: set[tuple[str, str]] | None = None
    gone_since: Mapping[tuple[str, str], date] = field(default_factory=dict)
    missing: dict[tuple[str, str], date] = field(default_factory=dict)
    fading: set[tuple[str, str]] = field(default_factory=set)
    adopted: dict[tuple[str, str], Adopted] = field(default_factory=dict)
    renamed: dict[tuple[str, str], str] = field(default_factory=dict)
    questions: dict[str, Question] = field(default_factory=dict)
    alike: dict[str, tuple[str, ...]] = field(default_factory=dict)
    awaited: set[tuple[str, int | None]] = field(default_factory=set)
    decided: Mapping[str, int | None] = field(default_factory=dict)
    sent: Set[str] = frozenset()
    shared_numbers: Set[str] | None = None
    elsewhere: Set[tuple[str, ...]] = frozenset()
    heirs: Mapping[str, str] = field(default_factory=dict)
    folded: Set[str] = frozenset()
    _unread: UnreadSeats | None = None

    def unread(self) -> UnreadSeats:
        """What the unread rows may have said about seats; looked up once."""
        if self._unread is None:
            self._unread = unread_seats(self.snapshot, self.links)
            self._unread.anything |= self.rules.additive
        return self._unread

    def moved(self, kind: Kind, key: str, line: bytes) -> tuple[LinkState | None, bool]:
        """The record's link, and whether the record has to be looked at."""
        link = self.links.of(kind).get(key)
        blocked = (kind, key) in self.snapshot.blocked
        settled = link is not None and link.state == ("blocked" if blocked else "in_use")
        return link, not (settled and link is not None and link.fingerprint == self.fingerprints.of(line))

    def mark(self, mark: Mark) -> None:
        """Note what becomes of a link, unless it is so already."""
        link = self.links.of(mark.kind).get(mark.key)
        if (
            link is None
            or mark.changed
            or (link.state, link.live) != (mark.state, mark.live)
            or self._retold(link, mark)
        ):
            self.marks.append(mark)

    def mark_unread(self, kind: Kind) -> None:
        """Note records of which only the id could be read: they are seen, and stay as they are (R34)."""
        links, records = self.links.of(kind), self.snapshot.of(kind)
        for of, key in self.snapshot.blocked:
            if of == kind and key not in records:
                self.mark(Mark(kind, key, "blocked", live=key in links and links[key].live))

    def _retold(self, link: LinkState, mark: Mark) -> bool:
        """Whether the link's words would change."""
        if not mark.said or mark.key not in self.snapshot.of(mark.kind):
            return False
        return link.fingerprint != ("" if mark.reopen else self.fingerprint(mark.kind, mark.key))

    def fingerprint(self, kind: Kind, key: str) -> str:
        """The fingerprint of a record of the snapshot."""
        return self.fingerprints.of(self.snapshot.of(kind).line(key))

    def count(self, kind: str, action: str, number: int = 1) -> None:
        """Count applied changes; ``kind`` as in ``COUNTED``."""
        self.counts[kind]["update" if action == "change" else action] += number

    def count_seats(self, seats: tuple[SeatChange, ...]) -> None:
        """Count what happens to seats; those held are not counted here."""
        for seat in seats:
            if not seat.held:
                self.count("memberships", seat.action, len(seat.people))
                if seat.role == "student" and seat.action != "archive":
                    self.student_seats_used += len(seat.people)

    def has_account(self, key: str) -> bool:
        """Whether the person a key means has an active account once the plan is applied."""
        return self.primary(key) in self.accounts

    def primary(self, key: str) -> str:
        """The key that names the person's record."""
        return self.snapshot.aliases.get(key) or self.heirs.get(key, key)

    def now(self, kind: str, key: str) -> str:
        """The key under which a record is known now, given one that it may have had before (R40)."""
        return self.renamed.get((kind, key), key)

    def label(self, kind: str, key: str) -> str:
        """What to call a record in a sentence: its name, else its id."""
        packed = self.snapshot.of(kind)
        return packed[key].name if key in packed else source_id(kind, key)
