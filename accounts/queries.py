"""Reading accounts, each query named for what it returns."""

from django.db.models import Q, QuerySet

from accounts.models import District


def districts_matching(text: str) -> QuerySet[District]:
    """Districts by name: the one whose code or whole name ``text`` is, else all that contain it; empty text, all."""
    districts = District.objects.order_by("name", "pk")
    exact = districts.filter(Q(slug__iexact=text) | Q(name__iexact=text))
    return exact if text and exact.exists() else districts.filter(Q(name__icontains=text) | Q(slug__icontains=text))
