"""Two districts with everybody in them, made by the lifecycle verbs, for tests that open pages."""

from dataclasses import dataclass
from datetime import timedelta

from django.contrib.auth.hashers import make_password
from django.utils import timezone

from accounts.lifecycle import Actor, NewSchool, NewUser, create_schools, create_users, deactivate_users, save_district
from accounts.models import District, User
from classes.lifecycle import NewClass, NewSeat, archive_classes, assign_items, create_classes, enroll
from classes.models import Class, CurriculumItem, Membership
from rostering.models import DataWarning, Run

BY = Actor("test", roster=True)
PASSWORD = "green-apple"
USER_FIELDS = "username,first_name,last_name,email"
CLASS_FIELDS = "name,teachers,students"


@dataclass(frozen=True)
class Town:
    """One district: users by username, classes by name."""

    district: District
    users: dict[str, User]
    classes: dict[str, Class]
    run: Run
    warning: DataWarning


@dataclass(frozen=True)
class World:
    oak: Town
    elm: Town
    ops: User


def make_world() -> World:
    """Oak and Elm are alike, down to the usernames; names of people and classes tell them apart."""
    [ops] = create_users(None, [NewUser("olga", "ops", "Olga", "Ops", password=make_password(PASSWORD))], by=BY)
    return World(make_town("oak", "Oakdale"), make_town("elm", "Elmhurst"), User.objects.get(pk=ops))


def make_town(slug: str, name: str) -> Town:
    district, _ = save_district(slug, by=BY, name=f"{name} Unified", fixed_password=f"{slug}-fixed-password")
    lincoln, grant = create_schools(
        district, [NewSchool(f"{name} Lincoln School", managed_fields="name"), NewSchool(f"{name} Grant School")], by=BY
    )
    made = create_users(district, _people(name, lincoln, grant), by=BY)
    users = {user.username: user for user in User.objects.filter(pk__in=made)}
    deactivate_users(district, [users["gone"].pk], by=BY)
    users["gone"].refresh_from_db()
    classes = _make_classes(district, name, lincoln, grant, users)
    return Town(district, users, classes, _make_run(district), _make_warning(district, name))


def _people(name: str, lincoln: int, grant: int) -> list[NewUser]:
    secret, synced = make_password(PASSWORD), USER_FIELDS
    return [
        NewUser("teacher", "teacher", "María José", f"{name}-O’Brien", f"maria@{name}.example", password=secret,
                schools=[lincoln], managed_fields=synced),
        NewUser("coteacher", "teacher", "Łukasz", f"{name}ski", password=secret, schools=[lincoln],
                managed_fields=synced),
        NewUser("freeteacher", "teacher", "Fred", f"{name}free", password=secret, schools=[grant]),
        NewUser("staff", "staff", "Stella", f"{name}staff", password=secret, schools=[grant]),
        NewUser("student", "student", "Zoë  Ann", f"{name}child", grade="3", student_number="0042", password=secret,
                schools=[lincoln], managed_fields=synced),
        NewUser("lonely", "student", "李", f"{name}lonely", grade="4", password=secret, schools=[grant]),
        NewUser("gone", "student", "Gone", f"{name}gone", grade="4", password=secret, schools=[lincoln]),
        NewUser("coordinator", "coordinator", "Cora", f"{name}coord", password=secret),
        NewUser("schoolcoord", "school_coordinator", "Sid", f"{name}school", password=secret, schools=[lincoln]),
    ]  # fmt: skip


def _make_classes(district: District, name: str, lincoln: int, grant: int, users: dict[str, User]) -> dict[str, Class]:
    ids = create_classes(
        district,
        [
            NewClass(f"{name} Math – 3 “A”", lincoln, term_name="Fall 2026", period="1", managed_fields=CLASS_FIELDS),
            NewClass(f"{name} Science", lincoln, term_name="Fall 2026", managed_fields=CLASS_FIELDS),
            NewClass(f"{name} Chess club"),
            NewClass(f"{name} Old Math", lincoln, managed_fields=CLASS_FIELDS),
            NewClass(f"{name} Grant Art", grant),
        ],
        by=BY,
    )
    math, science, chess, old, art = ids
    teacher, student = Membership.Role.TEACHER, Membership.Role.STUDENT
    enroll(
        district,
        [NewSeat(math, users["teacher"].pk, teacher, True), NewSeat(math, users["coteacher"].pk, teacher, True),
         NewSeat(science, users["teacher"].pk, teacher, True), NewSeat(chess, users["teacher"].pk, teacher),
         NewSeat(old, users["teacher"].pk, teacher, True), NewSeat(art, users["freeteacher"].pk, teacher),
         *(NewSeat(pk, users["student"].pk, student, pk != chess) for pk in (math, science, chess, old)),
         NewSeat(art, users["lonely"].pk, student), NewSeat(chess, users["gone"].pk, student)],
        by=BY,
    )  # fmt: skip
    classes = {klass.name.removeprefix(name).strip(): klass for klass in Class.objects.filter(pk__in=ids)}
    assign_items(classes["Math – 3 “A”"], _items(), by=BY)
    assign_items(classes["Old Math"], _items()[:1], by=BY)
    archive_classes(district, [old], by=BY)
    return classes


def _items() -> list[CurriculumItem]:
    given = {
        "fractions": {"title": "Fractions with pizza", "subject": "Mathematics", "body": "Cut it.\n\n<b>Eat it.</b>"},
        "tables": {"title": "Times tables", "url": "https://items.example/tables"},
        "puzzle": {"title": "The goat puzzle"},
    }
    return [CurriculumItem.objects.get_or_create(code=code, defaults=fields)[0] for code, fields in given.items()]


def _make_run(district: District) -> Run:
    now = timezone.now()
    return Run.objects.create(
        district=district, status=Run.Status.HELD, by="schedule", started=now - timedelta(seconds=42),
        finished=now, decision=Run.Decision.OPEN,
        records={"schools": 2, "people": 900, "sections": 80, "enrollments": 5400},
        counts={"people": {"create": 3, "archive": 0, "unchanged": 897}, "classes": {"update": 2, "unchanged": 78}},
        held={"people": 12}, outcomes={"in_use": 5, "unchanged": 975}, open_warnings={"SECTION_NO_TEACHER": 1},
    )  # fmt: skip


def _make_warning(district: District, name: str) -> DataWarning:
    return DataWarning.objects.create(
        district=district, code="SECTION_NO_TEACHER", severity="ERROR", kind="section", key="sec-9", identity="x1",
        name=f"{name} Biology", message=f"The section {name} Biology has no teacher, so it does not become a class.",
        fix="Assign a teacher to the section in your SIS.", classes=1, students=27,
    )  # fmt: skip
