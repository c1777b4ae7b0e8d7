"""Parties, one spelling for each: sources write Arbeiderpartiet, AP, A and DNA for the same.

Codes and names are those of the official election results (valgresultat.no) and of the Storting's export. Offices keep
the short form, as it stands in brackets after a name. A list that is no registered party is kept as it is written.
"""

import re
from collections.abc import Iterable
from functools import lru_cache

from outreach.models import Mandate
from taushet.texts import plain

# Short form -> name in bokmål, name in nynorsk, how else sources write it.
PARTIES = {
    "Ap": ("Arbeiderpartiet", "Arbeidarpartiet", ("A", "DNA", "Det norske arbeiderparti", "Det norske arbeidarparti")),
    "FrP": ("Fremskrittspartiet", "Framstegspartiet", ("Fremskrittspartiet FRP",)),
    "H": ("Høyre", "Høgre", ("Høire",)),
    "INP": ("Industri- og Næringspartiet", "Industri- og Næringspartiet", ("Industri og næringspartiet",)),
    "K": ("Konservativt", "Konservativt", ("Partiet De Kristne", "PDK", "KRISTNE")),
    "KrF": ("Kristelig Folkeparti", "Kristeleg Folkeparti", ()),
    "Lib": ("Liberalistene", "Liberalistane", ("LIBS",)),
    "MDG": ("Miljøpartiet De Grønne", "Miljøpartiet Dei Grøne", ("De Grønne", "Dei Grøne", "Miljøpartiet")),
    "ND": ("Norgesdemokratene", "Noregsdemokratane", ("DEMN", "Demokratene", "Demokratene i Norge")),
    "NKP": ("Norges Kommunistiske Parti", "Noregs Kommunistiske Parti", ()),
    "PF": ("Pasientfokus", "Pasientfokus", ("PASF",)),
    "PP": ("Pensjonistpartiet", "Pensjonistpartiet", ()),
    "R": ("Rødt", "Raudt", ("Partiet Rødt", "RV")),
    "SV": ("Sosialistisk Venstreparti", "Sosialistisk Venstreparti", ()),
    "Sp": ("Senterpartiet", "Senterpartiet", ()),
    "V": ("Venstre", "Venstre", ()),
}
FORM_NN = 1


@lru_cache(maxsize=4096)  # a list says the same few a thousand times
def party_key(party: str) -> str:
    """Return what spellings of a party have in common that differ in case, spaces and signs only."""
    return " ".join(re.sub(r"[\s.,;:()\-–/]+", " ", plain(party).casefold()).split())


def _spellings() -> dict[str, str]:
    known = {}
    for short, (bokmal, nynorsk, others) in PARTIES.items():
        for words in (short, bokmal, nynorsk, *others):
            known[party_key(words)] = short
        for name in (bokmal, nynorsk):  # «SV - Sosialistisk Venstreparti», «Høyre (H)»
            known |= {party_key(f"{short} {name}"): short, party_key(f"{name} {short}"): short}
    return known


SHORT = _spellings()


def is_party(text: str) -> bool:
    """Whether a text is a registered party, however it is written."""
    return party_key(text) in SHORT


@lru_cache(maxsize=4096)
def short_party(party: str) -> str:
    """Return a party as it is kept and stands in brackets: `Ap` for Arbeiderpartiet, a local list as it is."""
    party = plain(party).strip()
    return SHORT.get(party_key(party), party)


def same_party(one: str, other: str) -> bool:
    """Whether two texts mean the same party or list."""
    return party_key(short_party(one)) == party_key(short_party(other))


def party_name(party: str, language: str) -> str:
    """Return what a party is called: its name in a form of Norwegian with the short form, a local list as it is."""
    short = short_party(party)
    if short not in PARTIES:
        return short
    name = PARTIES[short][FORM_NN if language.startswith("nn") else 0]
    return f"{name} ({short})"


def parties_in_office() -> list[str]:
    """Return every party that somebody in office belongs to, in short; spellings of one list once."""
    found = Mandate.objects.in_office().exclude(party="").order_by("party").values_list("party", flat=True).distinct()
    return list({party_key(short_party(party)): short_party(party) for party in found}.values())


def spellings_of(parties: Iterable[str]) -> set[str]:
    """Return how offices here write some parties, whoever put them in."""
    wanted = {party_key(short_party(party)) for party in parties}
    found = Mandate.objects.exclude(party="").order_by().values_list("party", flat=True).distinct()
    return {party for party in found if party_key(short_party(party)) in wanted}


class PartyWords:
    """Parties of a list on their way in: a local list is spelled as it is here already, or as it first stands."""

    def __init__(self) -> None:
        self.known = {party_key(party): party for party in parties_in_office()}

    def __call__(self, party: str) -> str:
        short = short_party(party)
        return self.known.setdefault(party_key(short), short) if short else ""
