"""What all tests share: quick hypothesis profiles, and that what needs no database runs on one only."""

import os

import pytest
from hypothesis import HealthCheck, settings

EXAMPLES = int(os.environ.get("EXAMPLES", "6"))
"""Of properties whose every example is a history of syncs on the database; `make proofs` tries more."""
DATABASES = {"db", "transactional_db", "client", "machine"}
"""Fixtures that mean one."""

settings.register_profile(
    "default", max_examples=100, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.register_profile("thorough", max_examples=2000, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "default"))


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the tests that are the same on every database."""
    for item in items:
        if item.get_closest_marker("django_db") is None and not DATABASES.intersection(
            getattr(item, "fixturenames", ())
        ):
            item.add_marker(pytest.mark.no_database)
