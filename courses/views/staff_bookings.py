"""Bookings as campaign staff sees them: all of them, one, and those made on behalf of a municipality."""

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from courses.exceptions import CoursesError
from courses.forms.bookings import StaffBookingForm
from courses.forms.staff_bookings import BookingForForm, StaffBookingFilterForm
from courses.forms.terms import StaffChangeForm
from courses.models import Booking, Session
from courses.services import booking_changes, bookings
from courses.services.invoice_lists import documents_of
from courses.services.invoicing import to_invoice
from courses.services.mail_log import log_of
from courses.services.mail_plan import plan_of
from courses.services.money_changes import money_of_cancelling
from courses.services.terms import price_with_fees, staff_fee_sentence, standing_of_booking
from courses.services.whole_prices import leaves_no_payer
from taushet.services import audit

from .booking_changes import told_by_contact_only
from .bookings import meetings_of, payer_of
from .change_pages import closed_page

PER_PAGE = 50


@permission_required("courses.view_booking", raise_exception=True)
@require_safe
def staff_booking_list(request):
    form = StaffBookingFilterForm(request.GET)
    rows = form.narrow(Booking.objects.visible_to(request.user), request.user)
    rows = rows.select_related("municipality", "created_by", "session__course", "session__municipality").with_names()
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "courses/staff_booking_list.html", {"form": form, "page": page})


@permission_required("courses.add_booking", raise_exception=True)
@require_safe
def staff_booking_start(request):
    """Choose for whom and in which session to book, for somebody who rings."""
    form = BookingForForm(request.GET or None)
    sessions = Session.objects.visible_to(request.user).bookable().upcoming()
    if form.chosen:
        sessions = sessions.open_to(form.chosen)
    sessions = sessions.select_related("course", "municipality", "closed_to")
    page = Paginator(sessions, PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "courses/staff_booking_start.html", {"form": form, "page": page})


@permission_required("courses.add_booking", raise_exception=True)
@require_http_methods(["GET", "HEAD", "POST"])
def staff_booking_create(request, session_id):
    session = session_of(request, session_id)
    chosen = BookingForForm(request.GET).chosen
    initial = {"municipality": chosen.pk} if chosen else {}
    form = StaffBookingForm(request.POST if request.method == "POST" else None, session=session, initial=initial)
    if form.is_valid():
        data = form.cleaned_data.copy()
        reason, takes_part, key = data.pop("reason"), data.pop("takes_part"), data.pop("request_key")
        try:
            payer = payer_of(data)
            booking = bookings.book_for_municipality(
                session, by=request.user, reason=reason, takes_part=takes_part, request_key=key, **data, **payer
            )
        except CoursesError as error:
            form.add_error(error.field if error.field in form.fields else None, str(error))
            form.show_price_of(session_of(request, session_id))
        else:
            messages.success(request, _("The booking is made, and the contact gets an e-mail."))
            return redirect("courses:staff_booking_detail", booking.pk)
    return render(request, "courses/staff_booking_form.html", {"session": session, "form": form})


@permission_required("courses.view_booking", raise_exception=True)
@require_safe
def staff_booking_detail(request, booking_id):
    booking = booking_of(request, booking_id)
    fees = list(booking.fees.all()) if booking.has_price else []
    context = {
        "booking": booking,
        "session": booking.session,
        "meetings": meetings_of(booking),
        "fees": fees,
        "invoices": documents_of(booking) if booking.has_price or fees else [],
        "owes_more": booking.has_price and to_invoice(Booking.objects.filter(pk=booking.pk)).exists(),
        "may_give_reference": booking.is_charged and may_give_reference(request.user),
        "price_with_fees": price_with_fees(booking, fees),
        "terms": standing_of_booking(booking).lines if booking.state == Booking.State.CONFIRMED else (),
        "is_changeable": booking.state == Booking.State.CONFIRMED
        and booking.session.is_changeable
        and booking.session.first_starts_at > timezone.now(),
        "change_requests": booking.change_requests.select_related("session", "answered_by")[:20],
    }
    if request.user.has_perm("courses.view_participant"):
        participants = list(booking.participants.select_related("replaces"))
        audit.record("participants.seen", booking, by=request.user, count=len(participants))
        named = sum(one.state == one.State.ACTIVE for one in participants)
        is_open = (
            booking.takes_names and booking.session.is_changeable and booking.session.last_ends_at > timezone.now()
        )
        context |= {
            "participants": participants,
            "log": log_of(booking),
            "planned": plan_of(booking),
            "unnamed": booking.seats - named,
            "may_name": is_open and request.user.has_perms(["courses.change_booking", "courses.change_participant"]),
        }
    return render(request, "courses/staff_booking_detail.html", context)


@permission_required("courses.change_booking", raise_exception=True)
@require_http_methods(["GET", "HEAD", "POST"])
def staff_booking_cancel(request, booking_id):
    booking = booking_of(request, booking_id)
    if closed := closed_page(request, booking, booking.staff_address, held_too=True):
        return closed
    costs = booking.has_price and booking.state == Booking.State.CONFIRMED
    initial = {"fee_percent": standing_of_booking(booking).fee}
    data = request.POST if request.method == "POST" else None
    form = StaffChangeForm(
        data,
        costs=costs,
        grows=False,
        amount=lambda percent, **typed: money_said(booking, percent),
        initial=initial,
    )
    if form.is_valid():
        try:
            booking_changes.cancel_booking(booking, by=request.user, **form.decided)
        except CoursesError as error:
            messages.error(request, str(error))
        else:
            messages.success(request, _("The booking is cancelled."))
        return redirect("courses:staff_booking_detail", booking.pk)
    text = ngettext(
        "%(seats)d seat is given back. The contacts, and participants with an e-mail address, are told.",
        "%(seats)d seats are given back. The contacts, and participants with an e-mail address, are told.",
        booking.seats,
    )
    price = money_said(booking, initial["fee_percent"]) if costs else ""
    context = {
        "title": _("Cancel booking %(number)s?") % {"number": booking.pk},
        "text": " ".join(
            filter(
                None,
                [text % {"seats": booking.seats}, told_by_contact_only(booking), price, whole_price_said(booking)],
            )
        ),
        "form": form,
        "button": _("Cancel the booking"),
        "color": "danger",
        "back": booking.staff_address,
    }
    return render(request, "confirm.html", context)


def money_said(booking, percent):
    """Say what cancelling costs at some share of the price, and what it does to documents and card."""
    fee = staff_fee_sentence(booking.seats, booking, percent)
    said = money_of_cancelling(booking, percent=percent, says_fee=False)
    return f"{fee} {said}".strip()


def whole_price_said(booking):
    """Say that nobody pays for the whole once a booking has left; nothing when somebody does."""
    if not leaves_no_payer(booking):
        return ""
    return _(
        "Nobody pays for the whole of the course after this. It stands under “To be invoiced” until you choose who."
    )


def may_give_reference(user):
    """Whether somebody of staff may put in a payer's reference: whoever changes bookings or invoices them."""
    return user.has_perm("courses.change_booking") or user.has_perm("courses.add_invoice")


def session_of(request, session_id):
    sessions = Session.objects.visible_to(request.user).select_related("course", "municipality__county", "closed_to")
    return get_object_or_404(sessions, pk=session_id)


def booking_of(request, booking_id):
    rows = Booking.objects.visible_to(request.user).select_related(
        "session__course", "session__municipality", "municipality", "payer", "created_by"
    )
    return get_object_or_404(rows, pk=booking_id)
