"""What a submission is drafted from: demands, national figures, what is known of the municipalities, and promises."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from municipalities.models import Indicator
from outreach.models import Commitment, Demand, DemandVersion, LegalHook
from outreach.services.consultations.submission_claims import claims_in, put_notes, with_marks
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


LOCAL = {
    "nb": "Dette kravet stiller vi til kommunene.",
    "nn": "Dette kravet stiller vi til kommunane.",
}
RESTS_ON = {"nb": "Kravet bygger på {notes}.", "nn": "Kravet byggjer på {notes}."}
# The texts of local demands speak to one municipality; whoever reads a submission is none.
ALL_PLACES = {"nb": ("Vi ber kommunen ", "Vi ber kommunene "), "nn": ("Vi ber kommunen ", "Vi ber kommunane ")}


@dataclass
class Draft:
    """Text blocks with numbered sources: what stands at one address has one number."""

    blocks: list[dict[str, str]] = field(default_factory=list)
    citations: dict[str, list[str]] = field(default_factory=dict)
    said: set[str] = field(default_factory=set)

    @property
    def sources(self) -> list[str]:
        return [f"{'; '.join(cited)}. {address}" for address, cited in self.citations.items()]

    def note(self, hook: LegalHook, language: str) -> str:
        """Return the number of a source, which is added when it is new."""
        cited = self.citations.setdefault(hook.url, [])
        citation = getattr(hook, f"citation_{language}")
        if citation not in cited:
            cited.append(citation)
        return f"[{list(self.citations).index(hook.url) + 1}]"

    def add(self, heading: str, paragraphs: Iterable[str]) -> None:
        text = "\n\n".join(filter(None, paragraphs))
        if text:
            self.blocks.append({"heading": heading, "text": text})


def draft_text(
    versions: Iterable[DemandVersion], figures: Iterable[LegalHook], indicators: Iterable[Indicator], language: str
) -> Draft:
    """Return the first draft of a submission; staff then edit it block by block.

    A figure that one of the demands has told with its source is not told once more.
    """
    draft, words = Draft(), HEADINGS[language]
    versions = list(versions)
    draft.add(words["about"], [ABOUT[language]])
    for version in versions:
        summary = getattr(version, f"summary_{language}")
        is_local = version.demand.level == Demand.Level.LOCAL
        is_repeated = getattr(version, f"text_{language}").strip().startswith(summary)
        opening = ["" if is_repeated else summary, LOCAL[language] if is_local else ""]
        paragraphs = [*opening, *demand_text(draft, version, language)]
        draft.add(getattr(version, f"title_{language}"), paragraphs)
    draft.add(
        words["figures"],
        [
            with_marks(getattr(figure, f"meaning_{language}"), [draft.note(figure, language)])
            for figure in figures
            if figure.key not in draft.said
        ],
    )
    with translation.override(language):
        draft.add(words["known"], [count_line(indicator, language) for indicator in indicators])
        draft.add(words["promises"], [promise_line(promise) for promise in promises(versions)])
    return draft


def demand_text(draft: Draft, version: DemandVersion, language: str) -> list[str]:
    """Return what a demand says with the number of each source at its claim.

    What the text does not say itself is said after it, as in the letter; what neither says is noted at the end.
    """
    hooks = {hook.key: hook for hook in version.hooks.order_by("pk")}
    claims = claims_in(getattr(version, f"letter_{language}"), hooks)
    cited = list(dict.fromkeys([key for claim in claims for key in claim.keys] + list(hooks)))
    notes = {key: draft.note(hooks[key], language) for key in cited}
    text = getattr(version, f"text_{language}").strip().replace(*ALL_PLACES[language])
    text, unsaid = put_notes(text, claims, notes)
    more = [claim for claim in unsaid if claim.is_for_all]
    told = {key for claim in claims if claim not in unsaid or claim in more for key in claim.keys}
    draft.said |= told
    rest = "".join(dict.fromkeys(notes[key] for key in cited if key not in told))
    return [
        text,
        " ".join(with_marks(claim.text, [notes[key] for key in claim.keys]) for claim in more),
        RESTS_ON[language].format(notes=rest) if rest else "",
    ]


def promises(versions: Iterable[DemandVersion]) -> Iterable[Commitment]:
    """Return the newest promises about some demands that two people have agreed on."""
    standing = Commitment.objects.standing().filter(demand__in=[version.demand_id for version in versions])
    return standing.order_by("-said_on", "-pk")[:MOST_PROMISES]


def promise_line(promise: Commitment) -> str:
    """Return a promise word for word, with who gave it and when."""
    return f"«{promise.quote}» ({promise.speaker}, {date_format(promise.said_on, 'j. F Y')})"


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
