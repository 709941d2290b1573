"""``manage.py clever_sandbox``: serves a made district as Clever's API, to develop and rehearse against."""

import sys
import textwrap
from pathlib import Path
from typing import Any

import msgspec
from django.core.management.base import CommandError, CommandParser

from rostering.management.printing import USAGE, OpsCommand
from rostering.rehearsal.clever import FAULTS, DataRefusedError, Sandbox, control, open_server
from rostering.rehearsal.clever.server import Server

SEED = 2026
CONTROLS = textwrap.indent((control.__doc__ or "").strip(), "    ")


class Command(OpsCommand):
    """Serves a district as Clever does."""

    requires_system_checks = []
    help = f"""Serves a district made by make_district as Clever's API, over HTTP on this machine, until Ctrl-C.

    make_district --out day --students 2000
    clever_sandbox --data day --port 8100

It prints what to connect with. Users, sections, schools, terms, courses, the district and its events are served as
Clever serves them: v3.0 and v3.1, pages and links, counts, rate limit, sign-in (/oauth/authorize, /oauth/portal,
/oauth/instant-login; /oauth/logout forgets who signed in).

The next day: write other files into the folder (make_district --out next --from day --churn 2, then copy them over).
Once they have been left alone for a second and the set is whole, the next request finds the new day, and the events
tell what changed. Files that cannot be taken leave everything as it was; why is said on standard error.

Ids come from --seed, so that the same files get the same ids whenever the sandbox starts. With --state FILE ids,
events and all records are kept over a restart, even if the files have changed meanwhile.

To steer it:  curl -X POST http://127.0.0.1:8100/control/pause -d '{{}}'
{CONTROLS}

Faults befall the "at"-th data request from now on, or those whose path and query match "at", "times" times:
{chr(10).join(f"    {kind:<18} {what}" for kind, what in FAULTS.items())}

Exit codes: 0 ended by Ctrl-C, 1 the files or the port cannot be used, 2 wrong usage."""

    def add_arguments(self, parser: CommandParser) -> None:
        add = parser.add_argument
        add("--data", type=Path, required=True, metavar="DIR", help="The folder with the district's CSV files.")
        add("--port", type=int, required=True, metavar="P", help="Where to listen on 127.0.0.1; 0 picks a free port.")
        add("--token", metavar="T", help="The district's token (else one made from the seed).")
        add("--seed", type=int, default=SEED, metavar="K", help=f"Which ids and secrets (default {SEED}).")
        add("--state", type=Path, metavar="FILE", help="Keep ids, events and records in this file.")
        add("--district-admin", action="store_true", help="Share the district's contact as a district admin.")
        add(
            "--redirect-uri",
            action="append",
            default=[],
            metavar="URI",
            help="Register a redirect URI of the app (repeatable; the portal leads to the first). Without, any will do",
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        if not 0 <= options["port"] <= 65535:
            raise CommandError("A port is a number from 0 to 65535.", returncode=USAGE)
        sandbox = self.open_sandbox(options)
        try:
            server = open_server(sandbox, options["port"])
        except OSError as error:
            raise CommandError(f"Port {options['port']} cannot be used: {error}. Choose another, or 0.") from error
        self.say(sandbox, server, options)
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            self.tell("The sandbox is closed.")
        finally:
            server.server_close()

    def open_sandbox(self, options: dict[str, Any]) -> Sandbox:
        """The sandbox with its files loaded."""
        try:
            return Sandbox(
                options["data"],
                seed=options["seed"],
                token=options["token"],
                state=options["state"],
                district_admin=options["district_admin"],
                redirect_uris=options["redirect_uri"],
                running=True,
                tell=self.tell,
            )
        except DataRefusedError as error:
            raise CommandError(f"{error} Name a folder made by make_district.") from error
        except (msgspec.MsgspecError, OSError) as error:
            raise CommandError(f"The sandbox cannot start: {error}") from error

    def say(self, sandbox: Sandbox, server: Server, options: dict[str, Any]) -> None:
        """Prints what to connect with."""
        facts = {
            "url": server.url,
            "token": sandbox.token,
            "district": sandbox.district_id,
            "client_id": sandbox.client_id,
            "client_secret": sandbox.client_secret,
            "connect": f"echo {sandbox.token} | python manage.py connect SLUG clever --token-stdin "
            f"--api-url {server.url} --api-version v3.1",
        }
        words = "\n".join(f"{name.replace('_', ' '):<14} {value}" for name, value in facts.items())
        self.show(facts, f"{words}\nCtrl-C ends it.", options)
        self.stdout.flush()
        sys.stdout.flush()
