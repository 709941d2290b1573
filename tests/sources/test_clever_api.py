"""The client of Clever's API against a server that says what each test scripts (clever.md §1.3-1.7, R34)."""

import gzip
import json
import threading
import time
import tracemalloc
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from rostering.sources import clever_wire as wire
from rostering.sources.base import SourceError
from rostering.sources.clever_answers import AccessLostError, NotThereError, RefusedRequestError
from rostering.sources.clever_api import CleverApi, Patience, district_token
from rostering.sources.clever_pull import newest_event, pull, read_district
from tests.sources.clever_days import DISTRICT, LISTENER

pytestmark = pytest.mark.no_database

TOKEN = "0123456789abcdef" * 2
JSON = {"Content-Type": "application/json; charset=utf-8"}
HTML = {"Content-Type": "text/html"}
IMPATIENT = Patience(timeout=0.3, retries=2, retry_base=0.001, budget=20)


@dataclass
class Say:
    """One answer. ``drip``: seconds between two bytes of the body. ``length``: what the header claims.

    ``chunk``: the body comes in chunks of this size, without a length.
    """

    body: Any = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=lambda: dict(JSON))
    drip: float = 0
    length: int | None = None
    chunk: int = 0

    def raw(self) -> bytes:
        return self.body if isinstance(self.body, bytes) else json.dumps(self.body).encode()


Script = Callable[[str], Say]


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: "Scripted"

    def do_GET(self) -> None:
        self.server.seen.append((self.path, dict(self.headers.items())))
        answer = self.server.script(self.path)
        body = answer.raw()
        self.send_response(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        if answer.chunk:
            self.send_header("Transfer-Encoding", "chunked")
            body = b"".join(chunks(body, answer.chunk))
        else:
            self.send_header("Content-Length", str(len(body) if answer.length is None else answer.length))
        self.end_headers()
        if not answer.drip:
            self.wfile.write(body)
            return
        for place in range(len(body)):
            if self.server.ended.wait(answer.drip):
                return
            self.wfile.write(body[place : place + 1])

    def log_message(self, *args: object) -> None:
        pass


def chunks(body: bytes, size: int) -> Iterator[bytes]:
    """A body as HTTP's chunks."""
    for start in range(0, len(body), size):
        part = body[start : start + size]
        yield b"%x\r\n%s\r\n" % (len(part), part)
    yield b"0\r\n\r\n"


class Scripted(ThreadingHTTPServer):
    """Answers what its script says, and notes what was asked with which headers."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.seen: list[tuple[str, dict[str, str]]] = []
        self.script: Script = lambda _: Say(status=404, body={"message": "Not found"})
        self.ended = threading.Event()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    @property
    def paths(self) -> list[str]:
        return [path for path, _ in self.seen]

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Clients may go away."""

    def say(self, *answers: Say) -> None:
        """Answer so, one after the other; the last one goes on."""
        left = list(answers)
        self.script = lambda _: left.pop(0) if len(left) > 1 else left[0]

    def serve(self, paths: dict[str, Say]) -> None:
        """Answer by path and query; of what is not named there is nothing."""
        self.script = lambda path: paths.get(path, Say(status=404, body={"message": "Not found"}))


@pytest.fixture
def server() -> Iterator[Scripted]:
    found = Scripted()
    thread = threading.Thread(target=found.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield found
    found.ended.set()
    found.shutdown()
    found.server_close()
    thread.join()


@pytest.fixture
def other() -> Iterator[Scripted]:
    """Another host, which nobody should ever call."""
    found = Scripted()
    thread = threading.Thread(target=found.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield found
    found.shutdown()
    found.server_close()
    thread.join()


@pytest.fixture
def api(server: Scripted) -> Iterator[CleverApi]:
    found = CleverApi(server.url, "v3.1", TOKEN, IMPATIENT, page=2)
    yield found
    found.close()


def key(number: int) -> str:
    return f"{number:024x}"


def page(*numbers: int, then: str = "", uri: bool = False) -> dict[str, Any]:
    """A page of schools; ``then``: its next link."""
    items: list[dict[str, Any]] = [{"data": {"id": key(number), "name": f"School {number}"}} for number in numbers]
    if uri:
        items = [{**item, "uri": f"/v3.1/schools/{item['data']['id']}"} for item in items]
    links = [{"rel": "self", "uri": "/v3.1/schools"}] + ([{"rel": "next", "uri": then}] if then else [])
    return {"data": items, "links": links}


def after(number: int) -> str:
    return f"/v3.1/schools?limit=2&starting_after={key(number)}"


def read(api: CleverApi) -> list[str]:
    """Names of all the schools, in order."""
    return [school.name for batch in api.pages("/schools", wire.School) for school in batch.records]


def refused(api: CleverApi, what: Callable[[], object] | None = None) -> tuple[str, str]:
    """Code and message of the error with which reading ends."""
    with pytest.raises(SourceError) as raised:
        what() if what else read(api)
    assert TOKEN not in raised.value.message
    return raised.value.code, raised.value.message


# -- pages ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("uri", [True, False])
def test_pages_are_followed_to_one_without_next(uri: bool, server: Scripted, api: CleverApi) -> None:
    pages = {
        "/v3.1/schools?limit=2": Say(page(1, 2, then=after(2), uri=uri)),
        after(2): Say(page(3, then=after(3), uri=uri)),
        after(3): Say(page(4, 5, uri=uri)),
    }
    server.serve(pages)
    assert read(api) == ["School 1", "School 2", "School 3", "School 4", "School 5"]
    assert server.paths == list(pages)
    assert {headers["Authorization"] for _, headers in server.seen} == {f"Bearer {TOKEN}"}


def test_an_exactly_full_last_page_is_followed_by_an_empty_one(server: Scripted, api: CleverApi) -> None:
    server.serve({"/v3.1/schools?limit=2": Say(page(1, 2, then=after(2))), after(2): Say(page())})
    assert read(api) == ["School 1", "School 2"]


def test_a_next_link_on_an_empty_page_is_not_followed(server: Scripted, api: CleverApi) -> None:
    server.serve({"/v3.1/schools?limit=2": Say(page(1, then=after(1))), after(1): Say(page(then=after(1)))})
    assert read(api) == ["School 1"]
    assert len(server.seen) == 2


def test_the_next_link_is_taken_as_it_is_given(server: Scripted, api: CleverApi) -> None:
    given = f"/v3.1/schools?starting_after={key(2)}&cursor=a%2Fb&limit=7"
    server.serve({"/v3.1/schools?limit=2": Say(page(1, 2, then=given)), given: Say(page(9))})
    assert read(api) == ["School 1", "School 2", "School 9"]


@pytest.mark.parametrize(
    "then",
    [
        after(1), after(3), "/v3.1/schools?limit=2", f"https://elsewhere.invalid{after(2)}",
        f"//elsewhere.invalid{after(2)}", f"@elsewhere.invalid{after(2)}", f"?starting_after={key(2)}",
    ],
)  # fmt: skip
def test_r34_a_next_link_that_loops_or_leads_astray_is_no_end_of_the_list(
    then: str, server: Scripted, api: CleverApi
) -> None:
    server.say(Say(page(1, 2, then=then)))
    code, message = refused(api)
    assert (code, "a page does not say where the next one is" in message) == ("SRC_INCOMPLETE", True)
    assert set(server.paths) == {"/v3.1/schools?limit=2"}


@pytest.mark.parametrize(
    "second",
    [page(1, 2), page(2, 3), page(4, 3), page(3, 3), page(0)],
    ids=["repeated", "overlap", "order", "twice", "back"],
)
def test_r34_a_page_that_is_repeated_or_out_of_order_does_not_count(
    second: dict[str, Any], server: Scripted, api: CleverApi
) -> None:
    server.serve({"/v3.1/schools?limit=2": Say(page(1, 2, then=after(2))), after(2): Say(second)})
    code, message = refused(api)
    assert (code, "a page was repeated or out of order" in message) == ("SRC_INCOMPLETE", True)
    assert len(server.seen) == 4


def test_r34_a_page_of_another_kind_does_not_count(server: Scripted, api: CleverApi) -> None:
    wrong = page(1, 2, uri=True)
    wrong["data"][1]["uri"] = "/v3.1/terms/1"
    server.say(Say(wrong))
    assert refused(api)[0] == "SRC_INCOMPLETE"


# -- what one answer may look like ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "bad",
    [
        Say(b"<html>", headers=HTML),
        Say(page(1), headers={"Content-Type": "text/plain"}),
        Say(page(1), headers={}),
        Say(b""),
        Say(b'{"data": [{"data": {"id": "1'),
        Say(b'\xff\xfe{"data": []}'),
        Say([]),
        Say({"links": []}),
        Say({"data": None, "links": []}),
        Say({"data": {"id": "1"}, "links": []}),
        Say({"data": [None], "links": []}),
        Say({"data": [{"id": key(1)}], "links": []}),
        Say({"data": [{"data": {"name": "no id"}}], "links": []}),
        Say({"data": [{"data": {"id": None}}], "links": []}),
        Say({"data": [{"data": {"id": 7}}], "links": []}),
        Say({"data": [{"data": {"id": ""}}], "links": []}),
        Say(status=500),
        Say(b"<h1>Bad gateway</h1>", 502, HTML),
        Say({"message": "busy"}, 503),
    ],
)  # fmt: skip
def test_r34_a_spoilt_answer_is_asked_for_again_and_then_fails(bad: Say, server: Scripted, api: CleverApi) -> None:
    server.say(bad, Say(page(1)))
    assert read(api) == ["School 1"]
    server.seen.clear()
    server.say(bad)
    assert refused(api)[0] in ("SRC_INCOMPLETE", "SRC_UNREACHABLE")
    assert len(server.seen) == 3


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"message": "Invalid limit"}, " (Invalid limit)"),
        ({"error": "bad  \n limit", "error_description": "x"}, " (bad limit)"),
        ({"message": None, "error": "E"}, " (E)"),
        (b"<html>secret</html>", ""),
        ({"message": {"odd": 1}}, ""),
        ([1], ""),
        (b"", ""),
    ],
)
@pytest.mark.parametrize("status", [400, 413, 501, 410, 302])
def test_a_refusal_is_not_repeated_and_told_in_either_form(
    status: int, body: Any, words: str, server: Scripted, api: CleverApi
) -> None:
    server.say(Say(body, status))
    with pytest.raises(RefusedRequestError) as raised:
        read(api)
    assert f"schools: it answers {status}{words}" in raised.value.message
    assert "secret" not in raised.value.message
    assert len(server.seen) == 1


@pytest.mark.parametrize("status", [401, 403])
def test_a_lost_access_is_not_repeated(status: int, server: Scripted, api: CleverApi) -> None:
    server.say(Say({"message": "no"}, status))
    with pytest.raises(AccessLostError):
        read(api)
    assert len(server.seen) == 1


def test_a_token_is_renewed_once_only(server: Scripted) -> None:
    asked: list[int] = []

    def renew() -> str:
        asked.append(1)
        return "another"

    api = CleverApi(server.url, "v3.1", TOKEN, IMPATIENT, renew)
    server.say(Say(status=401))
    with pytest.raises(AccessLostError):
        read(api)
    assert (len(asked), [headers["Authorization"] for _, headers in server.seen]) == (
        1, [f"Bearer {TOKEN}", "Bearer another"],
    )  # fmt: skip
    api.close()


def test_what_is_not_there_is_told_apart(server: Scripted, api: CleverApi) -> None:
    for body, headers in (({"message": "Not found"}, JSON), (b"<h1>404</h1>", HTML)):
        server.say(Say(body, 404, dict(headers)))
        with pytest.raises(NotThereError):
            api.one("/users", key(1), wire.User)
    assert len(server.seen) == 2


@pytest.mark.parametrize("found", ["a/b", "a?b", "a#b", "ä", "a b", "%2e%2e", ".", "..", "../schools", ""])
def test_an_id_never_leads_elsewhere(found: str, server: Scripted, api: CleverApi) -> None:
    """Either nothing is asked for, or one user."""
    with pytest.raises(NotThereError):
        api.one("/users", found, wire.User)
    for path in server.paths:
        assert path.removeprefix("/v3.1/users/").strip(".") not in ("", path)
        assert not set(path.removeprefix("/v3.1/users/")) & set("/?#")


def test_r34_one_record_is_the_one_that_was_asked_for(server: Scripted, api: CleverApi) -> None:
    server.say(Say({"data": {"id": key(2), "roles": {"student": {}}}}))
    assert refused(api, lambda: api.one("/users", key(1), wire.User))[0] == "SRC_INCOMPLETE"


def test_unknown_keys_are_skipped_at_every_level(server: Scripted, api: CleverApi) -> None:
    odd = page(1)
    odd["paging"] = {"total": 1}
    odd["links"].append({"rel": "cow", "uri": "/moo", "title": 1})
    odd["data"][0]["links"] = [{"rel": "x"}]
    odd["data"][0]["data"].update(ext={"a": [1]}, location={"zip": "1"}, principal=None)
    server.say(Say(odd))
    assert read(api) == ["School 1"]


# -- the connection ---------------------------------------------------------------------------------------------


def test_redirects_are_not_followed_and_the_token_goes_nowhere_else(
    server: Scripted, other: Scripted, api: CleverApi
) -> None:
    for status in (301, 302, 303, 307, 308):
        server.say(Say(status=status, headers={"Location": other.url + "/v3.1/schools"}))
        with pytest.raises(RefusedRequestError):
            read(api)
        server.say(Say(status=status, headers={"Location": other.url + "/oauth/tokens"}))
        with pytest.raises(SourceError):
            district_token(server.url, ("id", "secret"), DISTRICT, IMPATIENT)
    assert other.seen == []


def test_a_netrc_of_the_machine_is_not_asked(
    server: Scripted, api: CleverApi, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".netrc").write_text("machine 127.0.0.1 login eve password mallory\n")
    (tmp_path / ".netrc").chmod(0o600)
    monkeypatch.setenv("NETRC", str(tmp_path / ".netrc"))
    server.say(Say(page(1)))
    assert read(api) == ["School 1"]
    server.say(Say({"data": []}))
    district_token(server.url, ("id", "secret"), DISTRICT, IMPATIENT)
    kinds = [headers["Authorization"].split()[0] for _, headers in server.seen]
    assert kinds == ["Bearer", "Basic"]
    assert server.seen[1][1]["Authorization"] == "Basic aWQ6c2VjcmV0"


def test_r34_a_connection_that_ends_early_is_no_end_of_the_list(server: Scripted, api: CleverApi) -> None:
    body = json.dumps(page(1)).encode()
    server.say(Say(body, length=len(body) + 10, headers={**JSON, "Connection": "close"}))
    assert refused(api)[0] == "SRC_UNREACHABLE"


def test_r34_a_huge_answer_is_given_up(server: Scripted, api: CleverApi, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rostering.sources.clever_api.MOST_BYTES", 1 << 20)
    server.say(Say({**page(1), "padding": "x" * (2 << 20)}))
    code, message = refused(api)
    assert (code, "one answer is over 1 MB" in message) == ("SRC_INCOMPLETE", True)
    assert len(server.seen) == 1


def test_r34_a_small_answer_that_swells_is_given_up(server: Scripted, api: CleverApi) -> None:
    bomb = gzip.compress(b'{"padding": "' + b"x" * (120 << 20) + b'"}', 9)
    assert len(bomb) < 1 << 18
    server.say(Say(bomb, headers={**JSON, "Content-Encoding": "gzip"}))
    patient = CleverApi(server.url, "v3.1", TOKEN, Patience(5, 0, 0.001, 30))
    tracemalloc.start()
    try:
        code, message = refused(patient)
        assert tracemalloc.get_traced_memory()[1] < 150 << 20
    finally:
        tracemalloc.stop()
        patient.close()
    assert (code, "one answer is over 64 MB" in message) == ("SRC_INCOMPLETE", True)


@pytest.mark.parametrize("zipped", [False, True])
@pytest.mark.parametrize("chunk", [0, 1, 7, 100_000])
@pytest.mark.parametrize("drip", [0, 0.0001])
def test_an_answer_is_read_however_it_is_cut_up(
    zipped: bool, chunk: int, drip: float, server: Scripted, api: CleverApi
) -> None:
    body, headers = json.dumps(page(1, 2)).encode(), dict(JSON)
    if zipped:
        body, headers = gzip.compress(body), {**headers, "Content-Encoding": "gzip"}
    server.say(Say(body, headers=headers, chunk=chunk, drip=drip))
    assert read(api) == ["School 1", "School 2"]
    assert len(server.seen) == 1


@pytest.mark.parametrize("zipped", [False, True])
def test_r34_chunks_that_end_early_are_no_answer(zipped: bool, server: Scripted, api: CleverApi) -> None:
    body, headers = json.dumps(page(1, 2)).encode(), {**JSON, "Transfer-Encoding": "chunked", "Connection": "close"}
    if zipped:
        body, headers = gzip.compress(body), {**headers, "Content-Encoding": "gzip"}
    whole = b"".join(chunks(body, 10))
    server.say(Say(whole[: len(whole) // 2], headers=headers, length=0))
    assert refused(api)[0] in ("SRC_UNREACHABLE", "SRC_INCOMPLETE")


def test_gzip_is_read_and_broken_gzip_asked_for_again(server: Scripted, api: CleverApi) -> None:
    good = gzip.compress(json.dumps(page(1)).encode())
    zipped = {**JSON, "Content-Encoding": "gzip"}
    server.say(Say(b"no gzip at all", headers=dict(zipped)), Say(good, headers=dict(zipped)))
    assert read(api) == ["School 1"]


def test_r34_an_answer_that_drips_is_given_up(server: Scripted) -> None:
    """Neither ten time-outs an answer nor the budget of the fetch is ever exceeded by much."""
    server.say(Say({**page(1), "padding": "x" * 5000}, drip=0.02))
    api = CleverApi(server.url, "v3.1", TOKEN, Patience(timeout=0.05, retries=0, retry_base=0.001, budget=1))
    ended: list[tuple[str, str]] = []
    thread = threading.Thread(target=lambda: ended.append(refused(api)), daemon=True)
    thread.start()
    thread.join(2.5)
    server.ended.set()
    assert [code for code, _ in ended] in (["SRC_UNREACHABLE"], ["SRC_INCOMPLETE"])


def test_r34_a_list_of_tokens_that_drips_is_given_up(server: Scripted) -> None:
    server.say(Say({"data": [], "padding": "x" * 5000}, drip=0.02))
    ended: list[str] = []

    def ask() -> None:
        try:
            district_token(server.url, ("id", "secret"), DISTRICT, Patience(0.05, 0, 0.001, 1))
        except SourceError as error:
            ended.append(error.code)

    thread = threading.Thread(target=ask, daemon=True)
    thread.start()
    thread.join(2.5)
    server.ended.set()
    assert ended == ["SRC_UNREACHABLE"]


def test_r34_a_huge_list_of_tokens_is_given_up(server: Scripted) -> None:
    bomb = gzip.compress(b'{"data": [], "padding": "' + b"x" * (100 << 20) + b'"}', 9)
    server.say(Say(bomb, headers={**JSON, "Content-Encoding": "gzip"}))
    with pytest.raises(SourceError):
        district_token(server.url, ("id", "secret"), DISTRICT, Patience(5, 0, 0.001, 30))


@pytest.mark.parametrize(
    "body",
    [
        {"data": []},
        {"data": [{"owner": {"type": "district", "id": "f" * 24}, "access_token": "t"}]},
    ],
)
def test_a_token_of_another_district_in_the_list_is_not_ours(body: Any, server: Scripted) -> None:
    server.say(Say(body))
    assert district_token(server.url, ("id", "secret"), DISTRICT, IMPATIENT) == ""
    assert server.paths == [f"/oauth/tokens?owner_type=district&district={DISTRICT}"]


def test_the_token_of_the_district_is_found_among_others(server: Scripted) -> None:
    owners = ["f" * 24, DISTRICT, "e" * 24]
    listed = [
        {"id": "1", "owner": {"type": "district", "id": one}, "access_token": f"of {one}", "scopes": []}
        for one in owners
    ]
    server.say(Say({"data": listed, "links": []}))
    assert district_token(server.url, ("id", "secret"), DISTRICT, IMPATIENT) == f"of {DISTRICT}"


# -- limits ----------------------------------------------------------------------------------------------------


def test_too_many_requests_wait_as_long_as_the_server_says(server: Scripted, api: CleverApi) -> None:
    reset = str(int(time.time()) + 1)
    server.say(Say({"message": "slow"}, 429, {**JSON, "X-RateLimit-Reset": reset}), Say(page(1)))
    assert read(api) == ["School 1"]
    assert int(reset) <= time.time() < int(reset) + 1
    server.say(Say({"message": "slow"}, 429, {**JSON, "retry-after": "1"}), Say(page(1)))
    began = time.monotonic()
    assert read(api) == ["School 1"]
    assert 1 <= time.monotonic() - began < 2


def test_a_used_up_limit_is_waited_for_before_the_next_request(server: Scripted, api: CleverApi) -> None:
    reset = str(int(time.time()) + 1)
    spent = {**JSON, "X-Ratelimit-Remaining": "0", "X-Ratelimit-Reset": reset}
    server.serve({"/v3.1/schools?limit=2": Say(page(1, 2, then=after(2)), headers=spent), after(2): Say(page(3))})
    assert read(api) == ["School 1", "School 2", "School 3"]
    assert time.time() >= int(reset)


def test_a_wait_that_goes_beyond_the_budget_ends_at_once(server: Scripted) -> None:
    server.say(Say({"message": "slow"}, 429, {**JSON, "Retry-After": "50"}))
    began = time.monotonic()
    code, message = refused(CleverApi(server.url, "v3.1", TOKEN, Patience(1, 5, 0.001, 5)))
    assert (code, time.monotonic() - began < 1) == ("SRC_INCOMPLETE", True)
    assert "reading took over 5 seconds" in message


@pytest.mark.parametrize("value", ["", "soon", "-1", "1e400", "Wed, 21 Oct 2026 07:28:00 GMT", "9" * 400])
def test_headers_of_any_kind_are_survived(value: str, server: Scripted) -> None:
    odd = {**JSON, "Retry-After": value, "X-Ratelimit-Reset": value, "X-Ratelimit-Remaining": "0"}
    server.say(Say({"message": "slow"}, 429, odd), Say(page(1)))
    api = CleverApi(server.url, "v3.1", TOKEN, Patience(1, 2, 0.001, 5))
    try:
        assert read(api) == ["School 1"]
    except SourceError as error:
        assert value == "9" * 400, error  # noqa: PT017 an endless wait is refused


def test_a_header_with_an_odd_digit_is_survived(server: Scripted, api: CleverApi) -> None:
    server.say(Say({"message": "slow"}, 429, {**JSON, "Retry-After": "²"}), Say(page(1)))
    assert read(api) == ["School 1"]


# -- whole districts ------------------------------------------------------------------------------------------------


def test_an_empty_district_is_read_whole(server: Scripted, api: CleverApi) -> None:
    server.script = lambda path: Say({"count": 0} if "count=true" in path else {"data": [], "links": []})
    assert len(pull(api, LISTENER, lambda *_: None)) == 0
    assert len(server.seen) == 10


def test_r34_a_number_that_never_agrees_fails(server: Scripted, api: CleverApi) -> None:
    server.script = lambda path: Say({"count": 3} if "count=true" in path else {"data": [], "links": []})
    code, message = refused(api, lambda: pull(api, LISTENER, lambda *_: None))
    assert (code, "but there should be 3" in message) == ("SRC_INCOMPLETE", True)


def test_a_list_that_fails_does_not_wait_for_the_others(server: Scripted) -> None:
    """The pool's own end waits for what is under way, and nothing tells that to stop."""

    def script(path: str) -> Say:
        return Say({"message": "no"}, 400) if path.startswith("/v3.1/schools") else Say(status=503)

    server.script = script
    api = CleverApi(server.url, "v3.1", TOKEN, Patience(1, 1, 1.0, 60))
    began = time.monotonic()
    assert refused(api, lambda: pull(api, LISTENER, lambda *_: None))[0] == "SRC_UNREACHABLE"
    api.close()
    assert time.monotonic() - began < 0.4


def test_the_newest_event_where_the_short_way_is_refused(server: Scripted, api: CleverApi) -> None:
    events = {"data": [{"data": {"id": key(7), "type": "cows.mooed", "data": {"object": {}}}}], "links": []}
    short = "/v3.1/events?ending_before=last&limit=1"
    server.script = lambda path: Say({"message": "no"}, 400) if path == short else Say(events)
    assert newest_event(api) == key(7)
    server.script = lambda path: Say({"message": "no"}, 404)
    assert newest_event(api) == ""
    server.script = lambda path: Say({"data": [], "links": []})
    assert newest_event(api) == ""


@pytest.mark.parametrize("number", [0, 2])
def test_a_token_names_one_district(number: int, server: Scripted, api: CleverApi) -> None:
    items = [{"data": {"id": key(one)}} for one in range(number)]
    server.say(Say({"data": items, "links": []}))
    code, message = refused(api, lambda: read_district(api))
    assert (code, f"it names {number} districts for this connection" in message) == ("SRC_UNREACHABLE", True)
