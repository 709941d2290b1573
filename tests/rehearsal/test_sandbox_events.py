from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path

import pytest

from rostering.rehearsal.churn import write_next_day
from rostering.rehearsal.clever import Sandbox, serving
from rostering.rehearsal.district import write_district
from tests.rehearsal.clever_files import Client, Days, Record, example, rows, types

KINDS = ("districts", "schools", "terms", "courses", "users", "sections")


@pytest.fixture
def days(tmp_path: Path) -> Days:
    return Days(tmp_path)


@pytest.fixture
def client(days: Days) -> Iterator[Client]:
    with serving(days.sandbox) as url, Client(url, days.sandbox.token) as client:
        yield client


def replay(lists: dict[str, dict[str, Record]], events: list[Record]) -> None:
    for event in events:
        kind, _, what = event["type"].partition(".")
        record = event["data"]["object"]
        if what == "deleted":
            del lists[kind][record["id"]]
        else:
            assert (record["id"] in lists[kind]) == (what == "updated")
            lists[kind][record["id"]] = record


def content(record: Record) -> Record:
    """A record without its stamps, which events show as they were before."""
    left = {name: value for name, value in record.items() if name not in ("last_modified", "last_sync")}
    roles = record.get("roles")
    if roles:
        left["roles"] = {
            name: role and {key: value for key, value in role.items() if key != "last_modified"}
            for name, role in roles.items()
        }
    return left


def test_events_replayed_over_one_day_give_the_next(tmp_path: Path) -> None:
    write_district(tmp_path / "0", 400, 5)
    sandbox = Sandbox(tmp_path / "0")
    with serving(sandbox) as url, Client(url, sandbox.token) as client:
        lists = {kind: {r["id"]: r for r in client.everything(target(kind))} for kind in KINDS}
        for day in range(1, 4):
            write_next_day(tmp_path / str(day - 1), tmp_path / str(day), 10, day)
            last = [event["id"] for event in client.page("/v3.1/events?ending_before=last&limit=1")]
            client.control("load", data=str(tmp_path / str(day)))
            events = client.everything("/v3.1/events?limit=50" + (f"&starting_after={last[0]}" if last else ""))
            assert len(events) > 50
            replay(lists, events)
            today = {kind: {r["id"]: r for r in client.everything(target(kind))} for kind in KINDS}
            for kind in KINDS:
                assert {k: content(r) for k, r in lists[kind].items()} == {
                    k: content(r) for k, r in today[kind].items()
                }
            replay_order(events)


def target(kind: str) -> str:
    return f"/v3.1/{kind}" + ("?limit=200" if kind != "districts" else "")


ORDER = [
    *(f"{kind}.{what}" for kind in KINDS for what in ("created", "updated")),
    *(f"{kind}.deleted" for kind in ("sections", "users", "courses", "terms", "schools")),
]


def replay_order(events: list[Record]) -> None:
    """Events of one load stand in the order of the contract, ids rise."""
    places = [ORDER.index(event["type"]) for event in events]
    assert places == sorted(places)
    assert [event["id"] for event in events] == sorted(event["id"] for event in events)


def test_the_same_files_make_no_events(days: Days) -> None:
    assert days.next() == []


def test_every_kind_of_change_in_the_order_of_the_contract(days: Days) -> None:
    files = deepcopy(days.files)
    files["schools"][0]["School_name"] = "Harborview Academy"
    files["schools"].append(files["schools"][1] | {"School_id": "030"})
    files["students"][2] |= {"Student_id": "100919", "Last_name": "Lo"}
    files["enrollments"][1]["Student_id"] = "100919"
    files["teachers"][1]["Title"] = "Grade 5"
    files["teachers"].append(files["teachers"][1] | {"Teacher_id": "T-90"})
    files["sections"][0] |= {"Course_number": "M5", "Term_name": "Year"}
    assert types(days.next(files)) == [
        *("schools.created", "schools.updated", "terms.created", "courses.created"),
        *("users.created", "users.created", "users.updated", "sections.updated", "sections.updated"),
        *("users.deleted", "courses.deleted"),
    ]


def test_an_updated_event(days: Days, client: Client) -> None:
    mo, oona = days.id("users", "100918"), days.id("users", "T-88")
    section = days.id("sections", "SEC-401")
    before = client.ask(f"/v3.1/sections/{section}").json()["data"]
    days.files["enrollments"] += rows("School_id,Section_id,Student_id\n010,SEC-401,100918")
    days.files["sections"][0] |= {"Teacher_id": "T-89", "Teacher_2_id": "T-88", "Grade": "5"}
    days.next()
    after = client.ask(f"/v3.1/sections/{section}").json()["data"]
    [user, event] = client.page("/v3.1/events")
    assert (user["type"], user["data"]["object"]["id"]) == ("users.updated", mo)
    assert event["type"] == "sections.updated"
    assert set(event["data"]) == {"object", "previous_attributes"}
    changed = ("name", "teacher", "teachers", "students", "grade")
    assert event["data"]["previous_attributes"] == {name: before[name] for name in changed}
    assert after["name"] == "Grade 4 Math - Vance - 2"
    assert after["teachers"][1] == oona
    assert after["last_modified"] > before["last_modified"]
    assert event["data"]["object"] == after | {"last_modified": before["last_modified"]}
    assert client.ask(f"/v3.1/events/{event['id']}").json()["data"] == event
    client.control("previous", outer=True)
    outer = client.page("/v3.1/events")[1]
    assert (set(outer["data"]), outer["previous_attributes"]) == ({"object"}, event["data"]["previous_attributes"])


def test_a_changed_role_is_shown_whole(days: Days) -> None:
    [before] = [user for user in days.sandbox.records("users") if user["id"] == days.id("users", "100918")]
    days.files["students"][2]["Grade"] = "7"
    [event] = days.next()
    assert event["data"]["previous_attributes"] == {"roles": before["roles"]}
    assert event["data"]["object"]["roles"]["student"]["grade"] == "7"


def test_who_vanishes_and_returns_keeps_the_id(days: Days) -> None:
    mo, row = days.id("users", "100918"), days.files["students"].pop()
    assert types(days.next()) == ["sections.updated", "users.deleted"]
    days.files["students"].append(row)
    created, _ = days.next()
    assert (created["type"], created["data"]["object"]["id"]) == ("users.created", mo)


def test_new_users_get_their_ids_in_order_of_role_and_source_id(days: Days) -> None:
    student = {"School_id": "010", "Last_name": "L", "First_name": "F", "Contact_name": "C"}
    days.files["students"] += [
        student | {"Student_id": number, "Contact_sis_id": f"C{number}"} for number in ("9", "10")
    ]
    days.files["teachers"] += [days.files["teachers"][1] | {"Teacher_id": number} for number in ("Z", "A")]
    days.files["staff"] += [days.files["staff"][0] | {"Staff_id": "AA", "Staff_email": ""}]
    created = [event["data"]["object"] for event in days.next()]
    roles = [next(filter(None, user["roles"].values())) for user in created]
    assert [role.get("sis_id") or role.get("staff_id") for role in roles] == ["A", "Z", "AA", "10", "9", "C10", "C9"]


def test_a_contact_with_an_id_is_updated_and_one_without_is_another(days: Days) -> None:
    days.files["students"][0]["Contact_phone"] = "602-555-0199"
    assert types(days.next()) == ["users.updated"]
    days.files["students"][0]["Contact_sis_id"] = ""
    assert types(days.next()) == ["users.created", "users.deleted"]
    days.files["students"][0]["Contact_phone"] = "602-555-0111"
    assert types(days.next()) == ["users.updated"]
    days.files["students"][0]["Contact_email"] = "petra@mail.example"
    assert types(days.next()) == ["users.created", "users.deleted"]


def test_teacher_and_staff_become_one_and_two_again(days: Days) -> None:
    both = days.id("users", "T-88")
    days.files["staff"] = [row | {"Staff_email": "other@larkfield.example"} for row in days.files["staff"]]
    assert types(days.next()) == ["users.created", "users.updated"]
    alone = days.id("users", "S-14")
    assert days.id("users", "T-88") == both
    days.files["staff"] = example()["staff"]
    assert types(days.next()) == ["users.updated", "users.deleted"]
    days.files["teachers"] = days.files["teachers"][1:]
    days.next()
    assert days.id("users", "S-14") in (both, alone)


def test_a_changed_source_id_makes_another_user(days: Days) -> None:
    old = days.id("users", "100918")
    days.sandbox.change_sis_id("student", "100918", "X1")
    assert types(days.sandbox.events()) == ["users.created", "sections.updated", "users.deleted"]
    assert days.id("users", "X1") > old


def test_hidden_and_shared_again(days: Days, client: Client) -> None:
    mo, section = days.id("users", "100918"), days.id("sections", "SEC-700")
    days.sandbox.hide("users", mo)
    assert client.ask(f"/v3.1/users/{mo}").status_code == 404
    assert mo not in client.ids("/v3.1/users")
    assert client.ask("/v3.1/users?role=student&count=true").json()["count"] == 1
    assert client.ask(f"/v3.1/sections/{section}").json()["data"]["students"] == [mo]
    assert client.ids(f"/v3.1/sections/{section}/users?role=student") == []
    days.files["students"][2]["Grade"] = "8"
    assert days.next() == []
    client.control("share", kind="users", ids=[mo])
    deleted, created = client.page("/v3.1/events")
    assert (deleted["type"], created["type"]) == ("users.deleted", "users.created")
    assert (deleted["data"]["object"]["id"], created["data"]["object"]["id"]) == (mo, mo)
    assert client.ask(f"/v3.1/users/{mo}").json()["data"] == created["data"]["object"]
    assert created["data"]["object"]["roles"]["student"]["grade"] == "8"


def test_filters(days: Days, client: Client) -> None:
    days.files["schools"][1]["School_name"] = "Larkfield High"
    days.files["students"][0] |= {"Last_name": "Other"}
    days.files["sections"][1]["Name"] = "Advisory"
    days.files["sections"][0]["Term_name"] = "Year"
    days.next()
    middle = days.id("schools", "020")
    assert types(client.page("/v3.1/events?record_type=users")) == ["users.updated"]
    assert types(client.page("/v3.1/events?record_type=users&record_type=terms")) == ["terms.created", "users.updated"]
    assert types(client.page(f"/v3.1/events?school={middle}")) == ["schools.updated", "sections.updated"]
    assert client.links("/v3.1/events?record_type=users&limit=1")["next"].startswith(
        "/v3.1/events?record_type=users&limit=1&starting_after="
    )


def test_v30_shows_no_events_of_v31(days: Days, client: Client) -> None:
    days.files["students"][2]["Home_language"] = ""
    days.files["students"] = [row | {"Gifted_status": "Y"} for row in days.files["students"]]
    days.next()
    assert types(client.page("/v3.1/events")) == ["users.updated", "users.updated"]
    assert client.page("/v3.0/events") == []
    days.files["students"][2]["Grade"] = "8"
    days.next()
    [event] = client.page("/v3.0/events")
    assert "gifted_status" not in event["data"]["object"]["roles"]["student"]
    assert "gifted_status" not in event["data"]["previous_attributes"]["roles"]["student"]


def test_events_are_gone_after_30_days(days: Days, client: Client) -> None:
    days.files["students"][2]["Grade"] = "7"
    [event] = days.next()
    days.sandbox.advance(days=29)
    assert client.ids("/v3.1/events") == [event["id"]]
    client.control("advance", days=2)
    assert client.ids("/v3.1/events") == []
    assert client.ask(f"/v3.1/events/{event['id']}").status_code == 404


def test_events_switched_off(days: Days) -> None:
    days.sandbox.switch_events(False)
    days.files["students"][2]["Grade"] = "7"
    assert days.next() == []
    days.sandbox.switch_events(True)
    days.files["students"][2]["Grade"] = "8"
    assert types(days.next()) == ["users.updated"]
