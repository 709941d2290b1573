"""Schools: what we hold compared with what the source says. A school that is gone always waits (R33)."""

from collections.abc import Iterator

from rostering.core.absence import find_gone, marks_of
from rostering.core.changes import Change
from rostering.core.holdings import Fields
from rostering.core.planning import Mark, Planning
from rostering.core.records import School
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
    for key in created:
        school = planning.snapshot.schools[key]
        planning.mark(Mark("school", key, "in_use", live=True, said=True, changed=True))
        planning.count("schools", "create")
        fields = {name: (None, value) for name, value in school_fields(school).items() if value}
        yield Change("create", "school", key, school.name, key, "new in the source", fields=dict(fields))
    later = [*_compare(planning, known), *_removals(planning)]
    for action in ("change", "restore", "archive"):
        yield from (change for change in later if change.action == action)


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
        changed = bool(fields) or not link.live
        planning.mark(Mark("school", key, "in_use", live=True, said=True, changed=changed))
        if not link.live:
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
