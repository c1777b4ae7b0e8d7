"""Settings of the tests: a handful of overrides."""

import os
import tempfile

os.environ.setdefault("TAUSHET_DEBUG", "1")
os.environ.setdefault("TAUSHET_VAR", tempfile.mkdtemp(prefix="taushet-test-"))

from taushet.settings import *  # noqa: F403
from taushet.settings import CACHES, DATABASES, INSTALLED_APPS, SQLITE_OPTIONS

DEBUG = False
INSTALLED_APPS = [*INSTALLED_APPS, "tests.servers.kinds.apps.KindsConfig"]
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    DATABASES["default"]["OPTIONS"] = SQLITE_OPTIONS | {
        "init_command": SQLITE_OPTIONS["init_command"].replace("synchronous=FULL", "synchronous=OFF"),
    }
    # The suite on PostgreSQL walks the migrations; here the tables are made in one go, which halves the start.
    MIGRATION_MODULES = {app.rpartition(".")[2]: None for app in INSTALLED_APPS}
    DATABASES["default"]["TEST"] = {"NAME": os.environ["TAUSHET_VAR"] + "/test.sqlite3"}
elif os.environ.get("TAUSHET_TEST_TEMPLATE"):
    # Where the migrations have been walked already: `tests.run` does that once, for all processes.
    DATABASES["default"]["TEST"] = {"TEMPLATE": os.environ["TAUSHET_TEST_TEMPLATE"]}
ANYMAIL = {"WEBHOOK_SECRET": "provider:secret"}
MAIL_PROVIDER = "postmark"
ALLOWED_HOSTS = ["testserver", "localhost", "127.0.0.1", "kalender.example"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
STATIC_ROOT = os.environ["TAUSHET_VAR"]
WHITENOISE_AUTOREFRESH = True  # looks for a file when asked, instead of listing them all for every client of a test
# Rows come and go between tests, and what a process keeps would outlive them.
CACHES["process"] = {"BACKEND": "django.core.cache.backends.dummy.DummyCache"}
NAME_SERVERS = []  # a test that looks up sets its own server
ENTITY_REGISTER = ""  # a test that looks up sets its own server
SELLER = {
    "name": "Krisesentersekretariatet",
    "organisation_number": "910000004",
    "street": "Storgata 11",
    "postal_code": "0155",
    "city": "Oslo",
    "email": "faktura@test.example",
    "phone": "",
    "is_in_vat_register": True,
    "is_in_business_register": False,
}
SELLER_ACCOUNT = "15032080119"
# Servers of calendars that a test has started, for the processes that it starts after them.
FETCH_TEST_SERVERS = frozenset(
    (address, int(port))
    for address, _colon, port in (
        server.rpartition(":") for server in os.environ.get("TAUSHET_TEST_SERVERS", "").split()
    )
)
