"""R2, end to end: files that others made, from an SFTP server, become exactly the roster that they say."""

import csv
import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.promises.machine import ROOT, Answer
from tests.promises.town import Town, command, counted, held
from tests.sftp_server import SftpServer, sftp_server

FEED = ROOT.parent / "shared" / "feeds" / "sds" / "v1_100_students"
pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(not FEED.exists(), reason=f"the feeds that others made are not here ({FEED})"),
]


def column(file: str, *names: str) -> list[tuple[str, ...]]:
    """Columns of one of the files, straight from the bytes."""
    with (FEED / file).open(encoding="utf-8-sig", newline="") as handle:
        return [tuple(row[name] for name in names) for row in csv.DictReader(handle)]


@pytest.fixture
def server(tmp_path: Path) -> Iterator[SftpServer]:
    """A server that holds the files, uploaded an hour ago."""
    upload = tmp_path / "root" / "upload"
    upload.mkdir(parents=True)
    for path in FEED.glob("*.csv"):
        (upload / path.name).write_bytes(path.read_bytes())
        os.utime(upload / path.name, (time.time() - 3600,) * 2)
    with sftp_server(tmp_path / "root") as serving:
        yield serving


def connect(server: SftpServer, *more: str, password: str = "", host_key: str = "") -> Answer:
    return command(
        *("connect", "lark", "sftp", "--host", server.host, "--port", server.port, "--user", server.user),
        *("--host-key", host_key or server.host_key, "--path", "/upload", "--password-stdin", "--json", *more),
        said=f"{password or server.password}\n",
    )


def test_r2_a_feed_by_sftp_becomes_the_roster_that_its_files_say(server: SftpServer, folder: Path) -> None:
    assert command("add_district", "lark", "--name", "Lark").code == 0
    connected = connect(server)
    assert (connected.code, connected.json) == (
        0,
        {
            "district": "lark",
            "source": "sftp",
            "tested": True,
            "files": sorted(path.name.lower() for path in FEED.glob("*.csv")),
        },
    )
    town = Town(folder)
    run = town.sync()
    assert (run["status"], held(run)) == ("succeeded", {})

    students, teachers = column("Student.csv", "SIS ID"), column("Teacher.csv", "SIS ID")
    taught, seats = (
        column("TeacherRoster.csv", "Section SIS ID", "SIS ID"),
        column("StudentEnrollment.csv", "Section SIS ID", "SIS ID"),
    )
    sections = {key for (key,) in column("Section.csv", "SIS ID")} & {section for section, _ in taught}
    roster = town.roster()
    assert sorted(roster.people) == sorted({key for (key,) in students} | {key for (key,) in teachers})
    assert [row["role"] for row in roster.users].count("student") == len(set(students))
    assert [row["role"] for row in roster.users].count("teacher") == len(set(teachers))
    assert set(roster.sections) == sections
    expected = {pair for pair in (*taught, *seats) if pair[0] in sections}
    assert roster.seats == expected
    assert (len(roster.memberships), len(expected) > 100) == (len(expected), True)
    names = {key: name for key, name in column("Section.csv", "SIS ID", "Section Name") if key in sections}
    assert {row["section_id"]: row["name"] for row in roster.classes} == names
    people = {
        key: (first, last)
        for file in ("Student.csv", "Teacher.csv")
        for key, first, last in column(file, "SIS ID", "First Name", "Last Name")
    }
    assert {row["source_id"]: (row["first_name"], row["last_name"]) for row in roster.users} == people

    again = town.sync()
    assert (again["status"], counted(again), town.changes(again["run"])) == ("succeeded", {}, [])
    after = town.roster()
    assert (after.users, after.classes, after.memberships) == (roster.users, roster.classes, roster.memberships)


def test_r2_the_password_is_stored_encrypted_and_said_nowhere(server: SftpServer) -> None:
    command("add_district", "lark", "--name", "Lark")
    connected = connect(server)
    assert server.password not in connected.out + connected.err
    connection = Town(Path()).district.connection
    assert server.password not in repr((connection.settings, connection.secret, str(connection)))
    assert connection.secret


@pytest.mark.parametrize("what", ["password", "host_key"])
def test_r2_a_wrong_password_or_host_key_is_refused_and_nothing_is_stored(server: SftpServer, what: str) -> None:
    command("add_district", "lark", "--name", "Lark")
    with sftp_server(server.root) as other:
        wrong = {"password": "wrong", "host_key": ""} if what == "password" else {"host_key": other.host_key}
        refused = connect(server, **wrong)
    assert (refused.code, refused.out) == (1, "")
    assert refused.err.endswith("The connection was not stored.")
    (run,) = command("sync", "lark", "--json").json["runs"]
    assert (run["run"], run["status"], run["error"]["code"]) == (None, "failed", "NOT_CONNECTED")


def test_r34_a_server_that_breaks_off_changes_nothing(tmp_path: Path, folder: Path) -> None:
    root, broken = tmp_path / "root", []
    (root / "upload").mkdir(parents=True)
    for path in FEED.glob("*.csv"):
        (root / "upload" / path.name).write_bytes(path.read_bytes())
        os.utime(root / "upload" / path.name, (time.time() - 3600,) * 2)

    def on_read(name: str, offset: int, _length: int) -> str:
        return "drop" if broken and name == "StudentEnrollment.csv" else ""

    with sftp_server(root, on_read=on_read) as server:
        command("add_district", "lark", "--name", "Lark")
        connect(server)
        town = Town(folder)
        town.sync()
        before = town.roster()
        broken.append(True)
        run = town.sync()
        assert (run["status"], run["code"], run["error"]["code"]) == ("failed", 1, "SRC_INCOMPLETE")
        assert town.roster().users == before.users
        broken.clear()
        assert town.sync()["status"] == "succeeded"
        after = town.roster()
        assert (after.users, after.classes, after.memberships) == (before.users, before.classes, before.memberships)
