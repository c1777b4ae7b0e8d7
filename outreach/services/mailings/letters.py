"""Drafting one letter: from demands, facts and an office to a text, or every reason why there is none."""

from typing import Any

from django.utils import translation
from django.utils.formats import date_format

from municipalities.models import LanguageForm, Municipality
from outreach.models import Letter, Mailing, Mandate
from outreach.services.mailings.audiences import Candidate
from outreach.services.mailings.fingerprints import holder_of, letter_hash
from outreach.services.mailings.follow_up_texts import write_follow_up
from outreach.services.mailings.grounds import Ground
from outreach.services.mailings.holding import MAILING, reason, reasons_to_hold, stale_on
from outreach.services.mailings.holes import Hole
from outreach.services.mailings.letter_texts import (
    OWN_TEXTS,
    check_letter_text,
    fact_lines,
    fact_values,
    shared_values,
    variant_of,
    write_text,
)
from outreach.services.mailings.salutations import recipient_name
from outreach.services.privacy.way_out import with_way_out
from taushet.texts import BrokenTemplate, plain


def language_of(mailing: Mailing, municipality: Municipality | None) -> str:
    """Return the language form of a letter: the municipality's own, or what the mailing has chosen.

    A demand of a municipality binds state bodies (språklova § 11); one that is neutral, and national offices, leave
    the choice to whoever writes.
    """
    asks = municipality is not None and municipality.language_form != LanguageForm.NEUTRAL
    if asks and mailing.language_rule == Mailing.LanguageRule.MUNICIPALITY:
        return municipality.letter_language
    return mailing.language


def make_letter(ground: Ground, row: Candidate | None, mandate: Mandate | None, place: Municipality | None) -> Letter:
    """Return an unsaved letter: ready with its text, or held with every reason."""
    mailing, language = ground.mailing, language_of(ground.mailing, place)
    letter = Letter(
        mailing=mailing,
        demand_version=ground.versions[0],
        municipality=place,
        mandate=mandate,
        occasion=ground.occasion,
        language=language,
        to_name=recipient_name(mandate, place) if mandate else "",
        to_email=mandate.email if mandate else "",
        holder=holder_of(mandate) if mandate else "",
        facts=snapshot(ground, place),
        held_for=reasons_to_hold(ground, row, mandate, place, language),
    )
    letter.is_demonstration = (mandate is not None and mandate.is_demonstration) or any(
        fact["is_demonstration"] for fact in letter.facts.values()
    )
    if not letter.held_for:
        write_letter(ground, letter)
    return settle_draft(letter, ground)


def write_letter(ground: Ground, letter: Letter) -> None:
    """Give a letter its subject, text and variant, or the reason why it cannot have them."""
    follow_up = ground.follow_ups.get(letter.mandate_id)
    try:
        if follow_up:
            write_follow_up(follow_up, letter)
        else:
            values, sources = ground_of(ground, letter)
            shown = (ground.mailing, ground.versions, letter.language, values, sources)
            letter.subject, letter.text = write_text(*shown)
            letter.variant = variant(ground, letter, shown)
        letter.text = with_way_out(letter.mandate, letter.text, letter.language)
        check_letter_text(ground.mailing, letter.language, letter.subject, letter.text)
    except BrokenTemplate as error:
        letter.subject = letter.text = letter.variant = ""
        letter.held_for = [broken(ground, error)]


def broken(ground: Ground, error: BrokenTemplate) -> dict[str, Any]:
    """Return the reason that a wording gives, with the text at fault: one of the mailing's own, or that of a demand."""
    why = "hole" if isinstance(error, Hole) else "broken_text"
    if error.part in OWN_TEXTS:
        return reason(why, error.part, detail=str(error), at=MAILING)
    version = next((one for one in ground.versions if one.demand.slug == error.part), ground.versions[0])
    return reason(why, f"version-{version.number}", detail=str(error), at=version.demand.slug)


def variant(ground: Ground, letter: Letter, shown: tuple) -> str:
    """Return which paragraphs a letter has: those of every letter to the place, unless a text asks who it is to."""
    key = ("variant", letter.municipality_id, letter.language)
    if ground.made.get(key) and not ground.asks_who:
        return ground.made[key]
    ground.made[key] = variant_of(letter.language, "\n".join(write_text(*shown, shows_names=True)))
    return ground.made[key]


def settle_draft(letter: Letter, ground: Ground) -> Letter:
    """Say whether a letter can go, and give one that can its fingerprint."""
    letter.held_codes = "".join(f" {code} " for code in dict.fromkeys(one["why"] for one in letter.held_for))
    letter.status = Letter.Status.HELD if letter.held_for else Letter.Status.READY
    letter.content_hash = "" if letter.held_for else letter_hash(letter, [version.pk for version in ground.versions])
    return letter


def ground_of(ground: Ground, letter: Letter) -> tuple[dict, dict]:
    """Return values and sources of each wording; what letters to one place share is made once."""
    place, language = letter.municipality, letter.language
    key = (letter.municipality_id, language)
    if key not in ground.made:
        ground.made[key] = [
            (
                fact_values(one.indicators, letter.facts, language),
                {hook.key: plain(f"{getattr(hook, f'citation_{language}')}. {hook.url}") for hook in one.hooks}
                | fact_lines(one.indicators, letter.facts, language),
            )
            for one in ground.asked
        ]
    shared = shared_values(ground.mailing, letter.mandate, place, language) | sent_on(ground, letter)
    values, sources = {}, {}
    for one, (facts, lines) in zip(ground.asked, ground.made[key], strict=True):
        values[one.version.pk] = {
            **shared,
            **sent_on(ground, letter),
            **one.addresses,
            **({"fact": facts} if place else {}),
        }
        sources[one.version.pk] = lines
    return values, sources


def sent_on(ground: Ground, letter: Letter) -> dict[str, str]:
    """Return the day of the letter that this one follows, as a letter writes it."""
    if not ground.mailing.origin_id:
        return {}
    day = ground.sent_on.get(letter.mandate_id)
    with translation.override(letter.language):
        return {"sent_on": date_format(day, "j. F Y") if day else ""}


def snapshot(ground: Ground, place: Municipality | None) -> dict[str, dict[str, Any]]:
    """Return the facts as the letter states them, so that it can be explained and checked later."""
    if place is None:
        return {}
    key = ("facts", place.number)
    if key not in ground.made:
        found = {}
        for indicator in ground.indicators:
            if known := ground.facts.get((place.number, indicator.key)):
                too_old = stale_on(known)
                found[indicator.key] = {
                    "value": known.value,
                    "observed_on": known.observed_on.isoformat(),
                    "source": "" if indicator.is_counted_by_us else known.source,
                    "stale_on": too_old.isoformat() if too_old else "",
                    "is_demonstration": known.is_demonstration,
                }
        ground.made[key] = found
    return ground.made[key]
