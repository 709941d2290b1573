import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from rostering.rehearsal.clever import Sandbox, serving
from tests.rehearsal.clever_files import Client, example, write

APP = "http://localhost:8000/sso/clever"


@pytest.fixture
def sandbox(tmp_path: Path) -> Sandbox:
    return Sandbox(write(tmp_path, example()), redirect_uris=[APP])


@pytest.fixture
def client(sandbox: Sandbox) -> Iterator[Client]:
    with serving(sandbox) as url, Client(url, sandbox.token) as client:
        yield client


def exchange(client: Client, sandbox: Sandbox, code: str, uri: str = APP, form: bool = False) -> requests.Response:
    content = {"code": code, "grant_type": "authorization_code", "redirect_uri": uri}
    body = {"data": content} if form else {"json": content}
    return client.post(
        f"{client.url}/oauth/tokens", auth=(sandbox.client_id, sandbox.client_secret), timeout=10, **body
    )


def signed_in(client: Client, sandbox: Sandbox, user: str) -> Client:
    return Client(client.url, exchange(client, sandbox, sandbox.login(user)).json()["access_token"])


def sent_back(answer: requests.Response) -> tuple[str, dict[str, str]]:
    assert answer.status_code == 302, answer.text
    parts = urlsplit(answer.headers["Location"])
    return f"{parts.scheme}://{parts.netloc}{parts.path}", {
        name: each[0] for name, each in parse_qs(parts.query).items()
    }


def test_the_list_of_tokens(client: Client, sandbox: Sandbox) -> None:
    target, key = "/oauth/tokens?owner_type=district", (sandbox.client_id, sandbox.client_secret)
    found = client.ask(target, auth=key).json()
    [item] = found["data"]
    assert (item["access_token"], item["owner"]) == (sandbox.token, {"type": "district", "id": sandbox.district_id})
    assert found["links"] == [{"rel": "self", "uri": target}]
    assert client.ask(f"{target}&district={sandbox.district_id}", auth=key).json()["data"] == [item]
    assert client.ask(f"{target}&district={'0' * 24}", auth=key).json()["data"] == []
    assert client.ask("/oauth/tokens?owner_type=user", auth=key).status_code == 400
    assert client.ask(target, auth=(sandbox.client_id, "wrong")).status_code == 401
    assert client.ask(target).status_code == 401
    sandbox.disconnect()
    assert client.ask(target, auth=key).json()["data"] == []
    token = sandbox.rotate_token()
    assert [each["access_token"] for each in client.ask(target, auth=key).json()["data"]] == [token]


def test_a_code_is_good_once_and_for_a_minute(client: Client, sandbox: Sandbox) -> None:
    user = sandbox.records("users")[0]["id"]
    codes = [sandbox.login(user, APP) for _ in range(3)]
    first = exchange(client, sandbox, codes[0])
    assert (first.status_code, first.json()["token_type"]) == (200, "bearer")
    assert exchange(client, sandbox, codes[0]).json() == {
        "error": "invalid_grant",
        "error_description": "invalid code",
    }
    assert exchange(client, sandbox, codes[1], uri="http://other/").status_code == 400
    assert exchange(client, sandbox, codes[1], form=True).status_code == 200
    sandbox.advance(seconds=61)
    assert exchange(client, sandbox, codes[2]).status_code == 400


def test_credentials_in_the_body_are_refused(client: Client, sandbox: Sandbox) -> None:
    content = {"code": sandbox.login("a"), "client_id": sandbox.client_id, "client_secret": sandbox.client_secret}
    del client.headers["Authorization"]
    answer = client.post(f"{client.url}/oauth/tokens", data=content, timeout=10)
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")


def test_what_the_token_of_a_user_may_see(client: Client, sandbox: Sandbox) -> None:
    [oona] = [user for user in sandbox.records("users") if user["roles"].get("staff")]
    with signed_in(client, sandbox, oona["id"]) as own:
        me = own.ask("/v3.1/me").json()
        assert (me["type"], me["data"]["id"], me["data"]["district"]) == ("user", oona["id"], sandbox.district_id)
        assert own.ask(f"/v3.1/users/{oona['id']}").json()["data"] == oona
        assert own.ask(f"/v3.1/districts/{sandbox.district_id}").status_code == 200
        info = own.ask("/userinfo").json()
        assert (info["sub"], info["multi_role_user_id"], info["user_type"]) == (oona["id"], oona["id"], "teacher")
        assert info["user_id"] == oona["roles"]["teacher"]["legacy_id"]
        assert own.ask("/oauth/tokeninfo").json()["client_id"] == sandbox.client_id
        other = sandbox.records("users")[-1]["id"]
        refused = ("/v3.1/users", "/v3.1/events", f"/v3.1/users/{other}", "/v3.1/districts")
        assert [own.ask(target).status_code for target in refused] == [404] * 4
        client.control("user-tokens", html=True)
        assert "text/html" in own.ask("/v3.1/users").headers["Content-Type"]
        sandbox.advance(days=1)
        assert own.ask("/v3.1/me").status_code == 401
        assert own.ask("/userinfo").status_code == 401


def test_sign_in_by_button(client: Client, sandbox: Sandbox) -> None:
    button = f"/oauth/authorize?response_type=code&client_id={sandbox.client_id}&redirect_uri={APP}&state=s%261"
    [links, narrow] = (re.findall(r'href="([^"]+)"', client.ask(t).text) for t in (button, f"{button}&q=Quill"))
    assert (len(links), len(narrow)) == (6, 1)
    back, query = sent_back(client.ask(narrow[0].replace("&amp;", "&")))
    assert (back, query["state"]) == (APP, "s&1")
    assert exchange(client, sandbox, query["code"]).status_code == 200
    back, again = sent_back(client.ask(button))  # the browser has a Clever session now
    assert again["code"] != query["code"]
    assert client.ask(f"{button}&confirmed=false").status_code == 200
    client.ask("/oauth/logout")
    assert client.ask(button).status_code == 200


def test_sign_in_by_portal_and_link_has_no_state(client: Client, sandbox: Sandbox) -> None:
    user = sandbox.records("users")[0]["id"]
    link = f"/oauth/instant-login?client_id={sandbox.client_id}&district_id={sandbox.district_id}&user={user}&state=x"
    for target in (f"/oauth/portal?user={user}", link):
        back, query = sent_back(client.ask(target))
        assert (back, set(query)) == (APP, {"code"})
        assert exchange(client, sandbox, query["code"]).status_code == 200


def test_who_is_not_shared_cannot_sign_in(client: Client, sandbox: Sandbox) -> None:
    user = sandbox.records("users")[0]["id"]
    sandbox.hide("users", user)
    assert sent_back(client.ask(f"/oauth/portal?user={user}"))[1] == {"error": "unauthorized-user"}


def test_strange_apps_are_refused(client: Client, sandbox: Sandbox) -> None:
    start = "/oauth/authorize?response_type=code"
    assert client.ask(f"{start}&client_id=other&redirect_uri={APP}").status_code == 400
    assert client.ask(f"{start}&client_id={sandbox.client_id}&redirect_uri=http://evil/").status_code == 400
    assert client.ask(f"/oauth/authorize?client_id={sandbox.client_id}&redirect_uri={APP}").status_code == 400
