"""How an office is greeted in a letter, and the words a letter says beside its demands.

Letters exist in the two forms of Norwegian only, and must not depend on whether the translations of the pages are
compiled, so their words are here.
"""

from municipalities.models import Municipality
from outreach.models import Body, Mandate
from outreach.services.offices.parties import short_party
from taushet.texts import plain

LONGEST_NAME = 120
WORDS = {
    "nb": {
        "sources": "Kilder",
        "counted": "Talt av Taushet tar liv",
        "invented": "Oppdiktet for en demonstrasjon",
        "yes": "ja",
        "no": "nei",
        "kss": "Krisesentersekretariatet",
        "both": "Krisesentersekretariatet og Likestillings- og diskrimineringsombudet",
        "farewell": "Med vennlig hilsen\nTaushet tar liv",
        "numbers": {2: "to", 3: "tre", 4: "fire", 5: "fem"},
        "holds": "Dette brevet inneholder ‹number› krav:",
        "many_here": "Til {{ municipality }} kommune: ‹number› krav om arbeidet mot vold i nære relasjoner",
        "many": "‹number› krav om arbeidet mot vold i nære relasjoner",
    },
    "nn": {
        "sources": "Kjelder",
        "counted": "Talt av Taushet tar liv",
        "invented": "Dikta opp for ein demonstrasjon",
        "yes": "ja",
        "no": "nei",
        "kss": "Krisesentersekretariatet",
        "both": "Krisesentersekretariatet og Likestillings- og diskrimineringsombodet",
        "farewell": "Med vennleg helsing\nTaushet tar liv",
        "numbers": {2: "to", 3: "tre", 4: "fire", 5: "fem"},
        "holds": "Dette brevet inneheld ‹number› krav:",
        "many_here": "Til {{ municipality }} kommune: ‹number› krav om arbeidet mot vald i nære relasjonar",
        "many": "‹number› krav om arbeidet mot vald i nære relasjonar",
    },
}
# What comes between «Til» and the place, by role; {name} is the person with the party.
GREETINGS = {
    "nb": {
        "mailbox": "ordføreren i {place}",
        "mayor": "ordfører {name}, {place}",
        "deputy_mayor": "varaordfører {name}, {place}",
        "councillor": "kommunestyremedlem {name}, {place}",
        "substitute": "varamedlem {name}, {place}",
        "group_leader": "gruppeleder {name}, {place}",
        "committee_leader": "utvalgsleder {name}, {place}",
        "board_member": "formannskapsmedlem {name}, {place}",
        "director": "kommunedirektør {name}, {place}",
        "minister": "{title} {name}",
        "representative": "stortingsrepresentant {name}",
        "state_administrator": "statsforvalter {name}",
        "president": "sametingspresident {name}",
    },
    "nn": {
        "mailbox": "ordføraren i {place}",
        "mayor": "ordførar {name}, {place}",
        "deputy_mayor": "varaordførar {name}, {place}",
        "councillor": "kommunestyremedlem {name}, {place}",
        "substitute": "varamedlem {name}, {place}",
        "group_leader": "gruppeleiar {name}, {place}",
        "committee_leader": "utvalsleiar {name}, {place}",
        "board_member": "formannskapsmedlem {name}, {place}",
        "director": "kommunedirektør {name}, {place}",
        "minister": "{title} {name}",
        "representative": "stortingsrepresentant {name}",
        "state_administrator": "statsforvaltar {name}",
        "president": "sametingspresident {name}",
    },
}
# The same offices elsewhere than in a municipality.
ELSEWHERE = {
    ("nb", "county", "mayor"): "fylkesordfører {name}, {place}",
    ("nn", "county", "mayor"): "fylkesordførar {name}, {place}",
    ("nb", "county", "councillor"): "fylkestingsmedlem {name}, {place}",
    ("nn", "county", "councillor"): "fylkestingsmedlem {name}, {place}",
    ("nb", "county", "deputy_mayor"): "fylkesvaraordfører {name}, {place}",
    ("nn", "county", "deputy_mayor"): "fylkesvaraordførar {name}, {place}",
    ("nb", "county", "board_member"): "fylkesutvalgsmedlem {name}, {place}",
    ("nn", "county", "board_member"): "fylkesutvalsmedlem {name}, {place}",
    ("nb", "county", "director"): "fylkeskommunedirektør {name}, {place}",
    ("nn", "county", "director"): "fylkeskommunedirektør {name}, {place}",
    ("nb", "county", "member"): "utvalgsmedlem {name}, {place}",
    ("nn", "county", "member"): "utvalsmedlem {name}, {place}",
    ("nb", "council_committee", "member"): "utvalgsmedlem {name}, {place}",
    ("nn", "council_committee", "member"): "utvalsmedlem {name}, {place}",
    ("nb", "sametinget", "representative"): "sametingsrepresentant {name}",
    ("nn", "sametinget", "representative"): "sametingsrepresentant {name}",
    ("nb", "sametinget", "member"): "sametingsrepresentant {name}",
    ("nn", "sametinget", "member"): "sametingsrepresentant {name}",
    ("nb", "committee", "member"): "stortingsrepresentant {name}, {body}",
    ("nn", "committee", "member"): "stortingsrepresentant {name}, {body}",
    ("nb", "committee", "committee_leader"): "{name}, leder av {body}",
    ("nn", "committee", "committee_leader"): "{name}, leiar av {body}",
}


def name_with_party(mandate: Mandate, longest: int = 400) -> str:
    """Return a person as `Å. Øyen (Ap)`; a name that is too long is cut, the party never."""
    name, party = plain(str(mandate.politician)), short_party(mandate.party)
    return f"{name[: longest - len(party) - 3].strip()} ({party})" if party else name[:longest]


def recipient_name(mandate: Mandate, municipality: Municipality | None) -> str:
    """Return the name on the envelope: the person with the party, or the municipality of a mail-box."""
    if mandate.politician is not None:
        name = name_with_party(mandate, LONGEST_NAME)
    else:
        name = plain(f"{municipality.name} kommune" if municipality else str(mandate.body))
    return name[:LONGEST_NAME].strip()


def greeting(mandate: Mandate, municipality: Municipality | None, language: str) -> str:
    """Return the first line of a letter: «Til» and the office, in a form of Norwegian."""
    kind = kind_of(mandate.body)
    form = ELSEWHERE.get((language, kind, mandate.role)) or GREETINGS[language].get(mandate.role, "{name}, {place}")
    if mandate.politician is None:
        form = GREETINGS[language]["mailbox"] if municipality else "{place}"
    return "Til " + form.format(
        name=name_with_party(mandate) if mandate.politician else "",
        place=f"{municipality.name} kommune" if municipality else plain(str(mandate.body)),
        body=name_in_line(mandate.body),
        title=office_title(mandate, language),
    )


def office_title(mandate: Mandate, language: str) -> str:
    """Return the title of a minister as it stands within a line."""
    title = lower_first(plain(mandate.title)) or ("statsråd" if mandate.role == Mandate.Role.MINISTER else "")
    return title.replace("høyere", "høgare") if language == "nn" else title


def kind_of(body: Body) -> str:
    """Return the kind of a body; all of a county authority's are alike, the state's office in a county is not one."""
    is_of_county = body.county_id and body.kind != Body.Kind.STATE_ADMINISTRATION
    return "county" if is_of_county else body.kind


def name_in_line(body: Body) -> str:
    """Return the name of a body as it stands within a line: a committee's is no proper name there."""
    name = plain(str(body))
    return lower_first(name) if body.kind in {Body.Kind.COMMITTEE, Body.Kind.COUNCIL_COMMITTEE} else name


def lower_first(text: str) -> str:
    """Return a name as it stands within a line: «Familie- og kulturkomiteen» is no proper name there."""
    return text[:1].lower() + text[1:] if text[1:2].islower() else text
