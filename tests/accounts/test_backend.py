import asyncio

import pytest
from asgiref.sync import sync_to_async
from django.contrib.auth import aauthenticate, authenticate
from django.contrib.auth.hashers import MD5PasswordHasher, make_password
from django.db import connections

from accounts.backends import RosterBackend
from accounts.hashers import strengthen
from accounts.lifecycle import deactivate_users
from accounts.models import User
from accounts.passwords import POLICY_FIXED, POLICY_USERNAME, check_password, initial_password
from tests.accounts.people import TESTS, make_district, make_user, sis_password

pytestmark = pytest.mark.django_db


@pytest.fixture
def maple():
    return make_district("maple", fixed_password="sunflower")


@pytest.fixture
def oak():
    return make_district("oak", fixed_password="tulip")


@pytest.fixture
def strong_hashes(monkeypatch):
    """Counts the strong hashes (in tests the MD5 ones) that an answer costs."""
    made, encode = [], MD5PasswordHasher.encode
    monkeypatch.setattr(MD5PasswordHasher, "encode", lambda *args: made.append(1) or encode(*args))
    return made


def sign_in(district, username, password):
    return authenticate(None, username=username, password=password, district=district)


@pytest.mark.parametrize(
    ("passwords", "fallback", "sis", "column"),
    [
        ("username", "fixed", "roster_hmac$1.s$x", POLICY_USERNAME),
        ("fixed", "username", "roster_hmac$1.s$x", POLICY_FIXED),
        ("sis", "username", "roster_hmac$1.s$x", "roster_hmac$1.s$x"),
        ("sis", "username", "", POLICY_USERNAME),
        ("sis", "fixed", None, POLICY_FIXED),
    ],
)
def test_r13_r14_what_a_new_account_starts_with(passwords, fallback, sis, column):
    assert initial_password(passwords, fallback, sis) == column


def test_r13_the_password_is_the_username_exactly_as_stored(maple):
    user = make_user(maple, "JSmith", POLICY_USERNAME)
    assert [sign_in(maple, "jsmith", raw) for raw in ("JSmith", "jsmith", "", "sunflower")] == [user, None, None, None]


def test_r13_the_password_is_the_fixed_one_of_the_district(maple, oak):
    user, other = make_user(maple, "jsmith", POLICY_FIXED), make_user(oak, "jsmith", POLICY_FIXED)
    assert [sign_in(d, "jsmith", raw) for d in (maple, oak) for raw in ("sunflower", "tulip", "jsmith")] == [
        user, None, None, None, other, None,
    ]  # fmt: skip


@pytest.mark.parametrize("raw", ["", "jsmith", "sunflower"])
def test_r13_a_district_without_a_fixed_password_lets_nobody_in_by_it(raw):
    elm = make_district("elm")
    make_user(elm, "jsmith", POLICY_FIXED)
    assert sign_in(elm, "jsmith", raw) is None


@pytest.mark.parametrize("stored_as", [str, strengthen])
def test_r14_a_sis_password_becomes_the_strong_hash_at_the_first_sign_in(maple, stored_as):
    stored = stored_as(sis_password(maple, "jsmith", "hunter2"))
    user = make_user(maple, "jsmith", stored)
    assert sign_in(maple, "jsmith", "hunter3") is None
    assert User.objects.get().password == stored
    signed_in = sign_in(maple, "JSMITH", "hunter2")
    assert signed_in == user
    assert signed_in.password == User.objects.get().password
    assert signed_in.password.startswith("md5$")
    assert [sign_in(maple, "jsmith", raw) for raw in ("hunter2", "hunter3")] == [user, None]


def test_r15_an_upgrade_does_not_overwrite_a_password_set_meanwhile(maple):
    user = make_user(maple, "jsmith", sis_password(maple, "jsmith", "hunter2"))
    User.objects.update(password=make_password("changed"))
    assert check_password(user, "hunter2") is False
    assert [sign_in(maple, "jsmith", raw) for raw in ("changed", "hunter2")] == [user, None]


def test_two_first_sign_ins_at_once_both_come_in_with_the_stored_hash(maple):
    make_user(maple, "jsmith", sis_password(maple, "jsmith", "hunter2"))
    first, second = User.objects.get(), User.objects.get()
    assert [check_password(user, "hunter2") for user in (first, second)] == [True, True]
    assert first.password == second.password == User.objects.get().password


def test_an_upgrade_saves_the_password_and_nothing_else(maple, django_assert_num_queries):
    user = make_user(maple, "jsmith", sis_password(maple, "jsmith", "hunter2"))
    user.first_name = "not saved"
    with django_assert_num_queries(2):  # the district's key, the new hash
        assert check_password(user, "hunter2")
    assert User.objects.get().first_name == ""


@pytest.mark.parametrize("name", ["jsmith", "JSMITH", "jSmith"])
@pytest.mark.parametrize("as_slug", [False, True])
def test_r10_r41_the_username_is_looked_for_without_case_in_one_district(maple, oak, name, as_slug):
    users = [make_user(d, "JSmith", make_password(d.slug)) for d in (maple, oak)]
    doors = [d.slug if as_slug else d for d in (maple, oak)]
    assert [sign_in(door, name, slug) for door in doors for slug in ("maple", "oak")] == [
        users[0], None, None, users[1],
    ]  # fmt: skip


def test_r41_only_ops_people_sign_in_without_a_district_and_nowhere_else(maple):
    pupil, ops = make_user(maple, "pupil", make_password("pw")), make_user(None, "ops", make_password("pw"), "ops")
    doors = (None, maple, "maple", "unknown", "")
    assert [sign_in(door, "ops", "pw") for door in doors] == [ops, None, None, None, None]
    assert [sign_in(door, "pupil", "pw") for door in doors] == [None, pupil, pupil, None, None]


@pytest.mark.django_db(transaction=True)
def test_r41_the_asynchronous_door_looks_in_the_same_district(maple):
    pupil = make_user(maple, "pupil", make_password("pw"))
    make_user(None, "pupil", make_password("pw"), "ops")

    async def sign_in_async(district):
        user = await aauthenticate(None, username="pupil", password="pw", district=district)
        await sync_to_async(connections.close_all)()  # the thread's own, or PostgreSQL cannot drop the database
        return user

    assert [asyncio.run(sign_in_async(door)) for door in ("maple", "unknown")] == [pupil, None]


def test_r30_an_inactive_account_is_refused_and_its_hash_left_alone(maple):
    stored = sis_password(maple, "jsmith", "hunter2")
    user = make_user(maple, "jsmith", stored)
    deactivate_users(maple, [user.pk], by=TESTS)
    assert sign_in(maple, "jsmith", "hunter2") is None
    assert User.objects.get().password == stored
    assert RosterBackend().get_user(user.pk) is None


@pytest.mark.parametrize(
    "credentials",
    [
        {"username": "jsmith", "password": None},
        {"username": None, "password": "hunter2"},
        {"username": "js\0mith", "password": "hunter2"},
        {"username": "", "password": ""},
        {"username": "jsmith", "password": ""},
        {"username": "j" * 5000, "password": "p" * 5000},
    ],
)
def test_odd_credentials_are_refused(maple, credentials):
    make_user(maple, "jsmith", sis_password(maple, "jsmith", "hunter2"))
    assert authenticate(None, district=maple, **credentials) is None


@pytest.mark.parametrize(
    "kind", ["unknown", "inactive", "username", "fixed", "no fixed", "digest", "strong", "unusable"]
)
def test_a_refusal_costs_one_strong_hash_whatever_the_account(maple, strong_hashes, kind):
    district = make_district("elm") if kind == "no fixed" else maple
    passwords = {
        "username": POLICY_USERNAME,
        "fixed": POLICY_FIXED,
        "no fixed": POLICY_FIXED,
        "digest": sis_password(maple, "jsmith", "hunter2"),
        "strong": make_password("hunter2"),
        "inactive": POLICY_USERNAME,
    }
    if kind != "unknown":
        user = make_user(district, "jsmith", passwords.get(kind, "!"))
    if kind == "inactive":
        deactivate_users(maple, [user.pk], by=TESTS)
    strong_hashes.clear()
    assert sign_in(district, "jsmith", "wrong") is None
    assert len(strong_hashes) == 1


@pytest.mark.parametrize("policy", [POLICY_USERNAME, POLICY_FIXED])
def test_a_right_answer_by_policy_costs_one_strong_hash_too(maple, strong_hashes, policy):
    user = make_user(maple, "sunflower", policy)
    strong_hashes.clear()
    assert sign_in(maple, "sunflower", "sunflower") == user
    assert len(strong_hashes) == 1


def test_r16_signing_in_logs_no_name_and_no_password(maple, caplog):
    caplog.set_level(0)
    make_user(maple, "jsmith", sis_password(maple, "jsmith", "hunter2"))
    for raw in ("wrong-secret", "hunter2"):
        sign_in(maple, "jsmith", raw)
    assert not [word for word in ("jsmith", "wrong-secret", "hunter2") if word in caplog.text]
