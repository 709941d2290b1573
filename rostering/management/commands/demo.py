"""`demo`: a sample district, synced and served."""

import signal
import subprocess
import sys
from dataclasses import asdict
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import CommandParser

from rostering.management.commands.sync import in_words
from rostering.management.printing import OpsCommand
from rostering.rehearsal.demo import SignIn, built_demo
from rostering.reports import run_summary
from rosterproject.environment import DATA_DIR


class Command(OpsCommand):
    """Try the product."""

    help = (
        "Migrate the database, make two sample districts with the awkward cases that real ones have, one that sends\n"
        "files and one at Clever (a sandbox stands in for Clever while the demo runs), sync them, print a sign-in\n"
        "for each role, and serve the site with a worker until you press Ctrl-C. Safe to repeat."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--no-serve", action="store_true", help="stop before serving")
        parser.add_argument("--port", type=int, default=8000)

    def handle(self, *args: Any, **options: Any) -> None:
        call_command("migrate", verbosity=0)
        with built_demo(DATA_DIR / "demo", f"http://127.0.0.1:{options['port']}") as (runs, sign_ins):
            summaries = [run_summary(run) for run in runs]
            answer = {"sign_ins": [asdict(sign_in) for sign_in in sign_ins], "runs": summaries}
            self.show(answer, "\n".join([*map(in_words, summaries), "", *map(line_of, sign_ins)]), options)
            if not options["no_serve"]:
                self._serve(options["port"])

    def _serve(self, port: int) -> None:
        """Run the site and a worker, and end both with this command."""
        signal.signal(signal.SIGTERM, signal.default_int_handler)
        self.tell(f"\nServing http://127.0.0.1:{port}/ with a worker. Press Ctrl-C to stop.")
        manage = [sys.executable, str(settings.BASE_DIR / "manage.py")]
        worker = subprocess.Popen([*manage, "qcluster"], start_new_session=True)  # noqa: S603 -- our own command
        site = subprocess.Popen([*manage, "runserver", "--noreload", f"127.0.0.1:{port}"])  # noqa: S603
        try:
            site.wait()
        except KeyboardInterrupt:
            self.tell("Stopping.")
        finally:
            for process in (site, worker):
                process.terminate()
            for process in (site, worker):
                process.wait()


def line_of(sign_in: SignIn) -> str:
    """A sign-in for people."""
    return f"{sign_in.role:<20}{sign_in.username:<16}{sign_in.password:<16}{sign_in.url}"
