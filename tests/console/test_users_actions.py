"""What coordinators do to one account: password, deactivating, merging and splitting (R15, R16, R28, R45, R47)."""

import pytest
from django.contrib.auth.hashers import make_password

from accounts.lifecycle import Actor, NewUser, create_users, switch_users
from accounts.locks import LockedError
from accounts.models import AuditEntry, User
from accounts.passwords import check_password
from classes.models import Membership
from rostering.models import Merge
from tests.pages.test_pages import text_of
from tests.pages.world import BY, PASSWORD

NEW = "blue-pear-7"


def address(user, action, slug="oak"):
    return f"/console/in/{slug}/users/{user.pk}/{action}/"


def said(response):
    return [str(message) for message in response.context["messages"]]


def set_password(client, user, first=NEW, second=None):
    given = {"new_password1": first, "new_password2": first if second is None else second}
    return client.post(address(user, "password"), given, follow=True)


def switch(client, user, active):
    return client.post(address(user, "active"), {"active": active}, follow=True)


def has(user, raw):
    return check_password(User.objects.get(pk=user.pk), raw)


def test_r15_a_coordinator_sets_a_password_and_nobody_ever_sees_it(world, coordinator, as_user):
    student = world.oak.users["student"]
    signed_in = as_user(student)
    page = set_password(coordinator, student)
    assert said(page) == ["Zoë  Ann Oakdalechild has a new password from now on. Tell it to nobody else."]
    assert (has(student, NEW), has(student, PASSWORD)) == (True, False)
    assert signed_in.get("/learn/").status_code == 302
    last = AuditEntry.objects.latest("pk")
    assert (last.verb, last.count, last.actor) == ("set passwords", 1, world.oak.users["coordinator"])
    stored = User.objects.get(pk=student.pk).password
    assert [secret in page.content.decode() for secret in (NEW, stored)] == [False, False]


@pytest.mark.parametrize(
    ("who", "first", "second", "errors"),
    [
        ("student", "frg", None, {"new_password1": ["This has 3 of at least 4 characters. Make it longer."]}),
        ("staff", "1234567", None, {"new_password1": ["This has 7 of at least 8 characters. Make it longer."]}),
        ("staff", NEW, "other", {"new_password2": ["The two new passwords are not the same. Type the new one again."]}),
        ("staff", "", "", {"new_password1": ["Type a new password."],
                           "new_password2": ["Type the new password a second time."]}),
    ],
)  # fmt: skip
def test_r15_a_refused_password_says_why_and_is_not_shown_again(world, coordinator, who, first, second, errors):
    user = world.oak.users[who]
    page = set_password(coordinator, user, first, second)
    assert page.context["form"].errors == errors
    assert has(user, PASSWORD)
    assert f'value="{first}"' not in page.content.decode() or not first


@pytest.mark.parametrize(
    ("policy", "words"),
    [("sis", "passwords come from the SIS. One that you set here works at once, and stays until the SIS sends"),
     ("fixed", "a new account’s password is one fixed password. One that you set here is used instead")],
)  # fmt: skip
def test_r15_the_page_says_who_rules_the_password(world, coordinator, policy, words):
    type(world.oak.district).objects.filter(pk=world.oak.district.pk).update(passwords=policy)
    assert words in text_of(coordinator.get(address(world.oak.users["student"], "password")))


def test_r16_coordinators_are_no_way_to_power_over_each_other(world, coordinator, school_coordinator, ops, as_user):
    [boss] = create_users(
        world.oak.district, [NewUser("boss", "coordinator", "Bo", "Ss", password=make_password(PASSWORD))], by=BY
    )
    boss = User.objects.get(pk=boss)
    sid = world.oak.users["schoolcoord"]
    assert "Accounts of coordinators are looked after by operations." in text_of(set_password(coordinator, boss))
    set_password(coordinator, sid)
    switch(coordinator, boss, "no")
    switch(school_coordinator, sid, "no")
    set_password(school_coordinator, sid)
    assert [has(user, PASSWORD) for user in (boss, sid)] == [True, True]
    assert list(User.objects.filter(pk__in=(boss.pk, sid.pk)).values_list("is_active", flat=True)) == [True, True]
    set_password(ops, sid)
    assert has(sid, NEW)


def test_accounts_made_by_hand_are_stopped_and_let_in_again(world, coordinator):
    lonely = world.oak.users["lonely"]
    name = "李 Oakdalelonely"
    first = said(switch(coordinator, lonely, "no"))
    assert first == [f"{name} can no longer sign in. Nothing else of the account was changed."]
    assert said(switch(coordinator, lonely, "no")) == ["It was so already."]
    assert User.objects.get(pk=lonely.pk).is_active is False
    assert said(switch(coordinator, lonely, "yes")) == [f"{name} can sign in again."]
    assert User.objects.get(pk=lonely.pk).is_active is True
    assert said(switch(coordinator, lonely, "")) == ["Say whether the account is to be active."]
    verbs = list(AuditEntry.objects.order_by("-pk").values_list("verb", "count")[:2])
    assert verbs == [("reactivate users", 1), ("deactivate users", 1)]


def test_r45_a_synced_account_is_refused_with_the_reason(world, coordinator):
    student = world.oak.users["student"]
    before = AuditEntry.objects.count()
    [words] = said(switch(coordinator, student, "no"))
    assert words.startswith("The roster decides whether this account is active.")
    assert (User.objects.get(pk=student.pk).is_active, AuditEntry.objects.count()) == (True, before)


def test_r47_each_action_is_for_its_roles_in_their_own_rows(world, as_user, client):
    """GET of the pages, POST of the switch; 200 and 302 let in."""
    mine, others = world.oak.users["student"], world.oak.users["lonely"]
    found = {}
    for who in ("coordinator", "schoolcoord", "teacher", "student"):
        signed = as_user(world.oak.users[who])
        for name, user in (("mine", mine), ("others", others)):
            codes = [signed.get(address(user, page)).status_code for page in ("password", "merge")]
            found[who, name] = [*codes, signed.post(address(user, "active"), {}).status_code]
    assert found == {
        ("coordinator", "mine"): [200, 200, 302], ("coordinator", "others"): [200, 200, 302],
        ("schoolcoord", "mine"): [200, 404, 302], ("schoolcoord", "others"): [404, 404, 404],
        ("teacher", "mine"): [403, 403, 403], ("teacher", "others"): [403, 403, 403],
        ("student", "mine"): [403, 403, 403], ("student", "others"): [403, 403, 403],
    }  # fmt: skip
    elm = as_user(world.elm.users["coordinator"])
    cora = as_user(world.oak.users["coordinator"])
    for action in ("password", "merge"):
        assert elm.get(address(mine, action)).status_code == 404
        assert cora.get(address(world.elm.users["student"], action)).status_code == 404
        assert cora.get(address(world.elm.users["student"], action, "elm")).status_code == 404
        assert client.get(address(mine, action)).status_code == 302
    assert as_user(world.ops).get(address(mine, "merge")).status_code == 200
    assert cora.get(address(mine, "active")).status_code == 405


# -- merging ----------------------------------------------------------------------------------------------------


def merge(client, keep, other, seen=None):
    page = client.get(address(keep, "merge"), {"other": other.pk})
    given = {"other": other.pk, "seen": page.context.get("seen", "") if seen is None else seen}
    return client.post(address(keep, "merge"), given, follow=True)


def test_r28_merging_is_seen_first_then_done_once_and_taken_back(world, coordinator):
    keep, other = world.oak.users["lonely"], world.oak.users["gone"]
    page = coordinator.get(address(keep, "merge"), {"other": other.pk})
    assert (page.context["moved"], Merge.objects.count()) == ("1 seat in a class", 0)
    page = merge(coordinator, keep, other)
    assert said(page) == ["gone was merged into lonely: 1 seat in a class. It can be taken back."]
    [done] = Merge.objects.all()
    assert [str(one["merge"].pk) for one in page.context["merges"]] == [str(done.pk)]
    assert said(merge(coordinator, keep, other)) == ["It was so already."]
    [words] = said(switch(coordinator, other, "yes"))
    assert words == "This account was merged into another one. Take the merge back to use it again."
    split = f"/console/in/oak/merges/{done.pk}/split/"
    assert coordinator.get(split).status_code == 200
    assert said(coordinator.post(split, follow=True)) == ["lonely and gone are two accounts again."]
    assert said(coordinator.post(split, follow=True)) == ["It was so already."]
    assert Membership.objects.get(klass=world.oak.classes["Chess club"], user=other).active


def test_r28_what_has_changed_since_it_was_looked_at_is_not_merged(world, coordinator):
    keep, other = world.oak.users["lonely"], world.oak.users["gone"]
    page = merge(coordinator, keep, other, seen="0-0-0-0-0")
    assert said(page) == ["These accounts have changed since. Nothing was merged; look at them again."]
    assert (page.context["moved"], Merge.objects.count()) == ("1 seat in a class", 0)


def test_r28_what_cannot_be_merged_says_why(world, coordinator):
    keep = world.oak.users["lonely"]
    page = coordinator.get(address(keep, "merge"), {"other": world.oak.users["staff"].pk})
    assert page.context["refused"] == ("lonely is a student and staff a staff. Students are merged with students only.")
    merge(coordinator, keep, world.oak.users["staff"])
    merge(coordinator, world.oak.users["staff"], world.oak.users["schoolcoord"])
    assert Merge.objects.count() == 0
    assert coordinator.get(address(keep, "merge"), {"other": world.elm.users["gone"].pk}).status_code == 404


def test_r28_the_other_account_is_looked_for_among_the_same_kind_of_people(world, coordinator):
    looked = {
        text: [user.username for user in coordinator.get(address(who, "merge"), {"q": text}).context["listed"].page]
        for who, text in (
            (world.oak.users["lonely"], "oakdale"), (world.oak.users["lonely"], "0042"),
            (world.oak.users["staff"], "Łuk"),
        )
    }  # fmt: skip
    assert looked == {"oakdale": ["student", "gone"], "0042": ["student"], "Łuk": ["coteacher"]}


def test_r47_a_merge_is_the_districts_own(world, coordinator, as_user):
    merge(coordinator, world.oak.users["lonely"], world.oak.users["gone"])
    split = f"/in/oak/merges/{Merge.objects.get().pk}/split/"
    codes = {
        who: as_user(world.oak.users[who]).post(f"/console{split}").status_code
        for who in ("schoolcoord", "teacher", "student")
    }
    assert codes == {"schoolcoord": 404, "teacher": 403, "student": 403}
    elm = as_user(world.elm.users["coordinator"])
    assert [elm.post(f"/console{path}").status_code for path in (split, split.replace("oak", "elm"))] == [404, 404]
    assert Merge.objects.get().split_at is None


def test_r45_the_verb_itself_refuses_a_synced_account_whoever_asks(world):
    synced, by_hand = world.oak.users["student"], world.oak.users["lonely"]
    before = AuditEntry.objects.count()
    with pytest.raises(LockedError, match="is active comes from the SIS and is locked here"):
        switch_users(world.oak.district, [by_hand.pk, synced.pk], active=False, by=Actor("somebody"))
    active = list(User.objects.filter(pk__in=(synced.pk, by_hand.pk)).values_list("is_active", flat=True))
    assert (active, AuditEntry.objects.count()) == ([True, True], before)
