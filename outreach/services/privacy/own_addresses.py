"""Whose an address is: a post room's, an office's whoever holds it, or one person's own."""

import re
from collections.abc import Iterable

from django.db.models.functions import Lower

from municipalities.names import fold
from outreach.models import Mandate, Politician
from taushet.addresses import canonical

# What post rooms are called, alone or as a part of the name before the @ (`postmottak.bygg@`, `oslo-post@`).
POST_ROOMS = frozenset(
    {
        *("post", "postmottak", "postmottaket", "postkasse", "epost", "mail", "firmapost", "info", "kontakt", "arkiv"),
        *("dokumentmottak", "dokumentsenter", "sentralbord", "resepsjon", "servicetorg", "servicetorget"),
        *("servicekontor", "servicekontoret", "servicesenter", "innbyggertorg", "innbyggertorget"),
        *("innbyggerservice", "kundeservice", "kundesenter", "kommune", "kommunen", "stortinget"),
    }
)
PARTS = re.compile(r"[._+-]+")
SHORTEST_NAME = 3


def is_post_room_name(address: str) -> bool:
    """Whether an address is called what post rooms are called, whatever office it has been put in for."""
    name = address.strip().lower().rpartition("@")[0].replace("e-post", "epost")
    parts = PARTS.split(name)
    return name in POST_ROOMS or parts[0] in POST_ROOMS or any(one.startswith("postmottak") for one in parts)


def post_rooms(addresses: Iterable[str]) -> set[str]:
    """Return which of some addresses, in lower case, are post rooms': by name, or since no named person holds it."""
    asked = {address.lower() for address in addresses if address}
    rooms = Mandate.objects.in_office().filter(politician=None).annotate(address=Lower("email"))
    held = set(rooms.filter(address__in=asked).values_list("address", flat=True))
    return held | {address for address in asked if is_post_room_name(address)}


def is_personal(mandate: Mandate | None, address: str) -> bool:
    """Whether the holder of an office may say no to what goes to an address: never to what a post room gets."""
    return mandate is not None and mandate.politician_id is not None and not post_rooms([address])


def is_own(politician: Politician, address: str) -> bool:
    """Whether an address is this person's and goes with the person: it bears the name, and nobody else has it.

    `ordforer@` is the office's: who comes next has it too.
    """
    name = fold(canonical(address).rpartition("@")[0])
    words = {word for word in fold(str(politician)).split() if len(word) >= SHORTEST_NAME}
    long = {word for word in words if len(word) > SHORTEST_NAME}  # short ones stand in other words: `per` in `personal`
    bears_name = words & set(name.split()) or any(word in name for word in long)
    if not bears_name or post_rooms([address]):
        return False
    return not Mandate.objects.filter(email__iexact=address).exclude(politician=politician).exists()
