"""The text of one letter: its greeting, opening, demands, closing, and the sources of them all as numbered notes."""

import hashlib
import re
from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.utils import translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from municipalities.models import Indicator, Municipality
from outreach.models import DemandVersion, Mailing, Mandate
from outreach.services.demands.wordings import fact_name
from outreach.services.mailings.audiences import LOCAL
from outreach.services.mailings.salutations import WORDS, greeting, name_with_party
from taushet.texts import BrokenTemplate, Vocabulary, check_template, plain, render_text

LONGEST_SUBJECT = 200
LONGEST_LETTER = 20_000
GREETED = re.compile(r"\A\s*\{\{-?\s*greeting\s*-?\}\}[^\S\n]*\n+")
FAREWELL = re.compile(r"^Med venn(?:lig hilsen|leg helsing)\b.*\Z", re.MULTILINE | re.DOTALL)
PERSONAL = re.compile(r"\{%-?\s*(?:el)?if\b[^%]*\b(?:greeting|recipient)\b")
OWN_GREETING = re.compile(r"\{\{-?\s*(greeting|senders)\b")
# What the opening, the closing and the subject of a mailing may say.
OWN_VALUES = ("recipient", "senders", "courses_url")
LOCAL_VALUES = ("municipality", "county")
OWN_TEXTS = tuple(f"{name}_{code}" for name in ("subject", "opening", "closing") for code in ("nb", "nn"))


def own_vocabulary(level: str) -> Vocabulary:
    """What the mailing's own texts may say: the place only where every recipient has one."""
    return Vocabulary(values=frozenset(OWN_VALUES + (LOCAL_VALUES if level == LOCAL else ())))


def own_text_faults(texts: Mapping[str, str], level: str) -> dict[str, str]:
    """Return what is wrong with the mailing's own texts, by field; a text in one form only is a fault too."""
    faults = {}
    for name in OWN_TEXTS:
        try:
            check_template(texts.get(name, ""), own_vocabulary(level))
        except BrokenTemplate as error:
            faults[name] = str(error)
    for name in ("subject", "opening", "closing"):
        filled = [code for code in ("nb", "nn") if texts.get(f"{name}_{code}", "").strip()]
        if len(filled) == 1:
            lacking = "nn" if filled == ["nb"] else "nb"
            faults.setdefault(f"{name}_{lacking}", _("Write it in both forms of Norwegian, or in neither."))
    return faults


def lacks_text(mailing: Mailing, versions: list[DemandVersion], language: str) -> DemandVersion | None:
    """Return the first demand without a text in a language form, or None."""
    for version in versions:
        if not getattr(version, f"letter_{language}").strip() or not getattr(version, f"subject_{language}").strip():
            return version
    return None


@lru_cache(maxsize=64)
def block_of(source: str) -> str:
    """Return a demand's letter without its own greeting and farewell, to stand among others."""
    return FAREWELL.sub("", GREETED.sub("", source)).strip()


def is_whole_letter(mailing: Mailing, versions: list[DemandVersion], language: str) -> bool:
    """Whether the letter of the only demand is the whole letter, with its own greeting and farewell."""
    own = any(getattr(mailing, f"{name}_{language}").strip() for name in ("opening", "closing"))
    return len(versions) == 1 and not own and bool(OWN_GREETING.search(getattr(versions[0], f"letter_{language}")))


def write_text(
    mailing: Mailing,
    versions: list[DemandVersion],
    language: str,
    values: Mapping[int, Mapping[str, Any]],
    sources: Mapping[int, Mapping[str, str]],
    *,
    shows_names: bool = False,
) -> tuple[str, str]:
    """Return subject and text of a letter in a language form.

    `values` and `sources` are by the key of each wording. With `shows_names` the text shows what its values are
    called, so that letters with the same paragraphs are alike. Raises BrokenTemplate when it cannot be whole.
    """
    words, how = WORDS[language], {"shows_names": shows_names, "is_whole": True}
    first = versions[0]
    own_subject = getattr(mailing, f"subject_{language}").strip()
    subject, _used = render_text(own_subject or getattr(first, f"subject_{language}"), values[first.pk], **how)
    used: list[str] = []
    if is_whole_letter(mailing, versions, language):
        source = getattr(first, f"letter_{language}")
        text, used = render_text(source, values[first.pk], sources[first.pk], **how)
    else:
        hello = values[first.pk]["greeting"] if not shows_names else "‹greeting›"
        opening, closing = (getattr(mailing, f"{name}_{language}").strip() for name in ("opening", "closing"))
        parts = [hello]
        if opening:
            parts.append(render_text(opening, values[first.pk], **how)[0])
        for number, version in enumerate(versions, 1):
            source = block_of(getattr(version, f"letter_{language}"))
            block, used = render_text(source, values[version.pk], sources[version.pk], used=used, **how)
            if len(versions) > 1:
                parts.append(f"{number}. {plain(getattr(version, f'title_{language}'))}")
            parts.append(block)
        if closing:
            parts.append(render_text(closing, values[first.pk], **how)[0])
        if not FAREWELL.search(closing):
            parts.append(f"{words['farewell']}\n{words[mailing.senders]}")
        text = "\n\n".join(parts)
    if used:
        every = {key: line for version in reversed(versions) for key, line in sources[version.pk].items()}
        lines = [key if shows_names else every[key] for key in used]
        notes = "\n".join(f"[{number}] {line}" for number, line in enumerate(lines, 1))
        text = f"{text}\n\n{words['sources']}\n\n{notes}"
    return " ".join(subject.split()), re.sub(r"\n(?:[ \t]*\n){2,}", "\n\n", text) + "\n"


def check_letter_text(mailing: Mailing, language: str, subject: str, text: str) -> None:
    """Raise BrokenTemplate when a letter does not say who sends it, or is longer than a letter may be."""
    if mailing.senders == Mailing.Senders.BOTH and WORDS[language]["both"] not in text:
        raise BrokenTemplate(_("It does not say that both houses send it."))
    if len(subject) > LONGEST_SUBJECT:
        raise BrokenTemplate(_("The subject is longer than %(limit)d characters.") % {"limit": LONGEST_SUBJECT})
    if len(text) > LONGEST_LETTER:
        raise BrokenTemplate(_("The text is longer than %(limit)d characters.") % {"limit": LONGEST_LETTER})


def asks_who(mailing: Mailing, versions: list[DemandVersion]) -> bool:
    """Whether a text has paragraphs that depend on the person it goes to, not only on the place."""
    names = [f"{name}_{code}" for name in ("subject", "letter") for code in ("nb", "nn")]
    sources = [getattr(version, name) for version in versions for name in names]
    return any(PERSONAL.search(source) for source in (*sources, *(getattr(mailing, name) for name in OWN_TEXTS)))


def variant_of(language: str, skeleton: str) -> str:
    """Return what letters with the same paragraphs have in common."""
    return hashlib.sha256(f"{language}\n{skeleton}".encode()).hexdigest()[:12]


def shared_values(
    mailing: Mailing, mandate: Mandate, municipality: Municipality | None, language: str
) -> dict[str, Any]:
    """Return what every part of a letter to an office may say."""
    values = {
        "greeting": greeting(mandate, municipality, language),
        "recipient": name_with_party(mandate) if mandate.politician else municipality.name if municipality else "",
        "senders": WORDS[language][mailing.senders],
        "courses_url": f"{settings.BASE_URL}/kurs/",
    }
    if municipality is not None:
        values |= {"municipality": municipality.name, "county": municipality.county.name}
    return values


def fact_values(indicators: list[Indicator], facts: Mapping[str, Mapping[str, Any]], language: str) -> dict[str, Any]:
    """Return the facts as templates compare and show them."""
    with translation.override(language):
        return {fact_name(i.key): template_value(i, facts[i.key]["value"]) for i in indicators if i.key in facts}


def template_value(indicator: Indicator, value: str) -> Any:
    """Return a stored value as a template compares and shows it."""
    if indicator.kind == Indicator.Kind.YES_NO:
        return value == "yes"
    if indicator.kind == Indicator.Kind.NUMBER and value.lstrip("-").isdigit():
        return int(value)
    return indicator.show(value)


def fact_lines(indicators: list[Indicator], facts: Mapping[str, Mapping[str, Any]], language: str) -> dict[str, str]:
    """Return what stands under Sources for each fact."""
    lines, words = {}, WORDS[language]
    with translation.override(language):
        for indicator in indicators:
            if indicator.key not in facts:
                continue
            fact = facts[indicator.key]
            name = getattr(indicator, f"name_{language}")
            value = words[fact["value"]] if indicator.kind == Indicator.Kind.YES_NO else indicator.show(fact["value"])
            source = words["counted"] if indicator.is_counted_by_us else fact["source"].rstrip(".")
            if fact["is_demonstration"]:
                source = words["invented"]
            day = date_format(date.fromisoformat(fact["observed_on"]), "j. F Y")
            lines[indicator.key] = plain(f"{name}: {value}. {source}, {day}.")
    return lines
