"""Which documents a booker and a municipality get to see."""

from django.db.models import QuerySet

from courses.models import Booking, Invoice
from municipalities.models import Unit
from taushet.models import User


def documents_of(booking: Booking) -> list[Invoice]:
    """Return the invoices of a booking with what is left to pay, each with its credit notes; collective ones too."""
    invoices = Invoice.objects.with_balance().filter(lines__booking=booking, erased_at=None).distinct()
    return list(invoices.prefetch_related("credit_notes").order_by("number"))


def documents_for(user: User) -> QuerySet[Invoice]:
    """Return the invoices of the municipalities and units a person is a confirmed member of, the newest first."""
    invoices = Invoice.objects.visible_to_member(user).with_balance().filter(erased_at=None)
    return invoices.prefetch_related("credit_notes").order_by("-number")


def payers_of(user: User) -> QuerySet[Unit]:
    """Return the units whose invoices a confirmed member may say something about: the own ones."""
    memberships = user.memberships.confirmed()
    whole = memberships.filter(unit=None).values("municipality")
    parts = memberships.filter(unit__isnull=False).values("unit")
    units = Unit.objects.active().select_related("municipality")
    own = units.filter(kind=Unit.Kind.MUNICIPALITY, municipality__in=whole)
    return (own | units.filter(pk__in=parts)).order_by("name", "pk")
