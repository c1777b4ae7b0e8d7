"""Who pays for a booking. Every payer is a unit, and each municipality is one itself."""

from django.db import IntegrityError, transaction

from municipalities.models import Municipality, Unit


def own_payer(municipality: Municipality) -> Unit:
    """Return the unit that is the municipality itself, made when the registry has none yet."""
    try:
        with transaction.atomic():
            return Unit.objects.get_or_create(
                municipality=municipality,
                kind=Unit.Kind.MUNICIPALITY,
                defaults={
                    "name": municipality.official_name or municipality.name,
                    "organisation_number": municipality.organisation_number,
                },
            )[0]
    except IntegrityError:
        return Unit.objects.get(municipality=municipality, kind=Unit.Kind.MUNICIPALITY)


def other_payer(
    municipality: Municipality, *, name: str, organisation_number: str, kind: str = Unit.Kind.OTHER
) -> Unit:
    """Return the unit with an organisation number, as it is known, or a new one that is saved with the booking."""
    known = Unit.objects.filter(organisation_number=organisation_number).order_by("-is_active", "pk").first()
    return known or Unit(municipality=municipality, kind=kind, name=name, organisation_number=organisation_number)
