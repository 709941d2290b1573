"""`run`: one run with its plan and outcomes."""

from typing import Any

from django.conf import settings
from django.core.management.base import CommandError, CommandParser

from rostering.management.printing import USAGE, OpsCommand
from rostering.models import Run
from rostering.reports import run_detail

SHOWN = 200


class Command(OpsCommand):
    """Show a run."""

    help = "Show one run: every change of its plan with its reason, what is held, and how many records ended as what."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("id", type=int, help="the run's number, as `runs` lists it")

    def handle(self, *args: Any, **options: Any) -> None:
        detail = run_detail(run_of(options["id"]))
        changes = detail["changes"]
        how = detail["mode"] + (f" ({detail['why_full']})" if "why_full" in detail else "")
        only = f", only {detail['only']}" if "only" in detail else ""
        lines = [
            f"Run {detail['run']} of {detail['district']}: {detail['status']}, by {detail['by']}, {detail['started']}",
            f"Read: {how}{only}",
            "Outcomes: " + (", ".join(f"{number:,} {name}" for name, number in detail["outcomes"].items()) or "none"),
            *map(in_words, changes[:SHOWN]),
        ]
        if "plan_kept" in detail:
            lines.append(f"Its plan is no longer kept: that is {settings.PLAN_DAYS} days (PLAN_DAYS).")
        if len(changes) > SHOWN:
            lines.append(f"... and {len(changes) - SHOWN:,} more; --json prints all of them.")
        self.show(detail, "\n".join(lines), options)


def run_of(pk: int) -> Run:
    """The run of that number, or a usage error."""
    run = Run.objects.select_related("district").filter(pk=pk).first()
    if run is None:
        raise CommandError(f"There is no run {pk}. `runs SLUG` lists a district's.", returncode=USAGE)
    return run


def in_words(change: dict[str, Any]) -> str:
    """A change for people."""
    fields = ", ".join(f"{name}: {old or '–'} → {new}" for name, (old, new) in change["fields"].items())
    held = " [waits]" if change["held"] else ""
    who = f"{change['name']} ({change['source_id']})"
    return f"  {change['action']:<8}{change['kind']:<11}{who}{held} {change['reason']}; {fields}"
