"""The console's tests: the two districts of ``tests.pages.world``, and somebody signed in."""

import pytest
from django.test import Client

from tests.pages.conftest import as_user, static_files_where_they_are, world  # noqa: F401 -- fixtures
from tests.pages.world import World


@pytest.fixture
def coordinator(world: World, as_user) -> Client:  # noqa: F811
    """Oakdale's district coordinator, signed in."""
    return as_user(world.oak.users["coordinator"])


@pytest.fixture
def ops(world: World, as_user) -> Client:  # noqa: F811
    """Somebody from operations, signed in."""
    return as_user(world.ops)


@pytest.fixture
def school_coordinator(world: World, as_user) -> Client:  # noqa: F811
    """The coordinator of Oakdale's Lincoln School, signed in."""
    return as_user(world.oak.users["schoolcoord"])
