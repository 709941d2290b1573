"""Reversing a plan (R38): the changes that put back what a run did, and those that are left, with why.

The reversed plan has the same form, so it can be reversed again. What is left stands in it as held, with why as its
reason: it is never applied. What was created is archived, never deleted. Passwords are in no plan, so they stay.
"""

from collections.abc import Iterator, Sequence

import msgspec

from rostering.core.changes import Action, Change, SeatChange
from rostering.core.reverse_seats import end_with_accounts, restore_unplanned, reverse_seats, seat_changes_of_class
from rostering.core.standing import Record, Reversal, Row, Standing, life_of, place_of

STATUS = {"person": "inactive", "class": "archived", "school": "inactive"}
NOT_FIELDS = ("status", "password", "managed_fields")


def reverse(changes: Sequence[Change], now: Standing, reason: str) -> Iterator[Change]:
    """The reversed plan: schools, people, classes with their seats. Every change names its row."""
    work = Reversal(now, reason, changes)
    for change in changes:
        _settle_life(work, change)
    _keep_whole(work)
    _keep_schools(work)
    for change in changes:
        if change.kind == "class":
            for seat in change.seats:
                reverse_seats(work, change, seat)
    end_with_accounts(work)
    restore_unplanned(work)
    for kind in ("school", "person"):
        for change in changes:
            if change.kind == kind:
                yield from _row_changes(work, change, ())
    yield from _class_changes(work)
    yield from work.lost


def _settle_life(work: Reversal, change: Change) -> None:
    """Decide whether a row's life is put back, or left and why."""
    life, place, now = life_of(change), place_of(change), work.now
    if not life or place in now.done or (change.held and place not in now.approved):
        return
    row = now.rows.get(place)
    if row is None:
        why = "its record means something else by now"
        work.lost.append(_left(change, "archive" if life == "up" else "restore", why))
    elif place in now.moved:
        work.kept[place] = change, f"run {now.moved[place]} moved it again"
    elif row.active != (life == "up"):
        work.kept[place] = change, "it is active again" if row.active else "it is not active any more"
    elif life == "up" and row.used:
        work.kept[place] = change, row.used
    else:
        (work.falling if life == "up" else work.rising)[place] = change


def _keep_whole(work: Reversal) -> None:
    """A class that is kept because people use it is kept with everybody who is in it."""
    whole = {pk: change.name for (kind, pk), (change, _) in work.kept.items() if kind == "class"}
    whole = {pk: name for pk, name in whole.items() if work.now.rows["class", pk].active}
    for seat in work.now.seats.values() if whole else ():
        place = ("person", seat.user)
        if seat.active and seat.klass in whole and place in work.falling:
            work.kept[place] = work.falling.pop(place), f"is in {whole[seat.klass]}, which is kept"


def _keep_schools(work: Reversal) -> None:
    """A school is kept while somebody or a class is at it."""
    for place in [place for place in work.falling if place[0] == "school"]:
        if work.now.at_school.get(place[1], set()) - work.falling.keys():
            work.kept[place] = work.falling.pop(place), "people or classes that are kept are at it"


def _class_changes(work: Reversal) -> Iterator[Change]:
    """Classes of the plan with their seats, then the seats of other classes that people leave."""
    told = set[int]()
    for change in work.changes:
        if change.kind == "class" and change.object_id:
            seats = () if change.object_id in told else seat_changes_of_class(work, change.object_id)
            told.add(change.object_id)
            yield from _row_changes(work, change, seats)
    for klass in sorted(work.seats.keys() - told):
        record = work.now.records.get(("class", klass), Record("", "", ""))
        seats = seat_changes_of_class(work, klass)
        yield Change("seats", "class", *record, "", klass, seats=seats, guard="classes")


def _row_changes(work: Reversal, change: Change, seats: tuple[SeatChange, ...]) -> Iterator[Change]:
    """What happens to the row of a change: its life, its fields and its record; then what of it is left."""
    place = place_of(change)
    row = work.now.rows.get(place)
    if change.action in ("match", "rekey"):
        yield from _untied(work, change, row, seats)
        return
    action: Action = "seats"
    fields, left = _fields(work, change, row)
    if place in work.falling and work.falling[place] is change:
        action, fields = "archive", {"status": ("active", STATUS[change.kind]), **fields}
    elif place in work.rising and work.rising[place] is change:
        action, fields = "restore", {"status": (STATUS[change.kind], "active"), **fields}
    elif fields:
        action = "change"
    if fields or seats:
        yield _change(work, change, action, fields, seats)
    yield from _what_is_left(work, change, left)


def _what_is_left(work: Reversal, change: Change, left: dict[str, str]) -> Iterator[Change]:
    """The parts of a change that are not put back."""
    if (kept := work.kept.get(place_of(change))) and kept[0] is change:
        yield _left(change, "archive" if life_of(change) == "up" else "restore", kept[1])
    for name, why in left.items():
        old, new = change.fields[name]
        yield msgspec.structs.replace(_left(change, "change", why), fields={name: (new, old or "")})


def _change(
    work: Reversal, change: Change, action: Action, fields: dict[str, tuple[str | None, str]],
    seats: tuple[SeatChange, ...],
) -> Change:  # fmt: skip
    reason = work.reason if fields else ""
    return msgspec.structs.replace(change, action=action, fields=fields, seats=seats, reason=reason, held=False, was=())


def _left(change: Change, action: Action, why: str) -> Change:
    return msgspec.structs.replace(change, action=action, fields={}, seats=(), reason=why, held=True)


def _fields(
    work: Reversal, change: Change, row: Row | None
) -> tuple[dict[str, tuple[str | None, str]], dict[str, str]]:
    """The fields that are put back, and those that are not -> why."""
    back: dict[str, tuple[str | None, str]] = {}
    left: dict[str, str] = {}
    if row is None or change.held or change.action == "create":
        return back, left
    for name, (old, new) in change.fields.items():
        held = row.fields.get(name, "")
        if name in NOT_FIELDS or held == (old or ""):
            continue
        if held != new:
            left[name] = f"{name.replace('_', ' ')} has changed since"
        elif name == "username" and work.now.taken.get((old or "").lower(), change.object_id) != change.object_id:
            left[name] = f"the username {old} is somebody else's by now"
        else:
            back[name] = (new, old or "")
            if name == "username":
                work.now.taken[(old or "").lower()] = change.object_id or 0
    return back, left


# -- records: taken over, re-keyed ----------------------------------------------------------------------------


def _untied(work: Reversal, change: Change, row: Row | None, seats: tuple[SeatChange, ...]) -> Iterator[Change]:
    """A row that was taken over is people's again; a re-keyed one is its old record's again."""
    now, place = work.now, place_of(change)
    loose = change.action == "match" and change.fields.get("managed_fields", ("", "x"))[1] == ""
    bound = now.keys.get((change.kind, change.key)) if change.key else change.object_id
    others = [now.keys.get((change.kind, key), change.object_id) for key in change.was]
    why = ""
    if place in now.done:
        return
    if place in now.moved:
        why = f"run {now.moved[place]} moved it again"
    elif row is None or bound != (None if loose else change.object_id) or set(others) - {change.object_id}:
        why = "its record means something else by now"
    if why:
        work.kept.pop(place, None)
        yield _left(change, change.action, why)
        if seats:
            yield _change(work, change, "seats", {}, seats)
        return
    fields, left = _fields(work, change, row)
    if place in work.falling or place in work.rising:
        fields["status"] = (change.fields["status"][1], change.fields["status"][0] or "")
    yield from _tied_back(work, change, row, fields, seats)
    yield from _what_is_left(work, change, left)


def _tied_back(
    work: Reversal, change: Change, row: Row | None, fields: dict[str, tuple[str | None, str]],
    seats: tuple[SeatChange, ...],
) -> Iterator[Change]:  # fmt: skip
    """A released record has no key of its own any more: then the change that ties it back has an empty one."""
    if change.action == "match":
        managed = row.managed if row else ""
        fields["managed_fields"] = (managed, change.fields.get("managed_fields", ("", ""))[0] or "")
        yield _change(work, change, "match", fields, seats)
        return
    was = (change.key,) if change.key else ()
    for key in change.was or ("",):
        back = _change(work, change, "rekey", fields, seats)
        yield msgspec.structs.replace(back, key=key, was=was, reason=work.reason)
        fields, seats, was = {}, (), ()
