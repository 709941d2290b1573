"""One sync of a district, measured: a step of `tests.bench`."""

import os
import sys
import time

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "rosterproject.settings")
django.setup()

from accounts.models import District  # noqa: E402
from rostering.delivery import Asked  # noqa: E402
from rostering.sync import run_sync  # noqa: E402
from tests.bench import measured  # noqa: E402

if __name__ == "__main__":
    asked = Asked(full="--full" in sys.argv)
    district = District.objects.get(slug=sys.argv[1])
    phases: list[tuple[str, float]] = []

    def note(phase: str, count: int) -> None:
        if not phases or phases[-1][0] != phase:
            phases.append((phase, time.monotonic()))

    start = time.monotonic()
    if os.environ.get("PROFILE"):
        import cProfile
        import pstats

        with cProfile.Profile() as profile:
            run = run_sync(district, by="benchmark", asked=asked, progress=note)
        pstats.Stats(profile, stream=sys.stderr).sort_stats("tottime").print_stats(35)
    else:
        run = run_sync(district, by="benchmark", asked=asked, progress=note)
    end = time.monotonic()
    marks = [*phases, ("end", end)]
    spent = {name: round(marks[place + 1][1] - at, 2) for place, (name, at) in enumerate(phases)}
    print(f"seconds by phase: {spent}", file=sys.stderr)
    if run.status == "failed":
        raise SystemExit(run.error_message)
    measured(end - start, mode=run.mode)
