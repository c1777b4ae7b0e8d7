"""What pages show of money that comes by card."""

from django import template

from courses.models import Booking, Payment
from courses.services.amounts_due import known_left
from courses.services.card_checkouts import CannotPay, amount_by_card, refuse_unpayable
from courses.services.invoices_by_card import invoices_of
from courses.services.prepaid import is_prepaid
from courses.services.stripe_client import is_on

register = template.Library()


@register.inclusion_tag("courses/card_panel.html")
def card_payment(access):
    """Show what has been paid by card for a booking, and the way to do it. A free booking costs no query."""
    booking = access.booking
    if not booking.is_charged or not is_on():
        return {}
    payments = Payment.objects.filter(booking=booking, way=Payment.Way.CARD).order_by("pk").prefetch_related("refunds")
    invoices = list(invoices_of(booking))
    return {
        "amount": amount_by_card(booking),
        "is_invoiced": bool(invoices),
        "why_not": why_not(booking) if any(invoice.left > 0 for invoice in invoices) else "",
        "payments": payments,
        "surplus": max(-known_left(booking), 0) if payments else 0,
        "pay": access.url("card_pay"),
        "confirms": booking.state == Booking.State.HELD,
    }


def why_not(booking):
    """Say why an invoice that waits to be paid cannot be paid by card; nothing when it can."""
    try:
        refuse_unpayable(booking)
    except CannotPay as refusal:
        return str(refusal)
    return ""


@register.inclusion_tag("courses/staff_card_panel.html", takes_context=True)
def staff_card_payments(context, booking):
    """Show staff what has been paid by card for a booking. A free booking costs no query."""
    payments = Payment.objects.filter(booking=booking, way=Payment.Way.CARD) if booking.is_charged else ()
    return {"payments": payments, "perms": context["perms"]}


@register.simple_tag
def paid_by_card(booking):
    """Whether all that a booking owes has been paid by card, so that its invoice asks for nothing."""
    return is_on() and is_prepaid(booking)
