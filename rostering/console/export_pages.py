"""Export Educators and Export Students: lists for a spreadsheet, within what the person may see (R46, R47)."""

from django.http import HttpResponseBase, StreamingHttpResponse
from django.utils import timezone

from accounts.access import SignedInRequest
from accounts.lifecycle import Actor
from accounts.models import District, User
from rostering.console.downloads import csv_download
from rostering.console.pages import ALL, page
from rostering.console.scope import rows_for
from rostering.people_export import EDUCATORS, STUDENTS, People, export_people


@page(*ALL)
def export_educators(request: SignedInRequest, district: District) -> HttpResponseBase:
    """Teachers and staff."""
    return _file(request, district, EDUCATORS)


@page(*ALL)
def export_students(request: SignedInRequest, district: District) -> HttpResponseBase:
    """Students."""
    return _file(request, district, STUDENTS)


def _file(request: SignedInRequest, district: District, people: People) -> StreamingHttpResponse:
    rows = rows_for(request.user, User.objects.all(), district="district", school="user_schools__school")
    lines = export_people(district, people, rows, by=Actor.of(request.user))
    return csv_download(f"{district.slug}-{people.name}-{timezone.localdate():%Y-%m-%d}", lines)
