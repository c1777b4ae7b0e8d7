"""The links of letters, in mail and as staff read them: those the letters carry, none that came in with a value."""

import re

from django.conf import settings

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
