"""Finding one's district, signing in and out, changing one's password (interface.md, Sign-in)."""

from accounts.lifecycle import Actor, save_district, set_passwords
from accounts.models import AuditEntry, District, User
from tests.pages.world import PASSWORD

NEW = "blue-plum-9"
HOMES = {
    "teacher": "/classes/",
    "staff": "/classes/",
    "student": "/learn/",
    "coordinator": "/console/",
    "schoolcoord": "/console/",
}


def post_sign_in(client, district="oak", username="teacher", password=PASSWORD, **more):
    return client.post(f"/login/{district}/", {"username": username, "password": password, **more})


def test_everybody_lands_on_the_page_of_their_role(world, client):
    landed = {name: post_sign_in(client, username=name).headers["Location"] for name in HOMES}
    assert landed == HOMES
    assert post_sign_in(client, "ops", "olga").headers["Location"] == "/console/"
    assert {name: _home(client, name) for name in HOMES} == HOMES


def _home(client, name):
    post_sign_in(client, username=name)
    return client.get("/").headers["Location"]


def test_the_usernames_case_does_not_matter(world, client):
    assert post_sign_in(client, username="TEACHER").status_code == 302


def test_a_refusal_does_not_tell_whether_the_account_exists(world, client):
    pages = {
        name: post_sign_in(client, username=name, password=password)
        for name, password in (("teacher", "wrong"), ("nobody", "wrong"), ("gone", PASSWORD), ("olga", PASSWORD))
    }
    assert {name: page.status_code for name, page in pages.items()} == dict.fromkeys(pages, 200)
    texts = {
        page.content.decode().replace(f'value="{name}"', "NAME").replace(str(page.context["csrf_token"]), "")
        for name, page in pages.items()
    }
    assert len(texts) == 1
    assert "do not go together" in texts.pop()


def test_r41_an_account_of_one_district_does_not_sign_in_to_another(world, client):
    set_passwords([world.oak.users["teacher"]], "only-in-oak", by=Actor("test"))
    assert post_sign_in(client, "elm", password="only-in-oak").status_code == 200
    assert post_sign_in(client, "oak", password="only-in-oak").status_code == 302


def test_what_is_missing_is_said_beside_the_field(world, client):
    page = post_sign_in(client, username="", password="")
    assert page.context["form"].errors == {"username": ["Type your username."], "password": ["Type your password."]}
    assert 'id="id_username_error"' in page.content.decode()
    assert 'aria-describedby="id_username_error"' in page.content.decode()


def test_a_new_sign_in_replaces_the_old(world, as_user):
    client = as_user(world.oak.users["teacher"])
    assert "is signed in on this computer" in client.get("/login/oak/").content.decode()
    post_sign_in(client, username="student")
    assert client.get("/classes/").status_code == 403


def test_next_leads_back_but_never_away(world, client):
    for wanted, landed in {
        "/classes/1/": "/classes/1/",
        "https://evil.example/": "/classes/",
        "//evil.example/": "/classes/",
        "javascript:alert(1)": "/classes/",
    }.items():
        assert post_sign_in(client, next=wanted).headers["Location"] == landed
        assert ("evil" in client.get("/login/oak/", {"next": wanted}).content.decode()) is False


def test_next_travels_from_a_page_to_the_form(world, client):
    assert client.get("/classes/1/").headers["Location"] == "/login/?next=/classes/1/"
    assert client.get("/console/").headers["Location"] == "/console/login/?next=/console/"
    page = client.get("/console/", follow=True).content.decode()
    assert '<a href="/login/oak/?next=%2Fconsole%2F">' in page
    page = client.get("/login/oak/?next=%2Fconsole%2F").content.decode()
    assert '<input type="hidden" name="next" value="/console/">' in page


def test_signing_out_is_by_post_only(world, as_user):
    client = as_user(world.oak.users["teacher"])
    assert client.get("/logout/").status_code == 405
    assert client.post("/logout/").headers["Location"] == "/login/"
    assert client.get("/classes/").status_code == 302


def test_a_district_is_found_by_code_name_or_part_of_it(world, client):
    for text, landed in {
        "oak": "/login/oak/",
        "OAK": "/login/oak/",
        "elmhurst unified": "/login/elm/",
        "hurst": "/login/elm/",
        "ops": "/login/ops/",
    }.items():
        assert client.get("/login/", {"district": text}).headers["Location"] == landed
    assert [district.slug for district in client.get("/login/", {"district": "unified"}).context["found"]] == [
        "elm",
        "oak",
    ]
    assert list(client.get("/login/", {"district": "zz"}).context["found"]) == []
    assert client.get("/login/", {"district": ""}).context["form"].errors != {}


def test_the_only_district_is_not_asked_for(db, client):
    assert "No district is set up here yet" in client.get("/login/").content.decode()
    save_district("oak", by=Actor("test"), name="Oakdale")
    assert client.get("/login/").headers["Location"] == "/login/oak/"
    assert client.get("/login/oak/").status_code == 200


def test_a_browser_remembers_the_district_after_signing_in(world, client):
    assert client.get("/login/").status_code == 200
    post_sign_in(client)
    client.post("/logout/")
    assert client.get("/login/").headers["Location"] == "/login/oak/"
    assert client.get("/login/?choose=1").status_code == 200
    client.cookies["district"] = "elm:forged"
    assert client.get("/login/").status_code == 200


def test_many_districts_come_in_pages_and_pages_keep_the_search(db, client):
    for number in range(25):
        save_district(f"d{number:02}", by=Actor("test"), name=f"Valley {number:02}")
    page = client.get("/login/", {"district": "valley", "next": "/classes/"})
    assert len(page.context["found"]) == 20
    assert "?page=2&amp;district=valley&amp;next=%2Fclasses%2F" in page.content.decode()


def test_an_unknown_district_is_a_page_that_does_not_exist(world, client):
    assert client.get("/login/nowhere/").status_code == 404
    assert not District.objects.filter(slug="ops").exists()


def change(client, old=PASSWORD, new=NEW, again=NEW):
    return client.post("/account/password/", {"old_password": old, "new_password1": new, "new_password2": again})


def test_r15_people_change_their_own_password_and_stay_signed_in(world, client, as_user):
    post_sign_in(client)
    elsewhere = as_user(world.oak.users["teacher"])
    assert change(client).headers["Location"] == "/classes/"
    assert client.get("/classes/").status_code == 200
    assert elsewhere.get("/classes/").status_code == 302
    client.post("/logout/")
    assert post_sign_in(client).status_code == 200
    assert post_sign_in(client, password=NEW).status_code == 302
    last = AuditEntry.objects.latest("pk")
    assert (last.verb, last.count, last.actor_id) == ("set passwords", 1, world.oak.users["teacher"].pk)


def test_a_password_that_comes_from_the_policy_can_be_changed(world, client):
    User.objects.filter(pk=world.oak.users["student"].pk).update(password="policy$username")
    assert post_sign_in(client, username="student", password="student").status_code == 302
    assert change(client, old="student", new="frog", again="frog").status_code == 302
    client.post("/logout/")
    assert post_sign_in(client, username="student", password="frog").status_code == 302


def test_a_refused_password_change_says_why_beside_the_field(world, client):
    post_sign_in(client)
    before = User.objects.get(pk=world.oak.users["teacher"].pk).password
    errors = {
        ("wrong", NEW, NEW): {"old_password": ["This is not the password you have now. Try again."]},
        (PASSWORD, "1234567", "1234567"): {"new_password1": ["This has 7 of at least 8 characters. Make it longer."]},
        (PASSWORD, NEW, "other-one"): {
            "new_password2": ["The two new passwords are not the same. Type the new one again."]
        },
        (PASSWORD, "a" * 129, "a" * 129): {
            "new_password1": ["A password has at most 128 characters."],
            "new_password2": ["A password has at most 128 characters."],
        },
    }
    assert {given: change(client, *given).context["form"].errors for given in errors} == errors
    assert User.objects.get(pk=world.oak.users["teacher"].pk).password == before


def test_students_may_have_short_passwords_but_not_shorter_than_four(world, client):
    post_sign_in(client, username="student")
    assert change(client, new="frg", again="frg").context["form"].errors == {
        "new_password1": ["This has 3 of at least 4 characters. Make it longer."]
    }
    assert change(client, new="frog", again="frog").status_code == 302
