"""What a run, a warning or a person's path looks like as JSON (interface.md)."""

from collections.abc import Iterator
from typing import Any

from accounts.models import District
from rostering import warnings
from rostering.core.changes import Change, seat_changes
from rostering.core.planning import COUNTED, empty_counts
from rostering.core.records import source_id
from rostering.current import chunks_of
from rostering.models import DataWarning, Link, Run
from rostering.plans import is_forgotten, read_plan


def run_summary(run: Run) -> dict[str, Any]:
    """A run as ``sync --json`` prints it."""
    summary = {
        "district": run.district.slug,
        "run": run.pk,
        "status": run.status,
        "mode": run.mode,
        **_how(run),
        "seconds": seconds(run),
        "records": run.records or dict.fromkeys(("schools", "people", "sections", "enrollments"), 0),
        "counts": run.counts or empty_counts(),
        "held": run.held or dict.fromkeys(COUNTED, 0),
        "warnings": run.open_warnings,
    }
    if run.error_code:
        summary["error"] = {"code": run.error_code, "message": run.error_message}
    return summary


def _how(run: Run) -> dict[str, Any]:
    """What is said of how a run read its source, where there is something to say."""
    found = {"why_full": run.why_full, "drift": run.drift, "only": run.only}
    return {name: value for name, value in found.items() if value}


def run_detail(run: Run) -> dict[str, Any]:
    """A run with its plan as ``run ID --json`` prints it. ``plan_kept`` (false) is there once the plan was purged."""
    kept = not is_forgotten(run)
    return {
        "run": run.pk,
        "district": run.district.slug,
        "status": run.status,
        "mode": run.mode,
        **_how(run),
        "started": run.started.isoformat(),
        "seconds": seconds(run),
        "by": run.by,
        "decision": run.decision,
        **({} if kept else {"plan_kept": False}),
        "changes": list(listed_changes(run)) if kept else [],
        "outcomes": run.outcomes,
        **({"error": {"code": run.error_code, "message": run.error_message}} if run.error_code else {}),
    }


def seconds(run: Run) -> float:
    """How long a run took, or has been going so far."""
    return round((run.finished - run.started).total_seconds(), 3) if run.finished else 0.0


def listed_changes(run: Run) -> Iterator[dict[str, Any]]:
    """Every change of a run's plan, one membership at a time."""
    for chunk in chunks_of(read_plan(run)):
        names = _names(run.district, {person for change in chunk for _, person in seat_changes(change)})
        for change in chunk:
            if change.action != "seats":
                yield _listed(change)
            for seat, person in seat_changes(change):
                yield {
                    "action": seat.action, "kind": "membership",
                    "source_id": f"{change.key}/{source_id('person', person)}",
                    "name": f"{names.get(person, source_id('person', person))} in {change.name}",
                    "school": change.school, "fields": {"role": [None, seat.role]},
                    "reason": seat.reason or change.reason or "enrolled", "held": seat.held or change.held,
                }  # fmt: skip


def _listed(change: Change) -> dict[str, Any]:
    return {
        "action": change.action,
        "kind": change.kind,
        "source_id": source_id(change.kind, change.key),
        "name": change.name,
        "school": change.school,
        "fields": {name: list(values) for name, values in change.fields.items()},
        "reason": change.reason,
        "held": change.held,
    }


def _names(district: District, keys: set[str]) -> dict[str, str]:
    links = Link.objects.filter(district=district, kind="person")
    return {
        key: name
        for chunk in chunks_of(sorted(keys))
        for key, name in links.filter(key__in=chunk).values_list("key", "name")
    }


def listed_warnings(district: District, code: str = "", *, everything: bool = False) -> Iterator[dict[str, Any]]:
    """Warnings as ``warnings --json`` prints them: open ones not folded under another, unless ``everything``."""
    rows = DataWarning.objects.filter(district=district)
    if not everything:
        rows = rows.filter(state__in=warnings.OPEN, parent_kind="")
    if code:
        rows = rows.filter(code=code)
    severities = {"HOLD": 0, "ERROR": 1, "WARN": 2, "INFO": 3}
    for row in sorted(rows.iterator(), key=lambda row: (severities[row.severity], row.code, row.kind, row.key, row.pk)):
        yield warning_as_json(row)


def warning_as_json(row: DataWarning) -> dict[str, Any]:
    """One warning."""
    return {
        "code": row.code,
        "severity": row.severity,
        "kind": row.kind,
        "source_id": source_id(row.kind, row.key),
        "name": row.name,
        "school": row.school,
        "message": row.message,
        "fix": row.fix,
        "since": row.since.isoformat(),
        "state": row.state,
        "affects": {"classes": row.classes, "students": row.students},
    }
