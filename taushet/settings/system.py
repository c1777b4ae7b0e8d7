"""What kind of system this is, where it is found, its data and its logs."""

from pathlib import Path
from urllib.parse import urlsplit

import dj_database_url

from taushet import environment

BASE_DIR = Path(__file__).resolve().parent.parent.parent
VAR_DIR = Path(environment.text("TAUSHET_VAR", str(BASE_DIR / "var")))

# What kind of system this is

DEBUG = environment.flag("TAUSHET_DEBUG")
DEMO = environment.flag("TAUSHET_DEMO")
STAND_IN = "only-for-development-never-for-a-real-system" if DEBUG else None
if DEMO:
    STAND_IN = environment.kept_secret(VAR_DIR / "demo-secret")

SECRET_KEY = environment.secret("TAUSHET_SECRET_KEY", fallback=STAND_IN)
LINK_KEY = environment.secret("TAUSHET_LINK_KEY", fallback=STAND_IN)
MAIL_KEY = environment.secret("TAUSHET_MAIL_KEY", fallback=STAND_IN)

# Where it is found

BASE_URL = environment.text("TAUSHET_BASE_URL", "http://localhost:8000").rstrip("/")
BASE_HOST = urlsplit(BASE_URL).hostname
NEUTRAL_HOST = environment.text("TAUSHET_NEUTRAL_HOST") or urlsplit(BASE_URL).netloc
NEUTRAL_URL = f"{urlsplit(BASE_URL).scheme}://{NEUTRAL_HOST}"
ALLOWED_HOSTS = [
    BASE_HOST,
    urlsplit(NEUTRAL_URL).hostname,
    *environment.words("TAUSHET_ALLOWED_HOSTS", "127.0.0.1,[::1]" if DEBUG or DEMO else ""),
]
CSRF_TRUSTED_ORIGINS = [BASE_URL, NEUTRAL_URL] if BASE_URL.startswith("https") else []
QUICK_EXIT_URL = environment.text("TAUSHET_QUICK_EXIT_URL", "https://www.yr.no/")

# Data

SQLITE_OPTIONS = {
    "transaction_mode": "IMMEDIATE",
    "timeout": 20,
    "init_command": (
        "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA mmap_size=134217728; "
        "PRAGMA journal_size_limit=27103364; PRAGMA cache_size=2000;"
    ),
}


def database() -> dict:
    """Return the database of DATABASE_URL, or an SQLite file under var/."""
    VAR_DIR.mkdir(parents=True, exist_ok=True)
    url = environment.text("DATABASE_URL")
    if not url:
        name = "demo.sqlite3" if DEMO else "taushet.sqlite3"
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": VAR_DIR / name,
            "OPTIONS": SQLITE_OPTIONS,
            "CONN_MAX_AGE": 60,  # opening a file and its PRAGMAs cost more than most pages
        }
    config = dj_database_url.parse(url, conn_max_age=60, conn_health_checks=True)
    if config["ENGINE"].endswith("sqlite3"):
        config["CONN_HEALTH_CHECKS"] = False
        config["OPTIONS"] = SQLITE_OPTIONS | config.get("OPTIONS", {})
    return config


DATABASES = {"default": database()}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "taushet_cache",
        "OPTIONS": {"MAX_ENTRIES": 100_000},  # when there are more, some go before their time, counts among them
    },
    # Parts of pages that are the same for everybody, kept by each process for itself; never counts, never locks.
    "process": {
        "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
    },
}

TASKS = {
    "default": {
        "BACKEND": "django_tasks_db.DatabaseBackend",
        "QUEUES": ["default"],
    },
}

UPLOAD_MAX_BYTES = 10 * 1024 * 1024
DATA_UPLOAD_MAX_MEMORY_SIZE = UPLOAD_MAX_BYTES + 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = UPLOAD_MAX_BYTES
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2000

# Files that belong to the pages

STATIC_URL = "/static/"
STATIC_ROOT = VAR_DIR / "static"
WHITENOISE_USE_FINDERS = WHITENOISE_AUTOREFRESH = False
if DEBUG or DEMO:
    WHITENOISE_USE_FINDERS = True
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "staticfiles": {
        "BACKEND": (
            "django.contrib.staticfiles.storage.StaticFilesStorage"
            if DEBUG or DEMO
            else "whitenoise.storage.CompressedManifestStaticFilesStorage"
        ),
    },
}

# Logs carry ids, never names, addresses, texts or secret links

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {
            "class": "taushet.logs.TokenlessFormatter",
            "format": "{asctime} {levelname} {name} {message}",
            "style": "{",
        }
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": environment.text("TAUSHET_LOG_LEVEL", "INFO")},
    "loggers": {"stripe": {"level": "WARNING"}},  # a line for each request, with its address, is too much
}
