"""The worker of the browser's tests: it does in this process what stands in the queue."""

from django.utils import timezone
from django_q.models import OrmQ, Task

from rostering.jobs import do_job


def work() -> list[object]:
    """Do the jobs that wait, one after the other, and note their results as a worker does. Returns the results."""
    results: list[object] = []
    for queued in OrmQ.objects.order_by("pk"):
        job, started = queued.task, timezone.now()
        result = do_job(*job["args"])
        Task.objects.create(
            id=job["id"], name=job["name"], func=job["func"], args=job["args"], started=started,
            stopped=timezone.now(), success=True, result=result,
        )  # fmt: skip
        queued.delete()
        results.append(result)
    return results
