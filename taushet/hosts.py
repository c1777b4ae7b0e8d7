"""Which of our two hosts a request came to (design rule 9)."""

from django.conf import settings
from django.core.exceptions import DisallowedHost
from django.http.request import split_domain_port

DEFAULT_PORTS = {"80", "443"}


def is_on_neutral_host(request) -> bool:
    """Whether the visitor stands on the host that does not tell what it is about, and we have one apart."""
    main, neutral = parts(settings.BASE_URL.partition("://")[2]), parts(settings.NEUTRAL_HOST)
    if main == neutral:
        return False
    try:
        here = parts(request.get_host())
    except DisallowedHost:  # nobody's; Django answers that
        return False
    return here == neutral if main[0] == neutral[0] else here[0] == neutral[0]


def parts(host: str) -> tuple[str, str]:
    """Return the name in small letters without a dot behind it, and the port unless it goes without saying."""
    name, port = split_domain_port(host)
    return name, "" if port in DEFAULT_PORTS else port
