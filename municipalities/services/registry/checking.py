"""Is this edition whole and sound? Said before anything is compared or written."""

from collections.abc import Iterable
from decimal import Decimal

from django.utils.translation import gettext as _
from stdnum.exceptions import InvalidChecksum, ValidationError
from stdnum.no import orgnr

from municipalities.exceptions import RegistryError

from .records import CountyRecord, Edition, MunicipalityRecord

NAME_LENGTH = 60
LATITUDES = (Decimal(57), Decimal(72))
LONGITUDES = (Decimal(4), Decimal(32))


def check_edition(edition: Edition) -> None:
    """Raise RegistryError with the row and the reason when something in the edition cannot be right."""
    if not edition.counties or not edition.municipalities:
        raise RegistryError(_("%(source)s holds no municipalities or no counties.") % {"source": edition.label})
    for county in edition.counties:
        check_number(county.row, county.number, digits=2)
        check_place(county)
    check_once(edition.counties, "number", _("the number %(value)s"))
    known = {county.number for county in edition.counties}
    for municipality in edition.municipalities:
        check_number(municipality.row, municipality.number, digits=4)
        check_place(municipality)
        check_point(municipality)
        if municipality.county not in known:
            raise at(municipality.row, _("the county %(number)s is unknown") % {"number": municipality.county})
    check_once(edition.municipalities, "number", _("the number %(value)s"))
    check_once(edition.municipalities, "organisation_number", _("the organisation number %(value)s"))
    check_cells(edition.municipalities)
    check_centres(edition)


def at(row: str, reason: str) -> RegistryError:
    """Return the error for a row: where, and what."""
    return RegistryError(_("%(row)s: %(reason)s.") % {"row": row, "reason": reason})


def check_number(row: str, number: str, *, digits: int) -> None:
    if len(number) != digits or not (number.isascii() and number.isdigit()):
        raise at(row, _("“%(number)s” is not a number of %(digits)d digits") % {"number": number, "digits": digits})


def check_place(record: CountyRecord | MunicipalityRecord) -> None:
    if not record.name.strip():
        raise at(record.row, _("the name is missing"))
    if len(record.name) > NAME_LENGTH:
        raise at(record.row, _("the name is longer than %(length)d characters") % {"length": NAME_LENGTH})
    if record.organisation_number:
        check_organisation_number(record.row, record.organisation_number)


def check_organisation_number(row: str, number: str) -> None:
    try:
        orgnr.validate(number)
    except InvalidChecksum as error:
        reason = _("the check digit of the organisation number %(number)s does not fit") % {"number": number}
        raise at(row, reason) from error
    except ValidationError as error:
        raise at(row, _("“%(number)s” is not an organisation number") % {"number": number}) from error


def check_point(record: MunicipalityRecord) -> None:
    if record.latitude is None or record.longitude is None:
        return
    inside = LATITUDES[0] < record.latitude < LATITUDES[1] and LONGITUDES[0] < record.longitude < LONGITUDES[1]
    if not inside:
        point = f"{record.latitude}, {record.longitude}"
        raise at(record.row, _("the point %(point)s is not in Norway") % {"point": point})


def check_once(records: Iterable, field: str, what: str) -> None:
    seen: dict[str, str] = {}
    for record in records:
        value = getattr(record, field)
        if value and value in seen:
            reason = _("%(what)s is used already by %(other)s")
            raise at(record.row, reason % {"what": what % {"value": value}, "other": seen[value]})
        seen[value] = record.row


def check_cells(municipalities: Iterable[MunicipalityRecord]) -> None:
    seen: dict[tuple[int, int], str] = {}
    for record in municipalities:
        if record.grid_column is None or record.grid_row is None:
            continue
        cell = (record.grid_column, record.grid_row)
        if cell in seen:
            raise at(record.row, _("the map cell is used already by %(other)s") % {"other": seen[cell]})
        seen[cell] = record.row


def check_centres(edition: Edition) -> None:
    known = {municipality.number for municipality in edition.municipalities}
    for centre in edition.centres:
        if centre.organisation_number:
            check_organisation_number(centre.row, centre.organisation_number)
        for number in {*centre.municipalities, *([centre.host] if centre.host else [])} - known:
            raise at(centre.row, _("there is no municipality with the number %(number)s") % {"number": number})
    check_once(edition.centres, "name", _("the name %(value)s"))
