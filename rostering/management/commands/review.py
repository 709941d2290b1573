"""`review`: who may be here already, and waits for a decision."""

from typing import Any

from django.core.management.base import CommandParser

from rostering.management.printing import OpsCommand, district_of
from rostering.review import open_reviews


class Command(OpsCommand):
    """List the review queue."""

    help = (
        "List the new records that may be somebody who is here already (R27, R40), with the evidence side by side. "
        "Until it is\n"
        "decided there is no new account for them. Decide with `decide`."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("slug", help="the district")

    def handle(self, *args: Any, **options: Any) -> None:
        reviews = list(open_reviews(district_of(options["slug"])))
        words = "\n".join(map(in_words, reviews)) or "Nothing waits for a decision."
        self.show({"reviews": reviews}, words, options)


def in_words(review: dict[str, Any]) -> str:
    """A question for people."""
    lines = [f"{review['review']}  {review['name']} ({review['source_id']}) may be:"]
    for one in review["candidates"]:
        lines.append(f"     {one['label']}: {one['evidence']}")
        lines += [f"       = {field}: {value}" for field, value in one["agree"].items()]
        lines += [
            f"       ≠ {field}: {here} here, {there} in the source" for field, (here, there) in one["differ"].items()
        ]
    return "\n".join(lines)
