"""Settings, read from `TAUSHET_*` variables. Each has a line in README.md."""

from pathlib import Path
from urllib.parse import urlsplit

import dj_database_url
from django.utils.csp import CSP
from django.utils.translation import gettext_lazy as _

from taushet import environment

BASE_DIR = Path(__file__).resolve().parent.parent
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

# The parts

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.humanize",
    "django.contrib.postgres",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.forms",
    "django_htmx",
    "django_tasks_db",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "allauth.usersessions",
    "anymail",
    "auditlog",
    "taushet",
    "municipalities",
    "courses",
    "outreach",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.csp.ContentSecurityPolicyMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "taushet.middleware.neutral_host",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "taushet.middleware.language",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "taushet.middleware.nothing_left_behind",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "taushet.middleware.second_factor",
    "auditlog.middleware.AuditlogMiddleware",
]

ROOT_URLCONF = "taushet.urls"
WSGI_APPLICATION = "taushet.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "builtins": ["django.templatetags.i18n", "taushet.templatetags.ui"],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "taushet.context.site",
            ],
        },
    },
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

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

# Mail: nothing leaves unless it is switched on by name (design rule 11)


def mail_domain(url: str) -> str:
    """Return the host of an address as the domain of an e-mail address, which cannot be a bare IP address."""
    host = urlsplit(url).hostname or ""
    return "localhost" if host.replace(".", "").isdigit() or ":" in host else host


OUTGOING_MAIL = environment.text("TAUSHET_OUTGOING_MAIL") == "live" and not DEMO
MAILERS = {
    "default": {
        "BACKEND": environment.text("TAUSHET_MAILER", "django.core.mail.backends.dummy.EmailBackend"),
        "OPTIONS": environment.structure("TAUSHET_MAILER_OPTIONS", {}),
    },
}
# Whose webhooks are answered, such as "postmark"
MAIL_PROVIDER = MAILERS["default"]["BACKEND"].removeprefix("anymail.backends.").partition(".")[0]
MAIL_ALLOW = environment.words("TAUSHET_MAIL_ALLOW")
MAIL_FROM = environment.text("TAUSHET_MAIL_FROM") or f"kurs@{mail_domain(NEUTRAL_URL)}"
MAIL_FROM_NAME = environment.text("TAUSHET_MAIL_FROM_NAME", "Kurspåmelding")
STAFF_PHONE = environment.text("TAUSHET_STAFF_PHONE")  # whom trainers call on the day
OUTREACH_FROM = environment.text("TAUSHET_OUTREACH_FROM") or f"krav@{mail_domain(BASE_URL)}"
OUTREACH_FROM_NAME = environment.text("TAUSHET_OUTREACH_FROM_NAME", "Taushet tar liv")
LETTERS_PER_MAIL_SYSTEM = environment.number("TAUSHET_LETTERS_PER_MAIL_SYSTEM", 600)  # an hour; 0: as many as come
# Who is asked which mail system takes mail: none means those of the machine.
NAME_SERVERS = [(address, 53) for address in environment.words("TAUSHET_NAME_SERVERS")] or None
# The one system that letters leave from, by the host of its main address.
PRODUCTION_HOST = environment.text("TAUSHET_PRODUCTION_HOST")
REPLY_DOMAIN = environment.text("TAUSHET_REPLY_DOMAIN")  # takes mail to any name at it
OUTREACH_QUIET_DAYS = environment.number("TAUSHET_OUTREACH_QUIET_DAYS", 14)  # between two letters to one office
# Receivers of our own whose word on a sender (DMARC) is believed, as they name themselves in Authentication-Results
AUTHSERV_IDS = frozenset(word.lower() for word in environment.words("TAUSHET_AUTHSERV_IDS"))
DEFAULT_FROM_EMAIL = f"{MAIL_FROM_NAME} <{MAIL_FROM}>"
SERVER_EMAIL = MAIL_FROM
ANYMAIL = {"WEBHOOK_SECRET": environment.text("TAUSHET_WEBHOOK_SECRET") or None}

# A mailbox that the worker reads, where no provider brings the mail; never in a demonstration

IMAP_HOST = "" if DEMO else environment.text("TAUSHET_IMAP_HOST")
IMAP_PORT = environment.number("TAUSHET_IMAP_PORT", 993)
IMAP_USER = environment.text("TAUSHET_IMAP_USER")
IMAP_PASSWORD = environment.text("TAUSHET_IMAP_PASSWORD")
IMAP_FOLDER = environment.text("TAUSHET_IMAP_FOLDER", "INBOX")
IMAP_DONE_FOLDER = environment.text("TAUSHET_IMAP_DONE_FOLDER")
IMAP_TIMEOUT = 30  # seconds for each answer of the server

# Bookings from addresses that have not proved themselves (design rule 13)

HOLDS_PER_ADDRESS = environment.number("TAUSHET_HOLDS_PER_ADDRESS", 3)
HOLDS_PER_MUNICIPALITY = environment.number("TAUSHET_HOLDS_PER_MUNICIPALITY", 10)
BOOKINGS_PER_NETWORK = environment.number("TAUSHET_BOOKINGS_PER_NETWORK", 100)

# Card payment. Without both keys nobody is offered it. The address is that of a stand-in on this machine.

STRIPE_SECRET_KEY = environment.text("TAUSHET_STRIPE_SECRET_KEY")
STRIPE_WEBHOOK_SECRET = environment.text("TAUSHET_STRIPE_WEBHOOK_SECRET")
STRIPE_API_BASE = environment.loopback("TAUSHET_STRIPE_API_BASE")
if DEMO and not STRIPE_API_BASE:
    STRIPE_SECRET_KEY = ""  # the demonstration moves nobody's money
CARD_SURPLUS = environment.choice("TAUSHET_CARD_SURPLUS", ("task", "refund"))

# Who issues invoices. What the demonstration has instead says that nobody should pay it.

SELLER = {
    "name": environment.text("TAUSHET_SELLER_NAME", "Demonstrasjon, skal ikke betales" if DEMO else ""),
    "organisation_number": environment.text("TAUSHET_SELLER_ORGANISATION_NUMBER", "910000004" if DEMO else ""),
    "street": environment.text("TAUSHET_SELLER_STREET", "Eksempelgata 1" if DEMO else ""),
    "postal_code": environment.text("TAUSHET_SELLER_POSTAL_CODE", "0001" if DEMO else ""),
    "city": environment.text("TAUSHET_SELLER_CITY", "Oslo" if DEMO else ""),
    "email": environment.text("TAUSHET_SELLER_EMAIL", "faktura@demonstrasjon.example" if DEMO else ""),
    "phone": environment.text("TAUSHET_SELLER_PHONE"),
    "is_in_vat_register": environment.flag("TAUSHET_SELLER_IN_VAT_REGISTER", default=DEMO),
    "is_in_business_register": environment.flag("TAUSHET_SELLER_IN_BUSINESS_REGISTER"),
}
SELLER_ACCOUNT = environment.text("TAUSHET_SELLER_ACCOUNT", "15032080119" if DEMO else "")
PAYMENT_DAYS = environment.number("TAUSHET_PAYMENT_DAYS", 30)
# Accounts of NS 4102 by VAT category; `VatCategory` in courses says what the letters mean.
REVENUE_ACCOUNTS = {"S": "3000", "E": "3200", "O": "3200", "Z": "3100"} | environment.structure(
    "TAUSHET_REVENUE_ACCOUNTS", {}
)

# Where organisation numbers are looked up; empty where that shall not happen

# Nothing but a production system asks the register unless it is told to: the demonstration works without a network.
ENTITY_REGISTER = environment.text(
    "TAUSHET_ENTITY_REGISTER", "" if DEMO or DEBUG else "https://data.brreg.no/enhetsregisteret/api"
).rstrip("/")

# How long trainers travel: kilometres of straight line an hour, and minutes that ferries and flights add

TRAVEL_SPEED = max(1, environment.number("TAUSHET_TRAVEL_SPEED", 60))
FERRY_MINUTES = environment.number("TAUSHET_FERRY_MINUTES", 45)
FERRY_COUNTIES = environment.words("TAUSHET_FERRY_COUNTIES", "11,15,18,46,50,55,56")
FLIGHT_MINUTES = environment.number("TAUSHET_FLIGHT_MINUTES", 210)

# Who carries e-invoices into Peppol; without an address staff downloads them (design rule 11: never in a demonstration)

ACCESS_POINT_URL = "" if DEMO else environment.text("TAUSHET_ACCESS_POINT_URL")
ACCESS_POINT_KEY = environment.text("TAUSHET_ACCESS_POINT_KEY")

# Servers of the tests' own, as (address, port), that `taushet.fetch` may reach; nothing but a test sets it.

FETCH_TEST_SERVERS: frozenset[tuple[str, int]] = frozenset()

# People

AUTH_USER_MODEL = "taushet.User"
AUTHENTICATION_BACKENDS = [
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "start_signed_in"
LOGOUT_REDIRECT_URL = "front_page"

ACCOUNT_ADAPTER = "taushet.adapters.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*"]
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_LOGIN_BY_CODE_TIMEOUT = 15 * 60  # mail to municipalities is slow
ACCOUNT_LOGIN_BY_CODE_SUPPORTS_RESEND = True
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = True
ACCOUNT_PREVENT_ENUMERATION = "strict"
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_LOGOUT_REDIRECT_URL = "front_page"
ACCOUNT_UNIQUE_EMAIL = True
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_REAUTHENTICATION_TIMEOUT = 600
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_RATE_LIMITS = {"request_login_code": "20/m/ip,3/m/key,12/h/key"}
ACCOUNT_FORMS = {
    "login": "taushet.forms.accounts.SignInForm",
    "confirm_login_code": "taushet.forms.accounts.SignInCodeForm",
    "confirm_email_verification_code": "taushet.forms.accounts.AddressCodeForm",
}
MFA_ADAPTER = "taushet.adapters.MFAAdapter"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes", "webauthn"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_PASSKEY_SIGNUP_ENABLED = False
MFA_FORMS = {
    "authenticate": "taushet.forms.accounts.SecondFactorForm",
    "reauthenticate": "taushet.forms.accounts.ConfirmForm",
    "activate_totp": "taushet.forms.accounts.ActivateAppForm",
    "add_webauthn": "taushet.forms.accounts.AddPasskeyForm",
    "edit_webauthn": "taushet.forms.accounts.RenamePasskeyForm",
}
MFA_TOTP_TOLERANCE = 1
MFA_TOTP_ISSUER = "Taushet tar liv"
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = BASE_HOST == "localhost"
SOCIALACCOUNT_ADAPTER = "taushet.adapters.SocialAccountAdapter"
SOCIALACCOUNT_PROVIDERS = {
    "openid_connect": {
        "OAUTH_PKCE_ENABLED": True,
        "APPS": environment.structure("TAUSHET_OIDC_PROVIDERS", []),
    },
}
SOCIALACCOUNT_LOGIN_ON_GET = True  # a form may not lead off this site (SECURE_CSP); state and PKCE guard the way back
SOCIALACCOUNT_STORE_TOKENS = False
SESSION_COOKIE_AGE = 60 * 60 * 12
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_NAME = "okt"
CSRF_COOKIE_NAME = "skjema"
LANGUAGE_COOKIE_NAME = "sprak"
CSRF_FAILURE_VIEW = "taushet.views.errors.csrf_failure"

AUDITLOG_LOGENTRY_MODEL = "auditlog.LogEntry"

# Safety

SECURE_CSP = {
    "default-src": [CSP.SELF],
    "script-src": [CSP.SELF],
    "style-src": [CSP.SELF],
    "img-src": [CSP.SELF, "data:"],
    "object-src": [CSP.NONE],
    "base-uri": [CSP.NONE],
    "frame-ancestors": [CSP.NONE],
    # A booking made on the main host leads on to its page on the neutral one.
    "form-action": [CSP.SELF, BASE_URL, NEUTRAL_URL] if NEUTRAL_URL != BASE_URL else [CSP.SELF],
}
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
HTTPS = BASE_URL.startswith("https")
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = HTTPS
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = LANGUAGE_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = LANGUAGE_COOKIE_SAMESITE = "Lax"
SECURE_SSL_REDIRECT = HTTPS
SECURE_REDIRECT_EXEMPT = [r"^helse/"]
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = HTTPS
if environment.flag("TAUSHET_BEHIND_PROXY"):
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
ALLAUTH_TRUSTED_PROXY_COUNT = 1 if environment.flag("TAUSHET_BEHIND_PROXY") else 0

# Language and time

LANGUAGE_CODE = "nb"
LANGUAGES = [("nb", _("Bokmål")), ("nn", _("Nynorsk")), ("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "taushet" / "locale"]
TIME_ZONE = "Europe/Oslo"
USE_TZ = True
USE_I18N = True

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
