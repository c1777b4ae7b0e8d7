"""The text of one letter: its greeting, opening, demands, closing, and the sources of them all as numbered notes."""

import hashlib
import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.utils import translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from municipalities.models import Indicator, Municipality
from outreach.models import DemandVersion, Mailing, Mandate
from outreach.services.demands.wordings import fact_name
from outreach.services.mailings.audiences import LOCAL
from outreach.services.mailings.holes import Hole, hole_in
from outreach.services.mailings.letter_blocks import FAREWELL, block_of, joined_subject, listed, split_letters
from outreach.services.mailings.salutations import WORDS, greeting, name_with_party
from outreach.services.mailings.starts import LONGEST_SUBJECT, subject_of
from taushet.text_comparisons import TEXT
from taushet.text_values import number
from taushet.texts import BrokenTemplate, Vocabulary, check_template, plain, render_text

LONGEST_LETTER = 20_000
PERSONAL = re.compile(r"\{%-?\s*(?:el)?if\b[^%]*\b(?:greeting|recipient)\b")
ASKS_FACT = re.compile(r"\bfact\.(\w+)")
OWN_GREETING = re.compile(r"\{\{-?\s*(greeting|senders)\b")
# What the opening, the closing and the subject of a mailing may say.
OWN_VALUES = ("recipient", "senders", "courses_url")
LOCAL_VALUES = ("municipality", "county")
# What a reminder and a correction know besides: the day on which the office got the letter they follow.
FOLLOWING_VALUES = ("sent_on",)
OWN_TEXTS = tuple(f"{name}_{code}" for name in ("subject", "opening", "closing") for code in ("nb", "nn"))


def own_vocabulary(level: str, *, follows: bool = False) -> Vocabulary:
    """What the mailing's own texts may say: the place only where every recipient has one."""
    values = OWN_VALUES + (LOCAL_VALUES if level == LOCAL else ()) + (FOLLOWING_VALUES if follows else ())
    return Vocabulary(values=frozenset(values), kinds=dict.fromkeys(values, TEXT))


def own_text_faults(texts: Mapping[str, str], level: str, *, follows: bool = False) -> dict[str, str]:
    """Return what is wrong with the mailing's own texts, by field; a text in one form only is a fault too."""
    faults = {}
    for name in OWN_TEXTS:
        try:
            check_template(texts.get(name, ""), own_vocabulary(level, follows=follows))
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
    called, so that letters with the same paragraphs are alike, and its wording is looked over for holes. Raises
    BrokenTemplate when it cannot be whole; `part` of the error is the wording at fault.
    """
    words, first = WORDS[language], versions[0]
    pen = Pen(language, values, sources, shows_names)
    subject = write_subject(mailing, versions, language, pen)
    if is_whole_letter(mailing, versions, language):
        text = pen.write_version(first, getattr(first, f"letter_{language}"))
    else:
        hello = values[first.pk]["greeting"] if not shows_names else "‹greeting›"
        opening, closing = (getattr(mailing, f"{name}_{language}").strip() for name in ("opening", "closing"))
        parts = [hello]
        if opening:
            parts.append(pen.write(f"opening_{language}", opening, values[first.pk]))
        parts += write_demands(versions, language, pen, names_them=not opening)
        if closing:
            parts.append(pen.write(f"closing_{language}", closing, values[first.pk]))
        if not FAREWELL.search(closing):
            parts.append(f"{words['farewell']}\n{words[mailing.senders]}")
        text = "\n\n".join(parts)
    return " ".join(subject.split()), re.sub(r"\n(?:[ \t]*\n){2,}", "\n\n", text + pen.notes()) + "\n"


class CountedLine(str):
    """What stands under Sources for a fact that we count ourselves. It is true on the day it names, so it is told."""


class Pen:
    """Writes the parts of one letter, with their sources numbered through the whole of it."""

    def __init__(self, language, values, sources, shows_names):
        self.language, self.values, self.shows_names = language, values, shows_names
        self.used: list[str] = []
        self.counted: list[str] = []
        self.lines = {key: line for lines in reversed(sources.values()) for key, line in lines.items()}
        by_line: dict[str, str] = {}
        # Two sources that read alike have one number.
        self.same = {key: by_line.setdefault(line, key) for key, line in self.lines.items()}
        self.known = {pk: {key: self.same[key] for key in lines} for pk, lines in sources.items()}

    def write(self, part: str, source: str, values: Mapping[str, Any], notes: Mapping[str, str] | None = None) -> str:
        try:
            text, self.used = render_text(
                source, values, notes or {}, used=self.used, shows_names=self.shows_names, is_whole=True
            )
            if self.shows_names and (hole := hole_in(text)):
                raise Hole(hole)
        except BrokenTemplate as error:
            error.part = part
            raise
        return text

    def write_version(self, version: DemandVersion, source: str, **more: Any) -> str:
        asked = set(ASKS_FACT.findall(source))
        self.counted += [key for key in self.known[version.pk] if fact_name(key) in asked and self.is_counted(key)]
        return self.write(version.demand.slug, source, {**self.values[version.pk], **more}, self.known[version.pk])

    def is_counted(self, key: str) -> bool:
        return isinstance(self.lines[key], CountedLine)

    def notes(self) -> str:
        """Return the sources by number, then what we have counted ourselves where no number in the text says when."""
        unmarked = [key for key in dict.fromkeys(self.counted) if self.same[key] not in self.used]
        told = [key if self.shows_names else self.lines[key] for key in (*self.used, *unmarked)]
        lines = [f"[{number}] {line}" for number, line in enumerate(told[: len(self.used)], 1)] + told[len(self.used) :]
        return "\n\n".join(["", WORDS[self.language]["sources"], "\n".join(lines)]) if lines else ""


def write_subject(mailing: Mailing, versions: list[DemandVersion], language: str, pen: Pen) -> str:
    """Return the subject: the mailing's own, or one that names the demand, both, or the matter of them all."""
    first, words = versions[0], WORDS[language]
    if own := getattr(mailing, f"subject_{language}").strip():
        return pen.write(f"subject_{language}", own, pen.values[first.pk])
    each = [pen.write_version(version, getattr(version, f"subject_{language}")) for version in versions]
    subject = each[0] if len(each) == 1 else joined_subject(each, longest=LONGEST_SUBJECT)
    if not subject:
        form = words["many_here" if "municipality" in pen.values[first.pk] else "many"]
        source = form.replace("‹number›", words["numbers"][len(each)])
        subject = pen.write(first.demand.slug, source[:1].upper() + source[1:], pen.values[first.pk])
    return subject_of(mailing.occasion, subject, language)


def write_demands(versions: list[DemandVersion], language: str, pen: Pen, *, names_them: bool) -> list[str]:
    """Return the demands one after another under their titles, and after the last what closes them all."""
    letters = tuple(getattr(version, f"letter_{language}") for version in versions)
    if len(versions) == 1:
        return [pen.write_version(versions[0], block_of(letters[0]))]
    titles = [f"{number}. {plain(getattr(v, f'title_{language}'))}" for number, v in enumerate(versions, 1)]
    words = WORDS[language]
    parts = []
    if names_them:
        parts += [words["holds"].replace("‹number›", words["numbers"][len(versions)]), "\n".join(titles)]
    bodies, closing = split_letters(letters)
    for version, title, body in zip(versions, titles, bodies, strict=True):
        parts += [title, pen.write_version(version, body)]
    pages = listed([pen.values[version.pk]["demand_url"] for version in versions])
    parts += [pen.write_version(versions[position], text, demand_url=pages) for position, text in closing]
    return parts


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
    """Return a stored value as a template compares and shows it; a number is shown without its unit."""
    if indicator.kind == Indicator.Kind.YES_NO:
        return value == "yes"
    if indicator.kind == Indicator.Kind.NUMBER:
        return number(Decimal(value), indicator.show_number(value))
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
            source = words["counted"] if indicator.is_counted_by_us else fact["source"].rstrip(". ")
            if fact["is_demonstration"]:
                source = words["invented"]
            day = date_format(date.fromisoformat(fact["observed_on"]), "j. F Y")
            line = plain(f"{name}: {value}. {source}, {day}.")
            lines[indicator.key] = CountedLine(line) if indicator.is_counted_by_us else line
    return lines
