"""A district in memory whose days are applied to the real database, with people who use it meanwhile."""

import itertools
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts.handmade import add_user
from accounts.lifecycle import Actor, save_district, set_passwords
from accounts.models import District, User
from classes.handmade import add_class, load_items
from classes.lifecycle import NewSeat, assign_items, enroll
from classes.models import Class, CurriculumItem, Membership, Work
from rostering.core.plan import make_changes
from rostering.core.snapshot import Snapshot
from rostering.exports import class_rows, membership_rows, user_rows
from rostering.models import Run
from rostering.plans import save_plan
from rostering.sync import apply_run, open_run, prepare

BY = Actor("test")
numbers = itertools.count()
Rows = dict[Any, list[Any]]


@dataclass
class Export:
    """Users by username key (their id), classes by number, seats as they are exported."""

    users: Rows
    classes: Rows
    seats: set[tuple[Any, ...]]


@dataclass
class Village:
    """A district, with what people did in it: ids of those who may stay after an undo."""

    district: District
    hand: set[tuple[Any, ...]] = field(default_factory=set)
    visible: set[int] = field(default_factory=set)
    made: set[str] = field(default_factory=set)

    def day(self, snapshot: Snapshot) -> Run:
        """A sync of a whole snapshot."""
        run = open_run(self.district, "test")
        planning = prepare(self.district, snapshot)
        save_plan(run, make_changes(planning))
        run.counts = planning.counts
        with transaction.atomic():
            apply_run(run, planning)
        run.status = Run.Status.HELD if planning.held.total() else Run.Status.SUCCEEDED
        run.finished = timezone.now()
        run.save()
        return run

    def export(self) -> Export:
        users = {row[0]: row for row in user_rows(self.district)}
        classes = {row[0]: row for row in class_rows(self.district)}
        return Export(users, classes, {tuple(row) for row in membership_rows(self.district)})

    # -- people ---------------------------------------------------------------------------------------------

    def edit(self, what: str, one: int, other: int) -> None:
        """What somebody does: ``one`` and ``other`` pick class and person, modulo how many there are."""
        classes = list(Class.objects.filter(district=self.district, status="active").order_by("number"))
        people = list(User.objects.filter(district=self.district, is_active=True).order_by("pk"))
        students = [person for person in people if person.role == "student"]
        if what == "hand user":
            self.made.add(add_user(self.district, role="student", first_name="Hand", last_name="Made", by=BY).username)
        elif what == "hand class" and people and students:
            teacher, student = people[other % len(people)], students[other % len(students)]
            klass = add_class(self.district, "Club", teacher, [student] if student != teacher else [], by=BY)
            rows = (row for row in self.export().seats if row[0] == klass.number)
            self.hand.update(rows)
        elif what == "password" and people:
            set_passwords([people[other % len(people)]], "my own one", by=BY)
        elif classes and what == "assign":
            klass = classes[one % len(classes)]
            assign_items(klass, [an_item()], by=BY)
            self.visible.add(klass.number)
        elif classes and students:
            self._with_student(what, classes[one % len(classes)], students[other % len(students)])

    def _with_student(self, what: str, klass: Class, student: User) -> None:
        if what == "work":
            Work.objects.get_or_create(user=student, item=an_item(), defaults={"klass": klass})
        elif what == "hand seat" and not Membership.objects.filter(klass=klass, user=student, role="student").exists():
            enroll(self.district, [NewSeat(klass.pk, student.pk, "student")], by=BY)
            self.hand.add((klass.number, student.username, "student", "no"))


def a_village(**policies: str) -> Village:
    district, _ = save_district(f"v{next(numbers)}", by=BY, name="V", **policies)
    return Village(district)


def an_item() -> CurriculumItem:
    item = CurriculumItem.objects.filter(code="fractions").first()
    if item is None:
        load_items([CurriculumItem(code="fractions", title="Fractions")], by=BY)
    return item or CurriculumItem.objects.get(code="fractions")
