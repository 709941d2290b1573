"""Whether this process lives and whether it may be sent requests, for whatever watches over it."""

from collections.abc import Iterator

from django.db import DatabaseError, connections
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe


@require_safe
@never_cache
def alive(request: HttpRequest) -> JsonResponse:  # noqa: ARG001 -- a view
    """200 as long as the process answers; it asks nobody else."""
    return JsonResponse({"alive": True})


@require_safe
@never_cache
def ready(request: HttpRequest) -> JsonResponse:  # noqa: ARG001 -- a view
    """200 when every database is reachable and migrated, else 503 with what is missing."""
    problems = list(_problems())
    return JsonResponse({"ready": not problems, "problems": problems}, status=503 if problems else 200)


def _problems() -> Iterator[str]:
    for alias in connections:
        try:
            executor = MigrationExecutor(connections[alias])
            missing = len(executor.migration_plan(executor.loader.graph.leaf_nodes()))
        except DatabaseError:
            yield f"The database {alias} cannot be reached."
        else:
            if missing:
                yield f"The database {alias} lacks {missing} migrations: run manage.py migrate --database {alias}."
