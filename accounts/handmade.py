"""Accounts made by hand: the same usernames and passwords as the roster's, by the district's policies (R9-R13)."""

from django.db import transaction

from accounts.lifecycle import Actor, NewUser, create_users, set_passwords
from accounts.models import District, User
from accounts.passwords import initial_password
from accounts.usernames import UsernamePool, generated_base


@transaction.atomic
def add_user(
    district: District | None,
    *,
    role: str,
    first_name: str,
    last_name: str,
    by: Actor,
    username: str | None = None,
    email: str = "",
    grade: str = "",
    student_number: str = "",
    schools: tuple[int, ...] = (),
    password: str | None = None,
) -> User:
    """Make one account. Without ``username`` it is generated; without ``password`` the district's policy serves.

    Raises IntegrityError when the username given is taken.
    """
    if username is None:
        taken = User.objects.filter(district=district).values_list("username_key", flat=True)
        named_as = role if role in ("student", "teacher", "staff") else "staff"
        username = UsernamePool(taken).number(generated_base(named_as, grade, first_name, last_name))
    policy = initial_password(district.passwords, district.fallback, None) if district else "!"
    new = NewUser(username, role, first_name, last_name, email, grade, student_number, password=policy, schools=schools)
    [pk] = create_users(district, [new], by=by)
    user = User.objects.get(pk=pk)
    if password is not None:
        set_passwords([user], password, by=by)
    return user
