"""`connect`: store how a district's roster reaches us, after trying it."""

import sys
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError, CommandParser

from rostering.management.printing import BUSY, COMMAND, FAILED, USAGE, OpsCommand, district_of
from rostering.models import Connection
from rostering.sources.base import SourceError
from rostering.sources.clever_api import is_safe
from rostering.sources.sftp import check_host_key
from rostering.trial import QUIET, connect_tested
from rostering.turns import BusyError

VERSIONS = ("v3.1", "v3.0")


class Command(OpsCommand):
    """Connect a district to its source."""

    help = (
        "Store how a district's roster reaches us. The connection is tried first, unless --no-test.\n\n"
        "From Clever, with the district's access token (or, with CLEVER_CLIENT_ID and CLEVER_CLIENT_SECRET set, with\n"
        "--clever-district alone: the token is then looked up):\n"
        "  echo 'the token' | python manage.py connect larkfield clever --token-stdin\n\n"
        "From a folder (CSV files, or one zip in it):\n"
        "  python manage.py connect larkfield folder --path /data/larkfield\n\n"
        "By SFTP, with the server's host key pinned (a server that shows another one is refused):\n"
        "  echo 'the password' | python manage.py connect larkfield sftp --host sftp.example.org --user roster \\\n"
        "      --password-stdin --host-key 'ssh-ed25519 AAAA...' --path /upload\n\n"
        "Secrets are read from standard input or a file, never from the command line, and stored encrypted."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("slug", help="the district")
        parser.add_argument("source", choices=("clever", "sftp", "folder"))
        parser.add_argument("--no-test", action="store_true", help="store it without trying it")
        files = parser.add_argument_group("files (sftp, folder)")
        files.add_argument("--path", help="the folder that holds the files")
        files.add_argument("--format", choices=Connection.Format.values, default="auto")
        files.add_argument(
            "--quiet", type=int, metavar="SECONDS", help="how long the files must be unchanged (sftp 300, folder 0)"
        )
        sftp = parser.add_argument_group("sftp")
        sftp.add_argument("--host", help="the server")
        sftp.add_argument("--port", type=int, default=22)
        sftp.add_argument("--user", help="the user")
        sftp.add_argument("--host-key", help='"TYPE BASE64", as the server\'s administrator tells it')
        secret = sftp.add_mutually_exclusive_group()
        secret.add_argument("--password-stdin", action="store_true", help="read the password from standard input")
        secret.add_argument("--key-file", type=Path, help="a private key")
        clever = parser.add_argument_group("clever")
        clever.add_argument("--token-stdin", action="store_true", help="read the access token from standard input")
        clever.add_argument("--clever-district", metavar="ID", default="", help="Clever's id of the district")
        clever.add_argument("--api-url", metavar="URL", default="", help="another address than CLEVER_API_URL")
        clever.add_argument("--api-version", choices=VERSIONS, default=VERSIONS[0], help="(default v3.1)")

    def handle(self, *args: Any, **options: Any) -> None:
        district, source = district_of(options["slug"]), options["source"]
        values, secret = {"folder": folder_of, "sftp": sftp_of, "clever": clever_of}[source](options)
        quiet = QUIET[source] if options["quiet"] is None else options["quiet"]
        try:
            found = connect_tested(
                district, source, values, secret, layout=options["format"], quiet=quiet, by=COMMAND,
                test=not options["no_test"],
            )  # fmt: skip
        except SourceError as error:
            raise CommandError(f"{error.message} The connection was not stored.", returncode=FAILED) from error
        except BusyError as error:
            raise CommandError(f"{error} The connection was not stored.", returncode=BUSY) from error
        answer = {"district": district.slug, "source": source, "tested": not options["no_test"], "files": found.files}
        if source == "clever":
            answer["clever_district"] = {**values, **found.values}["district"]
        seen = f" It holds {', '.join(found.files)}." if found.files else ""
        seen = f" Clever calls it {found.name}." if found.name else seen
        self.show(
            answer,
            f"Connected {district.name} by {source}.{seen} Next: python manage.py check_source {district.slug}",
            options,
        )


def folder_of(options: dict[str, Any]) -> tuple[dict[str, Any], dict[str, str]]:
    """Settings and secret of a folder."""
    return {"path": str(Path(path_of(options)).expanduser().absolute())}, {}


def sftp_of(options: dict[str, Any]) -> tuple[dict[str, Any], dict[str, str]]:
    """Settings and secret of an SFTP server."""
    path_of(options)
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


def clever_of(options: dict[str, Any]) -> tuple[dict[str, Any], dict[str, str]]:
    """Settings and secret of Clever's API."""
    values = {
        "district": options["clever_district"], "api_url": options["api_url"], "version": options["api_version"],
    }  # fmt: skip
    check_address(options["api_url"] or settings.CLEVER_API_URL)
    if not options["token_stdin"]:
        if options["clever_district"] and all(settings.CLEVER_CLIENT):
            check_address(settings.CLEVER_OAUTH_URL)
            return values, {}
        raise CommandError(
            "Clever needs --token-stdin; or --clever-district, with CLEVER_CLIENT_ID and CLEVER_CLIENT_SECRET set.",
            returncode=USAGE,
        )
    token = sys.stdin.readline().strip()
    if not token or not token.isascii() or not token.isprintable():
        raise CommandError("Standard input holds no access token.", returncode=USAGE)
    return values, {"token": token}


def check_address(url: str) -> None:
    """A token goes over the network only encrypted; unencrypted to this machine itself, for rehearsals."""
    if not is_safe(url):
        raise CommandError(f"{url} is not an https:// address.", returncode=USAGE)


def path_of(options: dict[str, Any]) -> str:
    """The folder, which files cannot do without."""
    if not options["path"]:
        raise CommandError("--path is missing: the folder that holds the files.", returncode=USAGE)
    return str(options["path"])
