"""One organisation looked up in Enhetsregisteret, also those that are no municipality: companies, foundations, parts.

The service is asked while somebody waits, so it gets a few seconds. Whoever asks must do without an answer.
Documentation: https://data.brreg.no/enhetsregisteret/api/dokumentasjon/no/index.html
"""

import json
import logging
from dataclasses import dataclass

from django.conf import settings
from django.utils import timezone
from stdnum.no import orgnr

from municipalities.exceptions import MunicipalitiesError
from municipalities.models import Unit
from taushet.fetch import FetchFailed, Limits, Why, fetch

logger = logging.getLogger(__name__)

LIMITS = Limits(connect=2, total=4, most_bytes=256 * 1024, redirects=1)
PLACES = ("enheter", "underenheter")


class RegisterAway(MunicipalitiesError):
    """The register did not answer, or is not asked here."""


class NoSuchOrganisation(MunicipalitiesError):
    """The register knows no such organisation, or it has ended."""


@dataclass(frozen=True)
class Organisation:
    """What the register says of an organisation."""

    organisation_number: str
    name: str
    form: str
    street: str
    postal_code: str
    city: str
    is_in_business_register: bool
    is_in_vat_register: bool


def look_up(organisation_number: str) -> Organisation:
    """Return an organisation by its nine digits. Raises NoSuchOrganisation and RegisterAway."""
    number = orgnr.validate(organisation_number)
    if not settings.ENTITY_REGISTER:
        raise RegisterAway
    for place in PLACES:
        item = _ask(f"{settings.ENTITY_REGISTER}/{place}/{number}")
        if item is not None:
            return _read(item, number)
    raise NoSuchOrganisation


def _ask(url: str) -> dict | None:
    try:
        got = fetch(url, headers={"Accept": "application/json"}, limits=LIMITS)
        item = json.loads(got.body)
    except FetchFailed as failure:
        if failure.why == Why.MISSING:
            return None
        logger.warning("Enhetsregisteret did not answer: %s", failure.why)
        raise RegisterAway from failure
    except ValueError as error:
        logger.warning("Enhetsregisteret answered with no JSON")
        raise RegisterAway from error
    if not isinstance(item, dict):
        raise RegisterAway
    return item


def _read(item: dict, number: str) -> Organisation:
    if item.get("slettedato") or item.get("nedleggelsesdato"):
        raise NoSuchOrganisation
    if item.get("organisasjonsnummer") != number or not isinstance(item.get("navn"), str):
        raise RegisterAway
    places = (item.get(name) for name in ("postadresse", "forretningsadresse", "beliggenhetsadresse"))
    address = next((place for place in places if isinstance(place, dict)), {})
    lines = address.get("adresse") or []
    form = item.get("organisasjonsform") or {}
    return Organisation(
        organisation_number=number,
        name=item["navn"][:150],
        form=str(form.get("kode", "")),
        street=", ".join(str(line) for line in lines if line)[:150],
        postal_code=str(address.get("postnummer") or "")[:10],
        city=str(address.get("poststed") or "")[:60],
        is_in_business_register=item.get("registrertIForetaksregisteret") is True,
        is_in_vat_register=item.get("registrertIMvaregisteret") is True,
    )


COPIED = ("name", "street", "postal_code", "city", "is_in_business_register", "is_in_vat_register")


def fill_in(unit: Unit, found: Organisation) -> Unit:
    """Give a unit what the register says of it; the caller saves it. A municipality keeps the name we know it by."""
    for field in COPIED:
        if field != "name" or unit.kind != Unit.Kind.MUNICIPALITY:
            setattr(unit, field, getattr(found, field))
    unit.looked_up_at = timezone.now()
    return unit


FILLED = (*COPIED, "looked_up_at")


def look_up_unknown(*, most: int = 50) -> int:
    """Fill in units with an organisation number that nobody has looked up yet; returns how many were.

    Stops at the first time the register is away: the clock comes again.
    """
    filled = 0
    waiting = Unit.objects.active().filter(looked_up_at=None).exclude(organisation_number="").order_by("-pk")
    for unit in waiting[:most]:
        try:
            found = look_up(unit.organisation_number)
        except RegisterAway:
            break
        except NoSuchOrganisation:
            Unit.objects.filter(pk=unit.pk).update(looked_up_at=timezone.now())
            continue
        fill_in(unit, found).save(update_fields=FILLED)
        filled += 1
    return filled
