"""The coordinator console: Django's admin site, ours (at ``/console/``)."""

from django.contrib.admin import AdminSite
from django.contrib.admin.apps import AdminConfig


class ConsoleConfig(AdminConfig):
    """Makes ``admin.site`` the console."""

    default_site = "rosterproject.console.Console"


class Console(AdminSite):
    """The console's site: names and address."""

    site_header = "SIS integration"
    site_title = "SIS integration"
    index_title = "Roster"
