"""Districts and people for the tests of ``accounts``, made by its own verbs."""

from accounts.hashers import encode_digest, password_key, salt_of
from accounts.lifecycle import Actor, NewUser, create_users, save_district
from accounts.models import District, User

TESTS = Actor("tests")


def make_district(slug: str, **policies: str) -> District:
    district, _ = save_district(slug, by=TESTS, name=slug.title(), **policies)
    return District.objects.get(pk=district.pk)


def make_user(district: District | None, username: str, password: str = "!", roles: str = "student") -> User:
    [pk] = create_users(district, [NewUser(username=username, roles=roles, password=password)], by=TESTS)
    return User.objects.get(pk=pk)


def sis_password(district: District, username: str, raw: str) -> str:
    return encode_digest(district.pk, password_key(district.pk, district.digest_key), salt_of(username), raw)
