"""Mail, out and in."""

from urllib.parse import urlsplit

from taushet import environment

from .system import BASE_URL, DEMO, NEUTRAL_URL

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
LETTERS_AN_HOUR = environment.number("TAUSHET_LETTERS_AN_HOUR", 0)  # of all mailings; 0: as many as come
LETTERS_PER_MAIL_SYSTEM = environment.number("TAUSHET_LETTERS_PER_MAIL_SYSTEM", 600)  # an hour; 0: as many as come
# Who is asked which mail system takes mail: none means those of the machine.
NAME_SERVERS = [(address, 53) for address in environment.words("TAUSHET_NAME_SERVERS")] or None
# The one system that letters leave from, by the host of its main address.
PRODUCTION_HOST = environment.text("TAUSHET_PRODUCTION_HOST")
REPLY_DOMAIN = environment.text("TAUSHET_REPLY_DOMAIN")  # takes mail to any name at it
OUTREACH_QUIET_DAYS = environment.number("TAUSHET_OUTREACH_QUIET_DAYS", 14)  # between two letters to one office
# Receivers of our own whose word on a sender (DMARC) is believed, as they name themselves in Authentication-Results
AUTHSERV_IDS = frozenset(
    word.lower() for word in environment.words("TAUSHET_AUTHSERV_IDS", "mottak.demo.example" if DEMO else "")
)
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
