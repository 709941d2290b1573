"""Undoing a run (R38): its stored plan is the journal, and what takes it back is a plan, too.

An undo is a run of its own. What is put back stands in its plan; what people or later runs changed since stands there
as held, with why as its reason, and is never applied. An undo can be undone like any run.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.lifecycle import Actor, audit
from rostering import warnings
from rostering.core.changes import Change
from rostering.core.planning import empty_counts
from rostering.core.records import STAFF, STUDENT, TEACHER, USER
from rostering.core.reverse import reverse
from rostering.core.standing import part_of
from rostering.later import APPLIED
from rostering.models import DataWarning, Run, SyncSettings
from rostering.plans import is_forgotten, read_plan, save_plan
from rostering.put_back import put_back
from rostering.reports import listed_changes
from rostering.standing import read_standing
from rostering.sync import INTERRUPTED, MOVED, STOPPED, close, fail, open_run
from rostering.turns import turn_of

OTHER_WAY = {
    "merge": "`split` takes a merge back",
    "split": "`merge` takes a split back",
    "link": "`unlink` takes a link back",
    "unlink": "`link` takes an unlink back",
}


class NotUndoableError(Exception):
    """The run cannot be undone: it did nothing, or it was undone already, or its plan is no longer kept."""


@dataclass(frozen=True, slots=True)
class Part:
    """What of a run is undone: one school's, or one person or section (``kind``) by source id; or everything."""

    school: str = ""
    kind: str = ""
    id: str = ""

    @property
    def words(self) -> str:
        """The part as ``Run.only`` says it; empty for everything."""
        return f"school {self.school}" if self.school else f"{self.kind} {self.id}".strip()

    def of(self, changes: list[Change]) -> list[Change]:
        """The changes that belong to it."""
        keys = {self.id} if self.kind == "section" else {space + self.id for space in (STUDENT, TEACHER, STAFF, USER)}
        kind = "class" if self.kind == "section" else self.kind
        return list(part_of(changes, school=self.school, kind=kind, keys=frozenset(keys)))


EVERYTHING = Part()


def undo(run: Run, *, by: Actor, part: Part = EVERYTHING, preview: bool = False) -> Run:
    """Take back what a run did, or a part of it; with ``preview`` only plan that. Returns the run of the undo.

    Raises NotUndoableError, and BusyError while another run of the district is in progress.
    """
    with turn_of(run.district):
        changes = _undoable(run, part)
        undoing = open_run(run.district, by.label)
        undoing.mode, undoing.undoes, undoing.only = "undo", run.pk, part.words[:300]
        undoing.save(update_fields=["mode", "undoes", "only"])
        try:
            with transaction.atomic():
                _plan(undoing, run, changes)
                if preview:
                    return close(undoing, Run.Status.PREVIEWED)
                put_back(undoing, run, read_plan(undoing), by=Actor(by.label, by.user_id, roster=True))
                _note(undoing, run, part, by)
                return close(undoing, Run.Status.SUCCEEDED)
        except IntegrityError:
            undoing.refresh_from_db()
            return fail(undoing, MOVED, "Something was made by hand while the run was undone. Nothing was changed.")
        except BaseException:
            undoing.refresh_from_db()
            fail(undoing, INTERRUPTED, STOPPED)
            raise


def outcome_of(undoing: Run) -> dict[str, Any]:
    """What an undo did, or would do: what it left first of all, and why (R38)."""
    listed = list(listed_changes(undoing))
    undone = dict.fromkeys(empty_counts(), 0)
    for counted, actions in undoing.counts.items():
        undone[counted] = sum(actions.values())
    return {
        "run": undoing.pk,
        "undoes": undoing.undoes,
        "district": undoing.district.slug,
        "status": undoing.status,
        "left": [
            {**{name: one[name] for name in ("kind", "source_id", "name")}, "why": one["reason"]}
            for one in listed
            if one["held"]
        ],
        "undone": undone,
        "changes": [one for one in listed if not one["held"]],
        **({"error": {"code": undoing.error_code, "message": undoing.error_message}} if undoing.error_code else {}),
    }


def _undoable(run: Run, part: Part) -> list[Change]:
    """What is to be taken back; raises NotUndoableError where there is nothing, or it is too late."""
    run.refresh_from_db()
    if run.mode in OTHER_WAY:
        raise NotUndoableError(f"Run {run.pk} was a {run.mode}: {OTHER_WAY[run.mode]}.")
    if run.status not in APPLIED or run.mode == "rehearsal":
        raise NotUndoableError(f"Run {run.pk} changed nothing: it is {run.get_status_display()}. Nothing to undo.")
    if run.undone_by:
        raise NotUndoableError(f"Run {run.pk} was undone already, by run {run.undone_by}. {_hint(run)}")
    if run.started < timezone.now() - timedelta(days=settings.PLAN_DAYS) or is_forgotten(run):
        raise NotUndoableError(
            f"Run {run.pk} can no longer be undone: what a run did is kept for {settings.PLAN_DAYS} days (PLAN_DAYS)."
        )
    changes = part.of(list(read_plan(run)))
    if not changes:
        of = f" of {part.words}" if part.words else ""
        raise NotUndoableError(f"Run {run.pk} changed nothing{of}. Nothing to undo.")
    return changes


def _hint(run: Run) -> str:
    """Which run to undo instead, to have it the other way round."""
    last, undone = run, False
    while last.undone_by:
        last, undone = Run.objects.get(pk=last.undone_by), not undone
    if undone:
        return f"To have it back, undo run {last.pk}."
    return f"Run {last.pk} brought it back: undo that one."


def _plan(undoing: Run, run: Run, changes: list[Change]) -> None:
    """Make the reversed plan, store it, and count what it puts back and what it leaves."""
    changes, now = read_standing(run, changes)
    reversed_plan = list(reverse(changes, now, f"undo of run {run.pk}"))
    save_plan(undoing, reversed_plan)
    counts, left = empty_counts(), 0
    for change in reversed_plan:
        left += change.held
        if not change.held and change.action != "seats":
            kind = {"school": "schools", "person": "people", "class": "classes"}[change.kind]
            counts[kind]["update" if change.action == "change" else change.action] += 1
        for seat in change.seats:
            left += len(seat.people) if seat.held else 0
            counts["memberships"][seat.action] += 0 if seat.held else len(seat.people)
    undone = sum(number for actions in counts.values() for number in actions.values())
    undoing.counts, undoing.outcomes = counts, {"undone": undone, "left": left}


def _note(undoing: Run, run: Run, part: Part, by: Actor) -> None:
    """Say in both runs what happened, pause the scheduled syncs, and let nothing be approved that is out of date.

    An open hold of the run ends as renewed, not as discarded: nobody decided about those people and classes. They go
    on waiting, marked as they are, so the next sync asks anew and none of them slips under the guards (R33).
    """
    if not part.words:
        run.undone_by = undoing.pk
    if run.decision == Run.Decision.OPEN:
        run.decision, run.decided_by, run.decided_at = Run.Decision.RENEWED, by.label, timezone.now()
        DataWarning.objects.filter(district=run.district, code="REMOVALS_HELD").exclude(
            state=DataWarning.State.RESOLVED
        ).update(state=DataWarning.State.RESOLVED, resolved_at=timezone.now())
    run.save(update_fields=["undone_by", "decision", "decided_by", "decided_at"])
    pause = {"pause": SyncSettings.Pause.PAUSED, "pause_from": None, "pause_until": None}
    SyncSettings.objects.update_or_create(
        district=run.district, defaults={**pause, "pause_by": f"undo of run {run.pk}"}
    )
    undoing.open_warnings = warnings.count_open(run.district)
    audit(run.district, by, "undo run", undoing.outcomes["undone"], f"run {run.pk} {part.words}".strip()[:200])
