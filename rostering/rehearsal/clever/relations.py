"""Who belongs to what, for the nested lists of clever.md §1.8; made when first asked for."""

from collections import defaultdict
from functools import cached_property

import msgspec

from rostering.rehearsal.clever.roster import Roster

Lists = dict[str, list[str]]


class Belonging(msgspec.Struct):
    """The part of a student, teacher or staff role that says where."""

    schools: list[str] = []
    school: str = ""


class Tie(msgspec.Struct):
    """A contact's relationship."""

    student: str


class Ties(msgspec.Struct):
    """The part of a contact role that says whose."""

    student_relationships: list[Tie] = []


class Roles(msgspec.Struct):
    """The roles of a user."""

    student: Belonging | None = None
    teacher: Belonging | None = None
    staff: Belonging | None = None
    contact: Ties | None = None
    district_admin: Ties | None = None


class User(msgspec.Struct):
    """As much of a user as relations need."""

    roles: Roles


class Section(msgspec.Struct):
    """As much of a section as relations need."""

    school: str
    students: list[str]
    teachers: list[str]
    course: str | None = None
    term_id: str | None = None


user_decoder = msgspec.json.Decoder(User)
section_decoder = msgspec.json.Decoder(Section)


class People:
    """Users by role and school, and contacts by student."""

    def __init__(self, roster: Roster) -> None:
        self.roles: Lists = defaultdict(list)
        self.at_school: Lists = defaultdict(list)
        self.schools: Lists = {}
        self.primary: Lists = {}
        self.wards: Lists = {}
        self.contacts: Lists = defaultdict(list)
        for key in roster.visible("users"):
            self._add(key, user_decoder.decode(roster.records["users"][key]).roles)

    def _add(self, key: str, roles: Roles) -> None:
        held = {role: found for role in roles.__struct_fields__ if (found := getattr(roles, role)) is not None}
        for role, found in held.items():
            self.roles[role].append(key)
            if isinstance(found, Belonging):
                self.schools[key] = list(dict.fromkeys((*self.schools.get(key, ()), *found.schools)))
                own = [found.school] if found.school else found.schools
                self.primary[key] = list(dict.fromkeys((*self.primary.get(key, ()), *own)))
        for school in self.schools.get(key, ()):
            self.at_school[school].append(key)
        if roles.contact:
            self.wards[key] = list(dict.fromkeys(tie.student for tie in roles.contact.student_relationships))
            for student in self.wards[key]:
                self.contacts[student].append(key)


class Relations:
    """The relations among the visible records of one generation of the roster."""

    def __init__(self, roster: Roster) -> None:
        self.roster, self.generation = roster, roster.generation

    @cached_property
    def people(self) -> People:
        """Users."""
        return People(self.roster)

    @cached_property
    def sections_of(self) -> Lists:
        """Sections by the id of a user, school, course or term."""
        found: Lists = defaultdict(list)
        for key in self.roster.visible("sections"):
            section = self.section(key)
            ends = (section.school, section.course, section.term_id, *section.students, *section.teachers)
            for end in dict.fromkeys(filter(None, ends)):
                found[end].append(key)
        return found

    def section(self, key: str) -> Section:
        """A section."""
        return section_decoder.decode(self.roster.records["sections"][key])

    def ends_of_sections(self, key: str, end: str) -> set[str]:
        """What the sections of a record name as ``school``, ``course``, ``term_id``, ``teachers`` or ``students``."""
        found: set[str] = set()
        for section in self.sections_of.get(key, ()):
            value = getattr(self.section(section), end)
            found.update(value if isinstance(value, list) else filter(None, (value,)))
        return found
