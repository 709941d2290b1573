"""Work for the queue: what a page asks for and a worker does. The queue only wakes; the run's row is the truth."""

from dataclasses import dataclass
from typing import Any, Literal

from django_q.models import Task
from django_q.tasks import async_task

from accounts.models import District
from rostering.models import Run
from rostering.pauses import PausedError
from rostering.sync import NotConnectedError, check_source, run_sync
from rostering.turns import BusyError

What = Literal["sync", "full", "preview", "check"]
PHASES = {"reading": (5, 60), "planning": (65, 75), "applying": (75, 99)}
"""Phase -> from and to which percent of a run it lasts, roughly."""


@dataclass(frozen=True, slots=True)
class JobState:
    """What became of a job. ``words``: why there was no run; ``run``: the run that it made, or that is under way."""

    state: Literal["queued", "running", "done", "refused"]
    run: Run | None = None
    words: str = ""


def ask_for(district: District, what: What, *, by: str) -> str:
    """Put a job into the queue. Returns its id."""
    job: str = async_task("rostering.jobs.do_job", district.pk, what, by, task_name=f"{what} {district.slug}"[:100])
    return job


def do_job(district_id: int, what: What, by: str) -> dict[str, Any]:
    """What the worker does: ``{"run": number}``, or ``{"refused": why}`` in words for people."""
    district = District.objects.get(pk=district_id)
    try:
        if what == "check":
            check_source(district)
            return {"checked": True}
        run = run_sync(district, by=by, preview=what == "preview")
    except (BusyError, NotConnectedError, PausedError) as error:
        return {"refused": str(error)}
    return {"run": run.pk}


def state_of(district: District, job: str) -> JobState:
    """Where a job is: in the queue, under way, or done."""
    task = Task.objects.filter(id=job).first() if job else None
    if task is not None:
        return _ended(district, task)
    run = running_of(district)
    return JobState("running" if run else "queued", run)


def running_of(district: District) -> Run | None:
    """The district's run that is under way."""
    return Run.objects.filter(district=district, status=Run.Status.RUNNING).first()


def percent_of(run: Run) -> int:
    """How far a run is, by its phase and by how much the last run read; never 100 before the end."""
    start, end = PHASES.get(run.phase, (0, 5))
    applied = Run.objects.filter(
        district=run.district_id, mode__in=Run.SYNCS, status__in=("succeeded", "held"), only=""
    )
    last = applied.order_by("-pk").first()
    total = sum(last.records.values()) if last else 0
    share = min(1.0, run.done / total) if total else 0.0
    return round(start + (end - start) * share)


def _ended(district: District, task: Task) -> JobState:
    if not task.success:
        return JobState("refused", words="The worker stopped before it was done. Nothing was changed; start it again.")
    result: dict[str, Any] = task.result or {}
    if "refused" in result:
        return JobState("refused", words=result["refused"])
    return JobState("done", Run.objects.filter(district=district, pk=result.get("run", 0)).first())
