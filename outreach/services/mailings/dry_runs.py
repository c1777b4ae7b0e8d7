"""Reading a mailing before it leaves: what is held and why, and which texts there are."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.db.models import Count, Min, QuerySet
from django.utils.translation import gettext as _

from outreach.models import Letter, Mailing
from outreach.models.hold_words import HOLD_KINDS
from outreach.services.mailings.differences import Piece, calmed, compare

MOST_VARIANTS = 24
MOST_EDITED = 24


def held_counts(mailing: Mailing) -> list[tuple[str, str, int]]:
    """Return why letters are held: code, words and how many, the most frequent first."""
    found: Counter[str] = Counter()
    groups = mailing.letters.held().order_by().values_list("held_codes").annotate(number=Count("pk"))
    for codes, number in groups:
        for code in codes.split():
            found[code] += number
    return [(code, str(HOLD_KINDS.get(code, code)), number) for code, number in found.most_common()]


@dataclass(frozen=True)
class Variant:
    """Letters that have the same paragraphs and differ in names and numbers only, or one edited by hand."""

    key: str
    number: int
    example: Letter
    # How the example differs from that of the largest group in the same language form; empty for that group itself.
    # How a letter edited by hand differs from its own draft.
    pieces: list[Piece]

    @property
    def is_edited(self) -> bool:
        return self.example.is_edited


def variants(mailing: Mailing) -> list[Variant]:
    """Return which texts the letters that go have, the most frequent first in each language form.

    A letter edited by hand is a text of its own, after those of its language form, and no example of others.
    """
    going = mailing.letters.going().exclude(variant="").filter(edited_at=None)
    groups = list(going.order_by().values("language", "variant").annotate(number=Count("pk"), first=Min("pk")))
    groups.sort(key=lambda group: (group["language"], -group["number"], group["first"]))
    shown = groups[:MOST_VARIANTS]
    letters = Letter.objects.select_related("municipality__county", "mandate__politician", "mandate__body")
    examples = letters.in_bulk([group["first"] for group in shown])
    found: list[Variant] = []
    base: dict[str, Letter] = {}
    for group in shown:
        example = examples[group["first"]]
        first = base.setdefault(group["language"], example)
        pieces = []
        if first is not example:
            pieces = calmed(compare(first.text, example.text), [*shown_by(first), *shown_by(example)])
        found.append(Variant(group["variant"], group["number"], example, pieces))
    by_hand = letters.filter(pk__in=edited_letters(mailing)).select_related("edited_by")[:MOST_EDITED]
    found += [Variant("", 1, letter, from_draft(letter)) for letter in by_hand]
    return sorted(found, key=lambda variant: variant.example.language)  # keeps the order within each form


def edited_letters(mailing: Mailing) -> QuerySet[Letter]:
    """Return the letters that go with what somebody wrote by hand."""
    return mailing.letters.going().exclude(edited_at=None)


def from_draft(letter: Letter) -> list[Piece]:
    """Return how a letter edited by hand differs from its draft, subject and text."""
    return compare(f"{letter.drafted_subject}\n\n{letter.drafted_text}", f"{letter.subject}\n\n{letter.text}")


def shown_by(letter: Letter) -> list[str]:
    """Return what a letter shows of its recipient and of what is known: the salutation, names, facts and sources."""
    facts = [str(fact[name]) for fact in letter.facts.values() for name in ("value", "source")]
    county = [letter.municipality.county.name] if letter.municipality else []
    return [letter.text.partition("\n")[0], letter.place_name, letter.to_name, *county, *facts]


def letter_table(letters: QuerySet[Letter]) -> tuple[list[str], Iterable[list]]:
    """Return the heading and the rows of a list of letters to take out; the rows are read as they are written."""
    heading = [
        *(_("Municipality or body"), _("To"), _("E-mail"), _("Language form"), _("Status"), _("Held because")),
        *(_("Edited by hand"), _("Subject")),
    ]
    return heading, rows_of(letters)


def rows_of(letters: QuerySet[Letter]) -> Iterator[list]:
    shown = letters.select_related("municipality", "mandate__politician", "mandate__body").defer("text", "drafted_text")
    for letter in shown.iterator(chunk_size=500):
        yield [
            letter.place_name,
            letter.to_name,
            letter.to_email,
            letter.language,
            letter.get_status_display(),
            " ".join(letter.held_reasons),
            _("Yes") if letter.is_edited else "",
            letter.subject,
        ]
