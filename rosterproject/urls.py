"""All addresses. Errors are shown by ``templates/400.html``, ``403.html``, ``404.html`` and ``500.html``."""

from django.contrib import admin
from django.urls import include, path

from rosterproject import health

urlpatterns = [
    path("", include("rostering.urls")),  # before accounts: /login/clever/ is no district
    path("", include("accounts.urls")),
    path("", include("classes.urls")),
    path("console/", admin.site.urls),
    path("healthz", health.alive),
    path("readyz", health.ready),
]
