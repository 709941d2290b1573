"""One record and what hangs on it, out of a snapshot: for a run that is to touch nothing else."""

from collections.abc import Iterable

from rostering.core.newcomers import evidence_of_newcomers, shared_numbers
from rostering.core.planning import Planning
from rostering.core.records import Kind, source_id

Place = tuple[str, str]


def narrow(planning: Planning, kind: Kind, found: str, also: Iterable[str] = ()) -> set[Place]:
    """Leave in the planning only a person or section (by source id) and what hangs on it. Returns whom it is about.

    With a person stay the sections that name them, and those in ``also``; with a section the people in it. Nothing
    else is looked at, so nothing else can change or be warned about. To be called before the changes are made.
    """
    snapshot = planning.snapshot
    named = _keys(planning, kind, found)
    people, sections = (named, set(also)) if kind == "person" else (set[str](), named)
    for key, section in snapshot.sections.items():
        members = {planning.primary(member) for member in (*section.teachers, *section.students)}
        if kind == "person" and members & people:
            sections.add(key)
        elif kind == "section" and key in named:
            people |= members
    scope = {("person", key) for key in people} | {("section", key) for key in sections}
    _prove(planning, kind, named)
    planning.sent = frozenset(
        (*snapshot.people, *snapshot.aliases, *(k for of, k in snapshot.blocked if of == "person"))
    )
    planning.shared_numbers = shared_numbers(planning)
    planning.elsewhere = evidence_of_newcomers(planning, people)
    _drop_all_but(planning, scope)
    planning.present = {place for place, number in planning.holdings.totals().items() if number > 1}
    return scope


def _keys(planning: Planning, kind: Kind, found: str) -> set[str]:
    """All keys of a kind that carry this source id, whether received, held or left out."""
    snapshot = planning.snapshot
    places = {*snapshot.blocked, *planning.not_shared.keys, *snapshot.gone}
    known = {*snapshot.of(kind), *planning.links.of(kind), *(key for of, key in places if of == kind)}
    known |= set(snapshot.aliases) if kind == "person" else set()
    return {planning.primary(key) for key in known if source_id(kind, key) == found}


def _prove(planning: Planning, kind: Kind, named: set[str]) -> None:
    """What a whole reading proves of the named records stays proven; of nobody else anything is."""
    snapshot = planning.snapshot
    space = {key: key[:2] if kind == "person" else kind for key in named}
    proven = {(kind, key) for key in named if space[key] in snapshot.complete and key not in snapshot.of(kind)}
    snapshot.gone |= proven
    snapshot.complete &= {"enrollment"}


def _drop_all_but(planning: Planning, scope: set[Place]) -> None:
    snapshot, left_out = planning.snapshot, planning.not_shared
    schools = set[str]()
    for key in list(snapshot.people):
        if ("person", key) in scope:
            schools.update(snapshot.people[key].schools)
        else:
            snapshot.people.drop(key)
    for key in list(snapshot.sections):
        if ("section", key) in scope:
            schools.add(snapshot.sections[key].school)
        else:
            snapshot.sections.drop(key)
    for key in list(snapshot.schools):
        if key not in schools:
            snapshot.schools.drop(key)
    snapshot.aliases = {key: of for key, of in snapshot.aliases.items() if ("person", of) in scope}
    snapshot.blocked = {place: code for place, code in snapshot.blocked.items() if place in scope}
    snapshot.findings = [finding for finding in snapshot.findings if (finding.kind, finding.key) in scope]
    planning.findings = [finding for finding in planning.findings if (finding.kind, finding.key) in scope]
    snapshot.unnamed = {}
    left_out.keys &= scope
    left_out.aliases &= {key for _, key in left_out.keys}
    snapshot.seats = sum(len(section.students) for section in snapshot.sections.values())
    snapshot.dangling = left_out.seats = 0
