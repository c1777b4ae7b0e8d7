"""The booker's and the municipality's own invoices, and the payer's reference."""

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from courses.forms.payers import ReferenceForm
from courses.models import CreditNote, Invoice
from courses.services.invoice_lists import payers_of
from courses.services.invoice_references import give_reference
from courses.services.payers import own_payer
from municipalities.forms.units import PayerForm
from municipalities.services.units import save_unit

from .bookings import action_page
from .invoices import paper_of
from .secret import OWNER, RECEIPT, SECOND, opens_booking
from .staff_bookings import booking_of, may_give_reference

METHODS = ["GET", "HEAD", "POST"]


@opens_booking(OWNER, SECOND)
@require_safe
def booking_invoice(request, access, number):
    invoices = Invoice.objects.filter(lines__booking=access.booking, is_collective=False).distinct()
    return paper_of(get_object_or_404(invoices.select_related("file"), number=number))


@opens_booking(OWNER, SECOND)
@require_safe
def booking_credit_note(request, access, number):
    notes = CreditNote.objects.filter(
        lines__invoice_line__booking=access.booking, invoice__is_collective=False
    ).distinct()
    return paper_of(get_object_or_404(notes.select_related("file", "invoice"), number=number))


@opens_booking(OWNER, SECOND, RECEIPT)
@require_http_methods(METHODS)
def booking_reference(request, access):
    """Give the payer's reference of a booking, or another one for the invoices to come.

    The browser that booked may put it right until the address is confirmed.
    """
    booking = access.booking
    if not booking.has_price or (access.purpose == RECEIPT and not booking.awaits_proof):
        return redirect(access.url("booking_detail"))
    payer = booking.payer or own_payer(booking.municipality)
    form = ReferenceForm(
        request.POST if request.method == "POST" else None,
        payer=payer,
        initial={"invoice_reference": booking.invoice_reference},
    )

    def change():
        give_reference(booking, form.cleaned_data["invoice_reference"])
        return _("The reference is saved.")

    return action_page(
        request,
        access,
        form,
        change,
        title=_("Invoice reference"),
        text=_("What %(payer)s wants on the invoice. What has been issued keeps what it says.") % {"payer": payer},
        button=_("Save"),
    )


@permission_required("courses.view_booking", raise_exception=True)
@require_http_methods(METHODS)
def staff_reference(request, booking_id):
    """Let staff put in the reference a payer has told them."""
    if not may_give_reference(request.user):
        raise PermissionDenied
    booking = booking_of(request, booking_id)
    if not booking.has_price:
        return redirect(booking.staff_address)
    form = ReferenceForm(
        request.POST if request.method == "POST" else None,
        payer=booking.payer or own_payer(booking.municipality),
        initial={"invoice_reference": booking.invoice_reference},
    )
    if form.is_valid():
        give_reference(booking, form.cleaned_data["invoice_reference"], by=request.user)
        messages.success(request, _("The reference is saved."))
        return redirect(booking.staff_address)
    context = {
        "title": _("Invoice reference"),
        "text": _("For the invoices to come. What has been issued keeps what it says."),
        "form": form,
        "button": _("Save"),
        "back": booking.staff_address,
    }
    return render(request, "confirm.html", context)


@require_safe
@never_cache
def my_invoice(request, number):
    invoices = Invoice.objects.visible_to_member(request.user).select_related("file")
    return paper_of(get_object_or_404(invoices, number=number))


@require_safe
@never_cache
def my_credit_note(request, number):
    mine = Invoice.objects.visible_to_member(request.user)
    notes = CreditNote.objects.filter(invoice__in=mine).select_related("file", "invoice")
    return paper_of(get_object_or_404(notes, number=number))


@require_http_methods(METHODS)
@never_cache
def my_payer(request, unit_id):
    """Let a member say how references of the own municipality are written, and whether it wants one invoice a month."""
    unit = get_object_or_404(payers_of(request.user), pk=unit_id)
    form = PayerForm(request.POST if request.method == "POST" else None, instance=unit)
    if form.is_valid():
        save_unit(form.save(commit=False), by=request.user)
        messages.success(request, _("Saved. It holds for bookings and invoices from now on."))
        return redirect("courses:my_municipality")
    return render(request, "courses/my_payer.html", {"form": form, "unit": unit})
