"""Whether a district's sign-in page has the button of Clever; ``accounts`` does not know that feeds exist."""

from django import template

from accounts.models import District
from rostering.clever_sign_in import is_offered

register = template.Library()


@register.simple_tag
def signs_in_with_clever(district: District | None) -> bool:
    """As ``is_offered``."""
    return is_offered(district)
