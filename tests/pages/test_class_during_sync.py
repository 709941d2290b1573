"""What people do in a district while its roster is being written must not wait for that (R37)."""

from contextlib import closing

import pytest
from django.db import connection, transaction

from classes.lifecycle import NewClass, create_classes
from tests.pages.world import BY, make_world

pytestmark = pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer at a time")


@pytest.mark.django_db(transaction=True, databases="__all__")
def test_r37_others_write_rows_of_the_district_while_a_sync_makes_classes():
    district = make_world().oak.district
    with closing(connection.copy()) as other, transaction.atomic():
        create_classes(district, [NewClass("New")], by=BY)
        with other.cursor() as cursor:  # as every row that names the district asks for
            cursor.execute("SET lock_timeout = '1s'")
            cursor.execute("SELECT slug FROM accounts_district WHERE id = %s FOR KEY SHARE", [district.pk])
            assert cursor.fetchone() == ("oak",)
