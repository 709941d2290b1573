"""What all commands share: one JSON object or words for people, and exit codes (interface.md)."""

import argparse
from typing import Any

import msgspec
from django.core.management.base import BaseCommand, CommandError, CommandParser
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from accounts.lifecycle import Actor
from accounts.models import District

DONE, FAILED, USAGE, HELD, BUSY = 0, 1, 2, 3, 4
WORST_FIRST = (FAILED, BUSY, HELD, DONE)
COMMAND = Actor("command line")


class OpsCommand(BaseCommand):
    """A command that ops run: ``--json`` prints one object on standard output; all else goes to standard error."""

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> CommandParser:
        """Help texts keep their paragraphs."""
        parser = super().create_parser(
            prog_name, subcommand, formatter_class=argparse.RawDescriptionHelpFormatter, **kwargs
        )
        parser.add_argument("--json", action="store_true", help="print one JSON object for scripts")
        return parser

    def show(self, answer: dict[str, Any], words: str, options: dict[str, Any]) -> None:
        """Print the answer: as JSON, or in words."""
        self.stdout.write(msgspec.json.format(msgspec.json.encode(answer)).decode() if options["json"] else words)

    def tell(self, text: str) -> None:
        """Say something beside the answer."""
        self.stderr.write(text)


def district_of(slug: str) -> District:
    """The district of that name, or a usage error."""
    district = District.objects.filter(slug=slug).first()
    if district is None:
        known = ", ".join(District.objects.order_by("slug").values_list("slug", flat=True)[:10]) or "none yet"
        raise CommandError(f"There is no district {slug!r}. Districts: {known}.", returncode=USAGE)
    return district


def stop_with(code: int) -> None:
    """End the command with an exit code after its answer is printed."""
    if code:
        raise SystemExit(code)


def worst(codes: list[int]) -> int:
    """The exit code of several districts' runs together."""
    return min(codes, key=WORST_FIRST.index, default=DONE)


class Spinner:
    """Progress of long work on standard error, where a person looks on: phase, records so far, time."""

    def __init__(self, title: str) -> None:
        console = Console(stderr=True)
        columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
        self._progress = Progress(*columns, console=console, transient=True, disable=not console.is_terminal)
        self._title = title
        self._task = self._progress.add_task(title)

    def __enter__(self) -> "Spinner":
        self._progress.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._progress.stop()

    def __call__(self, phase: str, count: int) -> None:
        """Show a phase and how many records it has seen."""
        counted = f" {count:,} records" if count else ""
        self._progress.update(self._task, description=f"{self._title}: {phase}{counted}")
