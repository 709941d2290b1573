"""Rehearsing next year's roster (R31): a full plan against its files, stored and shown, and nothing else touched."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from accounts.models import District
from rostering.connections import sync_settings_of, unsaved_connection
from rostering.core.changes import Change
from rostering.core.data_warnings import Finding
from rostering.core.diff_people import present
from rostering.core.plan import all_findings, make_changes
from rostering.core.planning import COUNTED, Planning
from rostering.core.records import GRADES, source_id
from rostering.delivery import Asked, Progress, no_progress
from rostering.feeds import read_source
from rostering.models import Connection, Run, SyncSettings
from rostering.plans import save_plan
from rostering.sources.base import SourceError
from rostering.sync import INTERRUPTED, STOPPED, close, open_run, prepare, report
from rostering.turns import turn_of

REHEARSAL = "rehearsal"
RISING = GRADES[: GRADES.index("PostGraduate") + 1]
"""The grades that follow upon each other."""
NEEDED = ("students", "teachers", "classes")
"""A school without one of these is as good as empty."""


@dataclass(slots=True)
class Tally:
    """What the changes of a plan come to. People are counted by guard kind, held removals with the others."""

    promoted: int = 0
    people: dict[str, Counter[str]] = field(default_factory=lambda: {"create": Counter(), "archive": Counter()})
    done: Counter[tuple[str, str]] = field(default_factory=Counter)
    schools_gone: list[dict[str, str]] = field(default_factory=list)

    def watch(self, changes: Iterable[Change]) -> Iterator[Change]:
        """The same changes, counted as they pass."""
        for change in changes:
            self.done[change.kind, change.action] += 1
            if change.kind == "person":
                self.promoted += rises(*change.fields.get("grade", ("", "")))
                self.people.setdefault(change.action, Counter())[change.guard] += 1
            elif change.kind == "school" and change.action == "archive":
                self.schools_gone.append({"source_id": change.key, "name": change.name})
            yield change


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """A rehearsal: its run, and what it says of the new year (empty when the files could not be read)."""

    run: Run
    found: dict[str, Any]


def rehearse(district: District, folder: Path, layout: str, *, by: str, progress: Progress = no_progress) -> Rehearsal:
    """Plan against the files as if they were sent on the switch date, and keep the plan on a run of its own.

    No link, warning, memory, cursor or hold is touched. Raises BusyError. Files that cannot be read fail the run.
    """
    with turn_of(district):
        run = open_run(district, by)
        run.mode = REHEARSAL
        try:
            feed = unsaved_connection(
                district, Connection.Source.FOLDER, {"path": str(folder)}, {}, layout=layout, quiet=0
            )
            snapshot = read_source(feed, Asked(full=True), progress).snapshot
            progress("planning", 0)
            planning, tally = prepare(district, snapshot, on_switch_date(district)), Tally()
            save_plan(run, tally.watch(make_changes(planning)))
            return Rehearsal(report(run, planning, Run.Status.PREVIEWED), found_by(planning, tally))
        except SourceError as error:
            return Rehearsal(_fail(run, error.code, error.message), {})
        except BaseException:
            _fail(run, INTERRUPTED, STOPPED)
            raise


def on_switch_date(district: District) -> SyncSettings:
    """What the district decided, without pauses and grace: on that day everything is applied as usual."""
    decided = sync_settings_of(district)
    return SyncSettings(
        district=district, sharing=decided.sharing, sharing_ids=decided.sharing_ids, limits=decided.limits
    )


def found_by(planning: Planning, tally: Tally) -> dict[str, Any]:
    """What the plan says of the new year."""
    findings = all_findings(planning)
    return {
        "promoted": tally.promoted,
        "new": dict(tally.people["create"]),
        "leaving": dict(tally.people["archive"]),
        "returning": tally.done["person", "restore"],
        "rekeyed": {kind: planning.counts[kind]["rekey"] for kind in ("people", "classes")},
        "matched": {kind: planning.counts[kind]["match"] for kind in ("people", "classes")},
        "doubtful": sum(mark.state == "review" for mark in planning.marks),
        "classes": {
            "ending": tally.done["class", "archive"],
            "beginning": tally.done["class", "create"],
            "returning": tally.done["class", "restore"],
        },
        "reused_section_ids": [_named(finding) for finding in findings if finding.code == "CLASS_ID_REUSED"],
        "schools": {"gone": tally.schools_gone, "empty": list(empty_schools(planning))},
        "held": {kind: planning.held[kind] for kind in COUNTED},
        "why_held": [finding.message for finding in findings if finding.code == "REMOVALS_HELD"],
        "warnings": dict(sorted(Counter(finding.code for finding in findings if finding.parent is None).items())),
    }


def empty_schools(planning: Planning) -> Iterator[dict[str, Any]]:
    """Schools that are sent with no student, teacher or class."""
    there = present(planning)
    for key, school in planning.snapshot.schools.items():
        if lacks := [kind for kind in NEEDED if (key, kind) not in there]:
            yield {"source_id": key, "name": school.name, "lacks": lacks}


def rises(before: str | None, after: str) -> bool:
    """Whether a student goes up: both are grades that follow upon each other, and the new one comes later."""
    return before in RISING and after in RISING and RISING.index(after) > RISING.index(before)


def _named(finding: Finding) -> dict[str, str]:
    return {
        "source_id": source_id(finding.kind, finding.key),
        "name": finding.name,
        "school": finding.school,
        "message": finding.message,
    }


def _fail(run: Run, code: str, message: str) -> Run:
    """Close a rehearsal that failed; the district's warnings are about the feed it has, not about these files."""
    run.error_code, run.error_message = code, message
    return close(run, Run.Status.FAILED)
