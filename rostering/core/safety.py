"""The guards (R33): which removals wait for a coordinator, and why."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

GUARD_KINDS = ("students", "teachers", "staff", "classes", "seats")


@dataclass(frozen=True, slots=True)
class Limit:
    """Removals wait when they are more than ``percent`` of the school's and at least ``floor``."""

    percent: float = 10
    floor: int = 5


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
    so that a school that loses its last student, teacher or class is seen, and a kind that becomes empty.
    """
    sent = set(present)
    kinds_sent = {kind for _, kind in sent}
    verdict = Guarded()
    for (school, kind), count in sorted(removals.items()):
        total = totals.get((school, kind), 0)
        if why := _why(school, kind, count, total, sent, limits[kind]):
            verdict.reasons.append(Reason(kind, school, count, total, why))
        elif waits := (waiting or {}).get((school, kind)):
            verdict.reasons.append(Reason(kind, school, waits, total, "since an earlier run", whole=False))
    for kind in sorted({kind for _, kind in removals} - kinds_sent):
        count = sum(number for (_, of), number in removals.items() if of == kind)
        total = sum(number for (_, of), number in totals.items() if of == kind)
        verdict.reasons.append(Reason(kind, "", count, total, f"the source sends no {kind} at all any more"))
    return verdict


def _why(school: str, kind: str, count: int, total: int, sent: set[tuple[str, str]], limit: Limit) -> str:
    if count >= limit.floor and count * 100 > limit.percent * total:
        return f"more than {limit.percent:g} %"
    if kind in ("students", "teachers", "classes") and (school, kind) not in sent:
        return f"the school would lose its last {kind}"
    return ""
