"""What a submission is drafted from: demands, national figures, what is known of the municipalities, and promises."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from municipalities.models import Indicator
from outreach.models import Commitment, DemandVersion, LegalHook
from outreach.services.demands.measures import measures_of

MOST_PROMISES = 20
HEADINGS = {
    "nb": {
        "about": "Om oss",
        "figures": "Tall",
        "known": "Det vi vet om kommunene",
        "promises": "Det politikere har lovet",
    },
    "nn": {
        "about": "Om oss",
        "figures": "Tal",
        "known": "Det vi veit om kommunane",
        "promises": "Det politikarar har lova",
    },
}
ABOUT = {
    "nb": "Taushet tar liv er en kampanje mot vold i nære relasjoner. Den drives av Krisesentersekretariatet "
    "sammen med Likestillings- og diskrimineringsombudet.",
    "nn": "Taushet tar liv er ein kampanje mot vald i nære relasjonar. Han blir driven av Krisesentersekretariatet "
    "saman med Likestillings- og diskrimineringsombodet.",
}
COUNTED = {
    "nb": "{name}: Av {total} kommuner vet vi at svaret er ja i {yes} og nei i {no}. For {unknown} vet vi det ikke "
    "(registrert av Taushet tar liv per {day}).",
    "nn": "{name}: Av {total} kommunar veit vi at svaret er ja i {yes} og nei i {no}. For {unknown} veit vi det ikkje "
    "(registrert av Taushet tar liv per {day}).",
}


@dataclass
class Draft:
    """Text blocks with numbered sources."""

    blocks: list[dict[str, str]] = field(default_factory=list)
    sources: list[str] = field(default_factory=list)

    def note(self, source: str) -> str:
        """Return the number of a source, which is added when it is new."""
        if source not in self.sources:
            self.sources.append(source)
        return f"[{self.sources.index(source) + 1}]"

    def add(self, heading: str, paragraphs: Iterable[str]) -> None:
        text = "\n\n".join(filter(None, paragraphs))
        if text:
            self.blocks.append({"heading": heading, "text": text})


def draft_text(
    versions: Iterable[DemandVersion], figures: Iterable[LegalHook], indicators: Iterable[Indicator], language: str
) -> Draft:
    """Return the first draft of a submission; staff then edit it block by block."""
    draft, words = Draft(), HEADINGS[language]
    versions = list(versions)
    draft.add(words["about"], [ABOUT[language]])
    for version in versions:
        hooks = version.hooks.order_by("pk")
        notes = "".join(sorted((draft.note(source_line(hook, language)) for hook in hooks), key=len_then_text))
        text = getattr(version, f"text_{language}").strip()
        draft.add(getattr(version, f"title_{language}"), [getattr(version, f"summary_{language}"), f"{text} {notes}"])
    draft.add(
        words["figures"],
        [f"{getattr(figure, f'meaning_{language}')} {draft.note(source_line(figure, language))}" for figure in figures],
    )
    with translation.override(language):
        draft.add(words["known"], [count_line(indicator, language) for indicator in indicators])
        draft.add(words["promises"], [promise_line(promise) for promise in promises(versions)])
    return draft


def promises(versions: Iterable[DemandVersion]) -> Iterable[Commitment]:
    """Return the newest promises about some demands that two people have agreed on."""
    standing = Commitment.objects.standing().filter(demand__in=[version.demand_id for version in versions])
    return standing.order_by("-said_on", "-pk")[:MOST_PROMISES]


def promise_line(promise: Commitment) -> str:
    """Return a promise word for word, with who gave it and when."""
    return f"«{promise.quote}» ({promise.speaker}, {date_format(promise.said_on, 'j. F Y')})"


def len_then_text(note: str) -> tuple[int, str]:
    return len(note), note


def source_line(hook: LegalHook, language: str) -> str:
    return f"{getattr(hook, f'citation_{language}')}. {hook.url}"


def count_line(indicator: Indicator, language: str) -> str:
    """Return how many municipalities have a yes and a no, as a sentence."""
    (counted,) = measures_of([indicator])
    return COUNTED[language].format(
        name=getattr(indicator, f"name_{language}"),
        total=counted.yes + counted.no + counted.unknown,
        yes=counted.yes,
        no=counted.no,
        unknown=counted.unknown,
        day=date_format(timezone.localdate(), "j. F Y"),
    )


def missing_form(versions: Iterable[DemandVersion], language: str) -> list[str]:
    """Return the demands that have no text in a language form."""
    return [
        _("Demand %(number)d") % {"number": version.demand.number}
        for version in versions
        if not getattr(version, f"text_{language}").strip()
    ]
