"""`connect`: store how a district's roster reaches us, after trying it."""

import sys
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser

from rostering.connections import connect, open_source, unsaved_connection
from rostering.management.printing import COMMAND, FAILED, USAGE, OpsCommand, district_of
from rostering.models import Connection
from rostering.sources.base import SourceError
from rostering.sources.sftp import check_host_key

QUIET = {"sftp": 300, "folder": 0}


class Command(OpsCommand):
    """Connect a district to its source."""

    help = (
        "Store how a district's roster reaches us. The connection is tried first, unless --no-test.\n\n"
        "From a folder (CSV files, or one zip in it):\n"
        "  python manage.py connect larkfield folder --path /data/larkfield\n\n"
        "By SFTP, with the server's host key pinned (a server that shows another one is refused):\n"
        "  echo 'the password' | python manage.py connect larkfield sftp --host sftp.example.org --user roster \\\n"
        "      --password-stdin --host-key 'ssh-ed25519 AAAA...' --path /upload\n\n"
        "Secrets are read from standard input or a file, never from the command line, and stored encrypted."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("slug", help="the district")
        parser.add_argument("source", choices=("sftp", "folder"))
        parser.add_argument("--path", required=True, help="the folder that holds the files")
        parser.add_argument("--format", choices=Connection.Format.values, default="auto")
        parser.add_argument(
            "--quiet", type=int, metavar="SECONDS", help="how long the files must be unchanged (sftp 300, folder 0)"
        )
        parser.add_argument("--no-test", action="store_true", help="store it without trying it")
        parser.add_argument("--host", help="SFTP: the server")
        parser.add_argument("--port", type=int, default=22)
        parser.add_argument("--user", help="SFTP: the user")
        parser.add_argument("--host-key", help='SFTP: "TYPE BASE64", as the server\'s administrator tells it')
        secret = parser.add_mutually_exclusive_group()
        secret.add_argument("--password-stdin", action="store_true", help="SFTP: read the password from standard input")
        secret.add_argument("--key-file", type=Path, help="SFTP: a private key")

    def handle(self, *args: Any, **options: Any) -> None:
        district, source = district_of(options["slug"]), options["source"]
        values, secret = self._folder(options) if source == "folder" else self._sftp(options)
        quiet = QUIET[source] if options["quiet"] is None else options["quiet"]
        files: list[str] = []
        if not options["no_test"]:
            trial = unsaved_connection(district, source, values, secret, layout=options["format"], quiet=0)
            try:
                with open_source(trial) as found:
                    files = sorted(found.paths)
            except SourceError as error:
                raise CommandError(f"{error.message} The connection was not stored.", returncode=FAILED) from error
        connect(district, source, values, secret, layout=options["format"], quiet=quiet, by=COMMAND)
        answer = {"district": district.slug, "source": source, "tested": not options["no_test"], "files": files}
        seen = f" It holds {', '.join(files)}." if files else ""
        self.show(
            answer,
            f"Connected {district.name} by {source}.{seen} Next: python manage.py check_source {district.slug}",
            options,
        )

    def _folder(self, options: dict[str, Any]) -> tuple[dict[str, Any], dict[str, str]]:
        return {"path": str(Path(options["path"]).expanduser().absolute())}, {}

    def _sftp(self, options: dict[str, Any]) -> tuple[dict[str, Any], dict[str, str]]:
        missing = [f"--{name.replace('_', '-')}" for name in ("host", "user", "host_key") if not options[name]]
        if missing or not (options["password_stdin"] or options["key_file"]):
            wanted = missing or ["--password-stdin or --key-file"]
            raise CommandError(f"SFTP needs {', '.join(wanted)}.", returncode=USAGE)
        values = {name: options[name] for name in ("host", "port", "user", "path", "host_key")}
        try:
            check_host_key(options["host_key"])
        except ValueError as error:
            raise CommandError(str(error), returncode=USAGE) from error
        if options["password_stdin"]:
            return values, {"password": sys.stdin.readline().rstrip("\r\n")}
        try:
            return values, {"private_key": options["key_file"].read_text()}
        except OSError as error:
            raise CommandError(f"The key file cannot be read: {error.strerror}.", returncode=USAGE) from error
