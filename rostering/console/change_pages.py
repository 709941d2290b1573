"""Every change of a run, with old and new and why; and as a file."""

from collections.abc import Iterator
from typing import cast
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.urls import URLPattern, path, reverse

from accounts.access import SignedInRequest
from accounts.lifecycle import Actor, audit
from accounts.models import District
from rostering.console.downloads import csv_download
from rostering.console.pages import WHOLE, page, show
from rostering.console.run_changes import ACTIONS, KINDS, Wanted, changes_of, page_of_changes, school_names
from rostering.csv_lines import csv_lines
from rostering.models import Run
from rostering.plans import is_forgotten

HEADER = ("action", "kind", "source_id", "name", "school", "field", "old", "new", "reason", "held")


def run_or_404(district: District, pk: int) -> Run:
    """A run of the district."""
    run = Run.objects.filter(district=district, pk=pk).first()
    if run is None:
        raise Http404
    return run


def parents_of(run: Run) -> tuple[tuple[str, str], ...]:
    """The pages above those of a run."""
    runs, one = reverse("admin:rostering_run_changelist"), reverse("admin:rostering_run_change", args=[run.pk])
    return ("Sync history", runs), (f"Run {run.pk}", one)


@page(*WHOLE)
def run_changes(request: HttpRequest, district: District, pk: int) -> HttpResponse:
    """The list, narrowed by what the address asks for."""
    run, wanted = run_or_404(district, pk), Wanted.of(request.GET)
    kept = not is_forgotten(run)
    asked = {name: value for name, value in request.GET.items() if name != "page" and value}
    number = request.GET.get("page", "1")
    context = {
        "run": run, "wanted": wanted, "kept": kept, "actions": ACTIONS, "kinds": KINDS, "query": urlencode(asked),
        "schools": sorted(school_names(district).items(), key=lambda each: each[1]), "text": request.GET.get("q", ""),
        "found": page_of_changes(run, wanted, int(number) if number.isdecimal() else 1) if kept else None,
    }  # fmt: skip
    return show(request, district, "console/history/changes.html", "Changes", context, parents=parents_of(run))


@page(*WHOLE)
def run_changes_csv(request: HttpRequest, district: District, pk: int) -> HttpResponseBase:
    """The same as a file for a spreadsheet, a line per field."""
    run, wanted = run_or_404(district, pk), Wanted.of(request.GET)
    if is_forgotten(run):
        raise Http404
    audit(district, Actor.of(cast("SignedInRequest", request).user), "export changes", 1, f"run {run.pk}")
    return csv_download(f"{district.slug}-run-{run.pk}", csv_lines(HEADER, rows_of(run, wanted)))


def rows_of(run: Run, wanted: Wanted) -> Iterator[list[str]]:
    """The rows of the file: one per field, or one for a change without fields."""
    for change in changes_of(run, wanted):
        about = [change[name] for name in ("action", "kind", "source_id", "name")]
        rest = [change["reason"], "yes" if change["held"] else ""]
        for field, (old, new) in (change["fields"] or {"": ("", "")}).items():
            yield [*about, change["school_name"], field, old or "", new, *rest]


PATHS: list[URLPattern] = [
    path("runs/<int:pk>/changes/", run_changes, name="run_changes"),
    path("runs/<int:pk>/changes.csv", run_changes_csv, name="run_changes_csv"),
]
