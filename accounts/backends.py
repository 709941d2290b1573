"""Who may sign in: the people of one district, or the ops people, who belong to none."""

from typing import Any

from asgiref.sync import sync_to_async
from django.contrib.auth.backends import ModelBackend
from django.http import HttpRequest

from accounts.models import District, User
from accounts.passwords import check_password, spend_time
from accounts.usernames import username_key


class RosterBackend(ModelBackend):
    """Username and password in one district (R41, R47). The answer, and the time it takes, is the same for every no."""

    def authenticate(  # type: ignore[override]
        self,
        request: HttpRequest | None,  # noqa: ARG002 -- Django's signature
        username: str | None = None,
        password: str | None = None,
        district: District | str | None = None,
    ) -> User | None:
        """The active user of ``district`` (itself or its slug; ``None``: an ops person), or ``None``."""
        if username is None or password is None:
            return None
        user = _find_user(district, username)
        if user is None or not self.user_can_authenticate(user):
            spend_time(password)
            return None
        return user if check_password(user, password) else None

    async def aauthenticate(self, request: HttpRequest | None, **credentials: Any) -> User | None:  # type: ignore[override]
        """As ``authenticate``. Django's own one would look for ops people whatever the district."""
        return await sync_to_async(self.authenticate)(request, **credentials)


def _find_user(district: District | str | None, username: str) -> User | None:
    if "\0" in username:  # PostgreSQL refuses to look for it
        return None
    users = User.objects.select_related("district").filter(username_key=username_key(username))
    if district is None:
        return users.filter(district__isnull=True).first()
    if isinstance(district, str):
        return users.filter(district__slug=district).first()
    return users.filter(district=district).first()
