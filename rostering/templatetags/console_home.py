"""Brings the glance into the console's home template."""

from django import template

from accounts.models import User
from rostering.console import home

register = template.Library()


@register.simple_tag
def glance(user: User) -> home.Glance:
    """``{% glance user as now %}``."""
    return home.glance(user)


@register.simple_tag
def place_of(user: User) -> str:
    """``{% place_of user %}``."""
    return home.place_of(user)
