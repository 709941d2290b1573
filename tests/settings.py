"""The product's settings, with a fast password hasher and no manifest of static files."""

import os

from rosterproject.settings import *  # noqa: F403
from rosterproject.settings import PASSWORD_HASHERS as REAL_PASSWORD_HASHERS
from rosterproject.settings import Q_CLUSTER as REAL_Q_CLUSTER

if os.environ.get("TEST_DATABASE_URL"):
    from rosterproject import environment

    DATABASES = environment.databases(os.environ["TEST_DATABASE_URL"])
    DATABASE_ROUTERS = ["rosterproject.routers.QueueRouter"] if "queue" in DATABASES else []
    Q_CLUSTER = {**REAL_Q_CLUSTER, "orm": "queue" if "queue" in DATABASES else "default"}

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher", *REAL_PASSWORD_HASHERS]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
