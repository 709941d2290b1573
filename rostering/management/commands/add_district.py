"""`add_district`: create or update a district and its account policies."""

import sys
from typing import Any

from django.core.management.base import CommandError, CommandParser

from accounts.lifecycle import save_district
from accounts.models import District
from accounts.passwords import SHORTEST
from rostering.management.printing import COMMAND, USAGE, OpsCommand


class Command(OpsCommand):
    """Create or update a district and its policies."""

    help = (
        "Create a district, or change its name and policies.\n\n"
        "  --usernames sis|generated     from the SIS, or made from names (jsmith, jsmith1, ...)\n"
        "  --passwords sis|username|fixed  from the SIS, the username itself, or one for all accounts\n"
        "  --fallback username|fixed     for people of whom the SIS sends no usable password\n\n"
        "A fixed password is read from standard input and stored as a strong hash only:\n"
        "  echo 'apple tree' | python manage.py add_district larkfield --name 'Larkfield USD' \\\n"
        "      --passwords fixed --fixed-password-stdin"
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("slug", help="short name used in addresses and commands, such as larkfield")
        parser.add_argument("--name", help="the district's full name; required for a new one")
        parser.add_argument("--usernames", choices=District.Usernames.values)
        parser.add_argument("--passwords", choices=District.Passwords.values)
        parser.add_argument("--fallback", choices=District.Fallback.values)
        parser.add_argument(
            "--fixed-password-stdin", action="store_true", help="read the fixed password from standard input"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        slug = options["slug"]
        existing = District.objects.filter(slug=slug).first()
        values = {name: options[name] for name in ("name", "usernames", "passwords", "fallback") if options[name]}
        fixed = read_password() if options["fixed_password_stdin"] else None
        self._check(slug, existing, values, fixed)
        district, created = save_district(slug, by=COMMAND, fixed_password=fixed, **values)
        answer = {
            "district": slug, "name": district.name, "created": created, "usernames": district.usernames,
            "passwords": district.passwords, "fallback": district.fallback,
        }  # fmt: skip
        done = "Created" if created else "Changed"
        self.show(answer, f"{done} {district.name} ({slug}). Next: python manage.py connect {slug} --help", options)

    def _check(self, slug: str, existing: District | None, values: dict[str, str], fixed: str | None) -> None:
        if slug in ("ops", "clever") or not slug.replace("-", "").replace("_", "").isalnum() or not slug.isascii():
            raise CommandError(
                f"{slug!r} cannot be a district's short name: use letters, digits, - and _.", returncode=USAGE
            )
        if existing is None and "name" not in values:
            raise CommandError("A new district needs --name.", returncode=USAGE)
        passwords = values.get("passwords") or (existing.passwords if existing else "username")
        fallback = values.get("fallback") or (existing.fallback if existing else "username")
        has_fixed = fixed is not None or bool(existing and existing.fixed_password)
        if "fixed" in (passwords, fallback if passwords == "sis" else "") and not has_fixed:
            raise CommandError("The fixed password is not set: give it with --fixed-password-stdin.", returncode=USAGE)


def read_password() -> str:
    """A password from standard input: one line, at least 4 characters (R13)."""
    raw = sys.stdin.readline().rstrip("\r\n")
    if len(raw) < SHORTEST:
        raise CommandError(f"The password needs at least {SHORTEST} characters. Nothing was changed.", returncode=USAGE)
    return raw
