"""Matching: which newcomer of the source is which account that nobody feeds (R27, R40). Values in, values out.

Linear in newcomers and accounts: both sides are looked up by their evidence, never compared pair by pair.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Set
from dataclasses import dataclass, field

from rostering.core.evidence import MODERATE, STRONG, WEAK, WORDS, Evidence, Facts, contradicts, evidence_of

COMMON = 10
"""An evidence that more than so many carry says nothing about any of them; no more than these are put to choice."""


@dataclass(frozen=True, slots=True)
class Match:
    """An account that surely is the newcomer's, and the kind of evidence for it."""

    row: int
    kind: str

    @property
    def reason(self) -> str:
        """The evidence in words."""
        return WORDS[self.kind]


@dataclass(frozen=True, slots=True)
class Doubt:
    """Accounts that may be the newcomer's: row -> kind of evidence. ``weak``: for name, school and grade only."""

    rows: Mapping[int, str]

    @property
    def weak(self) -> bool:
        """Whether nothing but name, school and grade speaks for it."""
        return set(self.rows.values()) == {WEAK}


@dataclass(slots=True)
class Matches:
    """By the newcomers' keys. Who is in neither is new."""

    sure: dict[str, Match] = field(default_factory=dict)
    doubtful: dict[str, Doubt] = field(default_factory=dict)


def near(newcomers: Mapping[str, Facts], accounts: Mapping[int, Facts]) -> list[int]:
    """Accounts that share anything with a newcomer, their names included: only of these more need be known."""
    carried = {found for facts in newcomers.values() for found in evidence_of(facts)}
    names = {_names(facts) for facts in newcomers.values()}
    return [
        row
        for row, facts in accounts.items()
        if _names(facts) in names or any(found in carried for found in evidence_of(facts))
    ]


def _names(facts: Facts) -> tuple[str, str, str]:
    return facts.group, facts.first, facts.last


def match(
    newcomers: Mapping[str, Facts],
    accounts: Mapping[int, Facts],
    *,
    shared_numbers: Collection[str] = frozenset(),
    elsewhere: Set[Evidence] = frozenset(),
) -> Matches:
    """Pair newcomers with accounts: surely where the pair is the only one on both sides and nothing contradicts it.

    ``shared_numbers``: student numbers that several records carry; they serve nothing (R34). ``elsewhere``: evidence
    that newcomers carry who are not looked at now.
    """
    pairing = Pairing(newcomers, accounts, set(shared_numbers), elsewhere)
    matches = Matches()
    for key in newcomers:
        _judge(pairing, key, matches)
    _drop_contested(matches)
    taken = {found.row for found in matches.sure.values()}
    for key, doubt in list(matches.doubtful.items()):
        rows = {row: kind for row, kind in doubt.rows.items() if row not in taken}
        if rows:
            matches.doubtful[key] = Doubt(dict(sorted(rows.items())))
        else:
            del matches.doubtful[key]
    return matches


class Pairing:
    """Both sides by their evidence."""

    def __init__(
        self,
        newcomers: Mapping[str, Facts],
        accounts: Mapping[int, Facts],
        shared_numbers: set[str],
        elsewhere: Set[Evidence],
    ) -> None:
        self.newcomers, self.accounts = newcomers, accounts
        self._numbers, self._elsewhere = shared_numbers, elsewhere
        self._carriers: dict[Evidence, list[str]] = {}
        self._holders: dict[Evidence, list[int]] = {}
        for key, facts in newcomers.items():
            for found in set(evidence_of(facts)):
                self._carriers.setdefault(found, []).append(key)
        for row, account in accounts.items():
            for found in set(evidence_of(account)):
                if found in self._carriers:
                    self._holders.setdefault(found, []).append(row)

    def hits(self, key: str, kinds: Collection[str]) -> Iterator[tuple[str, list[int], bool]]:
        """Of a newcomer's evidence of some kinds: kind, the accounts that have it too, and whether it is unique."""
        for found in evidence_of(self.newcomers[key]):
            rows = self._holders.get(found)
            if found[0] not in kinds or not rows:
                continue
            unique = len(rows) == 1 and len(self._carriers[found]) == 1 and found not in self._elsewhere
            if found[0] == "number" and (not unique or found[1] in self._numbers):
                continue
            if found[0] == "id" and unique and self._are_two_spaces(key, rows[0]):
                continue
            if unique or found[0] == WEAK or max(len(rows), len(self._carriers[found])) <= COMMON:
                yield found[0], rows, unique

    def _are_two_spaces(self, key: str, row: int) -> bool:
        """Whether an id means one thing for teachers and another for staff: where neither role nor name agrees."""
        record, account = self.newcomers[key], self.accounts[row]
        return record.role != account.role and contradicts(record, account, "id")


def _judge(pairing: Pairing, key: str, matches: Matches) -> None:
    record = pairing.newcomers[key]
    unclear: dict[int, str] = {}
    for kinds in (STRONG, MODERATE):
        unique: dict[int, str] = {}
        for kind, rows, alone in pairing.hits(key, kinds):
            for row in rows:
                (unique if alone else unclear).setdefault(row, kind)
        if len(unique) == 1:
            [(row, kind)] = unique.items()
            account = pairing.accounts[row]
            # of several with one email a birth date tells who is meant, but a username would be a guess (R27)
            guessed = kind == "username" and bool(unclear)
            if account.certain and not guessed and not contradicts(record, account, kind):
                matches.sure[key] = Match(row, kind)
                return
        if unique:
            matches.doubtful[key] = Doubt(dict(sorted({**unclear, **unique}.items())[:COMMON]))
            return
    if not unclear:
        unclear = dict.fromkeys(_alike(pairing, key), WEAK)
    if unclear:
        matches.doubtful[key] = Doubt(dict(sorted(unclear.items())[:COMMON]))


def _alike(pairing: Pairing, key: str) -> Iterable[int]:
    """Accounts that lose their record now and have the newcomer's name, school and grade, and nothing else against."""
    record = pairing.newcomers[key]
    for _, rows, _ in pairing.hits(key, (WEAK,)):
        for row in rows[:COMMON]:
            account = pairing.accounts[row]
            if account.live and not contradicts(record, account, WEAK):
                yield row


def _drop_contested(matches: Matches) -> None:
    """An account that several newcomers would surely get is nobody's yet."""
    claims: dict[int, list[str]] = {}
    for key, found in matches.sure.items():
        claims.setdefault(found.row, []).append(key)
    for row, keys in claims.items():
        if len(keys) > 1:
            for key in keys:
                matches.doubtful[key] = Doubt({row: matches.sure.pop(key).kind})
