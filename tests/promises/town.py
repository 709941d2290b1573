"""A district from its files to its export: real files, real commands, and ways to say what became of it."""

import csv
import io
import json
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from accounts.models import District
from tests.flow.feeds import Feed
from tests.promises.machine import Answer

SLUG = "lark"
Rows = list[dict[str, str]]


def command(*words: str | int | Path, said: str = "") -> Answer:
    """A command in this process: how it would end, and what it says."""
    out, err, stdin = io.StringIO(), io.StringIO(), sys.stdin
    sys.stdin = io.StringIO(said)
    try:
        call_command(*map(str, words), stdout=out, stderr=err)
        code = 0
    except CommandError as error:
        code = error.returncode
        err.write(str(error))
    except SystemExit as end:
        code = int(end.code or 0)
    finally:
        sys.stdin = stdin
    return Answer(code, out.getvalue(), err.getvalue())


@dataclass
class Roster:
    """What ``export_roster`` wrote."""

    users: Rows
    classes: Rows
    memberships: Rows
    warnings: Rows

    @property
    def people(self) -> dict[str, str]:
        """Source id -> status, of the accounts that the source feeds."""
        return {row["source_id"]: row["status"] for row in self.users if row["source_id"]}

    @property
    def sections(self) -> dict[str, str]:
        """Section id -> status."""
        return {row["section_id"]: row["status"] for row in self.classes if row["section_id"]}

    @property
    def seats(self) -> set[tuple[str, str]]:
        """(section id, person's source id) of the active seats."""
        sections = {row["class_id"]: row["section_id"] for row in self.classes}
        people = {row["username"]: row["source_id"] for row in self.users}
        return {(sections[row["class_id"]], people[row["username"]]) for row in self.memberships}

    def inactive(self) -> set[str]:
        """Who is deactivated or archived: source ids of people and sections."""
        return {key for key, status in {**self.people, **self.sections}.items() if status != "active"}


@dataclass
class Town:
    """A district that reads a folder."""

    folder: Path
    slug: str = SLUG
    runs: list[dict[str, Any]] = field(default_factory=list)

    def sync(self, feed: Feed | None = None, *options: str) -> dict[str, Any]:
        """Write the files, if there are any, and sync; the run as JSON, with the exit code in it."""
        if feed is not None:
            feed.write(self.folder)
        answer = command("sync", self.slug, "--json", *options)
        (run,) = answer.json["runs"]
        self.runs.append({**run, "code": answer.code})
        return self.runs[-1]

    def roster(self) -> Roster:
        """The export as it is now."""
        out = self.folder.parent / "export"
        assert command("export_roster", self.slug, "--out", out).code == 0
        return Roster(*(read_csv(out / f"{name}.csv") for name in ("users", "classes", "memberships", "warnings")))

    def explain(self, text: str) -> list[dict[str, Any]]:
        return command("explain", self.slug, text, "--json").json["found"]

    def warnings(self, *options: str) -> list[dict[str, Any]]:
        return command("warnings", self.slug, "--json", *options).json["warnings"]

    def codes(self, *options: str) -> dict[str, str]:
        """Code -> state of the warnings; for districts that have one of each."""
        found = self.warnings(*options)
        codes = {warning["code"]: warning["state"] for warning in found}
        assert len(codes) == len(found), found
        return codes

    def changes(self, run: int, **wanted: object) -> list[dict[str, Any]]:
        """The changes of a run's plan that are like this."""
        changes = command("run", run, "--json").json["changes"]
        return [change for change in changes if all(change[name] == value for name, value in wanted.items())]

    def damage(self, file: str, content: bytes) -> None:
        """Put other bytes into a file."""
        (self.folder / file).write_bytes(content)

    def bytes_of(self, file: str) -> bytes:
        return (self.folder / file).read_bytes()

    @property
    def district(self) -> District:
        return District.objects.get(slug=self.slug)


def found_town(folder: Path, feed: Feed, *policies: str, slug: str = SLUG) -> Town:
    """A district that is connected to the feed's files; not synced yet."""
    feed.write(folder)
    for words in (("add_district", slug, "--name", "Lark", *policies), ("connect", slug, "folder", "--path", folder)):
        answer = command(*words)
        assert answer.code == 0, answer.err
    return Town(folder, slug)


def counted(run: Mapping[str, Any]) -> dict[str, dict[str, int]]:
    """What a run did, without the zeros and without what is unchanged."""
    return {
        kind: done
        for kind, counts in run["counts"].items()
        if (done := {action: number for action, number in counts.items() if number and action != "unchanged"})
    }


def held(run: Mapping[str, Any]) -> dict[str, int]:
    """What a run holds, without the zeros."""
    return {kind: number for kind, number in run["held"].items() if number}


def read_csv(path: Path) -> Rows:
    with path.open(encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle))


def numbered(prefix: str, count: int) -> list[str]:
    """Ids: prefix and number."""
    return [f"{prefix}{number}" for number in range(1, count + 1)]


def with_id(found: Iterable[Mapping[str, Any]], key: str) -> Mapping[str, Any]:
    """The one answer about this source id."""
    (answer,) = [one for one in found if one["source_id"] == key]
    return answer


def as_json(text: str) -> Any:
    """One JSON object, and nothing after it."""
    answer = json.loads(text)
    assert isinstance(answer, dict), text
    return answer


def two_schools(students: int = 0, teachers: int = 0, staff: int = 0, sections: int = 0, seats: int = 0) -> Feed:
    """School A with so many of each, and a small school B that stays as it is.

    At A: students ``s1``…, teachers ``t1``…, staff ``f1``…, sections ``c1``… (all taught by ``t1``, without students),
    and, with ``seats``, a section ``roster`` of so many seats, that of its teacher ``t1`` among them.
    """
    feed = Feed()
    feed.school("A", "Alder School")
    feed.school("B", "Birch School")
    feed.teacher("tb", "Bea", "Birk", school="B")
    feed.student("sb", "Bo", "Birk", school="B")
    feed.staff_member("fb", "Bill", "Birk", school="B")
    feed.section("cb", "Birch 1", school="B", teachers=["tb"], students=["sb"])
    for key in numbered("t", max(teachers, 1)):
        feed.teacher(key, "Tea", f"Cher{key}", school="A")
    for key in numbered("s", max(students, seats - 1)):
        feed.student(key, "Stu", f"Dent{key}", school="A")
    for key in numbered("f", staff):
        feed.staff_member(key, "Sta", f"Ff{key}", school="A")
    for key in numbered("c", sections):
        feed.section(key, f"Class {key}", school="A", teachers=["t1"])
    if seats:
        feed.section("roster", "Roster", school="A", teachers=["t1"], students=numbered("s", seats - 1))
    return feed


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where a district's files are."""
    return tmp_path / "feed"
