"""The demo: a district for each way in, with the awkward cases that real ones have, and a sign-in for each role."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from accounts.handmade import add_user
from accounts.lifecycle import Actor, save_district, set_passwords
from accounts.models import District, User
from classes.handmade import add_class, load_items
from classes.lifecycle import assign_items
from classes.models import Class, CurriculumItem, Membership
from rostering.connections import connect
from rostering.models import Run
from rostering.rehearsal.churn import write_next_day
from rostering.rehearsal.clever import Sandbox, serving
from rostering.rehearsal.district import write_district
from rostering.sync import run_sync

FROM_FOLDER, FROM_CLEVER = "larkfield", "harborview"
STUDENTS, SEED = 600, 2026
STUDENTS_AT_CLEVER, SEED_AT_CLEVER, CHURN = 200, 7, 4
DEMO = Actor("demo")
ITEMS = (
    ("fractions-1", "Fractions on the number line", "math", "3-5", "Fold, shade and place fractions between 0 and 1."),
    ("fractions-2", "Adding like fractions", "math", "3-5", "Same denominator, one step at a time."),
    (
        "reading-clues",
        "Reading for clues",
        "english/language arts",
        "K-2",
        "What does the picture know that the words do not?",
    ),
    ("water-cycle", "The water cycle", "science", "3-5", "Follow one drop from the sea and back."),
    ("maps", "Maps and scale", "social studies", "6-8", "How big is a city on paper?"),
    ("essay", "A paragraph that argues", "english/language arts", "9-12", "Claim, evidence, reasoning."),
)


@dataclass(frozen=True, slots=True)
class SignIn:
    """How to try the demo in one role. The password is a demo's, made here."""

    role: str
    district: str
    username: str
    password: str
    url: str


@contextmanager
def built_demo(data: Path, base_url: str) -> Iterator[tuple[list[Run], list[SignIn]]]:
    """Make the districts (or find them), sync them, and give them something to look at. Safe to repeat.

    Inside the ``with`` block the sandbox stands in for Clever, so the second district can be synced again.
    """
    runs = [_from_folder(data / FROM_FOLDER)]
    with _from_clever(data / FROM_CLEVER) as more:
        yield runs + more, [*_sign_ins(FROM_FOLDER, base_url, "Cora"), *_sign_ins(FROM_CLEVER, base_url, "Carl"),
                            _made_by_hand(None, "ops", "Otis", "Operator", base_url)]  # fmt: skip


def _from_folder(folder: Path) -> Run:
    """A district that sends files, with the mistakes of real exports."""
    write_district(folder, STUDENTS, SEED, awkward=True)
    district = _district(FROM_FOLDER, "Larkfield Unified School District")
    connect(district, "folder", {"path": str(folder)}, {}, layout="clever", quiet=0, by=DEMO)
    run = run_sync(district, by="demo")
    _assign_something(district)
    return run


@contextmanager
def _from_clever(data: Path) -> Iterator[list[Run]]:
    """A district at Clever: everything on its first day, what changed on its second."""
    write_district(data / "day1", STUDENTS_AT_CLEVER, SEED_AT_CLEVER)
    write_next_day(data / "day1", data / "day2", CHURN, SEED_AT_CLEVER)
    district = _district(FROM_CLEVER, "Harborview School District")
    sandbox = Sandbox(data=data / "day1", seed=SEED_AT_CLEVER, state=data / "sandbox.json", running=True)
    with serving(sandbox) as url:
        values = {"district": sandbox.district_id, "api_url": url, "version": "v3.1"}
        connect(district, "clever", values, {"token": sandbox.token}, layout="auto", quiet=0, by=DEMO)
        first = run_sync(district, by="demo")
        sandbox.load(data / "day2")
        second = run_sync(district, by="demo")
        _assign_something(district)
        yield [first, second]


def _district(slug: str, name: str) -> District:
    return save_district(slug, by=DEMO, name=name, usernames="generated", passwords="username")[0]


def _assign_something(district: District) -> None:
    """Items in every second class, so that some show to their students and some do not (R21); and a class by hand."""
    load_items((CurriculumItem(code=code, title=title, subject=subject, grade_band=band, body=body)
                for code, title, subject, band, body in ITEMS), by=DEMO)  # fmt: skip
    items = list(CurriculumItem.objects.filter(code__in=[item[0] for item in ITEMS]).order_by("code"))
    classes = Class.objects.filter(district=district, status=Class.Status.ACTIVE).order_by("number")
    for klass in classes.filter(assignments=None)[:40:2]:
        assign_items(klass, items[klass.number % 3 :: 3], by=DEMO)
    if not classes.filter(managed_fields="").exists():
        teacher = _teacher(district)
        students = User.objects.filter(memberships__klass__memberships__user=teacher, role="student", is_active=True)
        made = add_class(
            district, "Lunch Time Maths Club", teacher, list(students.distinct().order_by("username")[:6]), by=DEMO
        )
        assign_items(made, items[:2], by=DEMO)


def _teacher(district: District) -> User:
    """A teacher with an open class that has students."""
    seats = Membership.objects.filter(
        klass__district=district, klass__status=Class.Status.ACTIVE, role="teacher", active=True
    ).exclude(klass__assignments=None)
    return seats.filter(klass__memberships__role="student").order_by("user__username").select_related("user")[0].user


def _sign_ins(slug: str, base_url: str, coordinator: str) -> Iterator[SignIn]:
    district = District.objects.get(slug=slug)
    teacher = _teacher(district)
    open_classes = Class.objects.filter(memberships__user=teacher, status=Class.Status.ACTIVE).exclude(assignments=None)
    seats = Membership.objects.filter(klass__in=open_classes, role="student", active=True, user__is_active=True)
    student = seats.order_by("user__username").select_related("user")[0].user
    yield SignIn("teacher", slug, teacher.username, teacher.username, f"{base_url}/login/{slug}/")
    yield SignIn("student", slug, student.username, student.username, f"{base_url}/login/{slug}/")
    school = teacher.user_schools.order_by("position")[0].school_id
    yield _made_by_hand(district, "coordinator", coordinator, "Coordinator", base_url)
    yield _made_by_hand(district, "school_coordinator", "Sam", "Schoolhouse", base_url, (school,))


def _made_by_hand(
    district: District | None, role: str, first: str, last: str, base_url: str, schools: tuple[int, ...] = ()
) -> SignIn:
    username, password = first.lower(), secrets.token_urlsafe(9)
    user = User.objects.filter(district=district, username_key=username).first()
    if user is None:
        add_user(
            district, role=role, first_name=first, last_name=last, username=username, schools=schools,
            password=password, by=DEMO,
        )  # fmt: skip
    else:
        set_passwords([user], password, by=DEMO)
    slug = district.slug if district else "ops"
    return SignIn(role, slug, username, password, f"{base_url}/login/{slug}/")
