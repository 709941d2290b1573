"""A town: one district that sends files, as tests drive it and read it. Whole results come as short lines of text."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Any

from django.contrib.auth import authenticate
from django.core.management import call_command
from django.db import connection

from accounts.lifecycle import Actor, save_district
from accounts.models import District, User
from classes.models import Class
from rostering.connections import connect
from rostering.exports import class_rows, membership_rows, user_rows
from rostering.models import Run
from rostering.reports import listed_changes, listed_warnings
from tests.flow.feeds import Feed

BY = Actor("tests")
NOTHING = {"create": 0, "update": 0, "archive": 0, "restore": 0, "match": 0, "rekey": 0}


@dataclass
class Town:
    slug: str
    folder: Path

    @property
    def district(self) -> District:
        return District.objects.get(slug=self.slug)

    # -- doing --------------------------------------------------------------------------------------------

    def sync(self, feed: Feed | None = None, *options: str, status: str = "") -> dict[str, Any]:
        """Send a feed, run the command, and return what it printed. Fails unless the run ended as it should."""
        if feed is not None:
            feed.write(self.folder)
        answer, code = command("sync", self.slug, *options)
        [run] = answer["runs"]
        wanted = status or ("previewed" if "--preview" in options else "succeeded")
        assert (run["status"], code) == (wanted, {"held": 3, "failed": 1}.get(wanted, 0)), run
        if wanted != "failed":
            check_outcomes(run)
        return run

    def settle(self, feed: Feed | None = None) -> dict[str, Any]:
        """Sync, and then once more: the second run plans nothing and changes nothing (R35)."""
        run = self.sync(feed)
        before = self.everything()
        again = self.sync()
        assert self.plan(again) == []
        assert {kind: counts | NOTHING for kind, counts in again["counts"].items()} == again["counts"]
        assert self.everything() == before
        return run

    def change_policies(self, **values: str) -> None:
        save_district(self.slug, by=BY, **values)

    def approve(self, run: dict[str, Any]) -> dict[str, Any]:
        return command("approve", str(run["run"]))[0]

    def discard(self, run: dict[str, Any]) -> dict[str, Any]:
        return command("discard", str(run["run"]))[0]

    # -- reading ------------------------------------------------------------------------------------------

    def users(self) -> list[str]:
        """username | role | first | last | email | grade | number | sis id | source ids | schools | status | synced."""
        return [lined(row) for row in user_rows(self.district)]

    def classes(self) -> list[str]:
        """number | name | school | section | term | status | synced | teachers | visible to students."""
        return [lined(row) for row in class_rows(self.district)]

    def seats(self) -> list[str]:
        """Class number | username | role | synced."""
        return [lined(row) for row in membership_rows(self.district)]

    def rosters(self) -> dict[str, str]:
        """Every active class with its people, teachers in front of the slash."""
        names = dict(Class.objects.filter(district=self.district).values_list("number", "name"))
        people: dict[str, dict[str, list[str]]] = {}
        for number, username, role, _ in membership_rows(self.district):
            people.setdefault(names[number], {"teacher": [], "student": []})[role].append(username)
        return {
            name: f"{' '.join(seats['teacher'])} / {' '.join(seats['student'])}".strip()
            for name, seats in people.items()
        }

    def usernames(self) -> dict[str, str]:
        """Source ids -> username, marked when the account is not active."""
        return {row[8]: row[0] + ("" if row[10] == "active" else " (inactive)") for row in user_rows(self.district)}

    def everything(self) -> tuple[list[str], ...]:
        return self.users(), self.classes(), self.seats(), self.warnings()

    def plan(self, run: dict[str, Any]) -> list[str]:
        """The run's plan, a line per change; of creations without the fields."""
        return [change_line(change) for change in listed_changes(Run.objects.get(pk=run["run"]))]

    def changes(self, run: dict[str, Any]) -> list[dict[str, Any]]:
        """The run's plan as `run --json` prints it."""
        return list(listed_changes(Run.objects.get(pk=run["run"])))

    def warnings(self, *codes: str) -> list[str]:
        """Open warnings as ``CODE kind source id: message``; only some codes, if any are named."""
        return [
            f"{one['code']} {one['kind']} {one['source_id']}: {one['message']}"
            for one in listed_warnings(self.district)
            if not codes or one["code"] in codes
        ]

    def user(self, username: str) -> User:
        return User.objects.get(district=self.district, username_key=username.lower())

    def signs_in(self, username: str, password: str) -> bool:
        return authenticate(None, username=username, password=password, district=self.district) is not None


def make_town(slug: str, folder: Path, *, fixed_password: str | None = None, **policies: str) -> Town:
    """A district connected to a folder that is still empty."""
    district, _ = save_district(slug, by=BY, name=slug.title(), fixed_password=fixed_password, **policies)
    folder.mkdir(parents=True, exist_ok=True)
    connect(district, "folder", {"path": str(folder)}, {}, layout="clever", quiet=0, by=BY)
    return Town(slug, folder)


def command(name: str, *args: str) -> tuple[dict[str, Any], int]:
    """What a command printed with ``--json``, and its exit code."""
    out, code = StringIO(), 0
    try:
        call_command(name, *args, "--json", stdout=out, stderr=StringIO())
    except SystemExit as stop:
        code = int(stop.code or 0)
    return json.loads(out.getvalue()), code


def check_outcomes(run: dict[str, Any]) -> None:
    """Each record that the source sent has one outcome (R39)."""
    outcomes = Run.objects.get(pk=run["run"]).outcomes
    sent = sum(run["records"].values())
    had = outcomes["in_use"] + outcomes["unchanged"] + outcomes["blocked"] + outcomes["not_shared"]
    waits = run["held"]["classes"]  # a section that names no teacher is sent, and its class waits
    waits += outcomes["waiting"] - sum(run["held"].values())  # people in review are sent, and wait
    assert had <= sent <= had + waits, (outcomes, run["records"])


def lined(row: Iterable[Any]) -> str:
    return " | ".join(map(str, row))


def change_line(change: dict[str, Any]) -> str:
    fields = "" if change["action"] == "create" or change["kind"] == "membership" else fields_line(change["fields"])
    held = " [held]" if change["held"] else ""
    return f"{change['action']} {change['kind']} {change['source_id']}: {change['reason']}{fields}{held}"


def fields_line(fields: dict[str, list[str | None]]) -> str:
    return "".join(f"; {name} {old or '–'} → {new or '–'}" for name, (old, new) in sorted(fields.items()))


def whole_database() -> str:
    """Every cell of every table as text (what is encrypted there stays so)."""
    cells: list[str] = []
    with connection.cursor() as cursor:
        for table in sorted(connection.introspection.table_names(cursor)):
            cursor.execute(f'SELECT * FROM "{table}"')
            cells += (str(cell) for row in cursor.fetchall() for cell in row)
    return "\n".join(cells)
