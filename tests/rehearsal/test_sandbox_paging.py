from collections.abc import Iterator
from pathlib import Path

import pytest

from rostering.rehearsal.clever import Sandbox, serving
from tests.rehearsal.clever_files import Client, example, student, write


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Sandbox:
    """Ten students, two of them of the example with two contacts, and two adults."""
    files = example()
    files["students"] += [student(number) for number in range(8)]
    return Sandbox(write(tmp_path_factory.mktemp("day"), files))


@pytest.fixture(scope="module")
def client(sandbox: Sandbox) -> Iterator[Client]:
    with serving(sandbox) as url, Client(url, sandbox.token) as client:
        yield client


STUDENTS = "/v3.1/users?role=student"


def test_pages_forward(client: Client) -> None:
    ids = client.ids(STUDENTS)
    assert ids == sorted(ids)
    assert len(ids) == 10
    assert client.ids(f"{STUDENTS}&limit=4") == ids[:4]
    assert client.links(f"{STUDENTS}&limit=4") == {
        "self": f"{STUDENTS}&limit=4",
        "next": f"{STUDENTS}&limit=4&starting_after={ids[3]}",
    }
    second = f"{STUDENTS}&limit=4&starting_after={ids[3]}"
    assert client.ids(second) == ids[4:8]
    assert client.links(second) == {
        "self": second,
        "next": f"{STUDENTS}&limit=4&starting_after={ids[7]}",
        "prev": f"{STUDENTS}&limit=4&ending_before={ids[4]}",
    }
    last = f"{STUDENTS}&limit=4&starting_after={ids[7]}"
    assert client.ids(last) == ids[8:]
    assert set(client.links(last)) == {"self", "prev"}


def test_a_full_last_page_leads_to_an_empty_one(client: Client) -> None:
    target = client.links(f"{STUDENTS}&limit=5&starting_after={client.ids(STUDENTS)[4]}")["next"]
    assert client.ids(target) == []
    assert set(client.links(target)) == {"self", "prev"}
    assert [r["id"] for r in client.everything(f"{STUDENTS}&limit=5")] == client.ids(STUDENTS)


def test_pages_backward(client: Client) -> None:
    ids = client.ids(STUDENTS)
    assert client.ids(f"{STUDENTS}&ending_before=last&limit=3") == ids[-3:]
    assert client.ids(f"{STUDENTS}&ending_before={ids[5]}&limit=3") == ids[2:5]
    assert set(client.links(f"{STUDENTS}&ending_before={ids[5]}&limit=3")) == {"self", "prev"}
    assert client.ids(f"{STUDENTS}&ending_before={ids[2]}&limit=3") == ids[:2]
    assert set(client.links(f"{STUDENTS}&ending_before={ids[2]}&limit=3")) == {"self"}


def test_next_on_short_pages_by_a_switch(client: Client) -> None:
    client.control("next-links", on_short_pages=True)
    ids = client.ids(STUDENTS)
    assert client.links(STUDENTS)["next"] == f"{STUDENTS}&starting_after={ids[-1]}"
    assert "next" not in client.links(client.links(STUDENTS)["next"])
    client.control("next-links", on_short_pages=False)
    assert set(client.links(STUDENTS)) == {"self"}


def test_items_and_envelope(client: Client) -> None:
    answer = client.ask("/v3.0/schools?limit=1")
    [item] = answer.json()["data"]
    assert answer.headers["Content-Type"] == "application/json; charset=utf-8"
    assert item["uri"] == f"/v3.0/schools/{item['data']['id']}"
    one = client.ask(item["uri"]).json()
    assert one["data"] == item["data"]
    assert one["links"][0] == {"rel": "self", "uri": item["uri"]}
    assert {"rel": "sections", "uri": f"{item['uri']}/sections"} in one["links"]


@pytest.mark.parametrize(
    ("target", "count"),
    [
        ("/v3.1/users?count=true", 14),
        ("/v3.0/users?role=student&count=true", 10),
        ("/v3.1/users?role=staff&count=true", 1),
        ("/v3.1/districts?count=true", 1),
        ("/v3.1/sections?count=true&limit=1", 2),
    ],
)
def test_counts(client: Client, target: str, count: int) -> None:
    assert client.ask(target).json() == {"count": count, "links": [{"rel": "self", "uri": target}]}


@pytest.mark.parametrize(
    ("target", "status"),
    [
        ("/v3.1/users?since=1", 400),
        ("/v3.1/districts?limit=1", 400),
        ("/v3.1/events?count=true", 400),
        ("/v3.1/users?starting_after=zzz", 400),
        ("/v3.1/users?ending_before=first", 400),
        ("/v3.1/users?starting_after=last", 400),
        (f"/v3.1/users?starting_after={'a' * 24}&ending_before={'b' * 24}", 400),
        ("/v3.1/users?limit=0", 400),
        ("/v3.1/users?limit=ten", 400),
        ("/v3.1/users?limit=10000", 200),
        ("/v3.1/users?limit=10001", 413),
        ("/v3.1/users?role=parent", 400),
        ("/v3.1/users?count=yes", 400),
        ("/v3.1/users?limit=1&limit=2", 400),
        ("/v3.1/events?record_type=contacts", 400),
        ("/v3.1/users/nobody", 400),
        (f"/v3.1/users/{'0' * 24}", 404),
        (f"/v3.1/events/{'0' * 24}", 404),
        ("/v3.1/students", 404),
        ("/v2.1/users", 404),
        ("/v3.1/me", 404),
        ("/v3.1/resources", 200),
    ],
)
def test_what_is_wrong_is_said(client: Client, target: str, status: int) -> None:
    answer = client.ask(target)
    assert answer.status_code == status
    assert ("message" in answer.json()) == (status != 200)


def test_only_get(client: Client) -> None:
    assert client.post(f"{client.url}/v3.1/users", timeout=10).status_code == 501


def test_nested_lists(client: Client, sandbox: Sandbox) -> None:
    schools = {school["sis_id"]: school["id"] for school in sandbox.records("schools")}
    sections = {section["sis_id"]: section for section in sandbox.records("sections")}
    math, homeroom = sections["SEC-401"], sections["SEC-700"]
    [thijs], [mo], oona = math["students"], homeroom["students"], math["teacher"]
    contacts = client.ids("/v3.1/users?role=contact")
    harbor, middle = f"/v3.1/schools/{schools['010']}", f"/v3.1/schools/{schools['020']}"
    expected = {
        f"{middle}/sections": [homeroom["id"]],
        f"{middle}/users": sorted([oona, mo]),
        f"{middle}/users?primary=true": sorted([oona, mo]),
        f"{middle}/users?role=teacher": [oona],
        f"{middle}/users?role=teacher&primary=true": [oona],
        f"{harbor}/users?role=staff": [oona],
        f"{harbor}/courses": [math["course"]],
        f"{middle}/terms": [math["term_id"]],
        f"/v3.1/terms/{math['term_id']}/sections": sorted([math["id"], homeroom["id"]]),
        f"/v3.1/terms/{math['term_id']}/schools": sorted(schools.values()),
        f"/v3.1/courses/{math['course']}/sections": [math["id"]],
        f"/v3.1/courses/{math['course']}/schools": [schools["010"]],
        f"/v3.1/courses/{math['course']}/resources": [],
        f"/v3.1/sections/{math['id']}/users": sorted([*math["teachers"], thijs]),
        f"/v3.1/sections/{math['id']}/users?role=student": [thijs],
        f"/v3.1/users/{oona}/schools": sorted(schools.values()),
        f"/v3.1/users/{oona}/sections": sorted([math["id"], homeroom["id"]]),
        f"/v3.1/users/{thijs}/sections": [math["id"]],
        f"/v3.1/users/{thijs}/mycontacts": contacts,
        f"/v3.1/users/{contacts[0]}/mystudents": [thijs],
        f"/v3.1/users/{oona}/mystudents": sorted([thijs, mo]),
        f"/v3.1/users/{thijs}/myteachers": sorted(math["teachers"]),
    }
    assert {target: client.ids(target) for target in expected} == expected
    ones = {
        f"/v3.1/sections/{math['id']}/course": math["course"],
        f"/v3.1/sections/{math['id']}/school": schools["010"],
        f"/v3.1/sections/{math['id']}/term": math["term_id"],
        f"/v3.1/sections/{math['id']}/district": sandbox.district_id,
        f"/v3.1/users/{mo}/district": sandbox.district_id,
        f"{harbor}/district": sandbox.district_id,
    }
    assert {target: client.ask(target).json()["data"]["id"] for target in ones} == ones
    assert client.ask(f"/v3.1/sections/{homeroom['id']}/course").status_code == 404
    assert client.ask(f"/v3.1/sections/{math['id']}/users?role=staff").status_code == 400


def test_tokens(client: Client, sandbox: Sandbox) -> None:
    wrong = client.ask("/v3.1/users", headers={"Authorization": "Bearer wrong"})
    assert (wrong.status_code, set(wrong.json())) == (401, {"message"})
    assert client.ask("/v3.1/users", headers={"Authorization": None}).status_code == 401
    assert [request.token for request in list(sandbox.requests)[-2:]] == ["unknown", "none"]


def test_rate_limit(tmp_path: Path) -> None:
    sandbox = Sandbox(write(tmp_path, example()))
    sandbox.limits.limit, sandbox.limits.window = 2, 3600
    with serving(sandbox) as url, Client(url, sandbox.token) as client:
        answers = [client.ask("/v3.1/districts") for _ in range(3)]
        other = client.ask("/v3.1/districts", headers={"Authorization": "Bearer wrong"})
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert [answer.headers["X-Ratelimit-Remaining"] for answer in answers] == ["1", "0", "0"]
    assert (other.status_code, other.headers["X-Ratelimit-Remaining"]) == (401, "1")
    assert answers[0].headers["X-Ratelimit-Limit"] == "2"
    assert answers[0].headers["X-Ratelimit-Bucket"] == "bearer"
    assert int(answers[0].headers["X-Ratelimit-Reset"]) % 3600 == 0


def test_the_window_of_the_rate_limit_ends(tmp_path: Path) -> None:
    sandbox = Sandbox(write(tmp_path, example()))
    sandbox.limits.limit, sandbox.limits.window = 1, 1
    assert sandbox.limits.count("a")[0]
    moment = sandbox.limits.reset
    while sandbox.limits.reset == moment:
        pass
    assert sandbox.limits.count("a")[0]
    assert not sandbox.limits.count("a")[0]
