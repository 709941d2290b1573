"""Many rows at once: COPY on PostgreSQL, executemany elsewhere. Nothing else knows the difference.

Rows are tuples in the order of the columns; values are what the database adapter takes. It belongs to the lowest
app because every app's lifecycle verbs write with it.
"""

import csv
import io
from collections.abc import Iterable, Sequence
from itertools import chain, islice
from typing import Any

from django.db import connection, transaction
from django.db.models import Model

Row = Sequence[Any]
CHUNK = 5000
NULL = "\x02"
"""Stands for NULL on the way into PostgreSQL; no text of ours has control characters in it."""


def reserve_ids(model: type[Model], count: int) -> Sequence[int]:
    """``count`` ids that no other row will get. To be called inside the transaction that uses them."""
    table = model._meta.db_table
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)", [table, count]
            )
            return [row[0] for row in cursor.fetchall()]
        cursor.execute("SELECT seq FROM sqlite_sequence WHERE name = %s", [table])
        last = (cursor.fetchone() or (0,))[0]
        return range(last + 1, last + 1 + count)


def insert(model: type[Model], columns: Sequence[str], rows: Iterable[Row]) -> int:
    """Insert rows; ``columns`` are column names. Returns how many."""
    table, names = model._meta.db_table, ", ".join(f'"{name}"' for name in columns)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            return _copy(cursor, f'"{table}" ({names})', rows)
        marks = ", ".join(["%s"] * len(columns))
        count = 0
        for chunk in _chunks(rows):
            cursor.executemany(f'INSERT INTO "{table}" ({names}) VALUES ({marks})', chunk)  # noqa: S608
            count += len(chunk)
        return count


def update(
    model: type[Model], columns: Sequence[str], rows: Iterable[Row], scope: tuple[str, Any] | None = None
) -> int:
    """Set ``columns`` of the rows whose id is the first value of each tuple. Returns how many tuples.

    ``scope``: a column and the value that a row must have to be touched at all, such as its district (R41).
    """
    rows = iter(rows)
    if (first := next(rows, None)) is None:
        return 0
    rows, table = chain((first,), rows), model._meta.db_table
    scoped, value = (f' AND "{table}"."{scope[0]}" = %s', (scope[1],)) if scope else ("", ())
    with transaction.atomic(), connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            return _update_from_staging(cursor, table, columns, rows, (scoped, value))
        setting = ", ".join(f'"{name}" = %s' for name in columns)
        count = 0
        for chunk in _chunks(rows):
            cursor.executemany(
                f'UPDATE "{table}" SET {setting} WHERE "id" = %s{scoped}',  # noqa: S608
                [(*row[1:], row[0], *value) for row in chunk],
            )
            count += len(chunk)
        return count


def analyze(*models: type[Model]) -> None:
    """Refresh the database's statistics after a large insert; PostgreSQL picks ruinous plans without."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            for model in models:
                cursor.execute(f'ANALYZE "{model._meta.db_table}"')


def _update_from_staging(
    cursor: Any, table: str, columns: Sequence[str], rows: Iterable[Row], scope: tuple[str, tuple[Any, ...]]
) -> int:
    names = ", ".join(f'"{name}"' for name in ("id", *columns))
    cursor.execute(f'CREATE TEMP TABLE staging ON COMMIT DROP AS SELECT {names} FROM "{table}" LIMIT 0')  # noqa: S608
    count = _copy(cursor, f"staging ({names})", rows)
    setting = ", ".join(f'"{name}" = staging."{name}"' for name in columns)
    cursor.execute("ANALYZE staging")
    cursor.execute(
        f'UPDATE "{table}" SET {setting} FROM staging WHERE "{table}"."id" = staging."id"{scope[0]}',  # noqa: S608
        scope[1],
    )
    cursor.execute("DROP TABLE staging")
    return count


def _copy(cursor: Any, target: str, rows: Iterable[Row]) -> int:
    """Stream rows as CSV, which Python writes three times as fast as the adapter adapts them one by one."""
    count, buffer = 0, io.StringIO()
    writer = csv.writer(buffer)
    command = f"COPY {target} FROM STDIN WITH (FORMAT csv, NULL '{NULL}')"
    with connection.wrap_database_errors, cursor.copy(command) as copy:
        for chunk in _chunks(rows):
            writer.writerows([NULL if cell is None else cell for cell in row] if None in row else row for row in chunk)
            copy.write(buffer.getvalue())
            buffer.seek(0)
            buffer.truncate()
            count += len(chunk)
    return count


def _chunks(rows: Iterable[Row]) -> Iterable[list[Row]]:
    iterator = iter(rows)
    while chunk := list(islice(iterator, CHUNK)):
        yield chunk
