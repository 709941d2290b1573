"""The story of one run: source, snapshot, plan, guards, apply, report (docs/flow.md)."""

import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.lifecycle import Actor
from accounts.models import District
from rostering import warnings
from rostering.apply import Applying, PlanMovedError, apply_plan
from rostering.connections import fingerprints_of, sync_settings_of
from rostering.core.data_warnings import CATALOGUE, as_json
from rostering.core.merged import fold_merged
from rostering.core.narrow import Place, narrow
from rostering.core.plan import all_findings, make_changes, outcomes, records_read
from rostering.core.planning import COUNTED, Planning, Rules
from rostering.core.sharing import Sharing, share
from rostering.core.snapshot import Snapshot
from rostering.core.validate import validate
from rostering.current import DatabaseHoldings, read_links, section_keys_of
from rostering.delivery import Asked, Delivery, Progress, no_progress
from rostering.feeds import read_source
from rostering.grace import note_gone, read_gone
from rostering.limits import limits_of
from rostering.links import rows_of
from rostering.merge_journal import merged_keys
from rostering.models import Connection, Run, SyncSettings
from rostering.pauses import additive_pause_of, refuse_paused, remark_on
from rostering.plans import forget_old, read_plan, save_plan
from rostering.sources.base import SourceError
from rostering.turns import turn_of

INTERRUPTED, MOVED = "INTERRUPTED", "PLAN_MOVED"
STOPPED = "The run was stopped by a fault of ours. Nothing was changed; the next run starts afresh."


class NotConnectedError(Exception):
    """The district has no feed."""


EVERYTHING = Asked()


def run_sync(
    district: District,
    *,
    by: str,
    asked: Asked = EVERYTHING,
    preview: bool = False,
    scheduled: bool = False,
    progress: Progress = no_progress,
) -> Run:
    """One run of one district. Raises BusyError when another is in progress, NotConnectedError without a feed.

    Raises PausedError when it is ``scheduled`` for a day on which the district pauses. Whatever fails before the plan
    is applied is in the run that is returned, and nothing was changed.
    """
    with turn_of(district):
        connection = connection_to_read(district, scheduled)
        run = open_run(district, by, asked)
        progress = phases_of(run, progress)
        try:
            asked = with_seats(district, asked)
            delivery = read_source(connection, asked, progress)
            progress("planning", 0)
            planning, scope = plan_run(run, delivery, asked)
            if preview:
                return report(run, planning, Run.Status.PREVIEWED)
            progress("applying", 0)
            with transaction.atomic():
                apply_run(run, planning, scope)
                delivery.keep()
                return report(run, planning, Run.Status.HELD if planning.held.total() else Run.Status.SUCCEEDED)
        except SourceError as error:
            return fail(run, error.code, error.message)
        except PlanMovedError as error:
            return fail(run, MOVED, str(error))
        except IntegrityError:
            return fail(run, MOVED, "Something was made by hand while the plan was applied. Nothing of it was applied.")
        except BaseException:
            fail(run, INTERRUPTED, STOPPED)
            raise


def check_source(district: District, *, progress: Progress = no_progress) -> dict[str, Any]:
    """Read the source and plan against it, and say what a sync would meet. Only the report is kept."""
    connection = connection_of(district)
    try:
        planning = prepare(district, read_source(connection, Asked(full=True), progress).snapshot)
        for _ in make_changes(planning):
            pass
        found: dict[str, Any] = {
            "records": records_read(planning),
            "counts": planning.counts,
            "held": {kind: planning.held[kind] for kind in COUNTED},
            "outcomes": outcomes(planning),
            "warnings": [as_json(finding) for finding in all_findings(planning) if finding.parent is None],
        }
    except SourceError as error:
        found = {"error": {"code": error.code, "message": error.message}}
    connection.check_report = found
    connection.save(update_fields=["check_report"])
    return found


def connection_of(district: District) -> Connection:
    """The district's connection, or NotConnectedError."""
    connection = Connection.objects.select_related("district").filter(district=district).first()
    if connection is None:
        raise NotConnectedError(
            f"{district.slug} is not connected to a source yet. Connect it: manage.py connect --help"
        )
    return connection


def connection_to_read(district: District, scheduled: bool) -> Connection:
    """The connection that a run reads; none on a day on which scheduled runs pause."""
    connection = connection_of(district)
    if scheduled:
        refuse_paused(district, timezone.localdate())
    return connection


def open_run(district: District, by: str, asked: Asked = EVERYTHING) -> Run:
    """The row of a new run. We hold the turn, so a run that still says it is running was killed (R37)."""
    Run.objects.filter(district=district, status=Run.Status.RUNNING).update(
        status=Run.Status.FAILED,
        error_code=INTERRUPTED,
        error_message="The run was killed. Nothing of it was applied; the next run starts afresh.",
        finished=timezone.now(),
    )
    return Run.objects.create(district=district, by=by, only=f"{asked.kind} {asked.id}".strip())


def with_seats(district: District, asked: Asked) -> Asked:
    """For a person: with the sections in which they sit here, for the source may no longer name them there."""
    if asked.kind != "person":
        return asked
    return replace(asked, also=tuple(section_keys_of(district, asked.id)))


def plan_run(run: Run, delivery: Delivery, asked: Asked) -> tuple[Planning, set[Place] | None]:
    """Make the plan and store it. With it comes whom the run is about, where that is not the whole district."""
    run.mode, run.why_full, run.drift = delivery.mode, delivery.why, dict(delivery.drift)
    planning = prepare(run.district, delivery.snapshot)
    scope = narrow(planning, asked.kind, asked.id, asked.also) if asked.kind else None
    save_plan(run, make_changes(planning))
    return planning, scope


def phases_of(run: Run, progress: Progress) -> Progress:
    """The same progress, noted on the run too whenever its phase changes, and every second."""
    noted: tuple[str, float] = ("", 0.0)

    def note(phase: str, count: int) -> None:
        nonlocal noted
        if phase != noted[0] or time.monotonic() - noted[1] > 1:
            noted = phase, time.monotonic()
            values = {"phase": phase, "done": count} if count else {"phase": phase}
            Run.objects.filter(pk=run.pk).update(**values)
        progress(phase, count)

    return note


def prepare(district: District, snapshot: Snapshot, decided: SyncSettings | None = None) -> Planning:
    """Everything that a plan is made of: what is shared of the snapshot, what we hold, what the district decided."""
    decided, today = decided or sync_settings_of(district), timezone.localdate()
    links = read_links(district)
    heirs, folded = fold_merged(snapshot, links, merged_keys(district))
    not_shared = share(snapshot, Sharing(decided.sharing, frozenset(decided.sharing_ids)))
    pause = additive_pause_of(decided, today)
    if pause is not None:
        snapshot.findings.append(remark_on(pause))
    rules = Rules(
        district.usernames, district.passwords, district.fallback, limits_of(decided), today, decided.grace_days,
        additive=pause is not None or not snapshot.complete,
    )  # fmt: skip
    return Planning(
        snapshot,
        links,
        DatabaseHoldings(district),
        fingerprints_of(district),
        rules,
        not_shared,
        findings=validate(snapshot),
        gone_since=read_gone(district),
        heirs=heirs,
        folded=folded,
    )


def apply_run(run: Run, planning: Planning, scope: set[Place] | None = None) -> None:
    """Apply the stored plan of a run, and renew what waits: the run's removals stand in for those held before (R33).

    A run of a single record (``scope``: whom it was about) leaves an open hold open; the next whole run renews both.
    """
    open_holds = Run.objects.filter(district=run.district, decision=Run.Decision.OPEN)
    if scope is None:
        open_holds.update(decision=Run.Decision.RENEWED)
    waits = planning.held.total() and not open_holds.exists()
    actor = Actor(f"run {run.pk}", roster=True)
    apply_plan(Applying(run.district, actor, planning, rows_of(planning.links), run.pk), read_plan(run))
    note_gone(planning)
    run.decision = Run.Decision.OPEN if waits else Run.Decision.NONE
    warnings.save_findings(run.district, all_findings(planning), planning.examined, sent_in(planning), scope)


def sent_in(planning: Planning) -> Callable[[str, str], bool]:
    """Whether the source still sends a record and we use it."""
    blocked = planning.snapshot.blocked
    return lambda kind, key: (
        kind in ("school", "person", "section") and (key in planning.snapshot.of(kind) and (kind, key) not in blocked)
    )


def report(run: Run, planning: Planning, status: Run.Status) -> Run:
    """Close a run with what it did."""
    seats = planning.holdings.active_seats()
    done = planning.counts["memberships"]
    before = seats - done["archive"] if status == Run.Status.PREVIEWED else seats - done["create"] - done["restore"]
    done["unchanged"] = max(0, before - done["match"])
    run.records, run.counts, run.outcomes = records_read(planning), planning.counts, outcomes(planning)
    run.held = {kind: planning.held[kind] for kind in COUNTED}
    run.open_warnings = warnings.count_open(run.district)
    return close(run, status)


def fail(run: Run, code: str, message: str) -> Run:
    """Close a run that failed; the roster is as it was."""
    run.error_code, run.error_message = code, message
    if code in CATALOGUE:
        warnings.save_failure(run.district, code, message, "source", "")
    run.open_warnings = warnings.count_open(run.district)
    return close(run, Run.Status.FAILED)


def close(run: Run, status: Run.Status) -> Run:
    """Write the run's end, and forget plans that are too old."""
    forget_old(run.district, timezone.now())
    run.status, run.finished, run.phase = status, timezone.now(), ""
    run.save()
    return run
