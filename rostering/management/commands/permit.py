"""`permit`: let teachers do what the district decides (R26)."""

from typing import Any

from django.core.management.base import CommandError, CommandParser

from accounts.lifecycle import permit_creating
from accounts.models import District, School
from rostering.management.printing import COMMAND, USAGE, OpsCommand, district_of
from rostering.models import Link

CHOICES = {"on": True, "off": False, "default": None}


class Command(OpsCommand):
    """Let teachers create student accounts, or no longer."""

    help = (
        "Let teachers create student accounts, or no longer: in the whole district, or at one school.\n"
        "A school without a decision of its own goes on as the district does.\n\n"
        "  python manage.py permit larkfield teachers-create-students on\n"
        "  python manage.py permit larkfield teachers-create-students off --school 100\n"
        "  python manage.py permit larkfield teachers-create-students default --school 100"
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("slug", help="the district")
        parser.add_argument("what", choices=["teachers-create-students"])
        parser.add_argument("answer", choices=list(CHOICES), help="default: a school goes on as the district does")
        parser.add_argument("--school", metavar="ID", help="only this school: its source id, or its name")

    def handle(self, *args: Any, **options: Any) -> None:
        district, allowed = district_of(options["slug"]), CHOICES[options["answer"]]
        if allowed is None and not options["school"]:
            raise CommandError("A district allows it or does not: say on or off.", returncode=USAGE)
        school = school_of(district, options["school"]) if options["school"] else None
        permit_creating(district, allowed, school=school, by=COMMAND)
        others = list(district.schools.exclude(teachers_create_students=None).order_by("name", "pk"))
        self.show(as_json(district, others), in_words(district, others), options)


def school_of(district: District, text: str) -> School:
    """The school with this source id or, where the source knows none, with exactly this name."""
    ids = Link.objects.filter(district=district, kind="school", key=text).values_list("object_id", flat=True)
    schools = district.schools.filter(pk__in=[pk for pk in ids if pk]) or district.schools.filter(name=text)
    if len(schools) != 1:
        raise CommandError(f"There is no one school {text!r} in {district.slug}.", returncode=USAGE)
    return schools[0]


def as_json(district: District, others: list[School]) -> dict[str, Any]:
    """What holds, for scripts."""
    return {
        "district": district.slug,
        "teachers_create_students": district.teachers_create_students,
        "schools": [{"name": one.name, "teachers_create_students": one.teachers_create_students} for one in others],
    }


def in_words(district: District, others: list[School]) -> str:
    """What holds, for people."""
    may = "may" if district.teachers_create_students else "may not"
    words = f"{district.name}: teachers {may} create student accounts."
    if others:
        listed = ", ".join(f"{one.name} ({'on' if one.teachers_create_students else 'off'})" for one in others)
        words += f" Other than the district: {listed}."
    return words
