"""Sync runs in the console: how each one went."""

from typing import Any

from django.contrib import admin
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from rostering.console.read_only import ReadOnlyAdmin, pill
from rostering.models import Run

COLOURS = {
    Run.Status.SUCCEEDED: "good",
    Run.Status.HELD: "wait",
    Run.Status.FAILED: "wrong",
}
ACTIONS = {
    "create": "created",
    "update": "changed",
    "archive": "archived",
    "restore": "restored",
    "match": "matched",
    "rekey": "re-keyed",
    "unchanged": "unchanged",
}


@admin.register(Run)
class RunAdmin(ReadOnlyAdmin):
    """Attempts at a sync, the latest first."""

    list_display = ("title", "state", "started", "seconds", "mode", "people", "held_total", "by")
    list_filter = ("status", "mode")
    ordering = ("-started", "-pk")
    list_select_related = ("district",)
    readonly_fields = (
        "state", "error", "seconds", "how", "read_table", "counts_table", "held_table", "outcomes_table",
        "warnings_table",
    )  # fmt: skip
    fieldsets = (
        (None, {"fields": ("state", "error", "started", "seconds", "how", "by")}),
        ("What was read", {"fields": ("read_table",)}),
        ("What was done", {"fields": ("counts_table", "outcomes_table")}),
        ("What waits", {"fields": ("held_table", "decision", "decided_by", "decided_at")}),
        ("Open warnings", {"fields": ("warnings_table",)}),
    )

    def heading(self, row: Run) -> str:
        """As in the list."""
        return self.title(row)

    @admin.display(description="Run", ordering="pk")
    def title(self, run: Run) -> str:
        """Its number, as the commands call it."""
        return f"Run {run.pk}"

    @admin.display(description="Status", ordering="status")
    def state(self, run: Run) -> SafeString:
        """In words and colour."""
        return state_pill(run)

    @admin.display(description="Error")
    def error(self, run: Run) -> str:
        """Why it failed."""
        return f"{run.error_message} ({run.error_code})" if run.error_code else "–"

    @admin.display(description="Mode")
    def how(self, run: Run) -> str:
        """How the source was read, why so, and what was found that its changes had not told of."""
        parts = [run.mode, f"({run.why_full})" if run.why_full else "", f"only {run.only}" if run.only else ""]
        if run.drift:
            parts.append("other than its changes said: " + ", ".join(f"{n} {kind}" for kind, n in run.drift.items()))
        return " ".join(filter(None, parts))

    @admin.display(description="Took")
    def seconds(self, run: Run) -> str:
        """From start to end."""
        return f"{(run.finished - run.started).total_seconds():.1f} s" if run.finished else ""

    @admin.display(description="People")
    def people(self, run: Run) -> str:
        """What it did to accounts, shortly."""
        counts = run.counts.get("people", {})
        return ", ".join(
            f"{counts[action]} {done}"
            for action, done in ACTIONS.items()
            if counts.get(action) and action != "unchanged"
        )

    @admin.display(description="Waiting")
    def held_total(self, run: Run) -> str:
        """How many removals it held."""
        return str(sum(run.held.values()) or "")

    @admin.display(description="Changes")
    def counts_table(self, run: Run) -> SafeString:
        """Kind by action."""
        rows = [(kind, [done.get(action, 0) for action in ACTIONS]) for kind, done in run.counts.items()]
        return render_to_string("admin/rostering/counts.html", {"actions": ACTIONS.values(), "rows": rows})

    @admin.display(description="Records")
    def read_table(self, run: Run) -> SafeString:
        """Records per kind."""
        return number_list(run.records)

    @admin.display(description="Removals that wait")
    def held_table(self, run: Run) -> SafeString:
        """Removals per kind."""
        return number_list(run.held)

    @admin.display(description="Outcomes of the records")
    def outcomes_table(self, run: Run) -> SafeString:
        """Records per outcome (R39)."""
        return number_list(run.outcomes)

    @admin.display(description="By code")
    def warnings_table(self, run: Run) -> SafeString:
        """Warnings per code, as they were after the run."""
        return number_list(run.open_warnings)


def state_pill(run: Run) -> SafeString:
    """A run's status in words and colour."""
    return pill(run.get_status_display().capitalize(), COLOURS.get(Run.Status(run.status), "plain"))


def number_list(numbers: dict[str, Any]) -> SafeString:
    """Words with their numbers."""
    rows = [(code.replace("_", " ") if code.islower() else code, number) for code, number in numbers.items()]
    return render_to_string("admin/rostering/numbers.html", {"rows": rows})
