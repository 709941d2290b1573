"""`sync`: one run of each district named."""

import logging
from typing import Any

from django.core.management.base import CommandError, CommandParser

from accounts.models import District
from rostering.delivery import Asked
from rostering.management.printing import (
    BUSY,
    DONE,
    FAILED,
    HELD,
    USAGE,
    OpsCommand,
    Spinner,
    district_of,
    stop_with,
    worst,
)
from rostering.models import Run
from rostering.pauses import PausedError
from rostering.reports import run_summary
from rostering.sync import NotConnectedError, run_sync
from rostering.turns import BusyError

logger = logging.getLogger(__name__)


class Command(OpsCommand):
    """Run a sync."""

    help = (
        "Bring districts up to date with their source: read everything, plan, hold unsafe removals, apply the rest.\n\n"
        "  python manage.py sync larkfield             one district\n"
        "  python manage.py sync larkfield --preview   make and store the plan, apply nothing\n"
        "  python manage.py sync larkfield --full      read everything, where Clever's events would do\n"
        "  python manage.py sync larkfield --person ID    just this person and the sections they are in\n"
        "  python manage.py sync larkfield --section ID   just this section and the people in it\n"
        "  python manage.py sync --all                 every connected district that does not pause\n\n"
        "Safe to stop and to run again at any moment. Exit codes: 0 done, 1 failed (nothing half-done),\n"
        "2 wrong usage, 3 done but removals wait for a decision, 4 another run of the district is in progress."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("slugs", nargs="*", metavar="SLUG", help="the districts")
        parser.add_argument("--all", action="store_true", help="every connected district that does not pause")
        parser.add_argument("--preview", action="store_true", help="plan only")
        how = parser.add_mutually_exclusive_group()
        how.add_argument("--full", action="store_true", help="read everything (files always are)")
        how.add_argument("--person", metavar="ID", help="only the person with this source id, in one district")
        how.add_argument("--section", metavar="ID", help="only the section with this source id, in one district")

    def handle(self, *args: Any, **options: Any) -> None:
        runs, codes, paused = [], [], []
        for district in self._districts(options):
            try:
                run, code = self._sync(district, options)
            except PausedError as error:
                self.tell(str(error))
                paused.append(district.slug)
                continue
            codes.append(code)
            runs.append(run_summary(run))
        answer = {"runs": runs, "paused": paused} if paused else {"runs": runs}
        self.show(answer, "\n".join(map(in_words, runs)), options)
        stop_with(worst(codes))

    def _districts(self, options: dict[str, Any]) -> list[District]:
        if bool(options["slugs"]) == options["all"]:
            raise CommandError("Name the districts, or say --all.", returncode=USAGE)
        if "" in (options["person"], options["section"]):
            raise CommandError("The id is empty.", returncode=USAGE)
        if (options["person"] or options["section"]) and (options["all"] or len(options["slugs"]) > 1):
            raise CommandError("--person and --section are for one district.", returncode=USAGE)
        if options["all"]:
            return list(District.objects.exclude(connection=None).order_by("slug"))
        return [district_of(slug) for slug in dict.fromkeys(options["slugs"])]

    def _no_run(self, district: District, code: str, message: str) -> Run:
        """What stands in the answer for a district in which nothing ran; there is no such row."""
        return Run(district=district, status=Run.Status.FAILED, error_code=code, error_message=message)

    def _sync(self, district: District, options: dict[str, Any]) -> tuple[Run, int]:
        try:
            with Spinner(district.slug) as spinner:
                run = run_sync(
                    district,
                    by="command line",
                    asked=asked_of(options),
                    preview=options["preview"],
                    scheduled=options["all"],
                    progress=spinner,
                )
        except BusyError as error:
            return self._no_run(district, "BUSY", str(error)), BUSY
        except NotConnectedError as error:
            return self._no_run(district, "NOT_CONNECTED", str(error)), FAILED
        except PausedError:
            raise
        except Exception:  # with --all, one district's fault must not cost the others their night
            if not options["all"]:
                raise
            logger.exception("The sync of %s broke off; the other districts go on.", district.slug)
            return self._no_run(district, "INTERRUPTED", "The sync broke off. Nothing of it was applied."), FAILED
        return run, {Run.Status.FAILED: FAILED, Run.Status.HELD: HELD}.get(Run.Status(run.status), DONE)


def asked_of(options: dict[str, Any]) -> Asked:
    """What is asked of the source."""
    if options["person"]:
        return Asked(kind="person", id=options["person"])
    return Asked(kind="section", id=options["section"]) if options["section"] else Asked(full=options["full"])


def in_words(run: dict[str, Any]) -> str:
    """A run for people."""
    how = f", {run['mode']}" + (f" ({run['why_full']})" if "why_full" in run else "")
    only = f", only {run['only']}" if "only" in run else ""
    lines = [f"{run['district']}: run {run['run'] or '-'} {run['status']}{how}{only} in {run['seconds']:.1f} s"]
    if "error" in run:
        return "\n".join([*lines, f"  {run['error']['code']}: {run['error']['message']}"])
    for kind, counts in run["counts"].items():
        said = ", ".join(f"{number:,} {action}" for action, number in counts.items() if number)
        lines.append(f"  {kind}: {said or 'none'}")
    if only and not any(run["records"].values()):
        lines.append("  The source sends nothing under this id.")
    if any(run["held"].values()):
        waiting = ", ".join(f"{number:,} {kind}" for kind, number in run["held"].items() if number)
        lines.append(f"  Waiting for a decision: removal of {waiting}. See: python manage.py run {run['run']}")
    if run["warnings"]:
        lines.append("  Warnings: " + ", ".join(f"{code} {number}" for code, number in run["warnings"].items()))
    return "\n".join(lines)
