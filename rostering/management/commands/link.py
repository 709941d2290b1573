"""`link`: a section feeds a class that was made by hand."""

from typing import Any

from django.core.management.base import CommandError, CommandParser

from classes.models import Class
from rostering.class_links import link_class
from rostering.class_plan import Linked, LinkRefusedError
from rostering.management.printing import BUSY, COMMAND, FAILED, USAGE, OpsCommand, district_of
from rostering.turns import BusyError


class Command(OpsCommand):
    """Link a class to a section."""

    help = (
        "Let a section of the source feed a class that a teacher made by hand. From then on its name, teachers and "
        "students\n"
        "come from the section; its items and work stay. Students who are in the class but not in the section leave "
        "it, and\n"
        "the class that the section had so far is archived: it must have neither items nor work.\n\n"
        "  python manage.py link larkfield 12 sec-88 --preview   show which students would be added and removed\n"
        "  python manage.py link larkfield 12 sec-88             do it; `unlink` takes it back\n\n"
        "Exit codes: 0 done, 1 refused, 2 wrong usage, 4 a run of the district is in progress."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("slug", help="the district")
        parser.add_argument("class_id", type=int, metavar="CLASS_ID", help="the class's number, as classes.csv has it")
        parser.add_argument("section_id", metavar="SECTION_ID", help="the section's source id")
        parser.add_argument("--preview", action="store_true", help="store and show the plan, link nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        klass = class_of(options)
        try:
            done = link_class(klass, options["section_id"], by=COMMAND, preview=options["preview"])
        except LinkRefusedError as error:
            raise CommandError(str(error), returncode=FAILED) from error
        except BusyError as error:
            raise CommandError(str(error), returncode=BUSY) from error
        self.show(as_json(done), in_words(done), options)


def class_of(options: dict[str, Any]) -> Class:
    """The class that the arguments name, or a usage error."""
    district = district_of(options["slug"])
    klass = Class.objects.select_related("district").filter(district=district, number=options["class_id"]).first()
    if klass is None:
        raise CommandError(f"There is no class {options['class_id']} in {district.slug}.", returncode=USAGE)
    return klass


def as_json(done: Linked) -> dict[str, Any]:
    """What linking or unlinking did."""
    return {
        "district": done.run.district.slug,
        "run": done.run.pk,
        "applied": done.applied,
        "class_id": done.klass.number,
        "section_id": done.section,
        "added": done.added,
        "removed": done.removed,
        "own_class": done.former.number if done.former else None,
    }


def in_words(done: Linked) -> str:
    """What linking did or would do, for people."""
    verb = "Linked" if done.applied else "Would link"
    lines = [
        f"{verb} class {done.klass.number} ({done.klass.name}) to section {done.section}.",
        *students_in_words(done),
    ]
    if done.former:
        lines.append(f"  Archived: class {done.former.number} ({done.former.name}), which the section fed so far")
    if done.applied:
        back = f"python manage.py unlink {done.run.district.slug} {done.klass.number}"
        return "\n".join([*lines, f"Take it back: {back}"])
    return "\n".join([*lines, f"Nothing was changed. The whole plan: python manage.py run {done.run.pk}"])


def students_in_words(done: Linked) -> list[str]:
    """Who joins and who leaves, a line each."""
    return [
        f"  Students added: {', '.join(done.added) or 'none'}",
        f"  Students removed: {', '.join(done.removed) or 'none'}",
    ]
