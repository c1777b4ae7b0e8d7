"""The links of letters as staff read them: those the letters carry themselves, none that came in with a value."""

import re
from collections.abc import Collection

from django.conf import settings
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe

from outreach.models import LegalHook, Mailing
from outreach.services.mailings.letter_texts import OWN_TEXTS

ADDRESS = re.compile(r"https?://[^\s<>\"«»]+[^\s<>\"«».,;:!?)\]'}]")


def own_links(mailing: Mailing) -> frozenset[str]:
    """Return the addresses that the wording of a mailing's letters holds: its hooks, its demands, its own texts."""
    versions = mailing.versions
    sources = [getattr(version, f"letter_{code}") for version in versions for code in ("nb", "nn")]
    sources += [getattr(mailing, name) for name in OWN_TEXTS]
    hooks = LegalHook.objects.filter(demand_versions__in=versions).values_list("url", flat=True)
    pages = [settings.BASE_URL + version.demand.get_absolute_url() for version in versions]
    written = [found for source in sources for found in ADDRESS.findall(source)]
    return frozenset([*hooks, *pages, f"{settings.BASE_URL}/kurs/", *written]) - {""}


def linked(text: str, links: Collection[str]) -> SafeString:
    """Return a text as HTML in which only these addresses can be clicked; anything else stays text."""
    if not links:
        return mark_safe(escape(text))  # noqa: S308
    known = "|".join(re.escape(link) for link in sorted(links, key=len, reverse=True))
    pieces = re.split(rf"(?<![^\s(])({known})(?=[.,;:!?)]*(?:\s|$))", text)
    return mark_safe("".join(link_of(piece) if number % 2 else escape(piece) for number, piece in enumerate(pieces)))  # noqa: S308


def link_of(address: str) -> SafeString:
    return format_html('<a href="{}" rel="nofollow">{}</a>', address, address)
