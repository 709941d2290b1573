"""The product as ops meet it: ``manage.py`` in processes of its own, on a database of its own.

The database is a file on SQLite, and a fresh one of the server that TEST_DATABASE_URL names on PostgreSQL.
"""

import csv
import json
import os
import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit
from uuid import uuid4

import psycopg
from psycopg import sql

ROOT = Path(__file__).resolve().parents[2]
LIMIT = 120
"""Seconds that one command may take."""

MANY = """
import json, sys
from django.core.management import execute_from_command_line
for words in json.loads(sys.argv[1]):
    execute_from_command_line(["manage.py", *words])
"""

Word = str | Path
Exported = dict[str, bytes]


@dataclass(frozen=True)
class Answer:
    """How a command ended, and what it said."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """The one JSON object on standard output."""
        return json.loads(self.out)


@dataclass(frozen=True)
class Machine:
    """An installation. ``url`` is its DATABASE_URL."""

    url: str

    def start(self, *words: Word) -> "subprocess.Popen[str]":
        """A command under way, in a process group of its own."""
        return self._start(str(ROOT / "manage.py"), *map(str, words))

    def run(self, *words: Word, said: str = "") -> Answer:
        """A command from start to end; ``said`` goes to its standard input."""
        return _ended(self.start(*words), said)

    def do(self, *commands: tuple[Word, ...]) -> None:
        """Commands that have to succeed, in one process: they are the setting, not what is tested."""
        answer = _ended(self._start("-c", MANY, json.dumps([[str(word) for word in words] for words in commands])))
        assert answer.code == 0, f"{commands} ended with {answer.code}: {answer.err}{answer.out}"

    def export(self, slug: str, out: Path) -> Exported:
        """The district's export, as ``read_export`` has it."""
        self.do(("export_roster", slug, "--out", out))
        return read_export(out)

    @contextmanager
    def asking(self) -> Iterator[Callable[[str], list[Any]]]:
        """The first column of what a query finds, asked from outside."""
        if self.url.startswith("sqlite"):
            with closing(sqlite3.connect(self.url.removeprefix("sqlite:///"))) as file:
                yield lambda query: [row[0] for row in file.execute(query)]
        else:
            with psycopg.connect(self.url, autocommit=True) as server:
                yield lambda query: [row[0] for row in server.execute(query.encode()).fetchall()]

    def statuses(self) -> list[str]:
        """How each run ended, in their order."""
        with self.asking() as ask:
            return ask("SELECT status FROM rostering_run ORDER BY id")

    def start_sync(self, slug: str) -> "subprocess.Popen[str]":
        """A sync under way whose run has begun."""
        with self.asking() as ask:
            before, until = ask("SELECT count(*) FROM rostering_run"), time.monotonic() + LIMIT
            process = self.start("sync", slug, "--json")
            while ask("SELECT count(*) FROM rostering_run") == before and process.poll() is None:
                assert time.monotonic() < until
                time.sleep(0.002)
        return process

    def _start(self, *words: str) -> "subprocess.Popen[str]":
        ours = {name: value for name, value in os.environ.items() if name != "TEST_DATABASE_URL"}
        environment = {**ours, "DATABASE_URL": self.url, "DJANGO_SETTINGS_MODULE": "rosterproject.settings"}
        pipe = subprocess.PIPE
        return subprocess.Popen(
            [sys.executable, *words],
            cwd=ROOT,
            env=environment,
            stdin=pipe,
            stdout=pipe,
            stderr=pipe,
            text=True,
            start_new_session=True,
        )


def district(slug: str, files: Path, *policies: str) -> tuple[tuple[Word, ...], ...]:
    """The commands that make a district which reads a folder."""
    made = ("add_district", slug, "--name", slug.title(), *policies)
    return made, ("connect", slug, "folder", "--path", files)


def read_export(out: Path) -> Exported:
    """An export file by file and byte for byte, but for the column ``since`` of the warnings; the folder is removed."""
    found = {path.name: path.read_bytes() for path in sorted(out.iterdir())}
    rows = list(csv.reader(found["warnings.csv"].decode().splitlines(keepends=True)))
    since = rows[0].index("since")
    found["warnings.csv"] = repr([row[:since] + row[since + 1 :] for row in rows]).encode()
    shutil.rmtree(out)
    return found


@contextmanager
def machine(folder: Path, like: Machine | None = None) -> Iterator[Machine]:
    """An installation with a database that is migrated, or a copy of another one's; gone when the block ends."""
    server = os.environ.get("TEST_DATABASE_URL", "")
    making = _on_postgresql(server, like) if server.startswith("postgres") else _on_sqlite(folder, like)
    with making as url:
        if like is None:
            Machine(url).do(("migrate", "--verbosity", "0"))
        yield Machine(url)


@contextmanager
def _on_sqlite(folder: Path, like: Machine | None) -> Iterator[str]:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "db.sqlite3"
    if like:
        with (
            closing(sqlite3.connect(like.url.removeprefix("sqlite:///"))) as origin,
            closing(sqlite3.connect(path)) as copy,
        ):
            origin.backup(copy)
    yield f"sqlite:///{path}"


@contextmanager
def _on_postgresql(server: str, like: Machine | None) -> Iterator[str]:
    """A database of its own; the copy of another one if nobody is connected to that."""
    name = sql.Identifier(f"machine_{uuid4().hex}")
    template = sql.Identifier(urlsplit(like.url).path.lstrip("/") if like else "template1")
    with psycopg.connect(server, autocommit=True) as admin:
        admin.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(name, template))
    try:
        yield urlunsplit(urlsplit(server)._replace(path=f"/{name.as_string().strip(chr(34))}"))
    finally:
        with psycopg.connect(server, autocommit=True) as admin:
            admin.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(name))


def _ended(process: "subprocess.Popen[str]", said: str = "") -> Answer:
    out, err = process.communicate(said, timeout=LIMIT)
    return Answer(process.returncode, out, err)
