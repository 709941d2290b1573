"""`check_source`: read a district's source and say what a sync would meet."""

from collections import Counter
from typing import Any

from django.core.management.base import CommandError, CommandParser

from rostering.management.printing import FAILED, OpsCommand, Spinner, district_of, stop_with
from rostering.sync import NotConnectedError, check_source


class Command(OpsCommand):
    """Check a district's source."""

    help = (
        "Reach a district's source, read all of it, and report what a sync would meet: how many records, "
        "what is wrong with\n"
        "which, what would be created, changed and held. Nothing in the roster is changed; only the report is kept."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("slug", help="the district")

    def handle(self, *args: Any, **options: Any) -> None:
        district = district_of(options["slug"])
        try:
            with Spinner(district.slug) as spinner:
                report = check_source(district, progress=spinner)
        except NotConnectedError as error:
            raise CommandError(str(error), returncode=FAILED) from error
        self.show({"district": district.slug, **report}, in_words(report), options)
        stop_with(FAILED if "error" in report else 0)


def in_words(report: dict[str, Any]) -> str:
    """The report for people."""
    if "error" in report:
        return f"{report['error']['code']}: {report['error']['message']}"
    lines = ["Read: " + ", ".join(f"{number:,} {kind}" for kind, number in report["records"].items())]
    for kind, counts in report["counts"].items():
        said = ", ".join(f"{number:,} {action}" for action, number in counts.items() if number)
        lines.append(f"A sync would bring {kind}: {said or 'nothing'}")
    if any(report["held"].values()):
        lines.append(
            "It would hold the removal of " + ", ".join(f"{n:,} {kind}" for kind, n in report["held"].items() if n)
        )
    worst = Counter(warning["severity"] for warning in report["warnings"])
    lines.append("Warnings: " + (", ".join(f"{number} {severity}" for severity, number in worst.items()) or "none"))
    lines += [
        f"  {warning['severity']:<6}{warning['code']:<24}{warning['message']}" for warning in report["warnings"][:50]
    ]
    return "\n".join(lines)
