"""The floor: the rows of a synced district loaded anew into empty copies of its tables, in one transaction.

Same database, same values, same columns, indexes and constraints; COPY on PostgreSQL, executemany on SQLite.
"""

import os
import time

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "rosterproject.settings")
django.setup()

from django.db import connection, transaction  # noqa: E402

from tests.bench import TABLES, measured  # noqa: E402


def main() -> None:
    seconds, count = 0.0, 0
    with connection.cursor() as cursor:
        for table in TABLES:
            copy = f"raw_{table}"
            _make_empty_copy(cursor, table, copy)
            cursor.execute(f"SELECT * FROM {table}")
            names = ", ".join(f'"{column[0]}"' for column in cursor.description)
            rows = cursor.fetchall()
            start = time.monotonic()
            with transaction.atomic():
                _load(cursor, copy, names, rows)
            seconds += time.monotonic() - start
            count += len(rows)
            cursor.execute(f"DROP TABLE {copy}")
    measured(seconds, rows=count)


def _make_empty_copy(cursor, table: str, copy: str) -> None:  # type: ignore[no-untyped-def]
    if connection.vendor == "postgresql":
        cursor.execute(f"CREATE TABLE {copy} (LIKE {table} INCLUDING ALL)")
        cursor.execute(
            "SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = %s::regclass AND contype = 'f'",
            [table],
        )
        for (definition,) in cursor.fetchall():
            cursor.execute(f"ALTER TABLE {copy} ADD {definition}")
        return
    cursor.execute("SELECT sql FROM sqlite_master WHERE tbl_name = %s AND sql IS NOT NULL ORDER BY type DESC", [table])
    for number, (sql,) in enumerate(cursor.fetchall()):
        if sql.startswith("CREATE TABLE"):
            cursor.execute(sql.replace(f'"{table}"', f'"{copy}"', 1))
        else:
            head, _, tail = sql.partition(" ON ")
            unique = "UNIQUE " if "UNIQUE" in head else ""
            cursor.execute(f'CREATE {unique}INDEX "{copy}_{number}" ON ' + tail.replace(f'"{table}"', f'"{copy}"', 1))


def _load(cursor, copy: str, names: str, rows: list[tuple[object, ...]]) -> None:  # type: ignore[no-untyped-def]
    if connection.vendor == "postgresql":
        with cursor.copy(f"COPY {copy} ({names}) FROM STDIN") as out:
            for row in rows:
                out.write_row(row)
        return
    marks = ", ".join(["%s"] * (names.count(",") + 1))
    cursor.executemany(f"INSERT INTO {copy} ({names}) VALUES ({marks})", rows)


if __name__ == "__main__":
    main()
