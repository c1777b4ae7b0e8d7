"""The booker pays by card: from the page of the booking to the page at Stripe, and back.

A form may not lead to another site (SECURE_CSP), so its POST leads to a page of ours with a plain link.
"""

from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from courses.exceptions import CoursesError
from courses.models import CardCheckout
from courses.services.card_checkouts import amount_by_card, refuse_unpayable, start_checkout
from courses.services.invoices_by_card import invoices_of
from taushet.models import SecretLink
from taushet.services.links import find_live, hash_token, issue_link, link_address, page_address

from .secret import OWNER, RECEIPT, SECOND, in_language, link_lost, opens_booking, secret

RETURN = "card-return"
WAYS_BACK = "card_ways_back"  # in the session of the browser: which link opened the booking, as a hash


@opens_booking(OWNER, SECOND, RECEIPT)
@require_http_methods(["GET", "HEAD", "POST"])
def card_pay(request, access):
    """Say what is to be paid; a POST makes the page at Stripe, and the GET after it has the link there."""
    booking = access.booking
    error, amount = "", None
    try:
        amount = refuse_unpayable(booking)
        if request.method == "POST":
            start_checkout(booking, lambda number: link_address(RETURN, issue_link(RETURN, number)))
            return redirect(access.url("card_pay"))
    except CoursesError as refusal:
        error = str(refusal)
    usable = booking.card_checkouts.filter(state=CardCheckout.State.OPEN, amount=amount).first() if amount else None
    if usable:  # perhaps begun in another browser
        remember_way_back(request, access, usable)
    context = {
        "access": access,
        "booking": booking,
        "amount": amount,
        "invoice": invoices_of(booking).filter(left__gt=0).first() if amount else None,
        "checkout": usable,
        "error": error,
        "back": access.url("booking_detail"),
    }
    return render(request, "courses/card_pay.html", context, status=409 if error and request.method == "POST" else 200)


def remember_way_back(request, access, checkout):
    """Keep in this browser's session which link opened the booking, so that it is found again after the payment.

    Stripe gets an address that opens nothing but the state of the payment, and the session holds no secret.
    """
    ways = request.session.get(WAYS_BACK, {})
    way = [access.purpose, hash_token(access.token)]
    if ways.get(str(checkout.pk)) != way:
        request.session[WAYS_BACK] = dict([*ways.items()][-4:]) | {str(checkout.pk): way}


def way_back(request, checkout):
    """Return the address of the booking for the browser that went to pay; nothing for any other."""
    purpose, digest = request.session.get(WAYS_BACK, {}).get(str(checkout.pk), ("", ""))
    if not purpose:
        return ""
    try:
        token = issue_link(purpose, checkout.booking_id)
    except SecretLink.DoesNotExist:
        return ""
    return page_address(purpose, token) if hash_token(token) == digest else ""


def opens_return(view):
    """Let a view be opened by the address that Stripe leads the payer back to."""

    def open_return(request, token, **kwargs):
        link = find_live(token, RETURN)
        checkouts = CardCheckout.objects.select_related("booking__session__course", "booking__municipality")
        checkout = checkouts.filter(pk=link.subject_id, booking__erased_at=None).first() if link else None
        if checkout is None:
            return link_lost(request)
        return in_language(request, checkout.booking.language, lambda: view(request, checkout, token, **kwargs))

    return secret(view, open_return)


@opens_return
@require_safe
def card_return(request, checkout, token):
    """Show what we know of a payment. Coming back proves nothing: Stripe tells us by itself, often within seconds."""
    context = {
        "checkout": checkout,
        "booking": checkout.booking,
        "left": amount_by_card(checkout.booking) or 0,
        "back": way_back(request, checkout),
        "again": page_address(RETURN, token),
        "waits": checkout.state in CardCheckout.UNSETTLED or (checkout.is_paid and not checkout.outcome),
        "title": _("Payment"),
    }
    template = "courses/card_return.html#state" if request.htmx else "courses/card_return.html"
    return render(request, template, context)
