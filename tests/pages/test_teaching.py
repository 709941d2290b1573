"""What teachers do with their classes, and students with what is assigned (R21–R23, R30, R45, R47)."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.lifecycle import permit_creating
from accounts.models import AuditEntry, User
from accounts.passwords import check_password
from classes.lifecycle import change_seats
from classes.models import Class, CurriculumItem, Membership, Work
from classes.queries import moves_of
from tests.pages.world import BY


@pytest.fixture
def math(world):
    return world.oak.classes["Math – 3 “A”"]


@pytest.fixture
def chess(world):
    return world.oak.classes["Chess club"]


@pytest.fixture
def teacher(world, as_user):
    return as_user(world.oak.users["teacher"])


@pytest.fixture
def student(world, as_user):
    return as_user(world.oak.users["student"])


def item(code):
    return CurriculumItem.objects.get(code=code)


def codes_of(klass):
    return list(klass.assignments.order_by("position", "pk").values_list("item__code", flat=True))


def said(response):
    return [str(message) for message in response.context["messages"]]


def change_items(client, klass, **asked):
    return client.post(f"/classes/{klass.number}/items/change/", asked, follow=True)


def change_people(client, klass, **asked):
    return client.post(f"/classes/{klass.number}/students/change/", asked, follow=True)


def test_r21_a_class_opens_with_its_first_item_and_closes_with_its_last(teacher, student, chess):
    assert "Chess club" not in student.get("/learn/").content.decode()
    assert said(change_items(teacher, chess, do="assign", item=item("puzzle").pk)) == ["Assigned."]
    assert said(change_items(teacher, chess, do="assign", item=item("puzzle").pk)) == [
        "It was so already. Nothing was changed."
    ]
    assert "Chess club" in student.get("/learn/").content.decode()
    assert said(change_items(teacher, chess, do="remove", item=item("puzzle").pk)) == [
        "Taken away; what students did on it stays."
    ]
    assert "Chess club" not in student.get("/learn/").content.decode()


def test_items_are_ordered_dated_and_copied(teacher, math, chess):
    before = codes_of(math)
    change_items(teacher, math, do="up", item=item(before[1]).pk)
    assert codes_of(math) == [before[1], before[0], *before[2:]]
    change_items(teacher, math, do="due", item=item("puzzle").pk, due="2027-03-01")
    assert math.assignments.get(item__code="puzzle").due.isoformat() == "2027-03-01"
    assert said(change_items(teacher, math, do="due", item=item("puzzle").pk, due="soon")) == [
        "That is no date. Nothing was changed."
    ]
    assert said(change_items(teacher, chess, do="copy", **{"from": math.number})) == [
        "Copied 3 items from Oakdale Math – 3 “A”."
    ]
    assert codes_of(chess) == codes_of(math)


def test_the_catalogue_is_searched(teacher, chess):
    page = teacher.get(f"/classes/{chess.number}/items/", {"q": "mathem"})
    assert [each.code for each in page.context["catalogue"]] == ["fractions"]
    assert [each.name for each in page.context["others"]] == ["Oakdale Math – 3 “A”", "Oakdale Old Math"]


def test_r23_a_class_is_made_renamed_filled_and_put_away(world, teacher):
    made = teacher.post("/classes/new/", {"name": "Robots"}, follow=True)
    klass = Class.objects.get(name="Robots")
    assert (said(made)[0], klass.synced) == ("Robots is made. Students see it once something is assigned to it.", False)
    teacher.post(f"/classes/{klass.number}/rename/", {"name": "Robots 2"})
    child = world.oak.users["student"]
    page = teacher.get(f"/classes/{klass.number}/students/", {"q": "zo"})
    assert [each.pk for each in page.context["found"]] == [child.pk]
    for expected in (["Zoë  Ann Oakdalechild is added."], ["It was so already. Nothing was changed."]):
        assert said(change_people(teacher, klass, do="add", user=child.pk)) == expected
    assert said(change_people(teacher, klass, do="remove", user=child.pk)) == [
        "Taken out of the class; the work stays."
    ]
    assert said(change_people(teacher, klass, do="add", user=child.pk)) == ["Zoë  Ann Oakdalechild is back."]
    for words in ("Robots 2 is put away.", "It was so already. Nothing was changed."):
        assert said(teacher.post(f"/classes/{klass.number}/archive/", follow=True)) == [words]
    klass.refresh_from_db()
    assert (klass.name, klass.status) == ("Robots 2", "archived")
    nameless = teacher.post("/classes/new/", {"name": " "}, follow=True)
    assert said(nameless)[-1] == "Give the class a name. Nothing was made."


def test_r45_what_the_roster_keeps_true_is_refused_to_forged_requests(world, teacher, math):
    refused = teacher.post(f"/classes/{math.number}/rename/", {"name": "Mine"}, follow=True)
    assert said(refused)[0].startswith("Nothing was changed: name comes from the SIS and is locked here.")
    gone = change_people(teacher, math, do="remove", user=world.oak.users["student"].pk)
    assert said(gone)[0].startswith("Nothing was changed: students comes from the SIS")
    assert said(teacher.post(f"/classes/{math.number}/archive/", follow=True))[0].startswith("Nothing was changed")
    math.refresh_from_db()
    assert (math.name, math.status) == ("Oakdale Math – 3 “A”", "active")
    assert Membership.objects.filter(klass=math, user=world.oak.users["student"], active=True).exists()


def test_r47_only_students_of_my_schools_are_added(world, teacher, chess):
    for name, who in (("lonely", world.oak), ("student", world.elm), ("coordinator", world.oak)):
        assert change_people(teacher, chess, do="add", user=who.users[name].pk).status_code == 404
    assert change_people(teacher, chess, do="add", user="x" * 40).status_code == 404


def test_scores_are_set_by_teachers_and_seen_by_the_student(world, teacher, student, math):
    child = world.oak.users["student"]
    page = f"/classes/{math.number}/students/{child.pk}/"
    assert said(teacher.post(f"{page}score/", {"item": item("tables").pk, "score": "101"}, follow=True)) == [
        "A score is a whole number from 0 to 100. Nothing was changed."
    ]
    for score in ("95", "90", ""):
        teacher.post(f"{page}score/", {"item": item("tables").pk, "score": score})
    work = Work.objects.get(user=child, item__code="tables")
    assert (work.status, work.score, work.klass) == ("done", None, math)
    teacher.post(f"{page}score/", {"item": item("tables").pk, "score": "90"})
    assert "90 points" in student.get("/learn/results/").content.decode()
    assert [entry.verb for entry in AuditEntry.objects.order_by("-pk")[:1]] == ["set scores"]


def test_r22_a_student_begins_and_ends_an_item_and_done_stays_done(world, student):
    child = world.oak.users["student"]
    assert "Start" in student.get("/learn/items/fractions/").content.decode()
    for do, status in (("start", "in_progress"), ("done", "done"), ("start", "done")):
        student.post("/learn/items/fractions/progress/", {"do": do})
        assert Work.objects.get(user=child, item__code="fractions").status == status
    assert "Fractions with pizza" in student.get("/learn/results/").content.decode()


def test_r30_an_item_that_is_not_assigned_is_not_there_and_its_work_stays(world, teacher, student, chess):
    assert student.get("/learn/items/nowhere/").status_code == 404
    change_items(teacher, chess, do="assign", item=item("puzzle").pk)
    student.post("/learn/items/puzzle/progress/", {"do": "done"})
    for klass in (chess, world.oak.classes["Math – 3 “A”"]):
        change_items(teacher, klass, do="remove", item=item("puzzle").pk)
    assert student.get("/learn/items/puzzle/").status_code == 404
    assert student.post("/learn/items/puzzle/progress/", {"do": "done"}).status_code == 404
    assert "The goat puzzle" in student.get("/learn/results/").content.decode()


def test_r30_who_left_is_shown_as_left_with_their_work(world, teacher, math):
    child = world.oak.users["student"]
    seat = Membership.objects.get(klass=math, user=child)
    change_seats(math.district, {seat.pk: {"active": False}}, by=BY)
    page = teacher.get(f"/classes/{math.number}/")
    assert [each.user for each in page.context["left"]] == [child]
    assert "has left the class" in teacher.get(f"/classes/{math.number}/students/{child.pk}/").content.decode()


def test_r15_a_teacher_gives_a_student_of_theirs_a_new_password(world, teacher, as_user, math):
    child = world.oak.users["student"]
    page = f"/classes/{math.number}/students/{child.pk}/"
    short = teacher.post(f"{page}password/", {"password": "abc"}, follow=True)
    assert said(short) == ["A password has at least 4 characters. Nothing was changed."]
    done = teacher.post(f"{page}password/", {"password": "blue-bird"}, follow=True).content.decode()
    assert ("signs in with the new password now" in done, "blue-bird" in done) == (True, False)
    assert check_password(User.objects.get(pk=child.pk), "blue-bird")
    lonely = world.oak.users["lonely"]
    other = f"/classes/{math.number}/students/{lonely.pk}/password/"
    assert teacher.post(other, {"password": "blue-bird"}).status_code == 404
    assert not check_password(User.objects.get(pk=lonely.pk), "blue-bird")


def test_r16_the_cards_have_usernames_and_no_password(world, teacher, math):
    page = teacher.get(f"/classes/{math.number}/cards/").content.decode()
    assert ("<strong>student</strong>" in page, "/login/oak/" in page) == (True, True)
    assert world.oak.users["student"].password not in page


PAGES = ("", "items/", "students/", "cards/")
ACTIONS = ("rename/", "archive/", "items/change/", "students/change/")


@pytest.mark.parametrize("who", ["freeteacher", "staff", "student", "coordinator", "schoolcoord"])
def test_r47_a_class_is_its_teachers_own(world, as_user, math, who):
    own = as_user(world.oak.users[who])
    theirs = as_user(world.elm.users["teacher"])
    child = world.oak.users["student"].pk
    pages = [*PAGES, f"students/{child}/"]
    assert {own.get(f"/classes/{math.number}/{page}").status_code for page in pages} == {404}
    posts = [*ACTIONS, f"students/{child}/score/", f"students/{child}/password/"]
    before = (math.name, codes_of(math), math.memberships.filter(active=True).count())
    for client in (own, theirs):
        for action in posts:
            client.post(f"/classes/{math.number}/{action}", {"name": "x", "do": "remove", "item": item("tables").pk})
    math.refresh_from_db()
    assert (math.name, codes_of(math), math.memberships.filter(active=True).count()) == before
    assert own.get(f"/classes/{math.number}/rename/").status_code in (404, 405)


def test_signed_out_people_are_sent_to_sign_in(world, client, math):
    for page in (*PAGES, "students/1/"):
        assert client.get(f"/classes/{math.number}/{page}").status_code == 302
    for page in ("/learn/results/", "/learn/items/fractions/"):
        assert client.get(page).status_code == 302


def test_r26_a_teacher_makes_a_student_only_where_it_is_allowed(world, teacher, math):
    given = {"first_name": "Nova", "last_name": "New", "grade": "3", "password": "blue-bird"}
    page, create = f"/classes/{math.number}/students/", f"/classes/{math.number}/students/create/"
    assert "Make a new student" not in teacher.get(page).content.decode()
    refused = teacher.post(create, given, follow=True)
    assert said(refused) == ["Your district does not let teachers create students here. Nothing was made."]
    permit_creating(world.oak.district, True, by=BY)
    assert "Make a new student at Oakdale Lincoln School" in teacher.get(page).content.decode()
    assert said(teacher.post(create, {**given, "password": "abc"}, follow=True))[0].endswith("Nothing was made.")
    teacher.post(create, given)
    made = User.objects.get(first_name="Nova")
    assert (made.role, made.synced, [each.name for each in made.schools.all()]) == (
        "student", False, ["Oakdale Lincoln School"],
    )  # fmt: skip
    assert Membership.objects.get(klass=math, user=made).synced is False
    permit_creating(world.oak.district, False, school=math.school, by=BY)
    teacher.post(create, {**given, "first_name": "Nobody"})
    assert not User.objects.filter(first_name="Nobody").exists()


def test_nonsense_in_addresses_and_forms_is_not_found(world, teacher, math):
    assert change_items(teacher, math, do="copy", **{"from": "abc"}).status_code == 404
    for page in ("", "score/", "password/"):
        address = f"/classes/{math.number}/students/{'9' * 23}/{page}"
        assert (teacher.post(address) if page else teacher.get(address)).status_code == 404


def test_r30_the_score_of_who_left_is_no_longer_this_teachers_to_change(world, teacher, math):
    child = world.oak.users["student"]
    change_seats(math.district, {Membership.objects.get(klass=math, user=child).pk: {"active": False}}, by=BY)
    address = f"/classes/{math.number}/students/{child.pk}/score/"
    assert teacher.post(address, {"item": item("tables").pk, "score": "1"}).status_code == 404
    assert not Work.objects.filter(user=child).exists()


def test_a_class_that_has_settled_tells_who_joined_and_left(world, teacher, math):
    child = world.oak.users["student"]
    seat = Membership.objects.get(klass=math, user=child)
    change_seats(math.district, {seat.pk: {"active": False}}, by=BY)
    assert moves_of([math]) == []  # the class is new: who comes and goes on its first day is no news
    Class.objects.filter(pk=math.pk).update(created=timezone.now() - timedelta(days=2))
    for active in (True, True, False):
        change_seats(math.district, {seat.pk: {"active": active}}, by=BY)
    assert [(move["joined_count"], move["left_count"]) for move in moves_of([math])] == [(1, 1)]
    assert "1 joined, 1 left" in teacher.get(f"/classes/{math.number}/").content.decode()
