import pytest
from django.test import Client

from accounts.models import User
from tests.pages.world import World, make_world


@pytest.fixture(autouse=True)
def static_files_where_they_are(settings):
    """Nobody ran collectstatic here, and whitenoise would warn that its folder is missing."""
    settings.WHITENOISE_AUTOREFRESH = True


@pytest.fixture
def world(db: None) -> World:
    return make_world()


@pytest.fixture
def as_user():
    """A client in which the given user is signed in."""

    def make(user: User) -> Client:
        client = Client()
        client.force_login(user)
        return client

    return make
