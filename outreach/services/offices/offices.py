"""The addresses that staff put in for a municipality: its central mail-box and its mayor."""

from datetime import date
from typing import Any

from django.db import transaction
from django.utils import timezone

from municipalities.models import Municipality
from outreach.models import Body, Mandate, Politician
from outreach.services.offices.parties import short_party
from outreach.services.privacy.objections import open_post_room
from taushet.models import User
from taushet.services import audit

ADDRESS_FIELDS = ["email", "email_source", "email_checked_on"]


def municipal_body(municipality: Municipality) -> Body:
    body, _created = Body.objects.get_or_create(
        kind=Body.Kind.MUNICIPALITY, municipality=municipality, defaults={"name": f"{municipality.name} kommune"}
    )
    return body


def current_mandate(municipality: Municipality, role: str) -> Mandate | None:
    """Return who holds the office today, also one known to leave it later; None when nobody has put that in."""
    offices = Mandate.objects.in_office().of_municipality(municipality).filter(role=role)
    return offices.select_related("politician", "body").order_by("-pk").first()


def next_mandate(body: Body, role: str, after: date) -> Mandate | None:
    """Return who is known to take over an office after a day, the first of them."""
    return Mandate.objects.filter(body=body, role=role, starts_on__gt=after).order_by("starts_on", "pk").first()


@transaction.atomic
def set_mailbox(
    municipality: Municipality, *, email: str, source: str, checked_on: date, by: User | None, is_demonstration=False
) -> Mandate:
    """Put in or correct the address of the central mail-box."""
    mandate, body = current_mandate(municipality, Mandate.Role.MAILBOX), municipal_body(municipality)
    mandate = mandate or next_mandate(body, Mandate.Role.MAILBOX, after=timezone.localdate())
    if mandate is None:
        mandate = Mandate.objects.create(body=body, role=Mandate.Role.MAILBOX, is_demonstration=is_demonstration)
    return set_address(mandate, email=email, source=source, checked_on=checked_on, by=by)


@transaction.atomic
def set_mayor(
    municipality: Municipality,
    *,
    first_name: str,
    last_name: str,
    party: str,
    email: str,
    source: str,
    checked_on: date,
    by: User | None,
    politician: Politician | None = None,
) -> Mandate:
    """Put in who is mayor and how to reach the office.

    Another name is another person: the office of the one before ends today, and nobody is merged with a namesake
    unless `politician` says who it is. Whoever is known to take over later still does, on that day.
    """
    today, body = timezone.localdate(), municipal_body(municipality)
    mandate = current_mandate(municipality, Mandate.Role.MAYOR)
    names, party = (first_name, last_name), short_party(party)
    if mandate is not None and (
        (mandate.politician.first_name, mandate.politician.last_name) != names
        or (politician is not None and mandate.politician != politician)
    ):
        end_office(mandate, on=today, by=by)
        mandate = None
    if mandate is None:
        successor = next_mandate(body, Mandate.Role.MAYOR, after=today)
        mandate = Mandate.objects.create(
            politician=politician or Politician.objects.create(first_name=first_name, last_name=last_name),
            body=body,
            role=Mandate.Role.MAYOR,
            party=party,
            starts_on=today,
            ends_on=successor.starts_on if successor else None,
            source=source,
        )
    elif mandate.party != party:
        mandate.party = party
        mandate.save(update_fields=["party"])
    return set_address(mandate, email=email, source=source, checked_on=checked_on, by=by)


def set_address(mandate: Mandate, *, email: str, source: str, checked_on: date, by: User | None) -> Mandate:
    """Put in where an office is reached; nothing is recorded when it was so already."""
    values = dict(zip(ADDRESS_FIELDS, (email, source, checked_on), strict=True))
    if changed := save_changed(mandate, values):
        audit.record("mandate.address_set", mandate, by=by, fields=changed)
    open_post_room(mandate)
    return mandate


def save_changed(mandate: Mandate, values: dict[str, Any]) -> list[str]:
    """Save what differs from how it is; returns those fields."""
    changed = [name for name, value in values.items() if getattr(mandate, name) != value]
    if changed:
        for name in changed:
            setattr(mandate, name, values[name])
        mandate.save(update_fields=changed)
    return changed


@transaction.atomic
def end_office(mandate: Mandate, *, on: date, by: User | None) -> Mandate:
    """Record that nobody holds the office from a day on; a letter on its way to it is stopped by that."""
    mandate.ends_on = max(on, mandate.starts_on or on)
    mandate.save(update_fields=["ends_on"])
    audit.record("mandate.ended", mandate, by=by, on=mandate.ends_on.isoformat())
    return mandate
