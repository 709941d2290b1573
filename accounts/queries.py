"""Reading accounts, each query named for what it returns."""

from django.db.models import Q, QuerySet

from accounts.models import District, School, User


def districts_matching(text: str) -> QuerySet[District]:
    """Districts by name: the one whose code or whole name ``text`` is, else all that contain it; empty text, all."""
    districts = District.objects.order_by("name", "pk")
    exact = districts.filter(Q(slug__iexact=text) | Q(name__iexact=text))
    return exact if text and exact.exists() else districts.filter(Q(name__icontains=text) | Q(slug__icontains=text))


def may_create_students(user: User, school: School) -> bool:
    """Whether a teacher may create student accounts at a school (R26): as the school decides, else the district.

    Never at a school of another district, or at one where the person does not work.
    """
    if not {User.Role.TEACHER} & set(user.roles.split(";")) or not user.is_active:
        return False
    if school.district_id != user.district_id or not user.schools.filter(pk=school.pk).exists():
        return False
    if school.teachers_create_students is None:
        return school.district.teachers_create_students
    return school.teachers_create_students
