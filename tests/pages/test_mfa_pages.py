"""Two-step sign-in as people meet it: adding, signing in, losing and removing a way; who must have one."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.contrib.messages import get_messages
from django.test import Client
from django.utils import timezone

from accounts import mfa
from accounts.attempts import PER_ACCOUNT
from accounts.lifecycle import Actor, set_passwords
from accounts.models import AuditEntry, User
from tests.accounts.second_steps import Device, code_of, give_app
from tests.pages.world import PASSWORD

SECURITY, STEP = "/account/security/", "/account/second-step/"
APP, PASSKEY, CODES, CONFIRM = (f"{SECURITY}{each}/" for each in ("app", "passkey", "codes", "confirm"))
NOT_YET = "This code is not right, or was used already. Wait for the next code in your app and try again."


def password(client: Client, name="coordinator", district="oak", **more):
    return client.post(f"/login/{district}/", {"username": name, "password": PASSWORD, **more})


def who(client: Client) -> str:
    """The username of who is signed in."""
    key = client.session.get("_auth_user_id")
    return User.objects.get(pk=key).username if key else ""


def said(response) -> list[str]:
    return [str(message) for message in get_messages(response.wsgi_request)]


def to(response) -> str:
    assert response.status_code == 302, response.content
    return response.headers["Location"]


@pytest.fixture
def cora(world) -> User:
    return world.oak.users["coordinator"]


@pytest.fixture
def signed_in(world, client) -> Client:
    """Cora, who has just signed in by her password."""
    assert to(password(client)) == "/console/"
    return client


def add_app(client: Client) -> str:
    """By the pages. Returns the secret."""
    page = client.get(APP).content.decode()
    secret = re.search(r'<code class="secret">([A-Z2-7 ]+)</code>', page)[1]
    assert 'src="data:image/svg+xml;base64,' in page
    assert to(client.post(APP, {"code": code_of(secret)})) == CODES
    return secret


def test_an_app_is_added_and_its_recovery_codes_are_shown_once(signed_in, cora):
    assert "It is off" in signed_in.get(SECURITY).content.decode()
    page = signed_in.post(APP, {"code": "12345"})
    assert list(page.context["form"].errors) == ["code"]
    secret = add_app(signed_in)
    assert signed_in.get(CODES).context["codes"] == [f"{code[:4]} {code[4:]}" for code in mfa.recovery_codes(cora)]
    assert len(signed_in.get(CODES).context["codes"]) == 10
    assert to(signed_in.post(CODES, {"kept": "1"})) == SECURITY
    assert signed_in.get(CODES).context["codes"] == []
    page = signed_in.get(SECURITY)
    assert [name for _, name in page.context["methods"]] == ["Authenticator app"]
    assert "10 left" in page.content.decode()
    assert secret not in page.content.decode()
    assert (to(signed_in.get(APP)), signed_in.get("/console/").status_code) == (SECURITY, 200)


def test_codes_are_not_shown_in_another_browser_or_later(signed_in, cora):
    secret, other = add_app(signed_in), Client()
    password(other)
    other.post(STEP, {"code": code_of(secret, 1)})
    assert (who(other), other.get(CODES).context["codes"]) == ("coordinator", [])
    assert len(signed_in.get(CODES).context["codes"]) == 10
    with time_machine.travel(timezone.now() + timedelta(minutes=11)):
        assert signed_in.get(CODES).context["codes"] == []


def test_the_session_is_made_after_the_second_step_and_replaces_the_old(world, cora, as_user):
    secret, client = give_app(cora), as_user(world.oak.users["teacher"])
    before = client.session.session_key
    assert to(password(client, next="/console/in/oak/team/")) == STEP
    assert (who(client), client.session.session_key) == ("teacher", before)
    assert client.get("/classes/").status_code == 200
    assert "Cora" in client.get(STEP).content.decode()
    wrong = client.post(STEP, {"code": code_of(secret, 9)})
    assert (wrong.context["form"].errors, who(client)) == ({"code": [NOT_YET]}, "teacher")
    assert to(client.post(STEP, {"code": code_of(secret)})) == "/console/in/oak/team/"
    assert (who(client), client.session.session_key == before) == ("coordinator", False)
    assert client.get("/console/").status_code == 200


def test_without_a_right_password_there_is_no_second_step(world, cora, client):
    secret = give_app(cora)
    client.post("/login/oak/", {"username": "coordinator", "password": "wrong"})
    for answer in (client.get(STEP), client.post(STEP, {"code": code_of(secret)})):
        assert (to(answer), who(client)) == ("/login/", "")
    assert mfa.use_code(cora, code_of(secret)) == "totp"


def test_a_code_that_was_used_does_not_serve_again(world, cora):
    secret, first, second = give_app(cora), Client(), Client()
    code = code_of(secret)
    for client in (first, second):
        password(client)
    assert to(first.post(STEP, {"code": code})) == "/console/"
    assert second.post(STEP, {"code": code}).context["form"].errors == {"code": [NOT_YET]}
    assert who(second) == ""


def test_a_recovery_code_lets_in_once(world, cora, client):
    give_app(cora)
    code = mfa.recovery_codes(cora)[0]
    password(client)
    answer = client.post(STEP, {"code": code})
    assert (to(answer), "second_step_for" in client.session) == ("/console/", False)
    assert said(answer) == [
        "You used a recovery code. You have 9 left; make new ones under Security before they run out."
    ]
    other = Client()
    password(other)
    assert other.post(STEP, {"code": code}).context["form"].errors == {"code": [NOT_YET]}


@pytest.mark.parametrize("change", ["late", "password", "inactive"])
def test_the_second_step_waits_ten_minutes_and_for_the_same_account(world, cora, client, change):
    secret = give_app(cora)
    password(client)
    if change == "password":
        set_passwords([cora], "another-one", by=Actor("test"))
    if change == "inactive":
        User.objects.filter(pk=cora.pk).update(is_active=False)
    later = timedelta(minutes=11 if change == "late" else 9)
    with time_machine.travel(timezone.now() + later):
        assert to(client.post(STEP, {"code": code_of(secret)})) == "/login/"
        assert who(client) == ""


def test_r47_wrong_codes_are_limited_also_from_other_addresses(world, cora):
    secret = give_app(cora)
    for number in range(PER_ACCOUNT):
        client = Client(REMOTE_ADDR=f"10.0.0.{number}")
        password(client)
        client.post(STEP, {"code": "1234567"})
    page = client.post(STEP, {"code": code_of(secret)})
    assert page.context["form"].errors["code"][0].startswith("There were too many wrong tries from here. Wait 15")
    assert who(client) == ""
    with time_machine.travel(timezone.now() + timedelta(minutes=16)):
        assert to(password(client)) == STEP
        assert to(client.post(STEP, {"code": code_of(secret)})) == "/console/"


def test_next_leads_nowhere_else_after_the_second_step(world, cora, client):
    secret = give_app(cora)
    password(client, next="https://evil.example/")
    assert to(client.post(STEP, {"code": code_of(secret), "next": "https://evil.example/"})) == "/console/"


def test_a_session_of_before_ends_when_a_second_step_is_added_elsewhere(signed_in, cora):
    give_app(cora)
    assert to(signed_in.get("/console/in/oak/team/")) == "/login/?next=/console/in/oak/team/"
    assert who(signed_in) == ""


def test_a_way_is_removed_after_the_password_only(signed_in, cora):
    secret = add_app(signed_in)
    address = f"{SECURITY}{mfa.methods_of(cora).get().pk}/remove/"
    assert signed_in.post(address, {"proof": "wrong"}).context["form"].errors == {
        "proof": ["This is not right. Try again."]
    }
    assert signed_in.post(address, {"proof": code_of(secret)}).status_code == 200  # it was used to add the app
    assert to(signed_in.post(address, {"proof": PASSWORD})) == SECURITY
    assert (mfa.methods_of(cora).count(), signed_in.get(address).status_code) == (0, 404)
    assert to(password(signed_in)) == "/console/"


def test_new_recovery_codes_need_a_proof_and_replace_the_old(signed_in, cora):
    secret = add_app(signed_in)
    old = mfa.recovery_codes(cora)
    assert signed_in.post(CODES, {"proof": ""}).status_code == 200
    assert mfa.recovery_codes(cora) == old
    assert to(signed_in.post(CODES, {"proof": code_of(secret, 1)})) == CODES
    new = mfa.recovery_codes(cora)
    assert (set(new) & set(old), len(signed_in.get(CODES).context["codes"])) == (set(), 10)


def test_after_a_while_adding_asks_for_a_proof_first(cora, as_user):
    client = as_user(cora)
    for address in (APP, PASSKEY):
        assert to(client.get(address)) == CONFIRM
    assert "wrong" not in client.session
    for _ in range(PER_ACCOUNT):
        assert client.post(CONFIRM, {"proof": "wrong"}).status_code == 200
    assert client.post(CONFIRM, {"proof": PASSWORD}).status_code == 200
    with time_machine.travel(timezone.now() + timedelta(minutes=16)):
        assert to(client.post(CONFIRM, {"proof": PASSWORD})) == PASSKEY
        assert client.get(PASSKEY).status_code == 200


def test_nobody_removes_somebody_elses_way(world, cora, as_user):
    give_app(world.elm.users["coordinator"])
    give_app(world.oak.users["teacher"])
    client = as_user(cora)
    for town, name in ((world.elm, "coordinator"), (world.oak, "teacher")):
        theirs = mfa.methods_of(town.users[name]).get()
        assert client.post(f"{SECURITY}{theirs.pk}/remove/", {"proof": PASSWORD}).status_code == 404


def test_r47_students_never_see_any_of_it_and_nobody_else_is_left_out(world, as_user):
    student = as_user(world.oak.users["student"])
    for address in (SECURITY, APP, PASSKEY, CODES, CONFIRM, f"{SECURITY}1/remove/"):
        assert (student.get(address).status_code, student.post(address, {"code": "1"}).status_code) == (404, 404)
        assert to(Client().get(address)) == f"/login/?next={address}"
    assert SECURITY not in student.get("/learn/").content.decode()
    for user in (*(world.oak.users[name] for name in ("teacher", "staff", "coordinator", "schoolcoord")), world.ops):
        assert as_user(user).get(SECURITY).status_code == 200


def test_r47_where_it_is_required_nothing_else_opens_until_there_is_one(world, settings, client):
    settings.MFA_REQUIRED = True
    oak = world.oak
    assert to(password(client)) == "/console/"
    closed = ["/", "/console/", "/console/in/oak/team/", "/console/accounts/user/", "/console/rostering/run/"]
    assert {to(client.get(address)) for address in closed} == {SECURITY}
    assert to(client.post(f"/console/in/oak/users/{oak.users['teacher'].pk}/switch/")) == SECURITY
    assert client.get("/console/", headers={"accept": "application/json"}).status_code == 403
    assert "Your role needs two-step sign-in" in client.get(SECURITY).content.decode()
    add_app(client)
    assert {client.get(address).status_code for address in closed[1:]} == {200}
    for name, home in {"teacher": "/classes/", "student": "/learn/"}.items():
        assert to(password(client, name)) == home
        assert client.get(home).status_code == 200
    for name, district in {"schoolcoord": "oak", "olga": "ops"}.items():
        password(client, name, district)
        assert to(client.get("/console/")) == SECURITY


def test_a_passkey_is_added_used_once_per_challenge_and_shown_by_its_name(world, cora):
    client, device = Client(headers={"host": "localhost"}), Device("http://localhost")
    password(client)
    options = client.get(PASSKEY).context["options"]
    stranger = Device("https://evil.example").register(options)
    for answer in (stranger, "", "[]", "{}", "null", '{"id": 1}'):
        assert "could not be made" in client.post(PASSKEY, {"name": "My laptop", "credential": answer}).content.decode()
    options = client.get(PASSKEY).context["options"]
    assert to(client.post(PASSKEY, {"name": "My laptop", "credential": device.register(options)})) == CODES
    assert [name for _, name in client.get(SECURITY).context["methods"]] == ["Passkey “My laptop”"]

    assert to(password(client)) == STEP
    answer = device.use(client.get(STEP).context["options"])
    other = Client(headers={"host": "localhost"})
    password(other)
    other.get(STEP)
    for wrong in (answer, Device("http://localhost").use(other.get(STEP).context["options"]), "", "[]", "{}", "null"):
        assert other.post(STEP, {"credential": wrong}).context["unknown"] is True
    assert to(client.post(STEP, {"credential": answer})) == "/console/"
    assert (who(client), who(other), mfa.recovery_codes_left(cora)) == ("coordinator", "", 10)
    assert list(AuditEntry.objects.filter(verb="add second step").values_list("subject", flat=True)) == ["passkey"]


def test_a_passkey_lets_only_its_owner_in(world, cora):
    device, theirs = Device("http://localhost"), Device("http://localhost", credential_id=b"passkey-2")
    for name, one in {"coordinator": device, "teacher": theirs}.items():
        client = Client(headers={"host": "localhost"})
        password(client, name)
        made = one.register(client.get(PASSKEY).context["options"])
        assert to(client.post(PASSKEY, {"name": "x", "credential": made})) == CODES
    client = Client(headers={"host": "localhost"})
    password(client)
    answer = theirs.use(client.get(STEP).context["options"])
    assert client.post(STEP, {"credential": answer}).context["unknown"] is True
    assert who(client) == ""


def test_the_gate_and_the_second_step_ask_the_database_a_fixed_number_of_times(
    signed_in, cora, django_assert_num_queries
):
    add_app(signed_in)
    with django_assert_num_queries(5):
        signed_in.get(SECURITY)
    password(signed_in)
    with django_assert_num_queries(4):
        signed_in.get(STEP)
