"""Django's settings. What differs between machines comes from ``environment``."""

from rosterproject import environment
from rosterproject.environment import BASE_DIR, DATA_DIR

environment.refuse_default_keys()

DEBUG = environment.DEBUG
SECRET_KEY = environment.SECRET_KEY
FIELD_KEYS = environment.FIELD_KEYS
ALLOWED_HOSTS = environment.ALLOWED_HOSTS
PLAN_DAYS = environment.PLAN_DAYS
SOURCE_BUDGET = environment.SOURCE_BUDGET
SITE_URL = environment.SITE_URL
PROXIES = environment.PROXIES
MFA_REQUIRED = environment.MFA_REQUIRED
CLEVER_API_URL = environment.CLEVER_API_URL
CLEVER_OAUTH_URL = environment.CLEVER_OAUTH_URL
CLEVER_CLIENT = (environment.CLEVER_CLIENT_ID, environment.CLEVER_CLIENT_SECRET)
CLEVER_TIMEOUT = environment.CLEVER_TIMEOUT
CLEVER_PAGE = environment.CLEVER_PAGE
CLEVER_RETRIES = environment.CLEVER_RETRIES
CLEVER_RETRY_BASE = environment.CLEVER_RETRY_BASE
DATABASES = environment.databases(environment.DATABASE_URL)
DATABASE_ROUTERS = ["rosterproject.routers.QueueRouter"] if "queue" in DATABASES else []
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

INSTALLED_APPS = [
    "rosterproject.apps.ConsoleConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.socialaccount",
    "allauth.mfa",
    "rest_framework",
    "django_q",
    "django_htmx",
    "csp",
    "accounts",
    "classes",
    "rostering",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "accounts.mfa_gate.SecondStepGate",
]

ROOT_URLCONF = "rosterproject.urls"
WSGI_APPLICATION = "rosterproject.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

# -- who signs in ---------------------------------------------------------------------------------------
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["accounts.backends.RosterBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
    "accounts.hashers.RosterPBKDF2Hasher",
    "accounts.hashers.RosterDigestHasher",
]
# A username is unique in its district, not in the whole table: our backend always looks in one district.
SILENCED_SYSTEM_CHECKS = ["auth.W004"]
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "login"
MFA_ADAPTER = "accounts.mfa_adapter.Adapter"
MFA_TOTP_TOLERANCE = 1  # phones' clocks are off by up to half a minute
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = not DEBUG
SESSION_COOKIE_AGE = 60 * 60 * 10
SECURE_REFERRER_POLICY = "same-origin"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'self'"],
        "object-src": ["'none'"],
        "base-uri": ["'none'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
        "img-src": ["'self'", "data:"],
    }
}

# -- mail -----------------------------------------------------------------------------------------------
EMAIL_BACKEND = environment.EMAIL["EMAIL_BACKEND"]
EMAIL_HOST, EMAIL_PORT = environment.EMAIL["EMAIL_HOST"] or "localhost", environment.EMAIL["EMAIL_PORT"] or 25
EMAIL_HOST_USER = environment.EMAIL["EMAIL_HOST_USER"] or ""
EMAIL_HOST_PASSWORD = environment.EMAIL["EMAIL_HOST_PASSWORD"] or ""
EMAIL_FILE_PATH = environment.EMAIL["EMAIL_FILE_PATH"] or None
EMAIL_USE_TLS = environment.EMAIL.get("EMAIL_USE_TLS", False)
EMAIL_USE_SSL = environment.EMAIL.get("EMAIL_USE_SSL", False)
EMAIL_TIMEOUT = 15
DEFAULT_FROM_EMAIL = environment.EMAIL_FROM

# -- words, files, logs ---------------------------------------------------------------------------------
LANGUAGE_CODE = "en-us"
TIME_ZONE = "UTC"
USE_TZ = True
STATIC_URL = "static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = DATA_DIR / "static"
# A person's schools and a district's users fit in one form post of the console, and no more.
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2000
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "text": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"},
        "json": {"()": "rosterproject.logs.JsonFormatter"},
    },
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": environment.LOG_FORMAT}},
    "root": {"handlers": ["stderr"], "level": environment.LOG_LEVEL},
    # urllib3 would log addresses, which carry ids
    "loggers": {"paramiko": {"level": "ERROR"}, "urllib3": {"level": "WARNING"}},
}

# -- the task queue: it only wakes, the run row is the truth ----------------------------------------------
Q_CLUSTER = {
    "name": "roster",
    "orm": "queue" if "queue" in DATABASES else "default",
    "workers": 2,
    "queue_limit": 1,
    "bulk": 1,
    "timeout": 5400,
    "retry": 17000,  # above timeout * (1 + ceil((queue_limit + 1) / workers)), or a job runs twice
    "max_attempts": 1,
    "ack_failures": True,
    "catch_up": False,
    "poll": 0.5,
    "save_limit": 2000,
    "recycle": 50,
}
