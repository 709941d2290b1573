"""Access to Clever: connecting, tokens that change or go, and that nothing secret is ever said (R16, R41)."""

import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from io import StringIO
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection as database
from django.test import override_settings

from accounts import keys
from accounts.lifecycle import save_district
from rostering.clever_feed import LOST
from rostering.delivery import Asked
from rostering.models import Connection, DataWarning, Run, SaidChunk
from rostering.rehearsal.clever import Fault, Sandbox, serving
from rostering.sync import run_sync
from tests.flow.clever import connect_town, connection_of
from tests.flow.feeds import Feed, small_district
from tests.flow.town import BY, Town, command, whole_database

pytestmark = pytest.mark.django_db

QUICK = {"CLEVER_TIMEOUT": 5, "CLEVER_RETRIES": 1, "CLEVER_RETRY_BASE": 0.001, "SOURCE_BUDGET": 20}
OF_ANOTHER = (
    "Clever's access token belongs to another district (NAME, by Clever's id) than the one that is connected here. "
    "Nothing was changed. Connect with the token of the right district. The connection was not stored."
)
ROLE_IDS = ("sis_id", "staff_id")


@dataclass
class Clever:
    """A sandbox that serves a feed written by hand, and the town that is connected to it."""

    sandbox: Sandbox
    url: str
    feed: Feed
    folder: Path
    town: Town = field(init=False)

    def send(self, feed: Feed | None = None) -> None:
        """Clever takes the feed as its next day."""
        self.sandbox.load((feed or self.feed).write(self.folder))

    def user(self, sis_id: str) -> str:
        """Clever's id of the user whom the SIS calls so."""
        return next(
            record["id"]
            for record in self.sandbox.records("users")
            for role in record["roles"].values()
            if role and sis_id in (role.get("sis_id"), role.get("staff_id"))
        )

    def record(self, kind: str, sis_id: str) -> str:
        """Clever's id of a school or section."""
        return next(record["id"] for record in self.sandbox.records(kind) if record["sis_id"] == sis_id)

    def known_by(self) -> dict[str, str]:
        """Clever's id of a user -> the SIS's."""
        return {
            record["id"]: (role.get("sis_id") or role.get("staff_id"))
            for record in self.sandbox.records("users")
            for role in record["roles"].values()
            if role and any(role.get(name) for name in ROLE_IDS)
        }

    def requested(self) -> list[str]:
        """Paths asked for since the last time, without their queries."""
        found = [request.target.split("?")[0] for request in self.sandbox.requests]
        self.sandbox.requests.clear()
        return found


@contextmanager
def clever_of(
    folder: Path, feed: Feed | None = None, *, slug: str = "hill", version: str = "v3.1", **options: Any
) -> Iterator[Clever]:
    """A town connected to a sandbox that serves ``feed``."""
    feed = feed or small_district()
    sandbox = Sandbox(feed.write(folder), watch=False, **{"seed": 7, **options})
    with override_settings(**QUICK), serving(sandbox) as url:
        clever = Clever(sandbox, url, feed, folder)
        clever.town = connect_town(slug, sandbox, url, version)
        yield clever


@pytest.fixture
def clever(tmp_path: Path) -> Iterator[Clever]:
    with clever_of(tmp_path / "hill") as found:
        yield found


@pytest.fixture
def listing(clever: Clever) -> Iterator[Clever]:
    """The same, where our client id and secret are set."""
    client = (clever.sandbox.client_id, clever.sandbox.client_secret)
    with override_settings(CLEVER_CLIENT=client, CLEVER_OAUTH_URL=clever.url):
        yield clever


def connecting(
    monkeypatch: pytest.MonkeyPatch, *options: str, token: str | None = None
) -> tuple[dict[str, Any] | str, int]:
    """What `connect hill clever` prints, or the error that it ends with; and its exit code."""
    out = StringIO()
    if token is not None:
        monkeypatch.setattr("sys.stdin", StringIO(token + "\n"))
        options = (*options, "--token-stdin")
    try:
        call_command("connect", "hill", "clever", *options, "--json", stdout=out, stderr=StringIO())
    except CommandError as error:
        return str(error), error.returncode
    return json.loads(out.getvalue()), 0


def stored() -> list[dict[str, Any]]:
    """The connections, with their secrets opened."""
    return [
        {
            "source": one.source,
            "settings": one.settings,
            "secret": json.loads(keys.decrypt(one.secret)) if one.secret else None,
            "broken": one.broken,
            "cursor": one.cursor,
            "said": one.said_chunks.count(),
        }
        for one in Connection.objects.order_by("pk")
    ]


def settings_of(clever: Clever, **values: str) -> dict[str, str]:
    return {"district": clever.sandbox.district_id, "api_url": clever.url, "version": "v3.1", **values}


# -- connecting -----------------------------------------------------------------------------------------------


def test_r2_connect_tries_the_token_and_stores_it_encrypted(clever: Clever, monkeypatch: pytest.MonkeyPatch) -> None:
    Connection.objects.all().delete()
    token, district = clever.sandbox.token, clever.sandbox.district_id
    answer, code = connecting(monkeypatch, "--api-url", clever.url, token=token)
    assert (answer, code) == (
        {"district": "hill", "source": "clever", "tested": True, "files": [], "clever_district": district}, 0,
    )  # fmt: skip
    assert stored() == [
        {
            "source": "clever", "settings": settings_of(clever), "secret": {"token": token}, "broken": "",
            "cursor": "", "said": 0,
        }
    ]  # fmt: skip
    assert token not in whole_database()
    assert clever.requested() == ["/v3.1/districts"]


@pytest.mark.parametrize(
    ("options", "token", "message", "code"),
    [
        (("--api-url", "URL"), "no-such-token", f"{LOST} The connection was not stored.", 1),
        (("--api-url", "URL", "--clever-district", "f" * 24), "TOKEN", OF_ANOTHER, 1),
        (("--api-url", "http://clever.example"), "TOKEN", "http://clever.example is not an https:// address.", 2),
        (
            ("--api-url", "http://localhost.example", "--no-test"),
            "TOKEN",
            "http://localhost.example is not an https:// address.",
            2,
        ),
        (
            ("--api-url", "http://127.0.0.1@clever.example", "--no-test"),
            "TOKEN",
            "http://127.0.0.1@clever.example is not an https:// address.",
            2,
        ),
        (("--api-url", "ftp://127.0.0.1"), "TOKEN", "ftp://127.0.0.1 is not an https:// address.", 2),
        (("--api-url", "https://"), "TOKEN", "https:// is not an https:// address.", 2),
        (("--api-url", "URL"), "", "Standard input holds no access token.", 2),
        (("--api-url", "URL"), "tökén", "Standard input holds no access token.", 2),
        (
            ("--api-url", "URL", "--clever-district", "f" * 24),
            None,
            "Clever needs --token-stdin; or --clever-district, with CLEVER_CLIENT_ID and CLEVER_CLIENT_SECRET set.",
            2,
        ),
    ],
)
def test_r2_connect_refuses_and_leaves_what_there_was(
    options: tuple[str, ...], token: str | None, message: str, code: int,
    clever: Clever, monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    before = stored()
    options = tuple(clever.url if option == "URL" else option for option in options)
    token = clever.sandbox.token if token == "TOKEN" else token
    name = clever.sandbox.district_id
    assert connecting(monkeypatch, *options, token=token) == (message.replace("NAME", name), code)
    assert stored() == before
    assert not (token and token in message)


def test_r2_an_address_that_is_none_is_wrong_usage(clever: Clever, monkeypatch: pytest.MonkeyPatch) -> None:
    said = "https://[oops is not an https:// address."
    assert connecting(monkeypatch, "--api-url", "https://[oops", token="t") == (said, 2)


def test_r49_our_client_secret_goes_out_only_encrypted(clever: Clever, monkeypatch: pytest.MonkeyPatch) -> None:
    with override_settings(CLEVER_CLIENT=("id", "secret"), CLEVER_OAUTH_URL="http://oauth.invalid"):
        _, code = connecting(monkeypatch, "--api-url", clever.url, "--clever-district", clever.sandbox.district_id)
    assert code == 2


def test_r2_no_test_stores_what_could_not_be_tried(clever: Clever, monkeypatch: pytest.MonkeyPatch) -> None:
    answer, code = connecting(
        monkeypatch, "--no-test", "--api-url", "https://clever.invalid", "--api-version", "v3.0", token="some-token"
    )
    assert (answer, code) == (
        {"district": "hill", "source": "clever", "tested": False, "files": [], "clever_district": ""}, 0,
    )  # fmt: skip
    assert [(one["settings"], one["secret"]) for one in stored()] == [
        ({"district": "", "api_url": "https://clever.invalid", "version": "v3.0"}, {"token": "some-token"})
    ]
    assert clever.requested() == []


def test_r2_connecting_anew_forgets_cursor_and_what_was_said(clever: Clever, monkeypatch: pytest.MonkeyPatch) -> None:
    clever.town.sync()
    clever.feed.row("students", "s1")["Grade"] = "5"
    clever.send()
    clever.town.sync()
    assert [(bool(one["cursor"]), one["said"]) for one in stored()] == [(True, 5)]
    before = clever.town.everything()
    connecting(monkeypatch, "--api-url", clever.url, "--api-version", "v3.0", token=clever.sandbox.token)
    assert [(one["cursor"], one["said"], one["settings"]["version"]) for one in stored()] == [("", 0, "v3.0")]
    run = clever.town.sync()
    assert (run["mode"], run["why_full"]) == ("full", "the first run")
    assert clever.town.plan(run) == []
    assert clever.town.everything() == before


@pytest.mark.django_db(transaction=True)
def test_r37_connecting_while_a_run_is_under_way_forgets_all_the_same(
    clever: Clever, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Connect is refused or waits, or the run is; but what one Clever district said is never kept for another."""
    other = Sandbox(small_district().write(tmp_path / "other"), seed=8, watch=False)
    with serving(other) as url:

        def reconnect() -> None:
            connecting(monkeypatch, "--api-url", url, token=other.token)
            database.close()

        def beside(phase: str, count: int) -> None:
            if phase == "planning":
                thread = Thread(target=reconnect)
                thread.start()
                thread.join()

        run_sync(clever.town.district, by="tests", progress=beside)
    [one] = stored()
    new = (one["settings"], one["secret"], one["cursor"], one["said"]) == (
        {"district": other.district_id, "api_url": url, "version": "v3.1"}, {"token": other.token}, "", 0,
    )  # fmt: skip
    old = (one["settings"], one["secret"]) == (settings_of(clever), {"token": clever.sandbox.token})
    assert new or old, one


# -- tokens that change and go ----------------------------------------------------------------------------------


def test_r2_a_token_only_from_clevers_list(listing: Clever, monkeypatch: pytest.MonkeyPatch) -> None:
    Connection.objects.all().delete()
    district = listing.sandbox.district_id
    answer, code = connecting(monkeypatch, "--api-url", listing.url, "--clever-district", district)
    assert (answer, code) == (
        {"district": "hill", "source": "clever", "tested": True, "files": [], "clever_district": district}, 0,
    )  # fmt: skip
    assert [one["secret"] for one in stored()] == [None]
    listing.requested()
    assert listing.town.sync()["counts"]["people"]["create"] == 9
    assert listing.requested()[:2] == ["/oauth/tokens", "/v3.1/districts"]
    assert [one["secret"] for one in stored()] == [{"token": listing.sandbox.token}]
    listing.town.sync()
    assert "/oauth/tokens" not in listing.requested()
    assert listing.sandbox.token not in whole_database()
    assert listing.sandbox.client_secret not in whole_database()


def test_r2_a_district_that_clever_does_not_list_is_refused(listing: Clever, monkeypatch: pytest.MonkeyPatch) -> None:
    before = stored()
    listing.sandbox.disconnect()
    found = connecting(monkeypatch, "--api-url", listing.url, "--clever-district", listing.sandbox.district_id)
    assert found == (f"{LOST} The connection was not stored.", 1)
    assert stored() == before


def test_r2_a_wrong_client_secret_is_told(listing: Clever, monkeypatch: pytest.MonkeyPatch) -> None:
    with override_settings(CLEVER_CLIENT=("me", "wrong-secret")):
        message, code = connecting(
            monkeypatch, "--api-url", listing.url, "--clever-district", listing.sandbox.district_id
        )
    assert code == 1
    assert "it refuses our client id and secret (CLEVER_CLIENT_ID, CLEVER_CLIENT_SECRET)" in message
    assert "wrong-secret" not in message


@pytest.mark.parametrize("options", [(), ("--full",), ("--preview",)])
def test_r2_a_rotated_token_is_read_anew_once(options: tuple[str, ...], listing: Clever) -> None:
    listing.town.sync()
    listing.sandbox.rotate_token()
    listing.requested()
    run = listing.town.sync(None, *options)
    assert listing.requested()[:3] == ["/v3.1/districts", "/oauth/tokens", "/v3.1/districts"]
    assert listing.town.plan(run) == []
    assert [(one["secret"], one["broken"]) for one in stored()] == [({"token": listing.sandbox.token}, "")]
    assert listing.sandbox.token not in whole_database()


@pytest.mark.django_db(transaction=True)
def test_r2_a_token_that_is_rotated_while_everything_is_read(listing: Clever, no_sessions_left: None) -> None:
    """Five lists are read at once, so several requests are refused before the token is read anew."""
    run = rotate_while_reading(listing)
    assert (run.status, run.error_message) == ("succeeded", "")
    assert [(one["secret"], one["broken"]) for one in stored()] == [({"token": listing.sandbox.token}, "")]


@pytest.mark.skipif(database.vendor != "postgresql", reason="SQLite has no sessions")
@pytest.mark.django_db(transaction=True)
def test_r2_a_token_renewed_in_a_thread_leaves_no_session_open(listing: Clever, no_sessions_left: None) -> None:
    rotate_while_reading(listing)
    assert other_sessions() == []


def rotate_while_reading(listing: Clever) -> Run:
    """A full pull during which the token changes."""
    listing.town.sync()

    def rotate(phase: str, count: int) -> None:
        if phase == "reading" and listing.sandbox.rotations == 0:
            listing.sandbox.rotate_token()

    with override_settings(CLEVER_PAGE=1):
        return run_sync(listing.town.district, by="tests", asked=Asked(full=True), progress=rotate)


def other_sessions() -> list[int]:
    """Sessions of the database beside our own."""
    if database.vendor != "postgresql":
        return []
    mine = "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
    with database.cursor() as cursor:
        cursor.execute(mine)
        return [row[0] for row in cursor.fetchall()]


@pytest.fixture
def no_sessions_left() -> Iterator[None]:
    """Sessions that a test leaves open are ended, or the test's database could not be removed."""
    yield
    for session in other_sessions():
        with database.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(%s)", [session])


@pytest.mark.parametrize("listed", [True, False])
def test_r34_a_district_that_disconnects_loses_nobody_and_is_told_what_to_do(
    listed: bool, listing: Clever, monkeypatch: pytest.MonkeyPatch
) -> None:
    town, token = listing.town, listing.sandbox.token
    town.sync()
    before = town.everything()
    listing.sandbox.disconnect()
    with override_settings(**({} if listed else {"CLEVER_CLIENT": ("", "")})):
        run = town.sync(status="failed")
        assert run["error"] == {"code": "SRC_UNREACHABLE", "message": LOST}
        assert connection_of(town).broken == LOST
        assert town.everything()[:3] == before[:3]
        assert town.warnings("SRC_UNREACHABLE") == [f"SRC_UNREACHABLE source : {LOST}"]
        run = town.sync(None, "--person", next(iter(listing.known_by())), status="failed")
        assert run["error"] == {"code": "SRC_UNREACHABLE", "message": LOST}
        assert town.everything()[:3] == before[:3]
        assert [one["secret"] for one in stored()] == [{"token": token}]
    listing.sandbox.rotate_token()
    connecting(monkeypatch, "--api-url", listing.url, token=listing.sandbox.token)
    assert connection_of(town).broken == ""
    assert town.plan(town.sync()) == []
    assert town.everything() == before


def test_r34_a_connection_heals_by_itself_when_the_token_is_taken_again(clever: Clever) -> None:
    clever.town.sync()
    before, token = clever.town.everything(), clever.sandbox.token
    clever.sandbox.disconnect()
    clever.town.sync(status="failed")
    clever.sandbox.oauth.token = token
    clever.town.sync()
    assert connection_of(clever.town).broken == ""
    assert clever.town.everything() == before


def test_r34_a_list_of_tokens_that_cannot_be_read_says_nothing_about_access(listing: Clever) -> None:
    listing.town.sync()
    before = listing.town.everything()
    listing.sandbox.rotate_token()
    with override_settings(CLEVER_OAUTH_URL="http://127.0.0.1:9"):
        run = listing.town.sync(status="failed")
    assert run["error"]["code"] == "SRC_UNREACHABLE"
    assert "tokens: no connection" in run["error"]["message"]
    assert connection_of(listing.town).broken == ""
    assert listing.town.everything()[:3] == before[:3]
    listing.town.sync()


def test_r41_a_token_of_another_district_is_refused(clever: Clever, tmp_path: Path) -> None:
    clever.town.sync()
    before, connection = clever.town.everything(), connection_of(clever.town)
    other = Sandbox(small_district().write(tmp_path / "other"), seed=8, watch=False)
    with serving(other) as url:
        connection.settings["api_url"] = url
        connection.secret = keys.encrypt(json.dumps({"token": other.token}))
        connection.save()
        for options in ((), ("--full",), ("--section", clever.record("sections", "c1"))):
            run = clever.town.sync(None, *options, status="failed")
            assert run["error"]["code"] == "SRC_UNREACHABLE"
            assert run["error"]["message"].startswith("Clever's access token belongs to another district")
            assert connection_of(clever.town).broken == run["error"]["message"]
        assert clever.town.everything()[:3] == before[:3]
        assert {request.target for request in other.requests} == {"/v3.1/districts"}


def test_r41_a_record_of_another_district_fails_the_run(clever: Clever) -> None:
    """As if Clever mixed two districts up."""
    clever.town.sync()
    before = clever.town.everything()
    student = clever.user("s1")
    kept = clever.sandbox.roster.records["users"][student]
    clever.sandbox.roster.records["users"][student] = kept.replace(clever.sandbox.district_id.encode(), b"ab" * 12)
    for options in (("--full",), ("--person", student), ("--section", clever.record("sections", "c1"))):
        run = clever.town.sync(None, *options, status="failed")
        assert run["error"]["code"] == "SRC_INCOMPLETE"
        assert "it sent a record of another district" in run["error"]["message"]
    assert clever.town.everything()[:3] == before[:3]
    clever.sandbox.roster.records["users"][student] = kept
    assert clever.town.plan(clever.town.sync(None, "--full")) == []


# -- nothing secret is said ----------------------------------------------------------------------------------------


def test_r16_neither_token_nor_names_nor_ids_in_logs_errors_and_runs(
    listing: Clever, caplog: pytest.LogCaptureFixture
) -> None:
    """Everything that can go wrong, at the most talkative level of our own logs, as production has them."""
    town, sandbox = listing.town, listing.sandbox
    caplog.set_level(logging.DEBUG)
    secrets = [sandbox.token, sandbox.client_secret, "Núñez", "O'Brien", "Ng"]
    student = listing.user("s1")
    secrets += [*listing.known_by(), *(record["id"] for record in sandbox.records("sections"))]
    with override_settings(CLEVER_TIMEOUT=0.2, CLEVER_RETRIES=1):
        town.sync()
        for kind in (
            "500",
            "400",
            "404",
            "truncated",
            "html",
            "dropped",
            "stalled",
            "wrong-shape",
            "no-id",
            "redirect",
        ):
            for options in (("--full",), ("--person", student), ()):
                sandbox.fail(Fault(kind, at="/v3.1/[uest]*", times=None, seconds=0.3))
                command("sync", "hill", *options)
                sandbox.clear_faults()
        sandbox.rotate_token()
        secrets.append(sandbox.token)
        town.sync()
        sandbox.disconnect()
        town.sync(status="failed")
    said = "\n".join(record.getMessage() + str(record.exc_text or "") for record in caplog.records)
    rows = "\n".join(str(row) for row in Run.objects.exclude(status="succeeded").values("error_message", "why_full"))
    failures = "\n".join(DataWarning.objects.filter(kind="source").values_list("message", flat=True))
    assert len(Run.objects.filter(status="failed")) > 10
    assert [one for one in secrets if one in said + rows + failures] == []
    assert [one for one in (*secrets[:2], sandbox.token) if one and one in whole_database()] == []


def test_r16_words_of_the_server_that_repeat_a_token_or_an_id_are_not_kept(clever: Clever) -> None:
    from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

    class Talkative(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = json.dumps({"message": f"bad token {self.headers['Authorization'].split()[1]}"}).encode()
            self.send_response(400)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Talkative)
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        connection = connection_of(clever.town)
        connection.settings["api_url"] = f"http://127.0.0.1:{server.server_address[1]}"
        connection.save()
        run = clever.town.sync(status="failed")
    finally:
        server.shutdown()
        server.server_close()
    assert "it answers 400" in run["error"]["message"]
    assert clever.sandbox.token not in run["error"]["message"]


def test_a_new_town_says_that_it_is_not_connected() -> None:
    save_district("bare", by=BY, name="Bare")
    answer, code = command("sync", "bare")
    assert (answer["runs"][0]["error"]["code"], code) == ("NOT_CONNECTED", 1)
    assert SaidChunk.objects.count() == 0
