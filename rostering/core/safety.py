"""The guards (R33): which removals wait for a coordinator, and why."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

GUARD_KINDS = ("students", "teachers", "staff", "classes", "seats")


@dataclass(frozen=True, slots=True)
class Limit:
    """Removals wait when they are more than ``percent`` of the school's and at least ``floor``.

    The whole district's have the same percentage, and a floor of their own: ``district_floor``.
    """

    percent: float = 10
    floor: int = 5

    @property
    def district_floor(self) -> int:
        """So many removals in the whole district are needed before its limit counts."""
        return max(DISTRICT_FLOOR, self.floor)

    def crossed(self, count: int, total: int, floor: int) -> bool:
        """Whether so many of so many are too many."""
        return count >= floor and count * 100 > self.percent * total


DISTRICT_FLOOR = 50
"""A few leavers from each of many small schools are no more than that; a tenth of a district is seen all the same."""
DEFAULT_LIMITS: Mapping[str, Limit] = {kind: Limit() for kind in GUARD_KINDS} | {"seats": Limit(percent=30)}


@dataclass(frozen=True, slots=True)
class Reason:
    """Why removals of a kind at a school wait. ``school`` is empty where the whole district is meant.

    ``whole``: all of them wait; else only those that waited already.
    """

    kind: str
    school: str
    count: int
    total: int
    why: str
    whole: bool = True


@dataclass(slots=True)
class Guarded:
    """The verdict over removals: reasons, and whether a removal is under one of them."""

    reasons: list[Reason] = field(default_factory=list)

    def holds(self, kind: str, school: str) -> bool:
        """Whether removals of this kind at this school wait."""
        return any(reason.whole and reason.kind == kind and reason.school in (school, "") for reason in self.reasons)


def guard(
    removals: Mapping[tuple[str, str], int],
    totals: Mapping[tuple[str, str], int],
    present: Iterable[tuple[str, str]],
    limits: Mapping[str, Limit] = DEFAULT_LIMITS,
    waiting: Mapping[tuple[str, str], int] | None = None,
) -> Guarded:
    """Judge removals, counted by (school key, guard kind); ``waiting``: those of them that wait since an earlier run.

    ``totals``: what is live before, counted alike. ``present``: (school, kind) of which the source sends at least one,
    so that a school that loses its last student, teacher, member of staff or class is seen, and a kind that becomes
    empty. The district's limit judges what no school's limit has stopped.
    """
    sent = set(present)
    verdict = Guarded()
    going: Counter[str] = Counter()
    for (school, kind), count in sorted(removals.items()):
        total, waits = totals.get((school, kind), 0), (waiting or {}).get((school, kind), 0)
        if why := _why(school, kind, count, total, sent, limits[kind]):
            verdict.reasons.append(Reason(kind, school, count, total, why))
            continue
        going[kind] += count - waits
        if waits:
            verdict.reasons.append(Reason(kind, school, waits, total, "since an earlier run", whole=False))
    emptied = {kind for _, kind in removals} - {kind for _, kind in sent}
    for kind in sorted({kind for _, kind in removals}):
        total = _sum(totals, kind)
        if kind in emptied:
            why = f"the source sends no {kind} at all any more"
            verdict.reasons.append(Reason(kind, "", _sum(removals, kind), total, why))
        elif limits[kind].crossed(going[kind], total, limits[kind].district_floor):
            why = f"more than {limits[kind].percent:g} % of the whole district"
            verdict.reasons.append(Reason(kind, "", going[kind], total, why))
    return verdict


def _sum(numbers: Mapping[tuple[str, str], int], kind: str) -> int:
    return sum(number for (_, of), number in numbers.items() if of == kind)


def _why(school: str, kind: str, count: int, total: int, sent: set[tuple[str, str]], limit: Limit) -> str:
    if limit.crossed(count, total, limit.floor):
        return f"more than {limit.percent:g} %"
    if kind != "seats" and (school, kind) not in sent:
        return f"the school would lose its last {kind}"
    return ""
