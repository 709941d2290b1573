"""`load_curriculum`: the catalogue of items."""

import csv
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import CommandError, CommandParser

from classes.handmade import load_items
from classes.models import CurriculumItem
from rostering.management.printing import COMMAND, FAILED, OpsCommand

COLUMNS = ("code", "title", "subject", "grade_band", "body", "url")


class Command(OpsCommand):
    """Load the item catalogue."""

    help = (
        "Load curriculum items from a UTF-8 CSV file with the columns code, title, subject, grade_band, "
        "body, url (the first\n"
        "two are required). An item whose code is in the catalogue already is changed. A bad row stops it all."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            with options["file"].open(encoding="utf-8-sig", newline="") as handle:
                items = [item_of(row, number) for number, row in enumerate(csv.DictReader(handle), start=2)]
        except (OSError, UnicodeDecodeError) as error:
            raise CommandError(
                f"{options['file']} cannot be read: {error}. Nothing was loaded.", returncode=FAILED
            ) from error
        count = load_items(items, by=COMMAND)
        self.show({"items": count}, f"{count:,} items are in the catalogue.", options)


def item_of(row: dict[str, str], number: int) -> CurriculumItem:
    """The item of a row, or an error that names the row."""
    item = CurriculumItem(**{name: (row.get(name) or "").strip() for name in COLUMNS})
    try:
        item.full_clean(validate_unique=False)
    except ValidationError as error:
        said = "; ".join(f"{name}: {' '.join(messages)}" for name, messages in error.message_dict.items())
        raise CommandError(f"Row {number}: {said} Nothing was loaded.", returncode=FAILED) from error
    return item
