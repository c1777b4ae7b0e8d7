"""Reading lists of councillors: every municipality writes its own, so a person says what each column is."""

import re
from dataclasses import dataclass, field

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from municipalities.names import fold
from municipalities.services.place_cells import Place, Places
from outreach.models import Mandate
from outreach.services.offices.office_names import fault_of_name, name_key, split_name, take_apart
from outreach.services.offices.parties import PartyWords, same_party
from taushet.tables.cells import clean_text
from taushet.tables.reading import Limits, Row

Role = Mandate.Role
# All councils of the country with their substitutes, and columns nobody asked for.
LIMITS = Limits(bytes=5 * 1024 * 1024, rows=30_000)


class Part(models.TextChoices):
    """What a column can hold."""

    PLACE = "place", gettext_lazy("Municipality or county")
    NAME = "name", gettext_lazy("Whole name")
    FIRST = "first", gettext_lazy("First name")
    LAST = "last", gettext_lazy("Last name")
    PARTY = "party", gettext_lazy("Party")
    ROLE = "role", gettext_lazy("Office")
    COMMITTEE = "committee", gettext_lazy("Committee")
    EMAIL = "email", gettext_lazy("E-mail address")
    PERIOD = "period", gettext_lazy("Election period")
    SOURCE = "source", gettext_lazy("Source")  # of mail-boxes only


# How headings are spelled, as `fold` leaves them (å is a, ø is o).
HEADINGS = {
    Part.PLACE: ("kommune", "kommunenr", "kommunenummer", "kommunenavn", "knr", "municipality", "fylke", "sted"),
    Part.NAME: ("navn", "namn", "name", "kandidatnavn", "representant", "medlem", "fullt navn", "kandidat"),
    Part.FIRST: ("fornavn", "fornamn", "first name", "firstname"),
    Part.LAST: ("etternavn", "etternamn", "last name", "lastname", "slektsnavn"),
    Part.PARTY: ("parti", "party", "partinavn", "liste", "partikode", "partigruppe", "gruppe"),
    Part.ROLE: ("verv", "rolle", "funksjon", "role", "status", "stilling", "tittel", "type", "posisjon"),
    Part.COMMITTEE: ("utvalg", "komite", "committee", "utval", "hovedutvalg"),
    Part.EMAIL: (
        "epost",
        "e post",
        "epostadresse",
        "e postadresse",
        "email",
        "e mail",
        "mail",
        "mailadresse",
        "postmottak",
    ),
    Part.PERIOD: ("periode", "valgperiode", "valperiode", "period"),
    Part.SOURCE: ("kilde", "kjelde", "source", "nettside", "nettadresse", "url"),
}
ROLES = {
    Role.MAYOR: ("ordforer", "ordforar", "fylkesordforer", "fylkesordforar", "mayor"),
    Role.DEPUTY_MAYOR: (
        *("varaordforer", "varaordforar", "nestvaraordforer", "nestvaraordforar"),
        *("fylkesvaraordforer", "fylkesvaraordforar", "deputy mayor"),
    ),
    Role.COUNCILLOR: (
        "kommunestyrerepresentant",
        "kommunestyremedlem",
        "kommunestyret",
        "representant",
        "medlem",
        "medlem av kommunestyret",
        "fast medlem",
        "fast representant",
        "bystyremedlem",
        "bystyrerepresentant",
        "heradsstyremedlem",
        "fylkestingsrepresentant",
        "fylkestingsmedlem",
        "folkevalgt",
        "folkevald",
        "innvalgt",
        "councillor",
    ),
    Role.SUBSTITUTE: ("vara", "varamedlem", "vararepresentant", "vararepr", "varamann", "motende vara", "substitute"),
    Role.GROUP_LEADER: ("gruppeleder", "gruppeleiar", "gruppeformann", "parlamentarisk leder", "group leader"),
    Role.MEMBER: ("utvalgsmedlem", "utvalsmedlem", "komitemedlem", "medlem av utvalget", "committee member"),
    Role.COMMITTEE_LEADER: ("utvalgsleder", "utvalsleiar", "komiteleder", "leder", "leiar", "hovedutvalgsleder"),
    Role.BOARD_MEMBER: ("formannskap", "formannskapsmedlem", "medlem av formannskapet", "fylkesutvalgsmedlem"),
    Role.DIRECTOR: ("kommunedirektor", "radmann", "administrasjonssjef", "fylkeskommunedirektor", "fylkesradmann"),
}
ROLE_OF = {fold(word): role for role, words in ROLES.items() for word in words}
# Elected by and among the members of the council (kommuneloven §§ 6-2 and 5-6).
AMONG_MEMBERS = frozenset({Role.MAYOR, Role.DEPUTY_MAYOR, Role.GROUP_LEADER, Role.BOARD_MEMBER})
IN_COMMITTEES = frozenset({Role.COMMITTEE_LEADER, Role.MEMBER})
BOARDS = frozenset({"formannskap", "formannskapet", "formannskapsmedlem", "fylkesutvalg", "fylkesutvalget"})
# What stands in brackets after a name and is no party.
AWAY_WORDS = frozenset(
    {"permisjon", "i permisjon", "permittert", "fritak", "fritatt", "friteken", "sykmeldt", "sjukmeld"}
)
# Where people have an address of their own: an office seldom has one there.
PRIVATE_HOSTS = re.compile(
    r"@(?:(?:gmail|googlemail|hotmail|outlook|live|msn|yahoo|icloud|me|mac|proton|protonmail|aol|gmx)\.[a-z.]+"
    r"|(?:online|getmail|broadpark|start|frisurf|c2i|lyse|altibox|telenor|haugnett|ebnett|epost|tussa)\.(?:no|net|com))$"
)
SEVERAL_ADDRESSES = re.compile(r"[\s;,]+(?=\S+@)")
TITLE_ROWS = 8
ORDINAL = re.compile(r"^(\d{1,2}\s|\d{1,2}$)")
LONGEST = {"first_name": 80, "last_name": 80, "party": 80, "committee": 120, "period": 20}
FIELDS = {"first_name": Part.FIRST, "last_name": Part.LAST, "party": Part.PARTY, "committee": Part.COMMITTEE}


@dataclass
class CouncilRow:
    """One line of a list: a person and the offices it says they hold."""

    line: int
    place: Place | None
    first_name: str
    last_name: str
    party: str = ""
    email: str = ""
    period: str = ""
    committee: str = ""
    roles: tuple[str, ...] = ()
    faults: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def name(self) -> str:
        return f"{self.first_name} {self.last_name}".strip()

    @property
    def key(self) -> str:
        return name_key(self.name)

    @property
    def committees(self) -> list[str]:
        """The committees the line names; several stand with a semicolon between them."""
        return [name.strip() for name in self.committee.split(";") if name.strip() and not is_board(name)]


def is_board(committee: str) -> bool:
    """Whether what stands as committee is the executive board."""
    return any(fold(name) in BOARDS for name in committee.split(";"))


def guess_columns(rows: tuple[Row, ...]) -> tuple[list[str], bool]:
    """Return what each column seems to be, and whether the first row is a heading."""
    guessed: list[str] = []
    for cell in rows[0].cells:
        heading = fold(cell)
        part = next((part for part, words in HEADINGS.items() if heading in words and part not in guessed), "")
        guessed.append(part)
    if any(guessed):
        if {Part.FIRST, Part.LAST} & set(guessed):
            guessed = ["" if part == Part.NAME else part for part in guessed]
        return guessed, True
    for place in range(len(rows[0].cells)):
        cells = [row.cells[place] for row in rows[:50] if row.cells[place]]
        if cells and sum("@" in cell for cell in cells) > len(cells) / 2 and Part.EMAIL not in guessed:
            guessed[place] = Part.EMAIL
    return guessed, False


def find_heading(rows: tuple[Row, ...]) -> int:
    """Return how many rows stand above the heading, such as a title; 0 when there is no heading below the first row."""
    if guess_columns(rows)[1]:
        return 0
    for above in range(1, min(TITLE_ROWS, len(rows) - 1)):
        parts, has_heading = guess_columns(rows[above:])
        if (
            has_heading
            and {Part.NAME, Part.LAST, Part.EMAIL} & set(parts)
            and len([part for part in parts if part]) > 1
        ):
            return above
    return 0


def read_roles(text: str, committee: str) -> tuple[list[str], list[str]]:
    """Return the roles a cell names and the words nobody knows; nothing said is a councillor."""
    roles, unknown = [], []
    for words in re.split(r"[,/;&+]| og ", text):
        word = ORDINAL.sub("", fold(words)).strip()
        if not word:
            continue
        role = ROLE_OF.get(word)
        if role is None or (role in IN_COMMITTEES and not committee):
            unknown.append(words.strip())
        elif role not in roles:
            roles.append(role)
    if not roles and not unknown:
        roles.append(Role.COUNCILLOR)
    if is_board(committee):
        roles.append(Role.BOARD_MEMBER)
    elif committee and not IN_COMMITTEES & set(roles) and not unknown:
        roles.append(Role.MEMBER)
    if AMONG_MEMBERS & set(roles) and Role.COUNCILLOR not in roles:
        roles.append(Role.COUNCILLOR)
    return roles, unknown


def read_rows(rows: list[Row], parts: list[str], places: Places, only: Place | None) -> list[CouncilRow]:
    """Return every line as it would be used, with what is wrong with it; `only` is whose list it is."""
    words = PartyWords()
    return [read_row(row, parts, places, only, words) for row in rows]


def read_row(row: Row, parts: list[str], places: Places, only: Place | None, words: PartyWords) -> CouncilRow:
    said = {part: clean_text(cell) for part, cell in zip(parts, row.cells, strict=False) if part}
    names = {part: take_apart(said.get(part, "")) for part in (Part.FIRST, Part.LAST, Part.NAME)}
    first, last = names[Part.FIRST][0], names[Part.LAST][0]
    if not (first or last):
        first, last = split_name(names[Part.NAME][0])
    place = only or places.find(said.get(Part.PLACE, ""))
    committee = said.get(Part.COMMITTEE, "")
    beside = [text for _name, bracketed, _address in names.values() for text in bracketed]
    offices = [text for text in beside if fold(text) in ROLE_OF]
    roles, unknown = read_roles(", ".join([said.get(Part.ROLE, ""), *offices]), committee)
    made = CouncilRow(
        line=row.number,
        place=place,
        first_name=first,
        last_name=last,
        party=words(said.get(Part.PARTY, "")),
        period=said.get(Part.PERIOD, ""),
        committee=committee,
        roles=tuple(roles),
    )
    take_address(made, said.get(Part.EMAIL, ""))
    if place is None:
        made.faults.append(places.why_unknown(said.get(Part.PLACE, "")))
    if unknown:
        made.faults.append(_("We do not know the office “%(name)s”.") % {"name": ", ".join(unknown)[:60]})
    take_what_stands_beside(made, [text for text in beside if text not in offices], words)
    for address in {address for _name, _bracketed, address in names.values() if address}:
        if made.email and made.email != address:
            made.faults.append(_("The name and the column say different e-mail addresses."))
        made.email = made.email or address
    check(made)
    return made


def take_address(row: CouncilRow, cell: str) -> None:
    """Take the address of a cell; of several the first that does not look private."""
    found = [
        one.removeprefix("mailto:").strip("<>").lower() for one in SEVERAL_ADDRESSES.split(cell) if one.strip(" ;,")
    ]
    usable = [one for one in found if "@" in one and not PRIVATE_HOSTS.search(one)]
    row.email = (usable or found or [""])[0]
    if len(found) > 1:
        row.notes.append(_("There are several e-mail addresses; %(email)s is used.") % {"email": row.email})


def take_what_stands_beside(row: CouncilRow, beside: list[str], words: PartyWords) -> None:
    """A party in brackets after the name counts when the column says none; when both say one they have to agree."""
    for text in beside:
        if text.casefold() in AWAY_WORDS:
            row.notes.append(_("After the name it says “%(beside)s”. Leave is put in by hand.") % {"beside": text})
            continue
        if row.party and not same_party(row.party, text):
            row.faults.append(
                _("The name says “%(beside)s” and the party column says “%(party)s”. Correct one of them.")
                % {"beside": text[:40], "party": row.party[:40]}
            )
        row.party = row.party or words(text)


def check(row: CouncilRow) -> None:
    if not row.last_name:
        row.faults.append(_("The name is missing."))
    elif fault := fault_of_name(row.name):
        row.faults.append(fault)
    for name, longest in LONGEST.items():
        if (length := len(getattr(row, name))) > longest:
            words = {"what": FIELDS.get(name, Part.PERIOD).label, "length": length, "longest": longest}
            row.faults.append(_("%(what)s has %(length)d signs; at most %(longest)d fit.") % words)
    if Role.GROUP_LEADER in row.roles and not row.party:
        row.faults.append(_("A group leader needs a party."))
    if row.email:
        try:
            validate_email(row.email)
        except ValidationError:
            row.notes.append(_("The e-mail address is not valid and is left out."))
            row.email = ""
    if PRIVATE_HOSTS.search(row.email):
        row.notes.append(
            _("%(email)s looks private and is left out. If it is public, put it in by hand.") % {"email": row.email}
        )
        row.email = ""
