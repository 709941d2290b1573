"""People: what we hold compared with what the source says."""

from collections import Counter
from collections.abc import Iterator

import msgspec

from rostering.core.absence import GUARD_OF_ROLE, Gone, find_gone, marks_of
from rostering.core.changes import Change
from rostering.core.data_warnings import Finding
from rostering.core.holdings import Fields, LinkState
from rostering.core.naming import Namer
from rostering.core.newcomers import find_accounts
from rostering.core.planning import Mark, Planning
from rostering.core.records import Person, Section, main_role, source_ids
from rostering.core.rekey import Done, action_of
from rostering.core.safety import guard

CHUNK = 2000
PLAIN_FIELDS = (
    "first_name", "last_name", "email", "grade", "student_number", "teacher_number", "state_id", "sis_id",
)  # fmt: skip
DROPPED = {"status": ("active", "inactive")}
RETURNED = {"status": ("inactive", "active")}
RESTORED: Done = ("restore", "sent again", ())
CHANGED: Done = ("change", "changed in the source", ())


def plan_people(planning: Planning) -> Iterator[Change]:
    """All changes of people, creations first. Nobody is looked at whose record did not move."""
    newcomers, known = _sort(planning)
    newcomers, adopted = find_accounts(planning, newcomers)
    known += adopted
    namer = Namer(planning.rules, planning.holdings)
    known.sort()
    later = [change for chunk in _chunks(known) for change in _compare(planning, namer, chunk)]
    later += _removals(planning)
    yield from _create(planning, namer, newcomers)
    for action in ("match", "rekey", "change", "restore", "archive"):
        yield from (change for change in later if change.action == action)
    planning.findings += namer.findings


def account_fields(person: Person) -> Fields:
    """The fields of an account that the record speaks of, as text."""
    spoken = {name: value for name in PLAIN_FIELDS if (value := getattr(person, name)) is not None}
    return {**spoken, "roles": ";".join(person.roles), "schools": ";".join(person.schools)}


def _sort(planning: Planning) -> tuple[list[str], list[str]]:
    """Keys of people without an account, and of people with one whose record moved."""
    newcomers, known, blocked = [], [], list[str]()
    links, further = planning.links.people, set(planning.snapshot.aliases.values())
    planning.disowned = _find_disowned(planning)
    planning.accounts.update(planning.primary(key) for key, link in links.items() if link.live)
    for key, line in planning.snapshot.people.lines():
        link, moved = planning.moved("person", key, line)
        if not moved:
            planning.count("people", "unchanged", ("person", key) not in planning.snapshot.blocked)
        elif ("person", key) in planning.snapshot.blocked:
            planning.mark(_blocked(planning, key, link))
            blocked.append(key)
        elif (link is None and key not in further) or _row_of(planning, planning.snapshot.people[key]) is None:
            newcomers.append(key)
        else:
            known.append(key)
    planning.mark_unread("person")
    for key, before in _said(planning, [key for key in blocked if key in links and links[key].object_id is not None]):
        person = planning.snapshot.people[key]
        names = {
            "first_name": person.first_name or before.first_name,
            "last_name": person.last_name or before.last_name,
        }
        _recall(planning, key, username=before.username, password=before.password, **names)
    return newcomers, known


def _said(planning: Planning, keys: list[str]) -> Iterator[tuple[str, Person]]:
    """What the source last said of these people."""
    for key, line in planning.holdings.said("person", keys):
        yield key, msgspec.json.decode(line, type=Person)


def _recall(planning: Planning, key: str, **values: str | None) -> None:
    """Let the link go on knowing what was sent last but is not acted on now, so that it is told from a new one."""
    person = msgspec.structs.replace(planning.snapshot.people[key], **values)
    planning.recalled[key] = msgspec.json.encode(person)


def _blocked(planning: Planning, key: str, link: LinkState | None) -> Mark:
    """A blocked record takes the snapshot's words, so that it can be found and compared; its account stays as it is."""
    planning.examined.add(("person", key))
    return Mark("person", key, "blocked", live=bool(link and link.live), said=True)


def _row_of(planning: Planning, person: Person) -> int | None:
    """The account of a person: that of the first of their keys that has one, an active one before others."""
    links = planning.links.people
    own = [links[key] for key in person.keys if key in links and key not in planning.disowned]
    own.sort(key=lambda link: not link.live)
    return next((link.object_id for link in own if link.object_id is not None), None)


def _find_disowned(planning: Planning) -> set[str]:
    """Keys of records that were one person and are two now: who was there all the time, else names first, keeps it.

    Of several links to one account only that of the naming key has a fingerprint, so the others are looked for.
    """
    links, people = planning.links.people, planning.snapshot.people
    doubtful = {link.object_id for key, link in links.items() if not link.fingerprint and key in people}
    claims: dict[int, list[str]] = {}
    for key, link in links.items() if doubtful else ():
        if link.object_id is not None and link.object_id in doubtful and planning.primary(key) in people:
            claims.setdefault(link.object_id, []).append(key)

    def claim(key: str) -> tuple[bool, bool, tuple[int, str]]:
        return not links[key].fingerprint, not links[key].live, naming_order(people[planning.primary(key)])

    disowned = set[str]()
    for keys in claims.values():
        if len(keys) > 1:
            owner = planning.primary(min(keys, key=claim))
            disowned.update(key for key in keys if planning.primary(key) != owner)
    return disowned


def _create(planning: Planning, namer: Namer, newcomers: list[str]) -> Iterator[Change]:
    people = planning.snapshot.people
    newcomers.sort(key=lambda key: naming_order(people[key]))
    if planning.rules.usernames == "sis":
        namer.claim_from_sis((key, people[key]) for key in newcomers)
    for key in newcomers:
        person = people[key]
        fields = account_fields(person) | {"username": namer.name(key, person)}
        _mark_in_use(planning, person, stirred=True, changed=True)
        planning.count("people", "create")
        yield Change(
            "create", "person", key, person.name, _school(person), "new in the source",
            fields={name: (None, value) for name, value in fields.items() if value},
            guard=GUARD_OF_ROLE[main_role(person.roles)],
        )  # fmt: skip


def naming_order(person: Person) -> tuple[int, str]:
    """Teachers, staff, students; then by source id as text (R10)."""
    return ("teacher", "staff", "student").index(main_role(person.roles)), person.key[2:]


def _compare(planning: Planning, namer: Namer, keys: list[str]) -> Iterator[Change]:
    people = planning.snapshot.people
    by_row = {key: row for key in keys if (row := _row_of(planning, people[key])) is not None}
    rows = planning.holdings.user_rows(by_row.values())
    said = dict(_said(planning, keys))
    active = {link.object_id for link in planning.links.people.values() if link.live}
    for key, row in by_row.items():
        person, held, link = people[key], rows[row], planning.links.people.get(key)
        returned = row not in active
        fields: dict[str, tuple[str | None, str]] = {
            name: (held.get(name, ""), value)
            for name, value in account_fields(person).items()
            if held.get(name, "") != value
        }
        before = said.get(key)
        adopted = planning.adopted.get(("person", key))
        fresh = adopted is not None and not adopted.was
        if renamed := namer.rename(person, before, held["username"], fresh=fresh):
            fields["username"] = (held["username"], renamed)
        if planning.rules.passwords == "sis" and before and person.password and person.password != before.password:
            fields["password"] = ("set", "set")
        if before and before.password and not person.password:
            _recall(planning, key, password=before.password)
        _report_two_accounts(planning, person, row)
        _mark_in_use(
            planning,
            person,
            stirred=returned or link is None or link.state != "in_use",
            changed=returned or bool(fields) or adopted is not None,
        )
        yield from _change(planning, person, row, fields, returned)


def _change(
    planning: Planning, person: Person, row: int, fields: dict[str, tuple[str | None, str]], returned: bool
) -> Iterator[Change]:
    adopted = planning.adopted.get(("person", person.key))
    if not (fields or returned or adopted):
        planning.count("people", "unchanged")
        return
    action, reason, was = action_of(adopted) or (RESTORED if returned else CHANGED)
    planning.count("people", action)
    yield Change(
        action, "person", person.key, person.name, _school(person), reason, row,
        fields={**RETURNED, **fields} if returned else fields, guard=GUARD_OF_ROLE[main_role(person.roles)], was=was,
    )  # fmt: skip


def _report_two_accounts(planning: Planning, person: Person, row: int) -> None:
    """Two records of one person that have an account each are left as two; merging is a person's decision (R28)."""
    links = planning.links.people
    others = [key for key in person.keys if key in links and links[key].object_id not in (None, row)]
    if others:
        words: dict[str, str | int] = {
            "a": f"{person.name} ({source_ids(person.keys[:1])})",
            "b": f"{person.name} ({source_ids(tuple(others))})",
            "evidence": "the same email address",
        }
        planning.findings.append(
            Finding("POSSIBLE_DUPLICATE", "person", person.key, person.name, _school(person), words, sticky=True)
        )


def _mark_in_use(planning: Planning, person: Person, *, stirred: bool, changed: bool) -> None:
    for key in person.keys:
        planning.examined.add(("person", key))
        of = _of(planning, person, key) if len(person.keys) > 1 else ""
        planning.mark(Mark("person", key, "in_use", live=True, said=key == person.key, changed=changed, of=of))
    planning.accounts.add(person.key)
    if stirred:
        planning.stirred.add(person.key)


def _of(planning: Planning, person: Person, key: str) -> str:
    """The key whose account the link of one of several keys takes: the naming one follows the one that has it."""
    links, row = planning.links.people, _row_of(planning, person)
    own = links[key].object_id if key in links else None
    if key in planning.folded and own == row:
        return ""  # what its record said stays, for the merge may be taken back
    if key != person.key:
        return "" if own not in (None, row) and links[key].live else person.key
    if own == row:
        return ""
    return next(one for one in person.keys if one in links and links[one].object_id == row)


def _school(person: Person) -> str:
    return person.schools[0] if person.schools else ""


def _removals(planning: Planning) -> Iterator[Change]:
    gone = find_gone(planning, "person")
    if not gone:
        return
    removals = Counter((one.school, one.guard) for one in gone)
    waiting = Counter((one.school, one.guard) for one in gone if one.waiting)
    verdict = guard(removals, planning.holdings.totals(), present(planning), planning.rules.limits, waiting)
    planning.reasons += verdict.reasons
    for one in gone:
        held = one.waiting or verdict.holds(one.guard, one.school)
        for mark in marks_of(one, held):
            planning.mark(mark)
        _note_removal(planning, one, held)
        yield Change(
            "archive", "person", one.key, one.name, one.school, one.reason, one.link.object_id,
            fields=dict(DROPPED), guard=one.guard, held=held,
        )  # fmt: skip


def _note_removal(planning: Planning, gone: Gone, held: bool) -> None:
    if held:
        planning.held["people"] += 1
        planning.held_people.update((gone.key, *gone.companions))
        return
    planning.count("people", "archive")
    for key in (gone.key, *gone.companions):
        planning.accounts.discard(key)
        planning.stirred.add(key)
    if gone.link.object_id is not None:
        planning.removed_users[gone.link.object_id] = gone.key


def present(planning: Planning) -> set[tuple[str, str]]:
    """(school, guard kind) of which the source sends at least one; counted once, and only when something goes."""
    if planning.present is None:
        planning.present = {
            (school, GUARD_OF_ROLE[role])
            for person in planning.snapshot.people.values()
            for school in person.schools
            for role in person.roles
        }
        for section in planning.snapshot.sections.values():
            planning.present.update((section.school, kind) for kind, held in _filled(section) if held)
    return planning.present


def _filled(section: Section) -> Iterator[tuple[str, bool]]:
    """Which guard kinds a section counts for: a class needs a teacher, a seat somebody who sits in it."""
    yield "classes", bool(section.teachers)
    yield "seats", bool(section.students)


def _chunks(keys: list[str]) -> Iterator[list[str]]:
    for start in range(0, len(keys), CHUNK):
        yield keys[start : start + CHUNK]
