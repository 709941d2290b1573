"""Why is somebody not here? Asked on the page, within what one may know (R39, R47)."""

from pathlib import Path

import pytest

from accounts.lifecycle import NewUser, create_users
from accounts.models import District, School, User
from rostering.console.why import find
from rostering.models import Link, Run
from tests.flow.feeds import small_district
from tests.pages.world import BY
from tests.promises.conftest import folder  # noqa: F401 -- fixture
from tests.promises.town import Town, command, found_town, numbered

WHY = "/console/in/lark/why/"


@pytest.fixture
def town(db, folder: Path) -> Town:  # noqa: F811
    made = found_town(folder, small_district())
    made.sync()
    return made


def person(role: str, *schools: str) -> User:
    district = District.objects.get(slug="lark")
    ids = [School.objects.get(district=district, name=name).pk for name in schools]
    [pk] = create_users(district, [NewUser(role, role, role, "Person", schools=ids)], by=BY)
    return User.objects.get(pk=pk)


def drawn(way):
    return [(step.title, step.state) for step in way.steps]


def asked(client, text):
    return client.get(WHY, {"q": text}).context["ways"]


GOOD_PERSON = [("In the SIS", "good"), ("Shared", "good"), ("Checked", "good"), ("Recognized", "good")]


def test_r39_the_way_of_a_student_whose_classes_are_not_opened_yet(town, as_user):
    [way] = asked(as_user(person("coordinator")), "s1")
    assert drawn(way) == [*GOOD_PERSON, ("On the page", "wait")]
    assert way.steps[-1].words == "Can sign in as jnunez, but sees no class, because none has anything assigned."
    assert (way.user.username, way.klass, way.check, way.arrived) == ("jnunez", None, True, False)


def test_r39_a_teacher_has_arrived(town, as_user):
    [way] = asked(as_user(person("coordinator")), "ada@hill.example")
    assert drawn(way) == [*GOOD_PERSON, ("On the page", "good")]
    assert (way.arrived, way.steps[-1].words) == (True, "Can sign in as aking.")


def test_r39_a_class_without_items_is_seen_by_its_teachers_only(town, as_user):
    [way] = asked(as_user(person("coordinator")), "c3")
    assert drawn(way) == [("In the SIS", "good"), ("Shared", "good"), ("Checked", "good"), ("On the page", "wait")]
    assert way.klass.name == "Latin"


def test_r39_r42_a_blocked_section_stops_at_the_check_and_says_what_to_do(folder, as_user, db):  # noqa: F811
    feed = small_district()
    feed.section("c9", "Nobody’s", school="10", teachers=[], students=["s1"])
    found_town(folder, feed).sync()
    page = as_user(person("coordinator")).get(WHY, {"q": "c9"})
    [way] = page.context["ways"]
    assert drawn(way) == [
        ("In the SIS", "good"), ("Shared", "good"), ("Checked", "wrong"), ("On the page", "plain"),
    ]  # fmt: skip
    assert "Assign a teacher to the section, and share that teacher." in page.content.decode()


def test_r39_who_is_no_longer_sent_stops_at_the_sis(folder, as_user, db):  # noqa: F811
    feed = small_district()
    feed.student("s7", "Una", "Gone", school="10")
    found = found_town(folder, feed)
    found.sync()
    found.sync(small_district())
    [way] = asked(as_user(person("coordinator")), "Una Gone")
    assert drawn(way) == [("In the SIS", "wrong"), *((title, "plain") for title in TITLES[1:])]


TITLES = ["In the SIS", "Shared", "Checked", "Recognized", "On the page"]


def test_r39_who_was_never_sent_and_who_was_made_by_hand(town, as_user):
    coordinator = person("coordinator")
    page = as_user(coordinator).get(WHY, {"q": "staff person"})
    assert (page.context["ways"], page.context["by_hand"]) == ([], [])
    made = person("staff", "Lake School")
    page = as_user(coordinator).get(WHY, {"q": "person staff"})
    assert (page.context["ways"], page.context["by_hand"]) == ([], [made])
    assert "The SIS never sent “person staff”" in page.content.decode()
    assert as_user(coordinator).get(WHY).context["ways"] == []


def test_r47_a_school_coordinator_hears_of_their_own_schools_records_only(town, as_user):
    client = as_user(person("school_coordinator", "Hill School"))
    found = {text: [way.answer["source_id"] for way in asked(client, text)] for text in HILL}
    assert found == HILL
    assert client.get(WHY, {"q": "Kai"}).context["by_hand"] == []


HILL: dict[str, list[str]] = {
    "Smith": ["s3", "s4"], "c1": ["c1"], "10": ["10"], "Latin": [], "c3": [], "20": [], "s5": [], "Kai": [],
    "zoe@lake.example": [], "znG": [], "c3/s5": [], "c1/s1": ["c1/s1"],
}  # fmt: skip


def test_r47_someone_of_two_schools_is_known_at_both(town, as_user):
    client = as_user(person("school_coordinator", "Lake School"))
    assert asked(client, "Ada King") == []
    ada, lake = User.objects.get(username="aking"), School.objects.get(name="Lake School")
    ada.user_schools.create(school=lake, position=1)
    assert [way.answer["source_id"] for way in asked(client, "Ada King")] == ["t1"]


def test_r47_causes_at_other_schools_are_not_named(folder, as_user, db):  # noqa: F811
    feed = small_district()
    feed.section("c9", "Far away", school="20", teachers=[], students=["s1"])
    found_town(folder, feed).sync()
    [whole] = asked(as_user(person("coordinator")), "s1")
    assert [cause["source_id"] for cause in whole.answer["because"]] == ["c9"]
    page = as_user(person("school_coordinator", "Hill School")).get(WHY, {"q": "s1"})
    [way] = page.context["ways"]
    assert [(cause["source_id"], cause["name"]) for cause in way.answer["because"]] == [("", "")]
    assert "Far away" not in page.content.decode()
    assert "A record of another school." in page.content.decode()


CHECK = "/console/in/lark/why/check/"


def test_r39_one_record_is_pulled_by_itself(town, as_user):
    client = as_user(person("coordinator"))
    feed = small_district()
    feed.student("s9", "Nia", "New", school="10")
    feed.student("s8", "Not", "Asked", school="10")
    feed.write(town.folder)
    page = client.post(CHECK, {"kind": "person", "id": "s9", "q": "Nia"}, follow=True)
    assert [str(one) for one in page.context["messages"]] == ["s9 was checked just now. Below is how it stands."]
    assert [way.user.username for way in page.context["ways"]] == ["nnew"]
    assert asked(client, "s8") == []
    run = Run.objects.latest("pk")
    assert (run.only, run.by.split()[0], run.status) == ("person s9", "coordinator", "succeeded")


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"kind": "person", "id": "zz"}, "The source sends nothing under the id zz."),
        ({"kind": "person", "id": " "}, "Say which record to check."),
        ({"kind": "school", "id": "10"}, "Only people and sections can be checked one at a time."),
    ],
)
def test_what_cannot_be_checked_is_said(town, as_user, given, said):
    page = as_user(person("coordinator")).post(CHECK, given, follow=True)
    assert [str(one) for one in page.context["messages"]] == [said]


def test_r34_a_source_that_is_gone_fails_the_check_and_changes_nothing(town, as_user):
    for file in town.folder.iterdir():
        file.unlink()
    before = list(User.objects.order_by("pk").values())
    client = as_user(person("coordinator"))
    page = client.post(CHECK, {"kind": "section", "id": "c1"}, follow=True)
    [said] = [str(one) for one in page.context["messages"]]
    assert said.startswith("The record could not be checked. Nothing was changed.")
    assert list(User.objects.exclude(role="coordinator").order_by("pk").values()) == before


def test_a_district_without_a_feed_says_so(world, coordinator):
    page = coordinator.post("/console/in/oak/why/check/", {"kind": "person", "id": "s1"}, follow=True)
    [said] = [str(one) for one in page.context["messages"]]
    assert said.startswith("oak is not connected to a source yet.")


def test_r47_who_may_ask_and_who_may_check(world, as_user, client):
    pages = {"why": "/console/in/oak/why/", "check": "/console/in/oak/why/check/"}
    found = {}
    for who in ("coordinator", "schoolcoord", "teacher", "student"):
        signed = as_user(world.oak.users[who])
        found[who] = (signed.get(pages["why"]).status_code, signed.post(pages["check"], {}).status_code)
    assert found == {
        "coordinator": (200, 302), "schoolcoord": (200, 404), "teacher": (403, 403), "student": (403, 403),
    }  # fmt: skip
    other = as_user(world.elm.users["coordinator"])
    assert (other.get(pages["why"]).status_code, other.post(pages["check"], {}).status_code) == (404, 404)
    assert as_user(world.ops).get(pages["why"]).status_code == 200
    assert client.get(pages["why"]).status_code == 302
    assert as_user(world.oak.users["coordinator"]).get(pages["check"]).status_code == 405


def test_the_number_of_queries_does_not_grow_with_the_district(town, django_assert_num_queries):
    asking = person("coordinator")
    with django_assert_num_queries(9):
        find(asking, town.district, "s1")
    feed = small_district()
    for key in numbered("n", 30):
        feed.student(key, "Many", f"More{key}", school="10")
    feed.section("c7", "Big", school="10", teachers=["t1"], students=numbered("n", 30))
    town.sync(feed)
    assert Link.objects.filter(district=town.district, kind="person").count() == 39
    with django_assert_num_queries(9):
        find(asking, town.district, "s1")


def test_r33_what_waits_for_a_decision_leads_to_the_hold(folder, as_user, db):  # noqa: F811
    feed = small_district()
    for key in numbered("n", 10):
        feed.student(key, "Many", f"More{key}", school="10")
    found = found_town(folder, feed)
    found.sync()
    run = found.sync(small_district())
    page = as_user(person("coordinator")).get(WHY, {"q": "n3"})
    [way] = page.context["ways"]
    assert (drawn(way)[0], drawn(way)[-1]) == (("In the SIS", "wait"), ("On the page", "wait"))
    assert f"/console/in/lark/runs/{run['run']}/hold/" in page.content.decode()
    school = as_user(person("school_coordinator", "Hill School")).get(WHY, {"q": "n3"})
    assert ([one.answer["outcome"] for one in school.context["ways"]], "/hold/" in school.content.decode()) == (
        ["waiting"], False,
    )  # fmt: skip


def test_r4_what_is_not_shared_stops_there(town, as_user):
    assert command("share", "lark", "--schools", "10").code == 0
    town.sync()
    for run in Run.objects.filter(decision="open"):
        assert command("approve", run.pk).code == 0
    client = as_user(person("coordinator"))
    [way] = asked(client, "s5")
    assert [state for _, state in drawn(way)[:3]] == ["good", "wrong", "plain"]
    assert "/console/in/lark/settings/sharing/" in client.get(WHY, {"q": "s5"}).content.decode()


def test_r47_rows_without_an_id_are_told_of_at_their_own_school(folder, as_user, db):  # noqa: F811
    feed = small_district()
    feed.student("", "Nameless", "Nobody", school="20")
    found_town(folder, feed).sync()
    heard = {
        name: [way.answer["code"] for way in asked(as_user(one), "Nameless")]
        for name, one in (
            ("district", person("coordinator")),
            ("hill", person("school_coordinator", "Hill School")),
            ("lake", school_coordinator_of_lake()),
        )
    }
    assert heard == {"district": ["STUDENT_NO_ID"], "hill": [], "lake": ["STUDENT_NO_ID"]}


def school_coordinator_of_lake() -> User:
    district, lake = District.objects.get(slug="lark"), School.objects.get(name="Lake School")
    [pk] = create_users(district, [NewUser("lakecoord", "school_coordinator", schools=[lake.pk])], by=BY)
    return User.objects.get(pk=pk)


def test_r39_of_many_records_there_is_a_list_to_choose_from(folder, as_user, db, django_assert_num_queries):  # noqa: F811
    feed = small_district()
    for key in numbered("n", 9):
        feed.student(key, "Many", f"More{key}", school="10" if key < "n5" else "20")
    feed.student("", "Many", "Nameless", school="20")
    found_town(folder, feed).sync()
    coordinator = person("coordinator")
    page = as_user(coordinator).get(WHY, {"q": "Many"})
    assert [way.answer["name"] for way in page.context["ways"]] == ["Many Nameless"]
    assert [(link.name, outcome, school, key) for link, outcome, school, key in page.context["many"]] == [
        (f"Many More{key}", "in_use", "Hill School" if key < "n5" else "Lake School", key) for key in numbered("n", 9)
    ]
    with django_assert_num_queries(8):
        assert len(find(coordinator, District.objects.get(slug="lark"), "Many").many) == 9
    hill = as_user(person("school_coordinator", "Hill School")).get(WHY, {"q": "Many"})
    assert (hill.context["many"], len(hill.context["ways"])) == ([], 4)
