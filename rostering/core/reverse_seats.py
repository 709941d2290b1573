"""Reversing what a run did to seats (R38)."""

from collections.abc import Iterator

from rostering.core.changes import Change, SeatChange
from rostering.core.seats import SENT_AGAIN
from rostering.core.standing import Group, Reversal, Seat, Standing, life_of

RELEASED = "no longer by the roster"
"""The reason of a seat that was the roster's and is people's again: the reverse of adopting one."""
LEAVES = "leaves with the account"


def reverse_seats(work: Reversal, change: Change, group: SeatChange) -> None:
    """Plan what becomes of the seats of one group; those of a class that is kept whole are left with it."""
    for person, pk in _seats_named(work.now, change, group):
        work.seen.add(pk)
        seat = work.now.seats.get(pk)
        if seat is None or ("seat", pk) in work.now.done or _is_whole(work, seat.klass):
            continue
        if group.action in ("create", "restore"):
            _add(work, seat.klass, person, pk, ("archive", group.role, *_why_not_end(work, pk, seat)))
        elif group.action == "match" and group.reason != SENT_AGAIN:
            released = group.reason == RELEASED
            why, held = _why_not_release(work, pk, seat, released)
            _add(work, seat.klass, person, pk, ("match", group.role, why, held))
        elif group.action == "archive" and not (group.held and (seat.active or ("seat", pk) in work.now.moved)):
            _add(work, seat.klass, person, pk, ("restore", group.role, *_why_not_restore(work, pk, seat)))


def _seats_named(now: Standing, change: Change, group: SeatChange) -> Iterator[tuple[str, int]]:
    """(person's key, seat) of a change; of seats that were given, as they stand now."""
    if group.ids:
        yield from zip(group.people, group.ids, strict=True)
        return
    for person in group.people:
        user = now.keys.get(("person", person), 0)
        yield person, now.given.get((change.object_id or 0, user, group.role), 0)


def _is_whole(work: Reversal, klass: int) -> bool:
    """Whether the run brought a class that people use since: then its seats are left with it."""
    kept = work.kept.get(("class", klass))
    return kept is not None and life_of(kept[0]) == "up" and work.now.rows["class", klass].active


def _moved(work: Reversal, pk: int) -> str:
    run = work.now.moved.get(("seat", pk))
    return f"run {run} moved the seat again" if run else ""


def _why_not_end(work: Reversal, pk: int, seat: Seat) -> tuple[str, bool]:
    gone = "" if seat.active else "the seat has ended since"
    adopted = "" if seat.synced else "somebody gave the seat by hand since"
    why = _moved(work, pk) or gone or adopted
    return why or work.reason, bool(why)


def _why_not_release(work: Reversal, pk: int, seat: Seat, released: bool) -> tuple[str, bool]:
    as_made = seat.active and seat.synced != released
    why = _moved(work, pk) or ("" if as_made else "the seat has changed since")
    return why or ("" if released else RELEASED), bool(why)


def _why_not_restore(work: Reversal, pk: int, seat: Seat) -> tuple[str, bool]:
    again = "somebody gave the seat again since" if seat.active else ""
    person = ("person", seat.user)
    row = work.now.rows.get(person)
    here = person in work.rising or (row is not None and row.active and person not in work.falling)
    why = _moved(work, pk) or again or ("" if here else "the account is not active")
    return why or work.reason, bool(why)


def end_with_accounts(work: Reversal) -> None:
    """Who leaves also leaves the classes that stay (R30)."""
    for pk, seat in work.now.seats.items():
        if pk in work.seen or not (seat.active and seat.synced) or ("person", seat.user) not in work.falling:
            continue
        place = ("class", seat.klass)
        row = work.now.rows.get(place)
        if place in work.rising or (row is not None and row.active and place not in work.falling):
            person = work.falling["person", seat.user].key
            _add(work, seat.klass, person, pk, ("archive", seat.role, LEAVES, False))


def restore_unplanned(work: Reversal) -> None:
    """Give back what ended when somebody's removal was approved, though the run had not looked at the class."""
    for pk in work.now.unplanned:
        seat = work.now.seats[pk]
        if ("person", seat.user) in work.rising and pk not in work.seen and ("seat", pk) not in work.now.moved:
            person = work.rising["person", seat.user].key
            _add(work, seat.klass, person, pk, ("restore", seat.role, work.reason, False))


def _add(work: Reversal, klass: int, person: str, pk: int, group: Group) -> None:
    work.seats.setdefault(klass, {}).setdefault(group, []).append((person, pk))


def seat_changes_of_class(work: Reversal, klass: int) -> tuple[SeatChange, ...]:
    """All that was planned for the seats of a class."""
    return tuple(
        SeatChange(
            action, "teacher" if role == "teacher" else "student", tuple(person for person, _ in named),
            tuple(pk for _, pk in named), reason, held,
        )
        for (action, role, reason, held), named in work.seats.get(klass, {}).items()
    )  # fmt: skip
