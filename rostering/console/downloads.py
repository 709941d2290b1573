"""Files that the console sends, line by line."""

from collections.abc import Iterable

from django.http import StreamingHttpResponse


def csv_download(name: str, lines: Iterable[str]) -> StreamingHttpResponse:
    """The lines as a CSV file of that name."""
    headers = {"Content-Disposition": f'attachment; filename="{name}.csv"'}
    return StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8", headers=headers)
