"""The wording of a demand: what its letters may say, and how one wording follows another."""

from collections.abc import Iterable, Mapping

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from municipalities.models import Indicator
from outreach.models import Demand, DemandVersion, LegalHook, NeededFact
from outreach.services.demands.pairs import confirm_all
from taushet.models import User
from taushet.services import audit
from taushet.text_comparisons import TEXT
from taushet.texts import BrokenTemplate, Vocabulary, check_template

LETTER_LANGUAGES = ("nb", "nn")
VALUES = {
    "greeting": _("the salutation, by office and language form"),
    "municipality": _("the name of the municipality, such as Alver"),
    "county": _("the name of the county"),
    "demand_url": _("the address of the demand's public page"),
    "senders": _("who sends the letter, for the signature"),
    "courses_url": _("the address of the list of courses"),
}


def fact_name(key: str) -> str:
    """The name of a fact in a template: `action-plan` is `fact.action_plan`."""
    return key.replace("-", "_")


def vocabulary(indicators: Iterable[Indicator], hooks: Iterable[LegalHook]) -> Vocabulary:
    """What a letter may say when its demand needs these facts and leans on these hooks."""
    kinds = {indicator.key: indicator.kind for indicator in indicators}
    keys = list(kinds)
    return Vocabulary(
        values=frozenset(VALUES),
        groups={"fact": frozenset(fact_name(key) for key in keys)},
        notes=frozenset([*keys, *(hook.key for hook in hooks)]),
        kinds=dict.fromkeys(VALUES, TEXT) | {f"fact.{fact_name(key)}": kind for key, kind in kinds.items()},
    )


def wording_faults(
    texts: Mapping[str, str], indicators: Iterable[Indicator], hooks: Iterable[LegalHook]
) -> dict[str, str]:
    """Return what is wrong with the templates, by field."""
    words = vocabulary(indicators, hooks)
    faults = {}
    for code in LETTER_LANGUAGES:
        for name in (f"subject_{code}", f"letter_{code}"):
            try:
                check_template(texts.get(name, ""), words)
            except BrokenTemplate as error:
                faults[name] = str(error)
    return faults


def check_wording(texts: Mapping[str, str], indicators: Iterable[Indicator], hooks: Iterable[LegalHook]) -> None:
    """Raise BrokenTemplate when a letter names something it cannot know."""
    for name, fault in wording_faults(texts, indicators, hooks).items():
        raise BrokenTemplate(f"{name}: {fault}")


@transaction.atomic
def publish_version(
    demand: Demand,
    *,
    texts: Mapping[str, str],
    indicators: Iterable[Indicator],
    hooks: Iterable[LegalHook],
    by: User | None = None,
) -> DemandVersion:
    """Give a demand a wording whose forms came together and are known to say the same, such as those we bundle.

    The ones before stay as they are, with the letters that used them. What staff write goes through `publishing`.

    Raises BrokenTemplate when a letter names something it cannot know.
    """
    indicators, hooks = list(indicators), list(hooks)
    check_wording(texts, indicators, hooks)
    Demand.objects.select_for_update().get(pk=demand.pk)
    newest = demand.versions.order_by("-number").first()
    version = DemandVersion.objects.create(
        demand=demand, number=newest.number + 1 if newest else 1, published_at=timezone.now(), **texts
    )
    version.hooks.set(hooks)
    NeededFact.objects.bulk_create(
        NeededFact(version=version, indicator=indicator, position=position)
        for position, indicator in enumerate(indicators)
    )
    confirm_all(version, by=by)
    audit.record("demand.published", version, by=by, demand=demand.number, version=version.number)
    return version


def letter_addresses(demand: Demand) -> dict[str, str]:
    """Return the addresses a letter may name."""
    return {
        "demand_url": settings.BASE_URL + demand.get_absolute_url(),
        "courses_url": f"{settings.BASE_URL}/kurs/",
    }
