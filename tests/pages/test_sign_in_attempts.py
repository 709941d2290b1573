"""Wrong passwords are slowed per account and address; a school behind one address is not locked (R47)."""

from datetime import timedelta

from django.utils import timezone

from accounts.attempts import ACCOUNTS, PER_ACCOUNT, WINDOW, count_wrong
from accounts.models import Attempt
from tests.pages.world import PASSWORD


def sign_in(client, username="teacher", password=PASSWORD, address="192.0.2.7", **headers):
    given = {"username": username, "password": password}
    page = client.post("/login/oak/", given, REMOTE_ADDR=address, headers=headers)
    return "in" if page.status_code == 302 else page.context["form"].non_field_errors()[0]


def wrong(world, username, address="192.0.2.7", times=PER_ACCOUNT):
    for _ in range(times):
        count_wrong(world.oak.district, username, address)


SLOWED = "There were too many wrong tries from here. Wait 15 minutes, then try again, or ask your teacher for help."


def test_r47_an_account_is_slowed_from_one_address_and_says_for_how_long(world, client):
    wrong(world, "teacher", times=PER_ACCOUNT - 1)
    assert "do not go together" in sign_in(client, password="wrong")
    assert [sign_in(client), sign_in(client, "TEACHER")] == [SLOWED, SLOWED]
    assert sign_in(client, "student") == "in"
    assert sign_in(client, address="192.0.2.8") == "in"


def test_r47_the_answer_is_the_same_whether_the_account_exists(world, client):
    wrong(world, "nobody")
    assert sign_in(client, "nobody") == SLOWED


def test_r47_waiting_and_getting_in_both_end_it(world, client):
    wrong(world, "teacher")
    Attempt.objects.update(at=timezone.now() - WINDOW + timedelta(seconds=50))
    assert "Wait 1 minute, then" in sign_in(client)
    Attempt.objects.update(at=timezone.now() - WINDOW)
    assert sign_in(client) == "in"
    wrong(world, "teacher", times=PER_ACCOUNT - 1)
    assert sign_in(client) == "in"
    assert not Attempt.objects.filter(at__gt=timezone.now() - WINDOW).exists()


def test_r47_an_address_is_slowed_only_past_many_accounts(world, client):
    for number in range(ACCOUNTS):
        wrong(world, f"child{number}", times=1)
    assert sign_in(client) == "in"
    wrong(world, "one-more", times=1)
    assert sign_in(client) == SLOWED
    assert sign_in(client, address="192.0.2.8") == "in"


def test_r47_a_forged_forwarded_address_does_not_help(world, client, settings):
    wrong(world, "teacher")
    assert sign_in(client, x_forwarded_for="198.51.100.1") == SLOWED
    settings.PROXIES = 1
    assert sign_in(client, address="10.0.0.1", x_forwarded_for="198.51.100.1, 192.0.2.7") == SLOWED


def test_a_session_of_the_person_before_leaves_nothing(world, as_user):
    client = as_user(world.oak.users["teacher"])
    session = client.session
    session["left"] = "behind"
    session.save()
    assert sign_in(client) == "in"
    assert "left" not in client.session
    cookie = client.cookies["sessionid"]
    assert (cookie["httponly"], cookie["samesite"]) == (True, "Lax")
