"""The console: who enters, whose rows they see (R47), and that nothing can be written or guessed (R16)."""

import pytest

from accounts.models import District, User
from rostering.models import DataWarning, Run

LISTS = {
    "accounts/user": ("users", "teacher"),
    "accounts/school": None,
    "accounts/district": None,
    "classes/class": ("classes", "Math – 3 “A”"),
    "rostering/run": "run",
    "rostering/datawarning": "warning",
}
DISTRICT_ONLY = {"accounts/district", "rostering/run", "rostering/datawarning"}


def row_of(town, name):
    """A row of the list in one district."""
    if name == "accounts/district":
        return town.district
    if name == "accounts/school":
        return town.district.schools.get(name__endswith="Lincoln School")
    where = LISTS[name]
    return getattr(town, where) if isinstance(where, str) else getattr(town, where[0])[where[1]]


def listed(client, name, **query):
    return client.get(f"/console/{name}/", query).context["cl"].result_list


def detail(client, name, row):
    return client.get(f"/console/{name}/{row.pk}/change/").status_code


@pytest.mark.parametrize("name", LISTS)
def test_r47_a_coordinator_sees_their_district_only(world, as_user, name):
    client = as_user(world.oak.users["coordinator"])
    rows = listed(client, name)
    assert {getattr(row, "district", row) for row in rows} == {world.oak.district}
    assert detail(client, name, row_of(world.oak, name)) == 200
    assert detail(client, name, row_of(world.elm, name)) == 404
    assert "Elmhurst" not in client.get(f"/console/{name}/", {"q": "e"}).content.decode()


@pytest.mark.parametrize("name", LISTS)
def test_r47_ops_see_every_district(world, as_user, name):
    client = as_user(world.ops)
    districts = {getattr(row, "district", row) for row in listed(client, name)} - {None}
    assert districts == {world.oak.district, world.elm.district}
    assert detail(client, name, row_of(world.elm, name)) == 200


@pytest.mark.parametrize("name", LISTS)
def test_r47_a_school_coordinator_sees_their_schools_only(world, as_user, name):
    client = as_user(world.oak.users["schoolcoord"])
    if name in DISTRICT_ONLY:
        assert client.get(f"/console/{name}/").status_code == 403
        assert detail(client, name, row_of(world.oak, name)) in (403, 404)
        assert f"/console/{name}/" not in client.get("/console/").content.decode()
        return
    assert detail(client, name, row_of(world.oak, name)) == 200
    assert detail(client, name, row_of(world.elm, name)) == 404
    expected = {
        "accounts/user": {"teacher", "coteacher", "student", "gone", "schoolcoord"},
        "accounts/school": {"Oakdale Lincoln School"},
        "classes/class": {"Oakdale Math – 3 “A”", "Oakdale Science", "Oakdale Old Math"},
    }
    assert {getattr(row, "username", str(row)) for row in listed(client, name)} == expected[name]


def test_r47_a_school_coordinator_does_not_open_people_of_other_schools(world, as_user):
    client = as_user(world.oak.users["schoolcoord"])
    assert detail(client, "accounts/user", world.oak.users["lonely"]) == 404
    assert detail(client, "classes/class", world.oak.classes["Grant Art"]) == 404
    assert detail(client, "classes/class", world.oak.classes["Chess club"]) == 404


def test_a_coordinator_who_lost_their_district_sees_nothing(world, as_user):
    User.objects.filter(pk=world.oak.users["coordinator"].pk).update(district=None)
    client = as_user(User.objects.get(pk=world.oak.users["coordinator"].pk))
    assert list(listed(client, "accounts/user")) == []


@pytest.mark.parametrize("username", ["teacher", "staff", "student"])
def test_the_console_is_closed_to_others(world, as_user, username):
    client = as_user(world.oak.users[username])
    for address in ("", *(f"{name}/" for name in LISTS), "jsi18n/", "autocomplete/", "r/1/1/"):
        response = client.get(f"/console/{address}", follow=True)
        assert response.status_code == 403, address
    assert detail(client, "accounts/user", world.oak.users["student"]) == 302


def test_signing_in_and_out_and_passwords_are_the_products_own_pages(world, as_user, client):
    assert client.get("/console/login/?next=/console/").headers["Location"] == "/login/?next=%2Fconsole%2F"
    coordinator = as_user(world.oak.users["coordinator"])
    assert coordinator.get("/console/login/").headers["Location"] == "/console/"
    assert coordinator.get("/console/password_change/").headers["Location"] == "/account/password/"
    assert coordinator.post("/console/logout/").headers["Location"] == "/console/"


@pytest.mark.parametrize("name", LISTS)
@pytest.mark.parametrize("who", ["coordinator", "ops"])
def test_nothing_can_be_written(world, as_user, name, who):
    client = as_user(world.ops if who == "ops" else world.oak.users[who])
    row = row_of(world.oak, name)
    counts = [model.objects.count() for model in (User, District, Run, DataWarning)]
    assert client.get(f"/console/{name}/add/").status_code == 403
    assert client.post(f"/console/{name}/add/", {"name": "x"}).status_code == 403
    assert client.post(f"/console/{name}/{row.pk}/change/", {"name": "x", "is_active": ""}).status_code == 403
    assert client.post(f"/console/{name}/{row.pk}/delete/", {"post": "yes"}).status_code == 403
    client.post(f"/console/{name}/", {"action": "delete_selected", "_selected_action": row.pk, "post": "yes"})
    assert [model.objects.count() for model in (User, District, Run, DataWarning)] == counts


def test_r16_no_hash_is_shown_or_can_be_guessed_through_the_address(world, as_user):
    client = as_user(world.oak.users["coordinator"])
    user = world.oak.users["student"]
    assert user.password.startswith("md5$")
    pages = [
        client.get(address).content.decode()
        for address in (
            "/console/accounts/user/",
            f"/console/accounts/user/{user.pk}/change/",
            f"/console/accounts/district/{world.oak.district.pk}/change/",
            f"/console/accounts/user/{user.pk}/history/",
        )
    ]
    world.oak.district.refresh_from_db()
    for secret in (user.password, world.oak.district.fixed_password, world.oak.district.digest_key):
        assert [secret in page for page in pages] == [False] * 4
    for query in ("password__startswith=md5", "password__regex=.", "district__fixed_password__startswith=md5"):
        response = client.get(f"/console/accounts/user/?{query}")
        assert response.status_code in (302, 400), query
    assert client.get("/console/accounts/district/?fixed_password__startswith=md5").status_code in (302, 400)
    assert client.get("/console/accounts/user/?_to_field=password").status_code == 400


def test_users_are_found_and_filtered(world, as_user):
    client = as_user(world.oak.users["coordinator"])
    found = {
        query: sorted(user.username for user in listed(client, "accounts/user", **dict([query.split("=")])))
        for query in ("q=Łukasz", "q=maria@", "q=freeteacher", "role__exact=staff", "active=no", "synced=yes")
    }
    assert found == {
        "q=Łukasz": ["coteacher"],
        "q=maria@": ["teacher"],
        "q=freeteacher": ["freeteacher"],
        "role__exact=staff": ["staff"],
        "active=no": ["gone"],
        "synced=yes": ["coteacher", "student", "teacher"],
    }


def test_r45_synced_rows_carry_the_arrows(world, as_user):
    client = as_user(world.oak.users["coordinator"])
    marked = {
        name: "(synced)" in client.get(f"/console/accounts/user/{world.oak.users[name].pk}/change/").content.decode()
        for name in ("student", "lonely")
    }
    assert marked == {"student": True, "lonely": False}


def test_r44_the_open_warnings_come_first_and_the_others_on_request(world, as_user):
    client = as_user(world.oak.users["coordinator"])
    DataWarning.objects.create(
        district=world.oak.district, code="NAME_TWICE", severity="INFO", kind="person", identity="x2",
        message="m", fix="f", state=DataWarning.State.RESOLVED,
    )  # fmt: skip
    found = {
        state: [warning.code for warning in listed(client, "rostering/datawarning", **state_query(state))]
        for state in ("", "resolved", "all")
    }
    assert found == {
        "": ["SECTION_NO_TEACHER"],
        "resolved": ["NAME_TWICE"],
        "all": ["NAME_TWICE", "SECTION_NO_TEACHER"],
    }


def state_query(state):
    return {"state": state} if state else {}


def test_a_run_tells_what_it_read_did_and_holds(world, as_user):
    page = as_user(world.oak.users["coordinator"]).get(f"/console/rostering/run/{world.oak.run.pk}/change/")
    text = page.content.decode()
    for expected in ("5,400", "<td>897</td>", "Done, removals wait", "SECTION_NO_TEACHER", "42.0 s"):
        assert expected in text


def test_only_our_own_tables_are_in_the_console(world, as_user):
    client = as_user(world.ops)
    groups = client.get("/console/").context["available_apps"]
    assert {group["name"]: [model["object_name"] for model in group["models"]] for group in groups} == {
        "Accounts": ["District", "School", "User"],
        "Classes": ["Class"],
        "Rostering": ["DataWarning", "Run"],
    }
    for address in ("django_q/schedule/", "auth/group/", "socialaccount/socialapp/", "account/emailaddress/"):
        assert client.get(f"/console/{address}").status_code == 404
