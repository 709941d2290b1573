"""Schools: what we hold compared with what the source says. A school that is gone always waits (R33)."""

from collections.abc import Iterator

import msgspec

from rostering.core.absence import find_gone, find_lost, marks_of
from rostering.core.changes import Change
from rostering.core.holdings import Fields
from rostering.core.planning import Adopted, Mark, Planning
from rostering.core.records import School
from rostering.core.rekey import action_of, adopt, pair_off
from rostering.core.safety import Reason

FIELDS = ("name", "number", "low_grade", "high_grade")


def plan_schools(planning: Planning) -> Iterator[Change]:
    """All changes of schools, creations first."""
    created, known = [], []
    planning.mark_unread("school")
    for key, line in planning.snapshot.schools.lines():
        link, moved = planning.moved("school", key, line)
        if not moved:
            planning.count("schools", "unchanged")
        elif link is None or link.object_id is None:
            created.append(key)
        else:
            known.append(key)
    adopted = _rekey(planning, created)
    known += adopted
    for key in created:
        if key in adopted:
            continue
        school = planning.snapshot.schools[key]
        planning.mark(Mark("school", key, "in_use", live=True, said=True, changed=True))
        planning.count("schools", "create")
        fields = {name: (None, value) for name, value in school_fields(school).items() if value}
        yield Change("create", "school", key, school.name, key, "new in the source", fields=dict(fields))
    later = [*_compare(planning, known), *_removals(planning)]
    for action in ("rekey", "change", "restore", "archive"):
        yield from (change for change in later if change.action == action)


def _rekey(planning: Planning, created: list[str]) -> list[str]:
    """Give new schools the rows of those that vanish and evidently are the same (R40). Returns which."""
    links = planning.links.schools
    lost = find_lost(planning, "school") if created and links else {}
    if not lost:
        return []
    decoder = msgspec.json.Decoder(School)
    old = {key: decoder.decode(line) for key, line in planning.holdings.said("school", lost)}
    new = {key: planning.snapshot.schools[key] for key in created}
    ways = (
        ("same source id", lambda key: new[key].sis_id or key, lambda key: old[key].sis_id or key),
        ("same school number", lambda key: new[key].number or "", lambda key: old[key].number or ""),
        ("same name", lambda key: new[key].name, lambda key: old[key].name),
    )
    pairs = list(pair_off(created, list(old), ways))
    for key, was, reason in pairs:
        row = links[was].object_id
        if row is not None:
            adopt(planning, "school", key, row, Adopted(reason, (was,)), live=True)
    return [key for key, _, _ in pairs]


def school_fields(school: School) -> Fields:
    """The fields that the record speaks of."""
    return {name: value for name in FIELDS if (value := getattr(school, name)) is not None}


def _compare(planning: Planning, keys: list[str]) -> Iterator[Change]:
    links = planning.links.schools
    rows = planning.holdings.school_rows([row for key in keys if (row := links[key].object_id) is not None])
    for key in keys:
        school, link = planning.snapshot.schools[key], links[key]
        held = rows[link.object_id or 0]
        fields: dict[str, tuple[str | None, str]] = {
            name: (held[name], value) for name, value in school_fields(school).items() if held[name] != value
        }
        adopted = planning.adopted.get(("school", key))
        changed = bool(fields) or not link.live or adopted is not None
        planning.mark(Mark("school", key, "in_use", live=True, said=True, changed=changed))
        if done := action_of(adopted):
            action, reason, was = done
            planning.count("schools", action)
            yield Change(action, "school", key, school.name, key, reason, link.object_id, fields, was=was)
        elif not link.live:
            planning.count("schools", "restore")
            yield Change("restore", "school", key, school.name, key, "sent again", link.object_id, fields)
        elif fields:
            planning.count("schools", "change")
            yield Change("change", "school", key, school.name, key, "changed in the source", link.object_id, fields)
        else:
            planning.count("schools", "unchanged")


def _removals(planning: Planning) -> Iterator[Change]:
    for gone in find_gone(planning, "school"):
        for mark in marks_of(gone, held=True):
            planning.mark(mark)
        planning.held["schools"] += 1
        planning.reasons.append(Reason("schools", gone.key, 1, 1, "a school that is gone always waits"))
        yield Change(
            "archive", "school", gone.key, gone.name, gone.key, gone.reason, gone.link.object_id,
            guard="schools", held=True,
        )  # fmt: skip
