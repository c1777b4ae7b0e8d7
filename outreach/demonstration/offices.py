"""The real Storting in the demonstration, and invented offices and addresses of municipalities, marked as such."""

from collections.abc import Callable
from datetime import date
from itertools import count

from django.db import transaction

from municipalities.models import Municipality
from municipalities.services.place_cells import municipality_place
from outreach.exceptions import BrokenExport
from outreach.models import Body, Leave, Mandate, OfficeTask, Politician
from outreach.services.offices.council_steps import Office, group_name
from outreach.services.offices.council_writing import Bodies
from outreach.services.offices.offices import current_mandate, set_mailbox
from outreach.services.offices.storting import import_storting
from outreach.services.offices.storting_export import read_bundled
from taushet.models import Suppression
from taushet.services.delivery import suppress


def words(text: str) -> list[str]:
    return text.split()


SOURCE = "Demonstrasjonsdata"
CHECKED_ON, OLD, BEGAN, PERIOD = date(2026, 11, 1), date(2025, 3, 1), date(2023, 10, 17), "2023–2027"
# Where the letters of the demonstration go, with the name in the invented address.
PLACES = {
    "4631": "alver",
    "3301": "drammen",
    "5610": "karasjok",
    "1506": "molde",
    "0301": "oslo",
    "4644": "luster",
    "3238": "nannestad",
    "5501": "tromso",
    "3901": "horten",
}
NUMBERS = words(
    "4631 3301 5610 1506 0301 4644 3238 5501 3901 1103 4601 5001 1804 4204 3107 3201 3401 3407 4001 4640 "
    "1577 5601 5603 1820 5006 3411 4612 4638 5401 1833"
)
FIRST = words(
    "Åse Bjørn Camilla Dag Eli Finn Grete Håkon Ida Jonas Karoline Leif Marit Nils Oddny Per Ragnhild Sivert Torill "
    "Ulrik Vigdis Øyvind Amira Bilal Inga Máret Nora Petter Rebecka Sander"
)
LAST = words(
    "Aasland Bakkejord Dybvik Eikemo Fjellheim Grindstad Haugrud Isaksvik Jorde Kvernmo Lianes Myrvang Nesheim Opdalen "
    "Plassen Rindal Sætermo Tveitdal Ulvmo Vårdal Østrem Årdalen"
)
PARTIES = (
    ("Ap", 6),
    ("H", 5),
    ("FrP", 3),
    ("Sp", 3),
    ("SV", 2),
    ("V", 1),
    ("KrF", 1),
)
Role, Kind = Mandate.Role, Body.Kind


@transaction.atomic
def load(write: Callable[[str], None]) -> None:
    """Load the Storting, post rooms and councils."""
    try:
        import_storting(read_bundled())
    except BrokenExport as error:
        write(str(error))
    municipalities = Municipality.objects.in_bulk(PLACES)
    for number, name in PLACES.items():
        if number in municipalities:
            invent_mailbox(municipalities[number], name)
    load_councils()
    write(f"{Mandate.objects.in_office().count()} offices")


def invent_mailbox(municipality: Municipality, name: str) -> None:
    """Give a municipality the address of a post room, unless somebody has put in another."""
    if current_mandate(municipality, Mandate.Role.MAILBOX) is None:
        set_mailbox(
            municipality,
            email=f"postmottak@{name}.example",
            source=SOURCE,
            checked_on=CHECKED_ON,
            by=None,
            is_demonstration=True,
        )


def load_councils() -> None:
    """Give thirty municipalities a council with leaders and substitutes, unless somebody has put in one."""
    known = set(
        Mandate.objects.filter(body__kind=Kind.COUNCIL, body__municipality__in=NUMBERS).values_list(
            "body__municipality", flat=True
        )
    )
    numbers = {number: place for place, number in enumerate(NUMBERS)}
    places = Municipality.objects.current().filter(pk__in=set(NUMBERS) - known)
    people, mandates = [], []
    for municipality in sorted(places, key=lambda place: numbers[place.pk]):
        invent_council(municipality, numbers[municipality.pk], people, mandates)
    Politician.objects.bulk_create(people)
    Mandate.objects.bulk_create(mandates)
    invent_national_addresses()
    if mandates:
        invent_absence_and_task(mandates)


def invent_council(municipality: Municipality, seed: int, people: list, mandates: list) -> None:
    place = municipality_place(municipality)
    bodies = Bodies({place.key: place})
    numbers = count(seed * 31)
    has_mayor = Mandate.objects.of_municipality(municipality).filter(role=Role.MAYOR, ends_on=None).exists()

    def person() -> Politician:
        number = next(numbers)
        first, last = FIRST[number % len(FIRST)], LAST[(number * 7 + number // len(FIRST)) % len(LAST)]
        people.append(Politician(first_name=first, last_name=last, is_demonstration=True))
        return people[-1]

    def hold(who: Politician, role: str, kind: str, party: str = "", *, name: str = "") -> None:
        is_old = len(mandates) % 9 == 0
        mandates.append(
            Mandate(
                politician=who,
                body=bodies.get(Office(place.key, kind, name, role)),
                role=role,
                party=party,
                period=PERIOD if party else "",
                starts_on=BEGAN,
                source=SOURCE,
                is_substitute=True if role == Role.SUBSTITUTE else None,
                is_demonstration=True,
                email=address(who, municipality) if role != Role.SUBSTITUTE else "",
                email_source=SOURCE if role != Role.SUBSTITUTE else "",
                email_checked_on=None if role == Role.SUBSTITUTE else OLD if is_old else CHECKED_ON,
            )
        )

    for rank, (party, seats) in enumerate(PARTIES):
        for seat in range(seats):
            member = person()
            hold(member, Role.COUNCILLOR, Kind.COUNCIL, party)
            if seat == 0:
                hold(member, Role.GROUP_LEADER, Kind.PARTY_GROUP, party, name=group_name(party, municipality.name))
            if (rank, seat) == (0, 1) and not has_mayor:
                hold(member, Role.MAYOR, Kind.MUNICIPALITY, party)
            if (rank, seat) == (3, 1):
                hold(member, Role.DEPUTY_MAYOR, Kind.MUNICIPALITY, party)
        hold(person(), Role.SUBSTITUTE, Kind.COUNCIL, party)
    hold(person(), Role.DIRECTOR, Kind.MUNICIPALITY)


def invent_national_addresses() -> None:
    """Give the Storting and the ministries made-up addresses, so that national demands reach somebody."""
    lacking = Mandate.objects.filter(external_id__startswith="storting:", email="").select_related("politician")
    mandates = list(lacking)
    for mandate in mandates:
        domain = "regjeringen" if mandate.role == Role.MINISTER else "stortinget"
        mandate.email = f"{ascii_name(mandate.politician)}@{domain}.example"
        mandate.email_source, mandate.email_checked_on = SOURCE, CHECKED_ON
    Mandate.objects.bulk_update(mandates, ["email", "email_source", "email_checked_on"], batch_size=200)


def ascii_name(who: Politician) -> str:
    letters = f"{who.first_name}.{who.last_name}".lower().translate(str.maketrans("æøåáöäéü ", "aoaaoaeu."))
    bare = "".join(sign if sign.isascii() and sign.isalnum() else "." for sign in letters)
    return ".".join(part for part in bare.split(".") if part)


def address(who: Politician, municipality: Municipality) -> str:
    """Return an address that cannot be anybody's (RFC 2606)."""
    return f"{ascii_name(who)}@kommune-{municipality.pk}.example"


def invent_absence_and_task(mandates: list[Mandate]) -> None:
    """Let one be on leave with a substitute, and one address be dead."""
    member = next(one for one in mandates if one.role == Role.COUNCILLOR)
    substitute = next(one for one in mandates if one.role == Role.SUBSTITUTE and one.party == member.party)
    Leave.objects.create(mandate=member, starts_on=date(2026, 10, 1), ends_on=date(2027, 2, 1), substitute=substitute)
    dead = next(one for one in mandates if one.role == Role.GROUP_LEADER and one.body.municipality_id != NUMBERS[0])
    suppress(dead.email, Suppression.Cause.BOUNCE)
    OfficeTask.objects.create(mandate=dead, reason=OfficeTask.Reason.BOUNCE, email=dead.email)
