import json
import time
from collections.abc import Iterator

import pytest
import requests

from rostering.rehearsal.clever import FAULTS, Fault, Sandbox, serving
from tests.rehearsal.clever_files import Client, example, student, write

STUDENTS = "/v3.1/users?role=student&limit=4"


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Sandbox:
    files = example()
    files["students"] += [student(number) for number in range(8)]
    return Sandbox(write(tmp_path_factory.mktemp("day"), files))


@pytest.fixture(scope="module")
def url(sandbox: Sandbox) -> Iterator[str]:
    with serving(sandbox) as url:
        yield url


@pytest.fixture
def client(sandbox: Sandbox, url: str) -> Iterator[Client]:
    with Client(url, sandbox.token) as client:
        yield client
    sandbox.clear_faults()


@pytest.mark.parametrize("status", [400, 401, 403, 404, 429, 500, 502, 503])
def test_statuses(sandbox: Sandbox, client: Client, status: int) -> None:
    sandbox.fail(Fault(str(status)))
    answers = [client.ask(STUDENTS).status_code for _ in range(2)]
    assert answers == [status, 200]


def test_the_nth_request_and_how_often(sandbox: Sandbox, client: Client) -> None:
    sandbox.fail(Fault("500", at=2, times=2), Fault("503", at=3))
    assert [client.ask(STUDENTS).status_code for _ in range(5)] == [200, 500, 500, 503, 200]


def test_a_pattern(sandbox: Sandbox, client: Client) -> None:
    client.control("fault", kind="500", at="/v3.1/users*starting_after=*", times=None)
    client.control("fault", kind="502", at="/v3.0/*")
    [first, second] = (client.ids(target) for target in (STUDENTS, "/v3.1/users?role=teacher"))
    assert first
    assert second
    assert [client.ask(f"{STUDENTS}&starting_after={first[3]}").status_code for _ in range(2)] == [500, 500]
    assert [client.ask("/v3.0/schools").status_code for _ in range(2)] == [502, 200]
    assert client.control("clear-faults")["faults"] == 0


def test_faults_leave_sign_in_alone(sandbox: Sandbox, client: Client) -> None:
    sandbox.fail(Fault("500"))
    answer = client.ask("/oauth/tokens", auth=(sandbox.client_id, sandbox.client_secret))
    assert [answer.status_code, client.ask(STUDENTS).status_code] == [200, 500]


def test_too_many_requests(sandbox: Sandbox, client: Client) -> None:
    sandbox.fail(Fault("429"), Fault("429-retry-after"))
    plain, polite = client.ask(STUDENTS), client.ask(STUDENTS)
    assert (plain.headers["X-Ratelimit-Remaining"], "Retry-After" in plain.headers) == ("0", False)
    assert 0 <= int(plain.headers["X-Ratelimit-Reset"]) - time.time() <= 60
    assert (polite.status_code, polite.headers["Retry-After"]) == (429, "1")


def test_bodies_that_are_no_answer(sandbox: Sandbox, client: Client) -> None:
    good = client.ask(STUDENTS)
    sandbox.fail(*map(Fault, ("truncated", "html", "content-type", "502")))
    truncated, html, text, gateway = (client.ask(STUDENTS) for _ in range(4))
    assert (truncated.status_code, good.content.startswith(truncated.content)) == (200, True)
    with pytest.raises(json.JSONDecodeError):
        json.loads(truncated.content)
    assert (html.status_code, html.headers["Content-Type"]) == (200, "text/html; charset=utf-8")
    assert b"<html>" in gateway.content
    assert (text.headers["Content-Type"], text.content) == ("text/plain", good.content)


def test_connections_that_break(sandbox: Sandbox, client: Client) -> None:
    sandbox.fail(Fault("dropped", at=1))
    with pytest.raises(requests.ConnectionError):
        client.ask(STUDENTS)
    sandbox.fail(Fault("dropped-mid-body"))
    with pytest.raises((requests.ConnectionError, requests.exceptions.ChunkedEncodingError)):
        client.ask(STUDENTS)
    assert client.ask(STUDENTS).status_code == 200


def test_slow_and_stalled(sandbox: Sandbox, client: Client) -> None:
    good = client.ask(STUDENTS).content
    sandbox.fail(Fault("slow", seconds=0.4), Fault("stalled", seconds=30))
    start = time.monotonic()
    assert client.ask(STUDENTS).content == good
    assert 0.3 < time.monotonic() - start < 2
    with pytest.raises((requests.ConnectionError, requests.Timeout)):
        client.get(client.url + STUDENTS, timeout=0.2)


def test_pages_that_mislead(sandbox: Sandbox, client: Client) -> None:
    first, second = client.ids(STUDENTS), f"{STUDENTS}&starting_after={client.ids(STUDENTS)[3]}"
    ids, links = client.ids(second), client.links(second)
    seen = {}
    for kind in ("duplicate-page", "next-loop", "empty-page", "no-next", "unordered"):
        sandbox.fail(Fault(kind, at=second, times=2))
        seen[kind] = (client.ids(second), client.links(second).get("next"))
    assert seen == {
        "duplicate-page": (first, links["next"]),
        "next-loop": (ids, second),
        "empty-page": ([], None),
        "no-next": (ids[:2], None),
        "unordered": (ids[::-1], links["next"]),
    }
    sandbox.fail(Fault("duplicate-page"))
    assert client.ids(STUDENTS) == [key for key in first for _ in range(2)]


def test_items_that_are_wrong(sandbox: Sandbox, client: Client) -> None:
    sandbox.fail(Fault("wrong-shape"), Fault("no-id"), Fault("wrong-shape"))
    assert client.page(STUDENTS) == sandbox.records("schools")
    assert ["id" in record for record in client.page(STUDENTS)] == [False, True, True, True]
    assert client.page("/v3.1/schools") == sandbox.records("terms")


def test_a_count_that_disagrees(sandbox: Sandbox, client: Client) -> None:
    sandbox.fail(Fault("wrong-count", times=1))
    assert client.ask("/v3.1/users?role=student&count=true").json()["count"] == 21


def test_a_huge_body(sandbox: Sandbox, client: Client) -> None:
    sandbox.fail(Fault("huge", megabytes=3))
    answer = client.ask(STUDENTS)
    assert len(answer.content) > 3 << 20
    assert len(answer.json()["data"]) == 4


def test_a_redirect_to_another_host(sandbox: Sandbox, client: Client) -> None:
    sandbox.fail(Fault("redirect", location="http://localhost:1"))
    answer = client.ask(STUDENTS)
    assert (answer.status_code, answer.headers["Location"]) == (302, f"http://localhost:1{STUDENTS}")


def test_unknown_faults_are_refused(client: Client) -> None:
    with pytest.raises(ValueError, match="There is no fault 'flood'"):
        Fault("flood")
    answer = client.post(f"{client.url}/control/fault", json={"kind": "flood"}, timeout=10)
    assert (answer.status_code, "There is no fault" in answer.json()["message"]) == (400, True)


@pytest.mark.parametrize("kind", FAULTS)
def test_every_fault_passes_and_the_next_request_is_fine(sandbox: Sandbox, client: Client, kind: str) -> None:
    for target in (STUDENTS, "/v3.1/users?count=true", f"/v3.1/districts/{sandbox.district_id}", "/v3.1/events"):
        good = client.ask(target)
        sandbox.fail(Fault(kind, seconds=0.01, megabytes=1))
        try:
            client.ask(target)
        except requests.RequestException:
            assert kind in ("dropped", "dropped-mid-body", "stalled")
        again = client.ask(target)
        assert (again.status_code, again.content) == (200, good.content)


def test_requests_are_logged(sandbox: Sandbox, client: Client) -> None:
    client.ask(STUDENTS)
    client.ask("/v3.1/schools", headers={"Authorization": "Bearer other"})
    expected = [("GET", STUDENTS, "district"), ("GET", "/v3.1/schools", "unknown")]
    assert list(sandbox.requests)[-2:] == expected
    assert [tuple(request.values()) for request in client.control("requests")["requests"][-2:]] == expected
