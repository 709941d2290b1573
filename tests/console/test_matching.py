"""Matching: the queue, one question side by side, the answer, and the report of the first connection (R27, R40)."""

from pathlib import Path

import pytest

from accounts.handmade import add_user
from accounts.lifecycle import NewUser, create_users
from accounts.models import District, User
from rostering.models import Review, Run
from tests.flow.feeds import small_district
from tests.pages.world import BY
from tests.promises.conftest import folder  # noqa: F401 -- fixture
from tests.promises.town import Town, found_town

QUEUE = "/console/in/lark/matching/"


@pytest.fixture
def town(db, folder: Path) -> Town:  # noqa: F811
    """Two accounts could be Ada; Alan is matched by his email address; the rest are new."""
    made = found_town(folder, small_district())
    for username in ("queen", "king"):
        add_user(made.district, role="teacher", first_name="Ada", last_name="King", email="ada@hill.example",
                 username=username, by=BY)  # fmt: skip
    add_user(made.district, role="teacher", first_name="Alan", last_name="Roe", email="alan@hill.example",
             username="alan", by=BY)  # fmt: skip
    return made


@pytest.fixture
def client_of(as_user):
    def make(role: str):
        [pk] = create_users(District.objects.get(slug="lark"), [NewUser(role, role, role, "Person")], by=BY)
        return as_user(User.objects.get(pk=pk))

    return make


def said(response):
    return [str(message) for message in response.context["messages"]]


def one(client, review):
    return client.get(f"{QUEUE}{review.pk}/")


def answer(client, review, given, seen=None, username=""):
    seen = one(client, review).context["seen"] if seen is None else seen
    return client.post(f"{QUEUE}{review.pk}/", {"answer": given, "seen": seen, "username": username}, follow=True)


def test_r27_the_queue_and_one_question_side_by_side(town, client_of):
    town.sync()
    client = client_of("coordinator")
    review = Review.objects.get()
    [(row, school, evidence)] = client.get(QUEUE).context["rows"]
    assert (row, school, evidence) == (review, "Hill School", "same email address")
    page = one(client, review).context
    assert (page["source_id"], page["school"]) == ("t1", "Hill School")
    assert page["record"] == [
        ("First name", "Ada"), ("Last name", "King"), ("Roles", "Teacher"), ("Email", "ada@hill.example"),
    ]  # fmt: skip
    assert {candidate["user"].username: candidate["fields"] for candidate in page["candidates"]} == {
        name: [(label, value, "same") for label, value in page["record"]] for name in ("queen", "king")
    }


def test_r27_the_same_person_is_decided_once_and_the_next_sync_does_it(town, client_of):
    town.sync()
    client, review, queen = client_of("coordinator"), Review.objects.get(), User.objects.get(username="queen")
    seen = one(client, review).context["seen"]
    assert said(answer(client, review, queen.pk)) == ["Ada King is the account queen. The next sync does it."]
    assert said(answer(client, review, queen.pk, seen)) == ["It was so already."]
    [words] = said(answer(client, review, "new", seen))
    assert words.startswith(f"Review {review.pk} was decided already (the same), by coordinator ")
    review.refresh_from_db()
    assert (review.state, review.object_id) == ("same", queen.pk)
    assert client.get(QUEUE).context["rows"] == []
    town.sync()
    queen.refresh_from_db()
    assert (queen.synced, User.objects.filter(last_name="King").count()) == (True, 2)


def test_r27_somebody_new_gets_an_account_of_their_own(town, client_of):
    town.sync()
    assert said(answer(client_of("coordinator"), Review.objects.get(), "new")) == [
        "Ada King is somebody new. The next sync does it."
    ]
    town.sync()
    assert sorted(User.objects.filter(last_name="King").values_list("username", flat=True)) == [
        "aking",
        "king",
        "queen",
    ]


@pytest.mark.parametrize(
    ("given", "seen", "words"),
    [
        ("alan", None, "Choose one of the accounts, or that this is somebody new."),
        ("", None, "Choose one of the accounts, or that this is somebody new."),
        ("new", "1-2-3", "The question has changed since. Nothing was decided; look at it again."),
    ],
)
def test_r27_an_answer_that_does_not_fit_decides_nothing(town, client_of, given, seen, words):
    town.sync()
    given = User.objects.get(username=given).pk if given == "alan" else given
    assert said(answer(client_of("coordinator"), Review.objects.get(), given, seen)) == [words]
    assert Review.objects.get().state == "open"


def test_r27_a_question_that_answered_itself_is_not_decided(town, client_of):
    town.sync()
    client, review = client_of("coordinator"), Review.objects.get()
    seen = one(client, review).context["seen"]
    Review.objects.update(state=Review.State.CLOSED)
    assert said(answer(client, review, "new", seen)) == [
        f"Review {review.pk} is closed: the question answered itself with a later sync."
    ]
    assert one(client, review).context["open"] is False


def test_r1_r27_the_report_of_the_first_connection(town, client_of):
    client = client_of("coordinator")
    report = f"{QUEUE}first/"
    assert client.get(report).context["run"] is None
    town.sync(None, "--preview")
    page = client.get(report)
    assert Review.objects.count() == 0
    alan = User.objects.get(username="alan")
    assert told(page) == ("previewed", 1, 7, 1, [("Alan Roe", alan, "same email address")])
    town.sync()
    town.sync()
    town.sync(None, "--preview")
    first = Run.objects.exclude(status="previewed").order_by("pk").first()
    page = client.get(report)
    assert (page.context["run"], told(page)[1:]) == (first, (1, 7, 1, [("Alan Roe", alan, "same email address")]))


def told(page):
    now = page.context
    return now["run"].status, now["matched"], now["created"], now["doubtful"], now["examples"]


def test_r47_matching_is_the_districts_own(town, client_of, world, as_user, client):
    town.sync()
    review = Review.objects.get()
    pages = [QUEUE, f"{QUEUE}{review.pk}/", f"{QUEUE}first/"]
    for role, code in (("school_coordinator", 404), ("teacher", 403), ("student", 403)):
        signed = client_of(role)
        assert [signed.get(page).status_code for page in pages] == [code] * 3
    assert [as_user(world.ops).get(page).status_code for page in pages] == [200] * 3
    oak = as_user(world.oak.users["coordinator"])
    assert [oak.get(page).status_code for page in pages] == [404] * 3
    assert oak.post(f"/console/in/oak/matching/{review.pk}/", {"answer": "new"}).status_code == 404
    assert [client.get(page).status_code for page in pages] == [302] * 3
    assert Review.objects.get().state == "open"


def test_the_number_of_queries_does_not_grow_with_the_queue(town, client_of, django_assert_num_queries):
    town.sync()
    client, review = client_of("coordinator"), Review.objects.get()
    with django_assert_num_queries(8):
        client.get(QUEUE)
    for number in range(30):
        Review.objects.create(
            district=town.district, kind="person", key=f"t:x{number}", name=f"Who {number}", school="10",
            candidates=review.candidates,
        )  # fmt: skip
    with django_assert_num_queries(8):
        assert len(client.get(QUEUE).context["rows"]) == 31


def test_r27_another_account_is_named_by_its_username(town, client_of):
    town.sync()
    client, review = client_of("coordinator"), Review.objects.get()
    nobody = "No account of the district has this username. Nothing was decided."
    told = {
        name: said(answer(client, review, "other", username=name))
        for name in ("", "nobody", "jnunez", "coordinator", "alan")
    }
    assert told == {
        "": [nobody], "nobody": [nobody], "jnunez": ["jnunez is student; the record is not."],
        "coordinator": ["coordinator is no account of a teacher, student or staff member of the district."],
        "alan": ["The source sends another record for alan."],
    }  # fmt: skip
    assert Review.objects.get().state == "open"
    add_user(town.district, role="staff", first_name="A", last_name="K", username="Regina", by=BY)
    assert said(answer(client, review, "other", username=" regina ")) == [
        "Ada King is the account Regina. The next sync does it."
    ]
