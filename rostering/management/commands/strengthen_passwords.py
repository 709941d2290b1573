"""``manage.py strengthen_passwords``: slow hashes for the passwords that the SIS sent, in the background."""

import argparse
import json
import sys
import time
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from accounts.passwords import count_digests, strengthen_stored

HELP = """\
Put a slow hash around the passwords that the SIS sent.

A sync stores a password from the SIS as a keyed digest, because slow hashes for 100,000 people take hours. This
command turns those digests into PBKDF2 hashes, about three a second, without knowing the passwords; nobody notices,
except that a person who came in by single sign-on, without their password, has to sign in once more.

Each account is saved by itself. Stop it at any time (Ctrl-C, --limit, --seconds, a reboot): what is done stays done,
and the next call goes on with the rest. A password that changes meanwhile is left alone.

  manage.py strengthen_passwords                  until none is left
  manage.py strengthen_passwords --seconds 3000   from an hourly schedule
  manage.py strengthen_passwords --limit 100 --json

Exit codes: 0 done, or stopped at a limit; 130 interrupted. --json prints
{"strengthened": N, "changed_meanwhile": N, "left": N, "seconds": S}.
"""


class Command(BaseCommand):
    """Counts and reports; the work is ``accounts.passwords.strengthen_stored``."""

    help = HELP

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> CommandParser:
        return super().create_parser(
            prog_name, subcommand, formatter_class=argparse.RawDescriptionHelpFormatter, **kwargs
        )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--limit", type=_not_negative(int), metavar="N", help="stop after N accounts")
        parser.add_argument(
            "--seconds", type=_not_negative(float), metavar="S", help="begin no account after S seconds"
        )
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *, limit: int | None, seconds: float | None, **options: Any) -> None:
        start, done, interrupted = time.monotonic(), [0, 0], False
        try:
            for replaced in strengthen_stored(limit, seconds):
                done[replaced] += 1
                self._show_progress(sum(done), options)
        except KeyboardInterrupt:
            interrupted = True
        self._report(done[True], done[False], time.monotonic() - start, as_json=options["json"])
        if interrupted:
            sys.exit(130)

    def _show_progress(self, count: int, options: dict[str, Any]) -> None:
        if count % 100 == 0 and options["verbosity"] > 0 and not options["json"]:
            self.stderr.write(f"{count} passwords so far")

    def _report(self, strengthened: int, changed: int, seconds: float, *, as_json: bool) -> None:
        left = count_digests()
        if as_json:
            report = {"strengthened": strengthened, "changed_meanwhile": changed, "left": left}
            self.stdout.write(json.dumps({**report, "seconds": round(seconds, 1)}))
            return
        self.stdout.write(f"Strengthened {strengthened} passwords in {seconds:.1f} s; {left} are left.")
        if changed:
            self.stdout.write(f"{changed} were changed meanwhile and left alone.")


def _not_negative(kind: type) -> Any:
    def parse(text: str) -> Any:
        if (value := kind(text)) < 0:
            raise ValueError(text)
        return value

    parse.__name__ = f"{kind.__name__} of 0 or more"
    return parse
