"""Re-key: a row that goes on under another key (R40), and an account that gets its first one (R27).

From then on the planning speaks of the row by its new key, so whatever is compared next need not know of it.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from rostering.core.changes import Action
from rostering.core.holdings import Fields, HeldSeat, Holdings, Links, LinkState
from rostering.core.planning import Adopted, Mark, Planning
from rostering.core.records import Kind

Done = tuple[Action, str, tuple[str, ...]]
"""What a change is called: action, reason, and the keys the row had before."""


def action_of(adopted: Adopted | None) -> Done | None:
    """What the change of a row is called that has a new key."""
    return ("rekey" if adopted.was else "match", adopted.reason, adopted.was) if adopted else None


def adopt(planning: Planning, kind: Kind, key: str, row: int, adopted: Adopted, *, live: bool) -> None:
    """Let a record have a row. ``live``: whether the row is active; the keys it had before are unlinked from it."""
    if not isinstance(planning.holdings, RekeyedHoldings):
        planning.holdings = RekeyedHoldings(planning.holdings)
        planning.links = Links(*({**of_kind} for of_kind in (planning.links.schools, planning.links.people,
                                                             planning.links.sections)))  # fmt: skip
    links = planning.links.of(kind)
    for old in adopted.was:
        links[old] = LinkState(links[old].id, None, "withdrawn", live=False, fingerprint="")
        planning.marks.append(Mark(kind, old, "withdrawn", live=False, changed=True, unlink=True))
        planning.renamed[kind, old] = key
    before = links.get(key)
    links[key] = LinkState(before.id if before else 0, row, before.state if before else "", live, "")
    planning.adopted[kind, key] = adopted
    planning.holdings.rename(kind, key, row, adopted.was)


def pair_off(
    new: Sequence[str], old: Sequence[str], ways: Iterable[tuple[str, Callable[[str], str], Callable[[str], str]]]
) -> Iterator[tuple[str, str, str]]:
    """Pairs (new, old, way) that are the only ones to agree in something, the best ways first.

    ``ways``: name of the way, and what has to be alike of the new and of the old; empty agrees with nothing.
    """
    left_new, left_old = dict.fromkeys(new), dict.fromkeys(old)
    for way, of_new, of_old in ways:
        by_new, by_old = _by_value(left_new, of_new), _by_value(left_old, of_old)
        for value, keys in by_new.items():
            others = by_old.get(value, ())
            if len(keys) == len(others) == 1:
                yield keys[0], others[0], way
                del left_new[keys[0]], left_old[others[0]]


def _by_value(keys: Iterable[str], value_of: Callable[[str], str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for key in keys:
        if value := value_of(key):
            found.setdefault(value, []).append(key)
    return found


class RekeyedHoldings:
    """What we hold, with schools, people and sections called by their new keys."""

    def __init__(self, holdings: Holdings) -> None:
        self._holdings = holdings
        self._schools: dict[str, str] = {}
        self._people: dict[int, str] = {}
        self._before: dict[tuple[str, str], str] = {}

    def rename(self, kind: Kind, key: str, row: int, was: tuple[str, ...]) -> None:
        """Call a row by its new key from now on. What was said of it before is what was said of the first old one."""
        if kind == "school":
            self._schools.update(dict.fromkeys(was, key))
        elif kind == "person":
            self._people[row] = key
        self._before[kind, key] = next(iter(was), "")

    def school_rows(self, ids: Iterable[int]) -> Mapping[int, Fields]:
        """As in ``Holdings``."""
        return self._holdings.school_rows(ids)

    def user_rows(self, ids: Iterable[int]) -> Mapping[int, Fields]:
        """As in ``Holdings``."""
        rows = self._holdings.user_rows(ids)
        for row in rows.values() if self._schools else ():
            row["schools"] = ";".join(self._schools.get(key, key) for key in row["schools"].split(";"))
        return rows

    def class_rows(self, ids: Iterable[int]) -> Mapping[int, Fields]:
        """As in ``Holdings``."""
        rows = self._holdings.class_rows(ids)
        for row in rows.values():
            row["school"] = self._schools.get(row["school"], row["school"])
        return rows

    def seats(self, class_ids: Iterable[int]) -> Mapping[int, list[HeldSeat]]:
        """As in ``Holdings``."""
        return {
            row: [seat.of(self._people.get(seat.user, seat.person)) for seat in seats]
            for row, seats in self._holdings.seats(class_ids).items()
        }

    def seated_in(self, user_ids: Iterable[int]) -> set[int]:
        """As in ``Holdings``."""
        return self._holdings.seated_in(user_ids)

    def said(self, kind: str, keys: Iterable[str]) -> Iterator[tuple[str, bytes]]:
        """As in ``Holdings``: of a row with a new key, what was said under its old one."""
        names = {self._before.get((kind, key), key): key for key in keys}
        for old, line in self._holdings.said(kind, [old for old in names if old]):
            yield names[old], line

    def unfed_users(self) -> Mapping[int, bool]:
        """As in ``Holdings``."""
        return self._holdings.unfed_users()

    def decisions(self) -> Mapping[str, int | None]:
        """As in ``Holdings``."""
        return self._holdings.decisions()

    def usernames(self) -> Iterable[str]:
        """As in ``Holdings``."""
        return self._holdings.usernames()

    def totals(self) -> Mapping[tuple[str, str], int]:
        """As in ``Holdings``."""
        totals = self._holdings.totals()
        return {(self._schools.get(school, school), kind): number for (school, kind), number in totals.items()}

    def active_seats(self) -> int:
        """As in ``Holdings``."""
        return self._holdings.active_seats()
