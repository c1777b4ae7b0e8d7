"""Drafting: from a demand, the facts and the offices to one letter for each municipality, or the reason why not."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from municipalities.models import Indicator, Municipality
from municipalities.services.facts import Known, known_values
from outreach.models import Body, LegalHook, Letter, Mailing, Mandate
from taushet.models import Suppression
from taushet.texts import BrokenTemplate, plain, render_text
from taushet.workdays import OSLO

from .fingerprints import letter_hash
from .publishing import why_not_to_send
from .wordings import fact_name, letter_addresses

LANGUAGES = ("nb", "nn", "en")
LONGEST_SUBJECT = 200
LONGEST_NAME = 120
# What a letter says beside its demand. Letters exist in the two forms of Norwegian only, and must not depend on
# whether the translations of the pages are compiled.
WORDS = {
    "nb": {
        "mailbox": "Til ordføreren i {municipality} kommune",
        "mayor": "Til ordfører {name}, {municipality} kommune",
        "sources": "Kilder",
        "counted": "Talt av Taushet tar liv",
        "invented": "Oppdiktet for en demonstrasjon",
        "yes": "ja",
        "no": "nei",
        "kss": "Krisesentersekretariatet",
        "both": "Krisesentersekretariatet og Likestillings- og diskrimineringsombudet",
    },
    "nn": {
        "mailbox": "Til ordføraren i {municipality} kommune",
        "mayor": "Til ordførar {name}, {municipality} kommune",
        "sources": "Kjelder",
        "counted": "Talt av Taushet tar liv",
        "invented": "Dikta opp for ein demonstrasjon",
        "yes": "ja",
        "no": "nei",
        "kss": "Krisesentersekretariatet",
        "both": "Krisesentersekretariatet og Likestillings- og diskrimineringsombodet",
    },
}


@dataclass(frozen=True)
class Ground:
    """What a whole mailing has in common, fetched once."""

    mailing: Mailing
    leaves_on: date
    indicators: list[Indicator]
    hooks: list[LegalHook]
    addresses: dict[str, str]
    facts: dict[tuple[str, str], Known]
    mandates: dict[str, Mandate]
    already: set[int]
    suppressed: set[str]
    why_not: str = ""


def leaving_day(mailing: Mailing) -> date:
    """The Oslo day on which the letters leave at the earliest."""
    moment = max(timezone.now(), mailing.send_at) if mailing.send_at else timezone.now()
    return moment.astimezone(OSLO).date()


def gather(mailing: Mailing, municipalities: list[Municipality]) -> Ground:
    """Fetch facts, offices and what was sent before, in a handful of queries however many letters there are."""
    version = mailing.demand_version
    indicators = [needed.indicator for needed in version.needed_facts.select_related("indicator")]
    leaves_on = leaving_day(mailing)
    mandates = {
        mandate.body.municipality_id: mandate
        for mandate in Mandate.objects.in_office(leaves_on)
        .filter(role=mailing.recipient, body__kind=Body.Kind.MUNICIPALITY, body__municipality__in=municipalities)
        .select_related("body", "politician")
    }
    return Ground(
        mailing=mailing,
        leaves_on=leaves_on,
        indicators=indicators,
        hooks=list(version.hooks.order_by("pk")),
        addresses=letter_addresses(version.demand),
        facts=known_values([place.number for place in municipalities], [indicator.key for indicator in indicators]),
        mandates=mandates,
        already=set(taken_mandates(mailing)),
        why_not=why_not_to_send(version),
        suppressed=set(
            Suppression.objects.filter(email__in=[mandate.email for mandate in mandates.values()]).values_list(
                "email", flat=True
            )
        ),
    )


def taken_mandates(mailing: Mailing) -> Iterable[int]:
    """Return the offices that have had this wording on this occasion, or are about to."""
    return Letter.objects.filter(
        demand_version=mailing.demand_version_id, occasion=mailing.occasion, status__in=Letter.TAKEN
    ).values_list("mandate", flat=True)


def make_letter(ground: Ground, municipality: Municipality) -> Letter:
    """Return an unsaved letter: ready with its text, or held with every reason."""
    mandate = ground.mandates.get(municipality.pk)
    letter = Letter(
        mailing=ground.mailing,
        demand_version=ground.mailing.demand_version,
        municipality=municipality,
        mandate=mandate,
        occasion=ground.mailing.occasion,
        language=municipality.letter_language,
        to_name=recipient_name(mandate, municipality) if mandate else "",
        to_email=mandate.email if mandate else "",
        facts=fact_snapshot(ground, municipality),
        held_for=reasons_to_hold(ground, municipality, mandate),
    )
    letter.is_demonstration = (mandate is not None and mandate.is_demonstration) or any(
        fact["is_demonstration"] for fact in letter.facts.values()
    )
    if not letter.held_for:
        try:
            letter.subject, letter.text = render_letter(ground, municipality, mandate, letter.facts)
        except BrokenTemplate as error:
            letter.held_for = [
                reason("broken_text", f"version-{ground.mailing.demand_version.number}", detail=str(error))
            ]
    if letter.held_for:
        letter.status = Letter.Status.HELD
    else:
        letter.status = Letter.Status.READY
        letter.content_hash = letter_hash(letter)
    return letter


def reasons_to_hold(ground: Ground, municipality: Municipality, mandate: Mandate | None) -> list[dict[str, Any]]:
    """Return everything that keeps a letter from being whole, each with the field at fault."""
    reasons = [reason(ground.why_not, "")] if ground.why_not else []
    if municipality.valid_to is not None and municipality.valid_to <= ground.leaves_on:
        reasons.append(reason("municipality_ended", municipality.number))
    if mandate is None or not mandate.email:
        reasons.append(reason("no_address", ground.mailing.recipient))
    elif mandate.email in ground.suppressed:
        reasons.append(reason("suppressed", ground.mailing.recipient, detail=mandate.email))
    if mandate is not None and mandate.pk in ground.already:
        reasons.append(reason("already_sent", ground.mailing.recipient))
    reasons += [
        reason("hook_lapsed", hook.key, names={"nb": hook.citation_nb, "nn": hook.citation_nn})
        for hook in ground.hooks
        if not hook.is_valid_on(ground.leaves_on)
    ]
    for indicator in ground.indicators:
        known = ground.facts.get((municipality.number, indicator.key))
        names = {code: getattr(indicator, f"name_{code}") for code in LANGUAGES}
        if known is None:
            reasons.append(reason("fact_missing", indicator.key, names=names))
        elif is_stale(known, ground.leaves_on):
            reasons.append(reason("fact_stale", indicator.key, names=names, detail=known.observed_on.isoformat()))
    return reasons


def reason(why: str, field: str, *, names: dict[str, str] | None = None, detail: str = "") -> dict[str, Any]:
    return {"why": why, "field": field, "names": names or {}, "detail": detail}


def stale_on(known: Known) -> date | None:
    """Return the first day a value is too old, None when it never is or is counted anew each time."""
    days = known.indicator.fresh_days
    if known.indicator.is_counted_by_us or days is None:
        return None
    return known.observed_on + timedelta(days=days)


def is_stale(known: Known, day: date) -> bool:
    first_day = stale_on(known)
    return first_day is not None and day >= first_day


def fact_snapshot(ground: Ground, municipality: Municipality) -> dict[str, dict[str, Any]]:
    """Return the facts as the letter states them, so that it can be explained and checked later."""
    snapshot = {}
    for indicator in ground.indicators:
        known = ground.facts.get((municipality.number, indicator.key))
        if known is not None:
            too_old = stale_on(known)
            snapshot[indicator.key] = {
                "value": known.value,
                "observed_on": known.observed_on.isoformat(),
                "source": "" if indicator.is_counted_by_us else known.source,
                "stale_on": too_old.isoformat() if too_old else "",
                "is_demonstration": known.is_demonstration,
            }
    return snapshot


def recipient_name(mandate: Mandate, municipality: Municipality) -> str:
    name = str(mandate.politician) if mandate.role == Mandate.Role.MAYOR else f"{municipality.name} kommune"
    return plain(name)[:LONGEST_NAME]


def render_letter(
    ground: Ground, municipality: Municipality, mandate: Mandate, facts: dict[str, dict[str, Any]]
) -> tuple[str, str]:
    """Return subject and text in the language form of the municipality, with its sources as numbered notes."""
    version, language = ground.mailing.demand_version, municipality.letter_language
    words = WORDS[language]
    with translation.override(language):
        values = {
            "greeting": words[mandate.role].format(name=mandate.politician, municipality=municipality.name),
            "municipality": municipality.name,
            "county": municipality.county.name,
            "senders": words[ground.mailing.senders],
            "fact": {fact_name(i.key): template_value(i, facts[i.key]["value"]) for i in ground.indicators},
            **ground.addresses,
        }
        sources = source_lines(ground, facts, language)
        subject, _notes = render_text(getattr(version, f"subject_{language}"), values, notes=sources)
        text, used = render_text(getattr(version, f"letter_{language}"), values, notes=sources)
        if used:
            notes = "\n".join(f"[{number}] {sources[key]}" for number, key in enumerate(used, 1))
            text = f"{text}\n\n{words['sources']}\n\n{notes}"
    if ground.mailing.senders == Mailing.Senders.BOTH and words["both"] not in text:
        raise BrokenTemplate(_("It does not say that both houses send it."))
    subject = " ".join(subject.split())
    if len(subject) > LONGEST_SUBJECT:
        raise BrokenTemplate(_("The subject is longer than %(limit)d characters.") % {"limit": LONGEST_SUBJECT})
    return subject, text + "\n"


def template_value(indicator: Indicator, value: str) -> Any:
    """Return a stored value as a template compares and shows it."""
    if indicator.kind == Indicator.Kind.YES_NO:
        return value == "yes"
    if indicator.kind == Indicator.Kind.NUMBER and value.lstrip("-").isdigit():
        return int(value)
    return indicator.show(value)


def source_lines(ground: Ground, facts: dict[str, dict[str, Any]], language: str) -> dict[str, str]:
    """Return what stands under Sources for each hook and fact."""
    lines = {hook.key: f"{getattr(hook, f'citation_{language}')}. {hook.url}" for hook in ground.hooks}
    words = WORDS[language]
    for indicator in ground.indicators:
        fact = facts[indicator.key]
        name = getattr(indicator, f"name_{language}")
        value = words[fact["value"]] if indicator.kind == Indicator.Kind.YES_NO else indicator.show(fact["value"])
        source = words["counted"] if indicator.is_counted_by_us else fact["source"].rstrip(".")
        if fact["is_demonstration"]:
            source = words["invented"]
        day = date_format(date.fromisoformat(fact["observed_on"]), "j. F Y")
        lines[indicator.key] = f"{name}: {value}. {source}, {day}."
    return {key: plain(line) for key, line in lines.items()}
