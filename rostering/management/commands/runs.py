"""`runs`: the history of a district."""

from typing import Any

from django.core.management.base import CommandParser

from rostering.management.printing import OpsCommand, district_of
from rostering.models import Run
from rostering.reports import run_summary, seconds


class Command(OpsCommand):
    """List a district's runs."""

    help = "List a district's latest runs, the newest first: when, how each ended, and what waits for a decision."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("slug", help="the district")
        parser.add_argument("--limit", type=int, default=20, metavar="N", help="at most so many (20)")

    def handle(self, *args: Any, **options: Any) -> None:
        runs = Run.objects.filter(district=district_of(options["slug"])).select_related("district")
        listed = list(runs.order_by("-pk")[: max(0, options["limit"])])
        answer = {
            "runs": [
                {**run_summary(run), "started": run.started.isoformat(), "decision": run.decision} for run in listed
            ]
        }
        words = "\n".join(
            f"{run.pk:>6}  {run.started:%Y-%m-%d %H:%M}  {run.status:<10} {seconds(run):>7.1f} s  "
            f"{run.get_decision_display() if run.decision else ''}{run.error_message}"
            for run in listed
        )
        self.show(answer, words or "No runs yet.", options)
