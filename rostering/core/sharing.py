"""What the district shares (R4): the rest is dropped here, but for its id and kind."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

import msgspec

from rostering.core.snapshot import Snapshot


@dataclass(frozen=True, slots=True)
class Sharing:
    """``mode``: ``all``, ``schools`` or ``sections``; ``ids``: their source ids."""

    mode: str = "all"
    ids: frozenset[str] = frozenset()


@dataclass(slots=True)
class NotShared:
    """Records left out, and how many seats went with them. ``aliases``: which keys are a person's further ones."""

    keys: set[tuple[str, str]] = field(default_factory=set)
    aliases: set[str] = field(default_factory=set)
    seats: int = 0


def share(snapshot: Snapshot, sharing: Sharing) -> NotShared:
    """Drop from the snapshot what is not shared. Returns what was dropped.

    With selected schools: their sections, their people, and the people of those sections. With selected
    sections: these, their people and their schools. A person is at those schools that are shared, or else where
    the shared sections are.
    """
    left_out = NotShared()
    if sharing.mode == "all":
        return left_out
    sections, people_in = _shared_sections(snapshot, sharing, left_out)
    by_school = sharing.ids if sharing.mode == "schools" else frozenset()
    schools = set(by_school) or {snapshot.sections[key].school for key in sections}
    people = {
        key for key, person in snapshot.people.items() if key in people_in or by_school.intersection(person.schools)
    }
    _drop(snapshot, left_out, "school", [key for key in snapshot.schools if key not in schools])
    _drop(snapshot, left_out, "person", [key for key in snapshot.people if key not in people])
    _drop(snapshot, left_out, "section", [key for key in snapshot.sections if key not in sections])
    _drop_schools(snapshot, left_out, people_in)
    _drop_findings(snapshot, left_out)
    return left_out


def _shared_sections(
    snapshot: Snapshot, sharing: Sharing, left_out: NotShared
) -> tuple[set[str], dict[str, tuple[str, ...]]]:
    """Keys of the sections, and of the people in them with the schools of these sections."""
    sections, people = set[str](), dict[str, tuple[str, ...]]()
    for key, section in snapshot.sections.items():
        if (section.school if sharing.mode == "schools" else key) in sharing.ids:
            sections.add(key)
            for member in (*section.teachers, *section.students):
                person = snapshot.aliases.get(member, member)
                schools = people.get(person, ())
                if section.school not in schools:
                    people[person] = (*schools, section.school)
        else:
            left_out.seats += len(section.students)
    return sections, people


def _drop(snapshot: Snapshot, left_out: NotShared, kind: str, keys: Iterable[str]) -> None:
    for key in keys:
        snapshot.of(kind).drop(key)
        snapshot.blocked.pop((kind, key), None)
        left_out.keys.add((kind, key))
    if kind == "person":
        for alias, key in list(snapshot.aliases.items()):
            if ("person", key) in left_out.keys:
                left_out.keys.add(("person", alias))
                left_out.aliases.add(alias)
                del snapshot.aliases[alias]


def _drop_schools(snapshot: Snapshot, left_out: NotShared, people_in: dict[str, tuple[str, ...]]) -> None:
    """Take the schools that are not shared from the people who are."""
    for key in list(snapshot.people):
        person = snapshot.people[key]
        schools = tuple(school for school in person.schools if ("school", school) not in left_out.keys)
        if schools != person.schools:
            snapshot.people.add(key, msgspec.structs.replace(person, schools=schools or people_in.get(key, ())))


def _drop_findings(snapshot: Snapshot, left_out: NotShared) -> None:
    findings, people = snapshot.findings, snapshot.people
    snapshot.findings = []
    for finding in findings:
        elsewhere = ("school", finding.school) in left_out.keys
        if elsewhere and finding.kind == "person" and finding.key in people:
            snapshot.findings.append(replace(finding, school="".join(people[finding.key].schools[:1])))
        elif not elsewhere and (finding.kind, finding.key) not in left_out.keys:
            snapshot.findings.append(finding)
