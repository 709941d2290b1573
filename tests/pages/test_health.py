"""What watches over the site may ask it."""

import pytest
from django.db.migrations.recorder import MigrationRecorder


def test_alive_asks_no_database(client):
    assert client.get("/healthz").json() == {"alive": True}


@pytest.mark.django_db(databases="__all__")
def test_ready_when_the_databases_are_migrated(client):
    response = client.get("/readyz")
    assert (response.status_code, response.json()) == (200, {"ready": True, "problems": []})


@pytest.mark.django_db(databases="__all__")
def test_not_ready_while_a_migration_is_missing(client):
    MigrationRecorder.Migration.objects.filter(app="rostering").delete()
    response = client.get("/readyz")
    missing = "run manage.py migrate --database default."
    assert response.status_code == 503
    assert [problem.endswith(missing) for problem in response.json()["problems"]] == [True]
