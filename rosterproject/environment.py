"""Settings from the environment (12-factor). Every one has a default that works on a laptop."""

from pathlib import Path

import environ

BASE_DIR = Path(__file__).resolve().parent.parent
DATA_DIR = BASE_DIR / "var"

env = environ.Env()

DEFAULT_SECRET_KEY = "laptop-only-" + "x" * 50
DEFAULT_FIELD_KEY = "bGFwdG9wLW9ubHktZmllbGQta2V5LTMyLWJ5dGVzISE="

DEBUG = env.bool("DEBUG", True)
SECRET_KEY = env.str("SECRET_KEY", DEFAULT_SECRET_KEY)
FIELD_KEYS = env.list("FIELD_KEYS", default=[DEFAULT_FIELD_KEY])
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
DATABASE_URL = env.str("DATABASE_URL", f"sqlite:///{DATA_DIR / 'db.sqlite3'}")
LOG_LEVEL = env.str("LOG_LEVEL", "INFO")
LOG_FORMAT = "json" if env.str("LOG_FORMAT", "text") == "json" else "text"
PLAN_DAYS = env.int("PLAN_DAYS", 90)
SOURCE_BUDGET = env.int("SOURCE_BUDGET", 3600)
SITE_URL = env.str("SITE_URL", "http://localhost:8000")
PROXIES = env.int("PROXIES", 0)
MFA_REQUIRED = env.bool("MFA_REQUIRED", False)
EMAIL = env.email_url("EMAIL_URL", "consolemail://")
EMAIL_FROM = env.str("EMAIL_FROM", "roster@localhost")
CLEVER_API_URL = env.str("CLEVER_API_URL", "https://api.clever.com")
CLEVER_OAUTH_URL = env.str("CLEVER_OAUTH_URL", "https://clever.com")
CLEVER_CLIENT_ID = env.str("CLEVER_CLIENT_ID", "")
CLEVER_CLIENT_SECRET = env.str("CLEVER_CLIENT_SECRET", "")
CLEVER_TIMEOUT = env.float("CLEVER_TIMEOUT", 30.0)
CLEVER_PAGE = env.int("CLEVER_PAGE", 5000)
CLEVER_RETRIES = env.int("CLEVER_RETRIES", 5)
CLEVER_RETRY_BASE = env.float("CLEVER_RETRY_BASE", 1.0)

SQLITE_OPTIONS = {
    "transaction_mode": "IMMEDIATE",
    "timeout": 30,
    "init_command": (
        "PRAGMA journal_mode=WAL;PRAGMA synchronous=NORMAL;PRAGMA cache_size=-65536;"
        "PRAGMA mmap_size=33554432;PRAGMA journal_size_limit=67108864;PRAGMA temp_store=MEMORY"
    ),
}
POSTGRESQL_OPTIONS = {"options": "-c client_connection_check_interval=1000"}


def databases(url: str) -> dict[str, dict[str, object]]:
    """The databases for one URL.

    On SQLite the task queue has a file of its own, because a sync is one long write and the queue must not wait for
    it; on PostgreSQL one database holds both.
    """
    default = env.db_url_config(url)
    if "sqlite" not in default["ENGINE"]:
        return {"default": {**default, "OPTIONS": {**POSTGRESQL_OPTIONS, **default.get("OPTIONS", {})}}}
    Path(default["NAME"]).parent.mkdir(parents=True, exist_ok=True)
    default = {**default, "OPTIONS": SQLITE_OPTIONS}
    queue = Path(default["NAME"]).with_suffix(".queue.sqlite3")
    return {"default": default, "queue": {**default, "NAME": str(queue)}}


def refuse_default_keys() -> None:
    """With DEBUG off, a key that everybody knows stops the start."""
    defaults = [
        name
        for name, value, default in (
            ("SECRET_KEY", SECRET_KEY, DEFAULT_SECRET_KEY),
            ("FIELD_KEYS", DEFAULT_FIELD_KEY if DEFAULT_FIELD_KEY in FIELD_KEYS else "", DEFAULT_FIELD_KEY),
        )
        if value == default
    ]
    if defaults and not DEBUG:
        raise SystemExit(
            f"DEBUG is off, but {' and '.join(defaults)} still has the default that everybody knows. "
            "Set it in the environment (docs/operations.md) and start again."
        )
