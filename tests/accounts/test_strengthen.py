import json

import pytest
from django.contrib.auth.hashers import check_password
from django.core.management import CommandError, call_command

from accounts.models import User
from accounts.passwords import POLICY_USERNAME, strengthen_stored
from tests.accounts.people import make_district, make_user, sis_password

pytestmark = pytest.mark.django_db
NAMES = ("ann", "ben", "cyd")


@pytest.fixture
def maple():
    district = make_district("maple")
    for name in NAMES:
        make_user(district, name, sis_password(district, name, f"{name}-secret"))
    make_user(district, "policy", POLICY_USERNAME)
    make_user(district, "none", "!")
    return district


def kinds():
    return [password.partition("$")[0] for password in User.objects.order_by("pk").values_list("password", flat=True)]


def run(capsys, *args):
    call_command("strengthen_passwords", "--json", *args)
    report = json.loads(capsys.readouterr().out)
    assert report.pop("seconds") >= 0
    return report


def test_r16_digests_are_strengthened_and_the_rest_is_left_alone(maple, capsys):
    assert run(capsys) == {"strengthened": 3, "changed_meanwhile": 0, "left": 0}
    assert kinds() == ["roster_pbkdf2"] * 3 + ["policy", "!"]
    ann = User.objects.get(username="ann").password
    assert [check_password(raw, ann) for raw in ("ann-secret", "ben-secret")] == [True, False]


def test_r48_bounded_calls_add_up(maple, capsys):
    assert run(capsys, "--limit", "1") == {"strengthened": 1, "changed_meanwhile": 0, "left": 2}
    assert kinds()[:3] == ["roster_pbkdf2", "roster_hmac", "roster_hmac"]
    assert run(capsys, "--seconds", "0") == {"strengthened": 0, "changed_meanwhile": 0, "left": 2}
    assert run(capsys, "--limit", "5") == {"strengthened": 2, "changed_meanwhile": 0, "left": 0}
    assert run(capsys) == {"strengthened": 0, "changed_meanwhile": 0, "left": 0}


def test_r15_a_password_that_changed_meanwhile_is_left_alone(maple):
    work = strengthen_stored()
    assert next(work) is True
    User.objects.filter(username="ben").update(password=POLICY_USERNAME)
    assert list(work) == [False, True]
    assert kinds() == ["roster_pbkdf2", "policy", "roster_pbkdf2", "policy", "!"]


def test_stopped_anywhere_what_is_done_stays_and_the_rest_follows(maple):
    work = strengthen_stored()
    next(work)
    work.close()
    assert kinds()[:3] == ["roster_pbkdf2", "roster_hmac", "roster_hmac"]
    assert list(strengthen_stored()) == [True, True]


def test_r48_people_read_what_happened(maple, capsys):
    call_command("strengthen_passwords", "--limit", "1")
    out = capsys.readouterr().out
    assert out.startswith("Strengthened 1 passwords in ")
    assert out.endswith(" s; 2 are left.\n")
    assert not [name for name in NAMES if name in out]


@pytest.mark.parametrize("args", [("--limit", "-1"), ("--seconds", "soon")])
def test_a_limit_that_is_none_is_refused(args):
    with pytest.raises(CommandError, match="of 0 or more value"):
        call_command("strengthen_passwords", *args)
