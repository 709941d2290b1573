"""Sections: what we hold compared with what the source says, and so classes and the seats in them."""

from collections import Counter
from collections.abc import Iterator

import msgspec

from rostering.core.absence import Gone, find_gone, marks_of
from rostering.core.changes import Change, SeatChange
from rostering.core.data_warnings import Finding
from rostering.core.diff_people import CHUNK, present
from rostering.core.holdings import Fields, HeldSeat, LinkState
from rostering.core.planning import Mark, Planning
from rostering.core.records import Section, source_id
from rostering.core.rekey import action_of
from rostering.core.safety import guard
from rostering.core.same_class import REUSED, find_classes, find_reused
from rostering.core.seats import NOT_ENROLLED, seat_changes_of, wanted_seats

PLAIN_FIELDS = (
    "name", "course_name", "course_number", "period", "subject", "grade", "term_name", "term_start", "term_end",
    "school",
)  # fmt: skip
NO_TEACHER = "the section names no teacher"


def plan_classes(planning: Planning) -> Iterator[Change]:
    """All changes of classes and seats, creations first. Only moved sections and those of stirred people are read."""
    known, barred, no_teacher = list[str](), list[str](), list[Gone]()
    new = list(_sort(planning, known, no_teacher, barred))
    reused = find_reused(planning, known)
    adopted = find_classes(planning, new, barred)
    known = _without(known, [one.key for one in reused]) + adopted
    yield from _create(planning, _without(new, adopted) + [one.key for one in reused if not one.link.live])
    later = [
        change for start in range(0, len(known), CHUNK) for change in _compare(planning, known[start : start + CHUNK])
    ]
    later += _leavers_elsewhere(planning, {change.object_id for change in later})
    gone = [*find_gone(planning, "section"), *no_teacher, *_replaced(planning, reused)]
    later = _guard(planning, gone, later)
    yield from _create(planning, [one.key for one in later if one.reason == REUSED and not one.held])
    compared = set(known)
    later = [change for change in later if _settle(planning, change, compared)]
    for action in ("rekey", "change", "restore", "seats", "archive"):
        yield from (change for change in later if change.action == action)


def _replaced(planning: Planning, reused: list[Gone]) -> list[Gone]:
    """Live classes that give way to another one; while a sync only adds, they stay."""
    return [] if planning.rules.additive else [one for one in reused if one.link.live]


def _without(keys: list[str], others: list[str]) -> list[str]:
    left_out = set(others)
    return [key for key in keys if key not in left_out]


def class_fields(section: Section) -> Fields:
    """The fields of a class that the record speaks of, as text."""
    return {name: value for name in PLAIN_FIELDS if (value := getattr(section, name)) is not None}


def _sort(planning: Planning, known: list[str], no_teacher: list[Gone], barred: list[str]) -> Iterator[str]:
    """Yield keys of sections that have no class yet; fill ``known`` with those that have one and must be looked at.

    ``barred``: those that have none because their teacher waits for review.
    """
    snapshot = planning.snapshot
    planning.mark_unread("section")
    watched = planning.stirred | {key for key in snapshot.people if key not in planning.accounts}
    for key, line in snapshot.sections.lines():
        link, moved = planning.moved("section", key, line)
        blocked = ("section", key) in snapshot.blocked
        if not (moved or watched or blocked):
            planning.count("classes", "unchanged")
            continue
        section = snapshot.sections[key]
        if blocked:
            _leave_alone(planning, section, link, no_teacher)
        elif not (moved or _stirs(planning, section)):
            planning.count("classes", "unchanged")
            planning.blocked_seats += _blocked_seats(planning, section)
        elif not any(planning.has_account(teacher) for teacher in section.teachers):
            _block(planning, section, link)
            _report_no_teacher(planning, section, link)
            if any(planning.primary(teacher) in planning.questions for teacher in section.teachers):
                barred += [key] if link is None or link.object_id is None else []
        elif link is None or link.object_id is None:
            yield key
        else:
            planning.examined.add(("section", key))
            known.append(key)


def _stirs(planning: Planning, section: Section) -> bool:
    return any(planning.primary(key) in planning.stirred or key in planning.stirred for key in _people(section))


def _people(section: Section) -> tuple[str, ...]:
    return (*section.teachers, *section.students)


def _blocked_seats(planning: Planning, section: Section) -> int:
    """Students' seats of people who are received but have no account."""
    return sum(key in planning.snapshot.people and key not in planning.accounts for key in section.students)


def _leave_alone(planning: Planning, section: Section, link: LinkState | None, no_teacher: list[Gone]) -> None:
    """A blocked section: its class stays as it is, unless the source says that nobody teaches it (R19)."""
    if section.teachers or link is None or not link.live:
        _block(planning, section, link)
    elif link.state == "kept" or planning.rules.additive:
        planning.blocked_sections += 1
        planning.blocked_seats += sum(key in planning.snapshot.people for key in section.students)
    else:
        no_teacher.append(Gone("section", section.key, link, NO_TEACHER, section.name, section.school, "classes"))
        planning.blocked_seats += sum(key in planning.snapshot.people for key in section.students)


def _block(planning: Planning, section: Section, link: LinkState | None) -> None:
    planning.examined.add(("section", section.key))
    planning.blocked_sections += 1
    planning.blocked_seats += sum(key in planning.snapshot.people for key in section.students)
    planning.mark(Mark("section", section.key, "blocked", live=bool(link and link.live), said=True))


def _report_no_teacher(planning: Planning, section: Section, link: LinkState | None) -> None:
    """No teacher of the section has an account: folded under the teacher's own warning, where there is one (R43)."""
    parent = next((root for teacher in section.teachers if (root := _root(planning, teacher))), None)
    if parent is None and link is not None and link.live:
        parent = ("person", section.teachers[0])
        planning.orphaned[section.teachers[0]] += 1
    words: dict[str, str | int] = {
        "name": section.name,
        "students": len(section.students),
        "where": f"that we received (it names {', '.join(source_id('person', key) for key in section.teachers)})",
        "parent": planning.label(*parent) if parent else "",
    }
    code = "CHILD_OF_TEACHER" if parent else "CLASS_NO_TEACHER"
    planning.findings.append(
        Finding(
            code, "section", section.key, section.name, section.school, words, parent,
            classes=1, students=len(section.students), waiting=frozenset(section.students),
        )
    )  # fmt: skip


def _root(planning: Planning, teacher: str) -> tuple[str, str] | None:
    """The record whose warning stands behind a teacher without an account."""
    key = planning.primary(teacher)
    code = planning.snapshot.blocked.get(("person", key)) or (key in planning.questions and "MATCH_UNCLEAR")
    if code == "SCHOOL_NOT_SET_UP" and key in planning.snapshot.people and planning.snapshot.people[key].schools:
        return "school", planning.snapshot.people[key].schools[0]
    return ("person", key) if code else None


def _create(planning: Planning, keys: list[str]) -> Iterator[Change]:
    for key in keys:
        section = planning.snapshot.sections[key]
        seats = tuple(
            SeatChange("create", role, people) for role, people in wanted_seats(planning, section).items() if people
        )
        planning.mark(Mark("section", key, "in_use", live=True, said=True, changed=True))
        planning.count("classes", "create")
        planning.count_seats(seats)
        planning.blocked_seats += _blocked_seats(planning, section)
        fields = {name: (None, value) for name, value in class_fields(section).items() if value}
        before = planning.links.sections.get(key)
        yield Change(
            "create", "class", key, section.name, section.school, "new in the source",
            fields=dict(fields), seats=seats, guard="classes", instead=before.object_id if before else None,
        )  # fmt: skip


def _compare(planning: Planning, keys: list[str]) -> Iterator[Change]:
    links = planning.links.sections
    ids = {key: row for key in keys if (row := links[key].object_id) is not None}
    rows, seats = planning.holdings.class_rows(ids.values()), planning.holdings.seats(ids.values())
    for key, row in ids.items():
        section, held, live = planning.snapshot.sections[key], rows[row], links[key].live
        planning.blocked_seats += _blocked_seats(planning, section)
        fields: dict[str, tuple[str | None, str]] = {
            name: (held[name], value) for name, value in class_fields(section).items() if held[name] != value
        }
        touched = seat_changes_of(planning, section, seats.get(row, []))
        if done := action_of(planning.adopted.get(("section", key))):
            action, reason, was = done
            yield Change(
                action, "class", key, section.name, section.school, reason, row,
                fields=fields, seats=touched, guard="classes", was=was,
            )  # fmt: skip
        elif not live:
            yield Change(
                "restore", "class", key, section.name, section.school, "sent again", row,
                fields={"status": ("archived", "active"), **fields}, seats=touched, guard="classes",
            )  # fmt: skip
        else:
            action = "change" if fields else "seats"
            reason = "changed in the source" if fields else ""
            yield Change(
                action, "class", key, section.name, section.school, reason, row,
                fields=fields, seats=touched, guard="classes",
            )  # fmt: skip


def _leavers_elsewhere(planning: Planning, looked_at: set[int | None]) -> Iterator[Change]:
    """People who leave also leave classes whose section is not looked at: waiting, kept or blocked ones (R30)."""
    users = planning.removed_users
    classes = planning.holdings.seated_in(users) - {row for row in looked_at if row} if users else set()
    if not classes:
        return
    keys = {link.object_id: key for key, link in planning.links.sections.items() if link.object_id in classes}
    said = {
        key: msgspec.json.decode(line, type=Section)
        for key, line in planning.holdings.said("section", list(keys.values()))
    }
    going = set(users.values())
    for row, seats in sorted(planning.holdings.seats(classes).items()):
        key = keys.get(row, "")
        section = said.get(key)
        ending = [seat for seat in seats if seat.active and seat.synced and seat.person in going]
        for role in ("teacher", "student"):
            of_role = [seat for seat in ending if seat.role == role]
            if of_role:
                yield Change(
                    "seats", "class", key, section.name if section else "", section.school if section else "", "", row,
                    seats=(_ending(role, of_role),), guard="classes",
                )  # fmt: skip


def _ending(role: str, seats: list[HeldSeat]) -> SeatChange:
    return SeatChange(
        "archive", "teacher" if role == "teacher" else "student", tuple(seat.person for seat in seats),
        tuple(seat.id for seat in seats), "left with the account",
    )  # fmt: skip


def _guard(planning: Planning, gone: list[Gone], changes: list[Change]) -> list[Change]:
    """Hold removals of classes and seats where the guards say so."""
    removals = Counter((one.school, "classes") for one in gone)
    waiting = Counter((one.school, "classes") for one in gone if one.waiting)
    for change in changes:
        for seat in change.seats:
            if counts_as_removal(seat):
                removals[change.school, "seats"] += len(seat.people)
                waiting[change.school, "seats"] += len(seat.people) if seat.held else 0
    if removals:
        verdict = guard(removals, planning.holdings.totals(), present(planning), planning.rules.limits, waiting)
        planning.reasons += verdict.reasons
        changes = [
            _with_held_seats(change) if verdict.holds("seats", change.school) else change for change in changes
        ] + [_archive(planning, one, one.waiting or verdict.holds("classes", one.school)) for one in gone]
    return changes


def counts_as_removal(seat: SeatChange) -> bool:
    """Whether the guards count it: a seat that falls with its person is not counted again (R33)."""
    return seat.action == "archive" and seat.reason == NOT_ENROLLED


def _with_held_seats(change: Change) -> Change:
    seats = tuple(
        msgspec.structs.replace(seat, held=True) if counts_as_removal(seat) else seat for seat in change.seats
    )
    return msgspec.structs.replace(change, seats=seats)


def _archive(planning: Planning, gone: Gone, held: bool) -> Change:
    for mark in _marks(gone, held):
        planning.mark(mark)
    if held:
        planning.held["classes"] += 1
    elif gone.reason == NO_TEACHER:
        planning.blocked_sections += 1
    return Change(
        "archive", "class", gone.key, gone.name, gone.school, gone.reason, gone.link.object_id,
        fields={"status": ("active", "archived")}, guard="classes", held=held,
    )  # fmt: skip


def _marks(gone: Gone, held: bool) -> Iterator[Mark]:
    if gone.reason == REUSED and not held:
        return
    if gone.reason != NO_TEACHER:
        yield from marks_of(gone, held)
    elif held:
        yield Mark("section", gone.key, "waiting", live=True)
    else:
        yield Mark("section", gone.key, "blocked", live=False, said=True)


def _settle(planning: Planning, change: Change, compared: set[str]) -> bool:
    """Count a change and mark its link; say whether anything is left to be written down."""
    if change.action == "archive":
        if not change.held:
            planning.count("classes", "archive")
        return True
    held_seats = [seat for seat in change.seats if seat.held]
    planning.held["memberships"] += sum(len(seat.people) for seat in held_seats if counts_as_removal(seat))
    planning.count_seats(change.seats)
    if change.key in compared:
        planning.count("classes", "unchanged" if change.action == "seats" else change.action)
        changed = bool(change.fields or change.seats or change.was)
        reopen = bool(held_seats) or change.key in planning.unsure
        planning.mark(Mark("section", change.key, "in_use", live=True, said=True, reopen=reopen, changed=changed))
    return change.action != "seats" or bool(change.seats)
