"""Seats of one class: who should sit in it, compared with who does."""

from typing import Literal

from rostering.core.changes import SeatAction, SeatChange
from rostering.core.holdings import HeldSeat
from rostering.core.planning import Planning
from rostering.core.records import Section

SeatRole = Literal["teacher", "student"]
NOT_ENROLLED = "no longer enrolled"
SENT_AGAIN = "sent again"
"""The reason of a match of a seat that was the roster's already and whose end waited or was decided against."""


def wanted_seats(planning: Planning, section: Section) -> dict[SeatRole, tuple[str, ...]]:
    """Keys of the people with an account that the section names, by role, each once."""
    return {"teacher": _with_account(planning, section.teachers), "student": _with_account(planning, section.students)}


def _with_account(planning: Planning, keys: tuple[str, ...]) -> tuple[str, ...]:
    primary, accounts, aliases = planning.primary, planning.accounts, planning.snapshot.aliases
    if not (aliases or planning.heirs):
        return tuple(key for key in keys if key in accounts)
    return tuple(dict.fromkeys(primary(key) for key in keys if primary(key) in accounts))


def seat_changes_of(planning: Planning, section: Section, seats: list[HeldSeat]) -> tuple[SeatChange, ...]:
    """What has to happen to the seats of an existing class. Seats given by hand are left alone (R23)."""
    groups: dict[tuple[SeatAction, SeatRole, str, bool], tuple[list[str], list[int]]] = {}
    for role, people in wanted_seats(planning, section).items():
        have = {planning.primary(seat.person): seat for seat in seats if seat.role == role and seat.person}
        for person in people:
            seat = have.get(person)
            if action := _action(seat):
                again = SENT_AGAIN if action == "match" and seat and seat.synced else ""
                _add(groups, (action, role, again, False), person, seat)
        wanted = set(people)
        for person, seat in have.items():
            if person in wanted or not (seat.active and seat.synced) or ("person", seat.user) in planning.awaited:
                continue
            reason, held = _ending(planning, person)
            if reason != NOT_ENROLLED:
                _add(groups, ("archive", role, reason, held), person, seat)
            elif ("person", person) in planning.fading or planning.unread().may_hold(section.key, person):
                planning.unsure.add(section.key)
            elif seat.hold != "kept":
                _add(groups, ("archive", role, reason, seat.hold == "waiting"), person, seat)
    return tuple(
        SeatChange(action, role, tuple(people), tuple(ids), reason, held)
        for (action, role, reason, held), (people, ids) in groups.items()
    )


def _action(seat: HeldSeat | None) -> SeatAction | None:
    """What makes a wanted seat true; ``None`` when it is."""
    if seat is None:
        return "create"
    if not seat.active:
        return "restore"
    return None if seat.synced and not seat.hold else "match"


def _ending(planning: Planning, person: str) -> tuple[str, bool]:
    """Why a seat ends, and whether it waits because the person's own removal does."""
    if person in planning.held_people:
        return "waits with the account", True
    link = planning.links.people.get(person)
    gone = person not in planning.accounts or (link is not None and link.object_id in planning.removed_users)
    return ("left with the account" if gone else NOT_ENROLLED), False


def _add(
    groups: dict[tuple[SeatAction, SeatRole, str, bool], tuple[list[str], list[int]]],
    group: tuple[SeatAction, SeatRole, str, bool],
    person: str,
    seat: HeldSeat | None,
) -> None:
    people, ids = groups.setdefault(group, ([], []))
    people.append(person)
    if seat is not None:
        ids.append(seat.id)
