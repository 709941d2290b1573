"""Contacts: the people whom students.csv names beside a student (clever.md §1.10.7, §5.8)."""

from dataclasses import dataclass, field

from rostering.rehearsal.clever.ids import digest
from rostering.rehearsal.clever.naming import Naming
from rostering.rehearsal.clever.shapes import Fields
from rostering.rehearsal.clever.source import Source
from rostering.rehearsal.clever.tables import Row
from rostering.rehearsal.clever.values import CONTACT_TYPES, PHONE_TYPES, RELATIONSHIPS, word


@dataclass(slots=True)
class Contact:
    """A contact as its first row has it. ``key`` is what Clever knows it by."""

    key: str
    sis: str
    name: str
    email: str
    phone: str
    phone_type: str
    ties: dict[tuple[str, str, str], None] = field(default_factory=dict)
    """Student, relationship and type."""


def read_contacts(source: Source) -> list[Contact]:
    """All contacts, in the order in which they are created: the source's id as text, then what they are known by."""
    found: dict[str, Contact] = {}
    for row in source.all_student_rows():
        if not (row.get("contact_name") or row.get("contact_sis_id")):
            continue
        key = contact_key(row)
        if key not in found:
            found[key] = Contact(
                key,
                sis=row.get("contact_sis_id", ""),
                name=row.get("contact_name", ""),
                email=row.get("contact_email", ""),
                phone=row.get("contact_phone", ""),
                phone_type=word(PHONE_TYPES, row.get("contact_phone_type", ""), "Other"),
            )
        relationship = word(RELATIONSHIPS, row.get("contact_relationship", ""), "Other")
        kind = word(CONTACT_TYPES, row.get("contact_type", ""), "Other")
        found[key].ties[row["student_id"], relationship, kind] = None
    return sorted(found.values(), key=lambda contact: (contact.sis, contact.key))


def contact_key(row: Row) -> str:
    """The id, else name and email, else name and phone, else name and kind: an edit then makes another contact."""

    def cell(name: str) -> str:
        return row.get(f"contact_{name}", "")

    if cell("sis_id"):
        return f"sis\x1f{cell('sis_id')}"
    if cell("email"):
        return f"email\x1f{cell('name')}\x1f{cell('email')}"
    if cell("phone"):
        return f"phone\x1f{cell('name')}\x1f{cell('phone')}"
    return "\x1f".join(("kind", cell("name"), cell("type"), cell("relationship"), cell("phone_type")))


def contact_record(contact: Contact, naming: Naming) -> tuple[str, Fields]:
    """The user of a contact: the whole name is the last name."""
    user = naming.user("contact", contact.key)
    shaper = naming.shaper(user)
    role: Fields = {
        "legacy_id": digest("legacy", "contact", user),
        "student_relationships": [
            {"student": naming.user("student", student), "relationship": relationship, "type": kind}
            for student, relationship, kind in contact.ties
        ],
    }
    shaper.optional(role, sis_id=contact.sis, phone=contact.phone, phone_type=contact.phone_type)
    name: Fields = {"last": contact.name}
    shaper.optional(name, first="", middle="")
    fields: Fields = {"id": user, "district": naming.district, "name": name, "roles": {"contact": shaper.mixed(role)}}
    shaper.optional(fields, email=contact.email)
    shaper.reference(fields, lms_status={"synced_in_lms": False})
    return user, shaper.mixed(fields)
