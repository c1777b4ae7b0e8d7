"""What every template may use."""

from django.conf import settings

from taushet.hosts import is_on_neutral_host

SECTIONS = frozenset({"kurs", "kommuner", "krav", "hjelp", "konto", "kursholder", "min-kommune", "stab"})
BASES = {"stab": "staff_base.html", "kursholder": "trainer_base.html"}
SECRET_LINK_PATHS = ("/bestilling/", "/foresporsel/", "/pamelding/", "/deltaker/", "/varsel/", "/evaluering/")


def site(request):
    """Say where we are; costs no query."""
    first, _slash, rest = request.path.strip("/").partition("/")
    return {
        "is_demonstration": settings.DEMO,
        "is_neutral": is_neutral(request),
        "section": first if first in SECTIONS else "",
        "staff_section": staff_section(rest) if first == "stab" else "",
        "base_template": BASES.get(first, "base.html"),
        "main_site": settings.BASE_URL,
        "LANGUAGE_CODE": getattr(request, "LANGUAGE_CODE", settings.LANGUAGE_CODE),
    }


def staff_section(rest):
    """Return which entry of the staff menu a page under /stab/ belongs to."""
    first, _slash, inner = rest.partition("/")
    second = inner.partition("/")[0]
    if first == "betalinger":  # by card: one entry of the menu leads to all about money
        return "faktura"
    return second if first == "kurs" and second in {"tekster", "foresporsler"} else first


def is_neutral(request):
    """Whether this page must not tell what the site is about to someone who looks over a shoulder (design rule 9)."""
    return request.path.startswith(SECRET_LINK_PATHS) or is_on_neutral_host(request)
