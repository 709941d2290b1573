"""Integration is turned on: what a district that is new, or has been here for long, gets from its first files."""

from pathlib import Path
from zipfile import ZipFile

import msgspec

from accounts.handmade import add_user
from classes.handmade import add_class, load_items
from classes.lifecycle import assign_items
from classes.models import CurriculumItem, Work
from rostering.core.records import Person
from rostering.current import DatabaseHoldings
from rostering.explain import explain
from tests.flow.feeds import Feed, small_district
from tests.flow.town import BY, Town, make_town, whole_database

USERS = [
    "aking | teacher | Ada | King | ada@hill.example |  |  | t1 | t1 | 10 | active | yes",
    "aroe | teacher | Alan | Roe | alan@hill.example |  |  | t2 | t2 | 10 | active | yes",
    "bsmith | student | Ben | Smith |  | 4 |  | s3 | s3 | 10 | active | yes",
    "bsmith1 | student | Bo | Smith |  | 4 |  | s4 | s4 | 10 | active | yes",
    "eholm | student | Eva | Holm |  | 7 |  | s5 | s5 | 20 | active | yes",
    "jnunez | student | José | Núñez |  | 4 |  | s1 | s1 | 10 | active | yes",
    "klund | student | Kai | Lund |  | 7 |  | s6 | s6 | 20 | active | yes",
    "miao | student | Mia | O'Brien |  | 1 |  | s2 | s2 | 10 | active | yes",
    "zng | teacher | Zoë | Ng | zoe@lake.example |  |  | t3 | t3 | 20 | active | yes",
]
CLASSES = [
    "1 | Maths 4 | 10 | c1 |  | active | yes | aking | no",
    "2 | Art | 10 | c2 |  | active | yes | aking;aroe | no",
    "3 | Latin | 20 | c3 |  | active | yes | zng | no",
]
SEATS = [
    "1 | aking | teacher | yes",
    "1 | bsmith | student | yes",
    "1 | jnunez | student | yes",
    "1 | miao | student | yes",
    "2 | aking | teacher | yes",
    "2 | aroe | teacher | yes",
    "2 | bsmith1 | student | yes",
    "2 | miao | student | yes",
    "3 | eholm | student | yes",
    "3 | klund | student | yes",
    "3 | zng | teacher | yes",
]


def counts(**actions: int) -> dict[str, int]:
    names = ("create", "update", "archive", "restore", "match", "rekey", "unchanged")
    return dict.fromkeys(names, 0) | actions


def test_r1_r2_a_new_district_gets_everything_from_a_folder(town: Town) -> None:
    run = town.sync(small_district())

    assert (town.users(), town.classes(), town.seats(), town.warnings()) == (USERS, CLASSES, SEATS, [])
    assert run | {"seconds": 0} == {
        "district": "hill",
        "run": run["run"],
        "status": "succeeded",
        "mode": "full",
        "seconds": 0,
        "records": {"schools": 2, "people": 9, "sections": 3, "enrollments": 7},
        "counts": {
            "schools": counts(create=2),
            "people": counts(create=9),
            "classes": counts(create=3),
            "memberships": counts(create=11),
        },
        "held": {"schools": 0, "people": 0, "classes": 0, "memberships": 0},
        "warnings": {},
    }


def test_r32_every_creation_is_in_the_plan_with_its_fields(town: Town) -> None:
    changes = town.changes(town.sync(small_district()))

    assert [(one["kind"], one["source_id"]) for one in changes] == [
        *(("school", key) for key in ("10", "20")),
        *(("person", key) for key in ("t1", "t2", "t3", "s1", "s2", "s3", "s4", "s5", "s6")),
        *(("class", "c1"), *(("membership", f"c1/{key}") for key in ("t1", "s1", "s2", "s3"))),
        *(("class", "c2"), *(("membership", f"c2/{key}") for key in ("t1", "t2", "s2", "s4"))),
        *(("class", "c3"), *(("membership", f"c3/{key}") for key in ("t3", "s5", "s6"))),
    ]
    assert {(one["action"], one["reason"], one["held"]) for one in changes} == {("create", "new in the source", False)}
    by_id = {(one["kind"], one["source_id"]): one for one in changes}
    assert by_id["person", "s1"] == {
        "action": "create",
        "kind": "person",
        "source_id": "s1",
        "name": "José Núñez",
        "school": "10",
        "fields": {
            "first_name": [None, "José"],
            "last_name": [None, "Núñez"],
            "grade": [None, "4"],
            "sis_id": [None, "s1"],
            "roles": [None, "student"],
            "schools": [None, "10"],
            "username": [None, "jnunez"],
        },
        "reason": "new in the source",
        "held": False,
    }
    assert by_id["class", "c1"]["fields"] == {"name": [None, "Maths 4"], "school": [None, "10"]}
    assert by_id["membership", "c1/s1"]["name"] in ("José Núñez in Maths 4", "s1 in Maths 4")
    assert by_id["membership", "c1/s1"]["fields"] == {"role": [None, "student"]}


def test_r2_one_zip_in_the_folder_counts_as_the_files_in_it(town: Town, tmp_path: Path) -> None:
    files = small_district().write(tmp_path / "files")
    with ZipFile(town.folder / "export.zip", "w") as archive:
        for path in sorted(files.iterdir()):
            archive.write(path, path.name)

    town.settle()

    assert (town.users(), town.classes(), town.seats()) == (USERS, CLASSES, SEATS)


def test_r1_a_district_with_accounts_classes_and_work_loses_nothing(town: Town) -> None:
    district = town.district
    kind = {"by": BY, "first_name": "Ada", "last_name": "King"}
    teacher = add_user(district, role="teacher", email="old@hill.example", password="made-by-hand", **kind)
    student = add_user(district, role="student", first_name="Old", last_name="Timer", grade="4", by=BY)
    klass = add_class(district, "Chess", teacher, [student], by=BY)
    load_items([CurriculumItem(code="gambit", title="Gambit")], by=BY)
    item = CurriculumItem.objects.get(code="gambit")
    assign_items(klass, [item], by=BY)
    work = Work.objects.create(user=student, item=item, klass=klass, status="done", score=7)
    before = town.users(), town.classes(), town.seats()
    assert before == (
        [
            "aking | teacher | Ada | King | old@hill.example |  |  |  |  |  | active | no",
            "otimer | student | Old | Timer |  | 4 |  |  |  |  | active | no",
        ],
        ["1 | Chess |  |  |  | active | no | aking | yes"],
        ["1 | aking | teacher | no", "1 | otimer | student | no"],
    )

    town.settle(small_district())

    users, classes, seats = before
    assert [row for row in town.users() if row.endswith("no")] == users
    assert [row for row in town.classes() if " | Chess | " in row] == classes
    assert [row for row in town.seats() if row.endswith("no")] == seats
    assert len(town.users()) == len(USERS) + 2
    assert town.rosters() == {
        "Chess": "aking / otimer",
        "Maths 4": "aking1 / bsmith jnunez miao",
        "Art": "aking1 aroe / bsmith1 miao",
        "Latin": "zng / eholm klund",
    }
    assert list(Work.objects.values_list("pk", "user", "item", "klass", "status", "score")) == [
        (work.pk, student.pk, item.pk, klass.pk, "done", 7)
    ]
    assert town.signs_in("aking", "made-by-hand")


def test_r5_what_the_product_does_not_use_is_dropped_while_reading(town: Town) -> None:
    feed = small_district()
    feed.row("students", "s1").update(
        Race="MarkerRace",
        Frl_status="MarkerLunch",
        Iep_status="MarkerIep",
        Contact_name="MarkerMother",
        DOB="3/14/2013",
    )
    feed.row("students", "s2").update(DOB="2016-02-28", Grade="MarkerGrade")
    feed.row("students", "s4")["Home_street"] = "MarkerStreet"
    feed.row("teachers", "t1")["Title"] = "MarkerTitle"

    town.settle(feed)

    kept = whole_database()
    assert "Núñez" in kept
    assert "MarkerGrade" in kept, "the warning names it, so what is looked through is what is kept"
    dropped = ("MarkerRace", "MarkerLunch", "MarkerIep", "MarkerMother", "MarkerStreet", "MarkerTitle")
    assert [text for text in dropped if text in kept] == []
    assert [text for text in ("3/14/2013", "2013-03-14", "2016-02-28", "03142013") if text in kept] == []


def test_r5_a_birth_date_is_kept_as_a_hash_of_the_district_alone(town: Town, tmp_path: Path) -> None:
    other = make_town("dale", tmp_path / "dale")
    feed = small_district()
    for key in ("s1", "s2"):
        feed.row("students", key)["DOB"] = "3/14/2013"
    feed.row("students", "s3")["DOB"] = "3/15/2013"
    town.sync(feed)
    other.sync(feed)

    hill, dale = (births(one) for one in (town, other))
    assert hill["s1"] == hill["s2"] != hill["s3"], "it serves matching"
    assert len(hill["s1"]) == 32
    assert set(hill.values()) & set(dale.values()) == {""}, "and says nothing outside of its district"


def births(town: Town) -> dict[str, str]:
    said = DatabaseHoldings(town.district).said("person", ["s:s1", "s:s2", "s:s3", "s:s4"])
    people = [msgspec.json.decode(line, type=Person) for _, line in said]
    return {person.key[2:]: person.birth or "" for person in people}


def test_r6_the_next_sync_brings_what_was_put_right_in_the_sis(town: Town) -> None:
    feed = small_district()
    feed.row("students", "s1")["First_name"] = ""
    feed.row("students", "s2")["Grade"] = "first"
    feed.row("teachers", "t3")["Teacher_email"] = "zoe at lake"
    town.settle(feed)
    assert town.rosters()["Maths 4"] == "aking / bsmith mobrien"
    assert town.warnings() == [
        (
            "STUDENT_NAME_MISSING person s1: Student s1 has no first name, so no account was made; "
            "an account that is there stays as it is."
        ),
        'EMAIL_INVALID person t3: "zoe at lake" is not an email address. Zoë Ng has an account without it.',
        (
            "GRADE_MISSING person s2: Mia O'Brien's grade is \"first\", which we do not recognise, "
            "so grade-level materials are off."
        ),
    ]

    run = town.settle(small_district())

    # Mia was named while her grade was unknown, and a username does not change with the grade (R12)
    renamed = [row.replace("miao |", "mobrien |") for row in USERS]
    assert town.users() == sorted(renamed)
    assert town.warnings() == []
    assert town.plan(run) == [
        "create person s1: new in the source",
        "change person s2: changed in the source; grade Other → 1",
        "change person t3: changed in the source; email – → zoe@lake.example",
        "create membership c1/s1: enrolled",
    ]


def test_r7_names_are_exactly_what_the_sis_writes(town: Town) -> None:
    people = {
        "1": ("李", "小龙"),
        "2": ("Ngọc-Ánh", "Nguyễn  Thị"),  # two blanks, as sent
        "3": ("سارة", "الحسن"),
        "4": ("Mária-Élise", "d'Àrc-O’Neil"),
        "5": ("ŁUKASZ", "mcDONALD Jr."),
        "6": ("अर्जुन", "शर्मा"),
        "7": ('Ann "Nan"', "Bell, III"),
        "8": ("=SUM(A1)", "-Dash"),
    }
    feed = Feed()
    feed.school("ß1", "École Élémentaire “Nº 5”")
    feed.teacher("t", "Björk", "Guðmundsdóttir", school="ß1")
    for key, (first, last) in people.items():
        feed.student(key, first, last, school="ß1")
    feed.section("c", "Ciències Socials – 5è (Grup «A»)", school="ß1", teachers=["t"], students=list(people))

    town.settle(feed)

    by_id = {row.split(" | ")[8]: tuple(row.split(" | ")[2:4]) for row in town.users()}
    assert by_id == {**people, "t": ("Björk", "Guðmundsdóttir")}
    assert town.classes() == [
        "1 | Ciències Socials – 5è (Grup «A») | ß1 | c |  | active | yes | bgudmundsdottir | no",
    ]
    assert [found["name"] for found in explain(town.district, "ß1")] == ["École Élémentaire “Nº 5”"]


def test_r35_the_same_files_twice_plan_nothing(town: Town) -> None:
    town.sync(small_district())
    before = town.everything()

    run = town.sync(small_district())

    assert town.plan(run) == []
    assert run["counts"] == {
        "schools": counts(unchanged=2),
        "people": counts(unchanged=9),
        "classes": counts(unchanged=3),
        "memberships": counts(unchanged=11),
    }
    assert town.everything() == before


def test_r35_the_order_of_rows_and_columns_means_nothing(town: Town) -> None:
    feed = small_district()
    town.sync(feed)
    for file in ("schools", "students", "teachers", "sections", "enrollments"):
        getattr(feed, file).reverse()

    run = town.sync(feed)

    assert [line for line in town.plan(run) if "membership" not in line] == []
    assert (town.users(), town.classes(), town.seats()) == (USERS, CLASSES, SEATS)
