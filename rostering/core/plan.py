"""A plan: the ordered changes of one run, with counts, outcomes and findings; and as JSON lines (R32)."""

from collections import Counter
from collections.abc import Iterable, Iterator

import msgspec

from rostering.core.changes import Change
from rostering.core.data_warnings import Finding
from rostering.core.diff_people import plan_people
from rostering.core.diff_schools import plan_schools
from rostering.core.diff_sections import plan_classes
from rostering.core.folding import fold
from rostering.core.planning import COUNTED, Planning
from rostering.core.records import School, source_id

USED = ("create", "update", "restore", "match", "rekey")
OUTCOMES = ("in_use", "unchanged", "waiting", "blocked", "not_shared", "withdrawn")
FOLD_PASSWORDS_ABOVE = 100


def make_changes(planning: Planning) -> Iterator[Change]:
    """All changes, in the order in which they are applied. What else is found out is in ``planning`` afterwards."""
    yield from plan_schools(planning)
    yield from plan_people(planning)
    yield from plan_classes(planning)


def encode(changes: Iterable[Change]) -> Iterator[bytes]:
    """One JSON line per change."""
    encoder = msgspec.json.Encoder()
    for change in changes:
        yield encoder.encode(change)


def decode(lines: Iterable[bytes]) -> Iterator[Change]:
    """The changes of JSON lines."""
    decoder = msgspec.json.Decoder(Change)
    for line in lines:
        yield decoder.decode(line)


def records_read(planning: Planning) -> dict[str, int]:
    """What was read per kind, shared or not; people after repeated rows are folded."""
    snapshot, dropped = planning.snapshot, planning.not_shared
    left_out = Counter(kind for kind, key in dropped.keys if not (kind == "person" and _is_alias(planning, key)))
    return {
        "schools": len(snapshot.schools) + _lineless(planning, "school") + left_out["school"],
        "people": len(snapshot.people) + _lineless(planning, "person") + left_out["person"],
        "sections": len(snapshot.sections) + _lineless(planning, "section") + left_out["section"],
        "enrollments": snapshot.seats,
    }


def _lineless(planning: Planning, kind: str) -> int:
    """Records seen of which there is no line: a broken row with an id, or a row without one."""
    records = planning.snapshot.of(kind)
    named = sum(of == kind and key not in records for of, key in planning.snapshot.blocked)
    return named + planning.snapshot.unnamed.get(kind, 0)


def _is_alias(planning: Planning, key: str) -> bool:
    return key in planning.not_shared.aliases


def outcomes(planning: Planning) -> dict[str, int]:
    """How many records ended as what (R39), for records and enrollments together."""
    counts, snapshot = planning.counts, planning.snapshot
    used = {
        kind: sum(counts[kind][action] for action in ("create", "update", "restore", "match", "rekey"))
        for kind in COUNTED
    }
    read = records_read(planning)
    people_blocked = sum(kind == "person" for kind, _ in snapshot.blocked) + snapshot.unnamed.get("person", 0)
    seats_blocked = snapshot.dangling + planning.blocked_seats
    seats_used = min(planning.student_seats_used, read["enrollments"] - seats_blocked - planning.not_shared.seats)
    result = Counter(
        in_use=used["schools"] + used["people"] + used["classes"] + seats_used,
        unchanged=sum(counts[kind]["unchanged"] for kind in ("schools", "people", "classes"))
        + read["enrollments"] - seats_used - seats_blocked - planning.not_shared.seats,
        waiting=sum(planning.held.values()) + len(planning.questions),
        blocked=people_blocked + _lineless(planning, "school") + seats_blocked
        + planning.blocked_sections + _lineless(planning, "section"),
        not_shared=len(planning.not_shared.keys) - len(planning.not_shared.aliases) + planning.not_shared.seats,
        withdrawn=_withdrawn(planning),
    )  # fmt: skip
    return {name: result[name] for name in OUTCOMES}


def _withdrawn(planning: Planning) -> int:
    """Records sent before that no longer are, once the plan is applied."""
    after = {(mark.kind, mark.key): mark.state for mark in planning.marks}
    return sum(
        after.get((kind, key), link.state) in ("withdrawn", "kept")
        for kind in ("school", "person", "section")
        for key, link in planning.links.of(kind).items()
        if link.state in ("withdrawn", "kept") or (kind, key) in after
    )


def all_findings(planning: Planning) -> list[Finding]:
    """Every finding of the run, folded under root causes (R43)."""
    return fold(
        [*planning.snapshot.findings, *planning.findings, *_held(planning), *_orphaned(planning), *_passwords(planning)]
    )


def _held(planning: Planning) -> Iterator[Finding]:
    gone = [reason.school for reason in planning.reasons if reason.school not in planning.snapshot.schools]
    names = {key: msgspec.json.decode(line, type=School).name for key, line in planning.holdings.said("school", gone)}
    for reason in planning.reasons:
        named = names.get(reason.school) or planning.label("school", reason.school)
        place = named if reason.school else "The district"
        words: dict[str, str | int] = {
            "place": place, "n": reason.count, "total": reason.total, "what": reason.kind, "why": reason.why,
        }  # fmt: skip
        kind = "school" if reason.school else "source"
        yield Finding("REMOVALS_HELD", kind, reason.school, place, reason.school, words, variant=reason.kind)


def _orphaned(planning: Planning) -> Iterator[Finding]:
    names = dict(planning.holdings.said("person", planning.orphaned)) if planning.orphaned else {}
    for key, classes in sorted(planning.orphaned.items()):
        name = msgspec.json.decode(names[key])[2:4] if key in names else [source_id("person", key)]
        words: dict[str, str | int] = {"name": " ".join(name).strip(), "classes": classes}
        yield Finding("TEACHER_GONE_HAS_CLASS", "person", key, str(words["name"]), "", words)


def _passwords(planning: Planning) -> list[Finding]:
    """People without a usable SIS password (R14): one by one while they are few, else by school."""
    if planning.rules.passwords != "sis":
        return []
    fallback = {"username": "the username", "fixed": "the district's fixed password"}[planning.rules.fallback]
    lacking = [
        (key, person.label, person.schools[0] if person.schools else "")
        for key, person in planning.snapshot.people.items()
        if not person.password and ("person", key) not in planning.snapshot.blocked
    ]
    if len(lacking) <= FOLD_PASSWORDS_ABOVE:
        return [
            Finding("PASSWORD_RULE_FAILED", "person", key, name, school, {"who": f"{name} has", "fallback": fallback})
            for key, name, school in lacking
        ]
    example = {school: name for _, name, school in reversed(lacking)}
    return [
        Finding(
            "PASSWORD_RULE_FAILED", "school", school, planning.label("school", school), school,
            {"who": f"{count} people (for example {example[school]}) have", "fallback": fallback},
        )
        for school, count in sorted(Counter(school for _, _, school in lacking).items())
    ]  # fmt: skip
