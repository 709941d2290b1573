import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from rostering.rehearsal.clever import Sandbox, serving
from tests.rehearsal.clever_files import Client, Days, types, write


@pytest.fixture
def days(tmp_path: Path) -> Days:
    return Days(tmp_path)


@pytest.fixture
def client(days: Days) -> Iterator[Client]:
    with serving(days.sandbox) as url, Client(url, days.sandbox.token) as client:
        yield client


@pytest.mark.parametrize("state", ["paused", "pending"])
def test_a_frozen_district(days: Days, client: Client, state: str) -> None:
    client.control("pause" if state == "paused" else "hold")
    [district] = client.page("/v3.1/districts")
    assert district["state"] == state
    assert (district.get("pause_start") == "2027-05-26") == (state == "paused")
    before = days.sandbox.records("users")
    days.files["students"][2]["Grade"] = "7"
    assert days.next() == []
    assert days.sandbox.records("users") == before
    client.control("resume")
    assert types(days.sandbox.events()) == ["districts.updated", "districts.updated", "users.updated"]
    assert client.page("/v3.1/districts")[0]["last_sync"] > district["last_sync"]


def test_disconnected_and_another_token(days: Days, client: Client) -> None:
    client.control("disconnect")
    assert client.ask("/v3.1/districts").status_code == 401
    token = client.control("rotate-token")["token"]
    assert client.ask("/v3.1/districts").status_code == 401
    client.headers["Authorization"] = f"Bearer {token}"
    assert client.ids("/v3.1/districts") == [days.sandbox.district_id]


def test_a_restart_goes_on_where_it_stopped(tmp_path: Path) -> None:
    days = Days(tmp_path, state=tmp_path / "state.json")
    days.files["students"][2]["Grade"] = "7"
    days.next()
    days.sandbox.hide("users", days.id("users", "T-89"))
    before = days.sandbox
    days.files["students"].append({"School_id": "010", "Student_id": "new", "Last_name": "L", "First_name": "F"})
    days.sandbox = Sandbox(write(tmp_path / "9", days.files), state=tmp_path / "state.json")
    assert days.sandbox.events()[:-1] == before.events()
    assert days.sandbox.events()[-1]["type"] == "users.created"
    assert days.sandbox.records("users")[:-1] == before.records("users")
    assert days.sandbox.records("sections") == before.records("sections")
    assert days.id("users", "new") > before.records("sections")[-1]["id"]
    assert (days.sandbox.token, days.sandbox.district_id) == (before.token, before.district_id)


def age(folder: Path, seconds: float) -> None:
    """Files that nobody has touched for a while."""
    for path in folder.glob("*.csv"):
        os.utime(path, (time.time() - seconds,) * 2)


def test_the_folder_is_watched(tmp_path: Path) -> None:
    told: list[str] = []
    days = Days(tmp_path, tell=told.append)
    sandbox, folder = days.sandbox, tmp_path / "0"
    with serving(sandbox) as url, Client(url, sandbox.token) as client:
        assert client.page("/v3.1/events") == []
        days.files["students"][2]["Grade"] = "7"
        write(folder, days.files)
        wait_for_a_look(sandbox)
        assert client.page("/v3.1/events") == []  # still warm
        age(folder, 5)
        (folder / ".students.csv.part").write_text("")
        wait_for_a_look(sandbox)
        assert client.page("/v3.1/events") == []
        (folder / ".students.csv.part").unlink()
        age(folder, 4)
        assert client.page("/v3.1/events") == []  # looked at a moment ago
        wait_for_a_look(sandbox)
        assert types(client.page("/v3.1/events")) == ["users.updated"]
    assert ["still being written" in words for words in told] == [True, False]


def wait_for_a_look(sandbox: Sandbox) -> None:
    sandbox.folder._looked -= 1
