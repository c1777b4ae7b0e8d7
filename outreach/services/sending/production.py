"""Only one system sends letters to politicians: the one whose main address is named in its settings (design rule 11).

A copy of it has another address. So neither production data nor a setting that was copied too far lets a letter leave.
"""

from urllib.parse import urlsplit

from django.conf import settings

# Names that lead nowhere (RFC 2606 and 6761): what tests and demonstrations write to.
NOWHERE = ("example", "test", "invalid", "localhost")
NOWHERE_TOO = ("example.com", "example.net", "example.org")


def may_leave_here(address: str) -> bool:
    """Whether a letter may leave this system for an address."""
    return is_production() or leads_nowhere(address)


def is_production() -> bool:
    """Whether this is the system that letters leave from."""
    main = urlsplit(settings.BASE_URL)
    named = settings.PRODUCTION_HOST.strip().lower()
    return bool(named) and main.scheme == "https" and main.hostname == named and not (settings.DEBUG or settings.DEMO)


def leads_nowhere(address: str) -> bool:
    domain = address.rpartition("@")[2].lower().rstrip(".")
    return domain.rpartition(".")[2] in NOWHERE or any(
        domain == name or domain.endswith(f".{name}") for name in NOWHERE_TOO
    )
