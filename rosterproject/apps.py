"""The console as a Django app: makes ``admin.site`` ours."""

from django.contrib.admin.apps import AdminConfig


class ConsoleConfig(AdminConfig):
    """Names the site; it is loaded when the apps are ready."""

    default_site = "rosterproject.console.Console"
