"""The team of a district, and who gets its digest."""

import pytest
from django.contrib.messages import get_messages

from accounts.lifecycle import NewUser, change_users, create_users
from accounts.models import AuditEntry, User
from rostering.alerts import choose_readers, readers_of
from tests.pages.world import BY

ADDRESS = "/console/in/oak/team/"
SAME = "It was so already. Nothing was changed."


def said(response) -> str:
    return [str(message) for message in get_messages(response.wsgi_request)][-1]


def audited() -> list[tuple[str, int]]:
    verbs = ["change users", "deactivate users", "reactivate users", "choose digest readers"]
    return list(
        AuditEntry.objects.filter(verb__in=verbs).exclude(actor=None).order_by("pk").values_list("verb", "count")
    )


@pytest.fixture
def second(world) -> User:
    """Another coordinator of Oakdale, with an email address."""
    new = NewUser("carl", "coordinator", "Carl", "Second", "carl@oak.example")
    return User.objects.get(pk=create_users(world.oak.district, [new], by=BY)[0])


def test_the_team_is_this_districts_coordinators(world, coordinator, second):
    listed = coordinator.get(ADDRESS).context["listed"].page
    assert [user.username for user in listed] == ["coordinator", "schoolcoord", "carl"]


def test_the_last_coordinator_stays_whoever_asks(world, coordinator, ops):
    cora = world.oak.users["coordinator"]
    for client in (coordinator, ops):
        answer = said(client.post(f"{ADDRESS}{cora.pk}/remove/"))
        assert answer == (
            "This is the last coordinator of the district. Let somebody else in first. Nothing was changed."
        )
    cora.refresh_from_db()
    assert (cora.is_active, audited()) == (True, [])


def test_somebody_is_removed_once_and_let_in_again(world, coordinator, second):
    remove, let_in = f"{ADDRESS}{second.pk}/remove/", f"{ADDRESS}{second.pk}/let-in/"
    words = [said(coordinator.post(each)) for each in (remove, remove, let_in, let_in)]
    assert words == ["Carl Second can no longer sign in.", SAME, "Carl Second can sign in again.", SAME]
    assert audited() == [("deactivate users", 1), ("reactivate users", 1)]


def test_whoever_removes_themselves_is_out_at_once(world, coordinator, second):
    cora = world.oak.users["coordinator"]
    assert coordinator.post(f"{ADDRESS}{cora.pk}/remove/")["Location"] == "/login/"
    assert coordinator.get(ADDRESS).status_code == 302
    assert "This is you." not in coordinator.get(ADDRESS, follow=True).content.decode()


def test_r47_a_school_coordinator_gets_other_schools_of_the_district_only(world, coordinator, as_user):
    sid = world.oak.users["schoolcoord"]
    grant = world.oak.district.schools.get(name__contains="Grant")
    theirs = world.elm.district.schools.get(name__contains="Grant")
    place = lambda *ids: said(coordinator.post(f"{ADDRESS}{sid.pk}/schools/", {"school": ids}))  # noqa: E731
    words = [place(grant.pk, theirs.pk), place(grant.pk), place(theirs.pk), place()]
    needs = "A school coordinator needs at least one school. Choose one, or remove the person. Nothing was changed."
    assert words == ["Saved the schools of Sid Oakdaleschool.", SAME, needs, needs]
    assert list(sid.schools.all()) == [grant]
    seen = as_user(sid).get("/console/accounts/user/").context["cl"].result_list
    assert "student" not in {user.username for user in seen}
    assert audited() == [("change users", 1)]


def test_the_digest_goes_to_coordinators_of_this_district_with_an_address(world, coordinator, second):
    change_users(world.elm.district, {world.elm.users["coordinator"].pk: {"email": "e@elm.example"}}, by=BY)
    change_users(world.oak.district, {world.oak.users["schoolcoord"].pk: {"email": "s@oak.example"}}, by=BY)
    everybody = [
        second,
        *(town.users[name] for town in (world.oak, world.elm) for name in ("coordinator", "schoolcoord")),
    ]
    given = {"reader": [user.pk for user in everybody]}
    words = [said(coordinator.post(f"{ADDRESS}alerts/", given)) for _ in range(2)]
    assert words == ["Saved.", SAME]
    assert list(readers_of(world.oak.district)) == [second]
    page = coordinator.get(f"{ADDRESS}alerts/").content.decode()
    assert f'value="{second.pk}" checked' in page
    assert "Without an email address: Cora Oakdalecoord." in page
    assert audited() == [("choose digest readers", 1)]


def test_who_is_removed_from_the_team_gets_no_digest(world, coordinator, second):
    choose_readers(world.oak.district, [second.pk], by=BY)
    coordinator.post(f"{ADDRESS}{second.pk}/remove/")
    assert list(readers_of(world.oak.district)) == []
