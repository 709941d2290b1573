"""Second steps without pages: when a code counts, how often one may be tried, who may lose theirs."""

import base64

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import generate_totp_secret

from accounts import mfa
from accounts.attempts import ACCOUNTS, PER_ACCOUNT
from accounts.lifecycle import Actor, NewUser, create_users
from accounts.models import AuditEntry, User
from rostering.doctor import examine
from tests.accounts.second_steps import code_of, give_app
from tests.pages.conftest import world  # noqa: F401 -- a fixture


@pytest.fixture
def cora(world) -> User:  # noqa: F811
    return world.oak.users["coordinator"]


def audited() -> list[tuple[str, str]]:
    verbs = ["add second step", "remove second step", "reset second step", "use recovery code", "renew recovery codes"]
    return list(AuditEntry.objects.filter(verb__in=verbs).order_by("pk").values_list("verb", "subject"))


def kept(user: User) -> tuple[bool, list[str]]:
    """As the table has it: whether a second step follows, and the methods."""
    types = Authenticator.objects.filter(user=user).order_by("type").values_list("type", flat=True)
    return User.objects.get(pk=user.pk).second_step, list(types)


def test_an_app_is_added_with_its_first_code_only(cora):
    secret, by = generate_totp_secret(), Actor.of(cora)
    assert mfa.add_app(cora, secret, "000000", by=by) is (code_of(secret) == "000000")
    assert kept(cora) == (False, [])
    assert mfa.add_app(cora, secret, code_of(secret), by=by)
    assert kept(cora) == (True, ["recovery_codes", "totp"])
    other = generate_totp_secret()
    assert not mfa.add_app(cora, other, code_of(other), by=by)
    assert audited() == [("add second step", "authenticator app")]


def test_r49_secrets_are_encrypted_in_the_table(cora):
    secret = give_app(cora)
    codes = mfa.recovery_codes(cora)
    rows = str(list(Authenticator.objects.values_list("data", flat=True)))
    assert rows.count("gAAAA") == 2
    assert [text for text in (secret, *codes) if text in rows] == []


def test_a_code_serves_once_and_so_does_every_earlier_one(cora):
    secret = give_app(cora)
    assert [mfa.use_code(cora, code_of(secret, step)) for step in (0, 0, -1, 1, 1)] == ["totp", "", "", "totp", ""]
    assert [mfa.use_code(cora, wrong) for wrong in ("", "abc", code_of(secret, 9), "１２３４５６")] == ["", "", "", ""]


def test_a_recovery_code_serves_once_and_is_audited(cora):
    give_app(cora)
    codes = mfa.recovery_codes(cora)
    assert (len(codes), len(set(codes))) == (10, 10)
    typed = f"{codes[3][:4]} {codes[3][4:]}"
    assert [mfa.use_code(cora, code) for code in (typed, typed, codes[4])] == ["recovery_codes", "", "recovery_codes"]
    assert (mfa.recovery_codes(cora), mfa.recovery_codes_left(cora)) == (codes[:3] + codes[5:], 8)
    mfa.renew_recovery_codes(cora, by=Actor.of(cora))
    assert mfa.use_code(cora, codes[0]) == ""
    assert audited()[1:] == [("use recovery code", ""), ("use recovery code", ""), ("renew recovery codes", "")]


def test_r47_wrong_codes_are_limited_per_account_and_a_right_one_no_longer_helps(cora, world):  # noqa: F811
    secret = give_app(cora)
    for _ in range(PER_ACCOUNT):
        assert mfa.use_code(cora, "1234567") == ""
    with pytest.raises(mfa.SlowedError) as slowed:
        mfa.use_code(cora, code_of(secret))
    assert slowed.value.minutes == 15
    namesake = world.elm.users["coordinator"]
    theirs = give_app(namesake)
    assert mfa.use_code(namesake, code_of(theirs)) == "totp"


def test_r47_wrong_codes_of_many_slow_nobody_else(cora, world):  # noqa: F811
    secret = give_app(cora)
    new = [NewUser(f"u{number}", "teacher") for number in range(ACCOUNTS + 1)]
    for user in User.objects.filter(pk__in=create_users(world.oak.district, new, by=Actor("test"))):
        assert mfa.use_code(user, "1234567") == ""
    assert mfa.use_code(cora, code_of(secret)) == "totp"


def test_the_last_way_takes_the_recovery_codes_with_it(cora):
    give_app(cora)
    app = mfa.methods_of(cora).get()
    recovery = Authenticator.objects.get(user=cora, type="recovery_codes")
    assert not mfa.remove_method(cora, recovery.pk, by=Actor.of(cora))
    assert mfa.remove_method(cora, app.pk, by=Actor.of(cora))
    assert not mfa.remove_method(cora, app.pk, by=Actor.of(cora))
    assert (kept(cora), audited()[1:]) == ((False, []), [("remove second step", "authenticator app")])


def test_whoever_must_have_one_keeps_the_last(cora, world, settings):  # noqa: F811
    settings.MFA_REQUIRED = True
    must = {name: mfa.must_have(user) for name, user in world.oak.users.items() if user.is_active}
    assert {name for name, said in must.items() if said} == {"coordinator", "schoolcoord"}
    assert mfa.must_have(world.ops)
    give_app(cora)
    with pytest.raises(mfa.LastMethodError):
        mfa.remove_method(cora, mfa.methods_of(cora).get().pk, by=Actor.of(cora))
    assert kept(cora) == (True, ["recovery_codes", "totp"])


def test_a_reset_takes_everything_counts_who_had_it_and_forgets_wrong_codes(cora, world):  # noqa: F811
    give_app(cora)
    for _ in range(PER_ACCOUNT):
        mfa.use_code(cora, "1234567")
    both, by = [world.oak.users["teacher"], cora], Actor.of(world.ops)
    assert [mfa.reset_second_steps(both, by=by), mfa.reset_second_steps(both, by=by)] == [1, 0]
    entry = AuditEntry.objects.get(verb="reset second step")
    assert (kept(cora), entry.count, entry.actor, entry.district) == ((False, []), 1, world.ops, world.oak.district)
    secret = give_app(cora)
    assert mfa.use_code(cora, code_of(secret)) == "totp"


def test_r49_secrets_that_no_key_opens_are_counted(cora, settings):
    give_app(cora)
    assert mfa.unreadable_secrets() == 0
    settings.FIELD_KEYS = [base64.urlsafe_b64encode(bytes(32)).decode()]
    assert mfa.unreadable_secrets() == 2


@pytest.mark.django_db(databases="__all__")
@pytest.mark.parametrize(("debug", "required"), [(False, False), (False, True), (True, False)])
def test_the_doctor_reminds_where_a_password_alone_opens_the_console(settings, debug, required):
    settings.DEBUG, settings.MFA_REQUIRED = debug, required
    said = [check for check in examine() if check.name == "sign-in"]
    assert [(check.well, check.vital) for check in said] == ([] if debug or required else [(False, False)])
