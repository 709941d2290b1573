"""Sign in with Clever, against the sandbox's OAuth over real HTTP: three starts, and every way of being refused."""

import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from django.contrib.sessions.models import Session
from django.test import Client, override_settings

from accounts.lifecycle import deactivate_users
from accounts.models import User
from rostering.clever_sign_in import NoAccountError, Person, account_of
from rostering.models import Connection, Link
from rostering.rehearsal.clever import serving
from tests.accounts.second_steps import code_of, give_app
from tests.flow.clever import connect_town
from tests.flow.test_clever_access import Clever, clever_of
from tests.flow.town import BY, whole_database

pytestmark = pytest.mark.django_db

OURS = "http://testserver/login/clever/callback/"
START = "/login/clever/?district=hill"


@pytest.fixture
def clever(tmp_path: Path) -> Iterator[Clever]:
    """The district hill, synced, whose people can sign in with Clever."""
    with clever_of(tmp_path / "hill", redirect_uris=[OURS]) as found:
        found.town.sync()
        found.requested()
        client = (found.sandbox.client_id, found.sandbox.client_secret)
        there = {"CLEVER_OAUTH_URL": found.url, "CLEVER_API_URL": found.url, "SITE_URL": "http://testserver/"}
        with override_settings(CLEVER_CLIENT=client, WHITENOISE_AUTOREFRESH=True, **there):
            yield found


def at_clever(address: str, user: str = "") -> str:
    """What Clever sends the browser back to, after this user has signed in there."""
    parameters = {"user": user} if user else {}
    answer = requests.get(address, parameters, timeout=10, allow_redirects=False)
    assert answer.status_code == 302, answer.text
    return answer.headers["Location"].removeprefix("http://testserver")


def sent_on(response: Any) -> str:
    assert response.status_code == 302, response.content
    return str(response.headers["Location"])


def press_button(client: Client, user: str, start: str = START) -> Any:
    """Our button, Clever, and back."""
    return client.get(at_clever(sent_on(client.get(start)), user))


def who(client: Client) -> str:
    """The first name of who is signed in."""
    key = client.session.get("_auth_user_id")
    return User.objects.get(pk=key).first_name if key else ""


def refused(response: Any) -> tuple[int, str, str]:
    """Status, reason and the code to quote of a page that refuses."""
    page = response.content.decode()
    assert "<h1>You are not signed in</h1>" in page
    code = response.context["code"]
    assert (f"Tell your coordinator: <strong>{code}</strong>" in page) == bool(code)
    return response.status_code, response.context["why"], code


def test_r41_our_button_is_shown_where_clever_is_set_up_only(clever: Clever, client: Client) -> None:
    def shown() -> bool:
        return "Sign in with Clever" in client.get("/login/hill/").content.decode()

    assert 'href="/login/clever/?district=hill&amp;next=/learn/"' in client.get(
        "/login/hill/?next=/learn/"
    ).content.decode().replace("%2F", "/")
    with override_settings(CLEVER_CLIENT=("", "")):
        assert (shown(), client.get(START).status_code) == (False, 404)
    assert shown()
    Connection.objects.update(source="folder")
    assert not shown()
    assert "Sign in with Clever" not in client.get("/login/ops/").content.decode()


def test_r47_our_button_signs_in_the_one_with_this_clever_id(clever: Clever, client: Client) -> None:
    to = sent_on(client.get(START))
    asked = {name: values[0] for name, values in parse_qs(urlsplit(to).query).items()}
    assert to.startswith(f"{clever.url}/oauth/authorize?")
    assert asked == {
        "response_type": "code", "client_id": clever.sandbox.client_id, "redirect_uri": OURS,
        "state": client.session["clever_asked"]["state"], "district_id": clever.sandbox.district_id,
    }  # fmt: skip
    users = User.objects.count()
    assert sent_on(press_button(client, clever.user("s1"))) == "/learn/"
    assert (who(client), User.objects.count()) == ("José", users)
    assert clever.requested()[-2:] == ["/oauth/tokens", "/v3.1/me"]


def test_r47_the_portal_and_instant_login_are_asked_anew_with_our_state(clever: Clever) -> None:
    link = f"/oauth/instant-login?client_id={clever.sandbox.client_id}&district_id={clever.sandbox.district_id}"
    for way in ("/oauth/portal", link):
        client, user = Client(), clever.user("t1")
        clever.requested()
        back = at_clever(f"{clever.url}{way}", user)
        assert "state" not in back
        again = sent_on(client.get(back))
        assert (who(client), "/oauth/tokens" in clever.requested()) == ("", False)
        assert sent_on(client.get(at_clever(again, user))) == "/classes/"
        assert who(client) == "Ada"


def test_r47_a_code_without_our_state_is_asked_anew_once_only(clever: Clever, client: Client) -> None:
    back = f"{OURS}?code=x"
    assert client.get(back).status_code == 302
    assert refused(client.get(back)) == (400, "loop", "")
    assert sent_on(press_button(client, clever.user("t1"))) == "/classes/"
    assert client.get(back).status_code == 302


def test_r47_a_new_sign_in_replaces_the_old_one_also_when_it_is_refused(clever: Clever, client: Client) -> None:
    press_button(client, clever.user("t1"))
    before = client.session.session_key
    press_button(client, clever.user("s1"))
    assert (who(client), Session.objects.filter(session_key=before).exists()) == ("José", False)
    Link.objects.filter(key=f"u:{clever.user('s2')}").delete()
    press_button(client, clever.user("s2"))
    assert who(client) == ""


def test_r47_a_second_step_follows_clever_too(clever: Clever, client: Client) -> None:
    secret = give_app(User.objects.get(first_name="Ada"))
    press_button(client, clever.user("s1"))
    assert sent_on(press_button(client, clever.user("t1"), f"{START}&next=/classes/7/")) == "/account/second-step/"
    assert who(client) == "José"
    assert client.post("/account/second-step/", {"code": "1234567"}).status_code == 200
    assert who(client) == "José"
    assert sent_on(client.post("/account/second-step/", {"code": code_of(secret)})) == "/classes/7/"
    assert (who(client), client.session["clever_done"] != "") == ("Ada", True)


def test_r47_next_leads_to_our_own_pages_only(clever: Clever, client: Client) -> None:
    for wanted, landed in {
        "/classes/7/": "/classes/7/",
        "//evil.example/": "/classes/",
        "javascript:a": "/classes/",
    }.items():
        assert sent_on(press_button(client, clever.user("t1"), f"{START}&next={wanted}")) == landed


def test_r47_a_forged_state_is_refused_and_its_code_never_exchanged(clever: Clever, client: Client) -> None:
    forged = f"{OURS}?code={clever.sandbox.login(clever.user('t1'), OURS)}&state=forged"
    assert refused(client.get(forged)) == (400, "state", "")
    client.get(START)
    assert refused(client.get(forged)) == (400, "state", "")
    assert refused(client.get(f"{forged}é")) == (400, "state", "")
    back = at_clever(sent_on(Client().get(START)), clever.user("t1"))
    assert refused(client.get(back)) == (400, "state", "")
    assert (who(client), "/oauth/tokens" in clever.requested()) == ("", False)


def test_r47_a_replayed_code_is_harmless(clever: Clever, client: Client) -> None:
    back = at_clever(sent_on(client.get(START)), clever.user("s1"))
    assert sent_on(client.get(back)) == "/learn/"
    clever.requested()
    assert sent_on(client.get(back)) == "/learn/"
    assert (who(client), clever.requested()) == ("José", [])
    assert refused(Client().get(back)) == (400, "state", "")
    client.post("/logout/")
    assert refused(client.get(back)) == (400, "state", "")


def test_r47_a_code_that_clever_does_not_take_is_refused(clever: Clever, client: Client) -> None:
    back = at_clever(sent_on(client.get(START)), clever.user("s1"))
    clever.sandbox.advance(seconds=61)
    assert refused(client.get(back)) == (400, "code", "")
    clever.requested()
    assert refused(client.get(back)) == (400, "state", "")
    assert (who(client), clever.requested()) == ("", [])


def test_r39_an_unknown_district_is_refused(clever: Clever, client: Client) -> None:
    Connection.objects.update(settings={"district": "f" * 24})
    assert refused(press_button(client, clever.user("t1"))) == (403, "district", "DISTRICT_NOT_CONNECTED")
    Connection.objects.update(settings={"district": ""})
    with pytest.raises(NoAccountError, match="DISTRICT_NOT_CONNECTED"):
        account_of(Person(clever.user("t1"), ""))


def test_r39_an_unrostered_person_is_refused_and_gets_no_account(clever: Clever, client: Client) -> None:
    clever.feed.student("s9", "Ben", "Smith", school="10", Student_email="ada@hill.example")
    clever.send()
    users = User.objects.count()
    assert refused(press_button(client, clever.user("s9"))) == (403, "person", "NOT_RECEIVED")
    assert (who(client), User.objects.count()) == ("", users)


def test_r39_who_is_gone_or_deactivated_is_refused_with_the_reason(clever: Clever, client: Client) -> None:
    user = clever.user("s4")
    deactivate_users(clever.town.district, [User.objects.get(first_name="Bo").pk], by=BY)
    assert refused(press_button(client, user)) == (403, "person", "ACCOUNT_INACTIVE")
    Link.objects.filter(key=f"u:{user}").update(state="withdrawn", live=False)
    assert refused(press_button(client, user)) == (403, "person", "WITHDRAWN")
    assert who(client) == ""


def test_r39_who_waits_for_a_review_or_left_the_feed_is_told_by_its_code(clever: Clever, client: Client) -> None:
    user = clever.user("s4")
    Link.objects.filter(key=f"u:{user}").update(state="review", object_id=None, live=False)
    assert refused(press_button(client, user)) == (403, "person", "MATCH_UNCLEAR")
    Link.objects.filter(key=f"u:{user}").update(state="not_shared")
    assert refused(press_button(client, user)) == (403, "person", "NOT_SHARED")


def test_r4_who_is_not_shared_with_us_is_told_so(clever: Clever, client: Client) -> None:
    user = clever.user("s4")
    clever.sandbox.hide("users", user)
    assert refused(press_button(client, user)) == (403, "not_shared", "NOT_SHARED")
    assert refused(client.get(f"{OURS}?error=access_denied")) == (400, "code", "")


def test_r47_the_other_districts_account_with_this_id_is_not_found(clever: Clever, client: Client) -> None:
    with serving(clever.sandbox) as url:
        connect_town("lake", clever.sandbox, url)
    Connection.objects.filter(district__slug="hill").update(settings={"district": "f" * 24})
    assert refused(press_button(client, clever.user("t1"))) == (403, "person", "NOT_RECEIVED")


def test_r16_nothing_of_the_token_is_stored(clever: Clever, client: Client) -> None:
    press_button(client, clever.user("t1"))
    [token] = clever.sandbox.oauth.users
    kept = str([session.get_decoded() for session in Session.objects.all()])
    assert token not in whole_database()
    assert token not in kept


@pytest.mark.parametrize("setting", ["CLEVER_OAUTH_URL", "CLEVER_API_URL"])
def test_r34_a_clever_that_does_not_answer_gives_a_friendly_page(setting: str, clever: Clever, client: Client) -> None:
    back = at_clever(sent_on(client.get(START)), clever.user("t1"))
    with socket.create_server(("127.0.0.1", 0)) as silent:
        silently = {setting: f"http://127.0.0.1:{silent.getsockname()[1]}", "CLEVER_TIMEOUT": 0.1}
        with override_settings(**silently):
            assert refused(client.get(back)) == (502, "silent", "")
    assert who(client) == ""


def test_r49_our_secret_goes_out_only_encrypted(clever: Clever, client: Client) -> None:
    back = at_clever(sent_on(client.get(START)), clever.user("t1"))
    with socket.create_server(("127.0.0.2", 0)) as other:
        other.setblocking(False)
        address = f"http://127.0.0.2:{other.getsockname()[1]}"
        with override_settings(CLEVER_OAUTH_URL=address, CLEVER_TIMEOUT=0.1):
            assert refused(client.get(back)) == (502, "silent", "")
        with pytest.raises(BlockingIOError):
            other.accept()
