"""The booker's pages: the form of a session, the page of one booking and what can be done there."""

from datetime import timedelta

from allauth.account.adapter import get_adapter
from django.conf import settings
from django.contrib import messages
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from courses.exceptions import BookedBefore, CoursesError, SeatsTaken, TooManyHolds
from courses.forms.participants import KeyForm, ParticipantFormSet
from courses.models import Booking, Participant, Session
from courses.services import bookings, contacts, events, sheets, terms
from courses.services.changes import seen_now
from courses.services.guards import refuse_unbookable
from courses.services.invoice_lists import documents_of
from courses.services.mail_log import log_for_contact
from courses.services.mail_plan import plan_for_contact
from courses.services.payers import other_payer, own_payer
from courses.services.session_meetings import meetings_in_order
from courses.services.waiting import standing_of
from municipalities.services.entity_register import fill_in
from taushet.models import SecretLink
from taushet.ready_query import ReadyQuery
from taushet.services.limits import is_within
from taushet.services.links import issue_link, link_address, page_address

from .requests import row_errors
from .secret import OWNER, RECEIPT, SECOND, opens_booking


def book(request, session, form):
    """Book what a valid form asks for: return where to go then, or None when the form has got an error to show."""
    data = form.cleaned_data.copy()
    try:
        refuse_flood(request)
        who = {"visitor": request.user, "is_another": data.pop("another"), **payer_of(data)}
        booking = bookings.book_seats(session, **data, **who, language=get_language())
    except BookedBefore as error:
        show_made_before(request, form, error)
        return None
    except CoursesError as error:
        form.add_error(error.field if error.field in form.fields else None, str(error))
        form.offers_waiting = isinstance(error, SeatsTaken)
        return None
    return redirect(first_address(request, booking))


def show_made_before(request, form, error):
    """Let a form lead to the booking that was made of nearly the same words, or be sent as another one."""
    form.add_error(None, str(error))
    form.made_before = first_address(request, error.made)
    form.data["request_key"] = form.new_key()


def refuse_flood(request):
    """Raise TooManyHolds when very many bookings have come from the visitor's network address within the hour."""
    if request.user.is_authenticated:
        return
    where = get_adapter(request).get_client_ip(request)
    if not is_within("booking", where, times=settings.BOOKINGS_PER_NETWORK, every=timedelta(hours=1)):
        raise TooManyHolds(
            _(
                "Very many bookings have come from your network within the last hour. Nothing has been booked: wait an"
                " hour and send the form again, or sign in first."
            )
        )


def payer_of(data):
    """Take the payer's fields out of what a form gave, and return the payer itself."""
    data.pop("pays_by", "")
    kind, name = data.pop("payer_kind", ""), data.pop("payer_name", "")
    organisation_number, found = data.pop("payer_organisation_number", ""), data.pop("payer_found", None)
    if not kind:
        return {}
    if kind == "other":
        payer = other_payer(data["municipality"], name=name, organisation_number=organisation_number)
        return {"payer": fill_in(payer, found) if found and payer._state.adding else payer}
    return {"payer": own_payer(data["municipality"])}


def first_address(request, booking):
    """Return where a browser goes that has just booked: to the whole page only when the address is its own."""
    try:
        if request.user.is_authenticated and bookings.is_signed_in_with(request.user, booking.contact_email):
            return page_address(OWNER, issue_link(OWNER, booking.pk))
        return page_address(RECEIPT, booking.receipt or issue_link(RECEIPT, booking.pk))
    except SecretLink.DoesNotExist:
        messages.info(
            request, _("This booking was made already. Its page opens with the link in the mail we sent you.")
        )
        return reverse("courses:lost_link")


@opens_booking(OWNER, SECOND, RECEIPT)
@require_safe
def booking_detail(request, access):
    return booking_page(request, access)


def booking_page(request, access, *, names=None, key=None, seen=None, changes=(), status=200):
    """Show a booking, with the names as they were typed when something was wrong with them.

    `changes` is what happened between the page they were typed on, and now.
    """
    booking = access.booking
    is_off = booking.session.state == Session.State.CANCELLED
    standing = terms.standing_of_booking(booking)
    everyone = everyone_of(booking)
    active = [one for one in everyone if one.state == Participant.State.ACTIVE]
    participants = [one for one in active if access.is_contact or one.named_by == Participant.NamedBy.BOOKER]
    unnamed = max(booking.seats - len(active), 0)
    fees = list(booking.fees.all()) if booking.has_price else []
    context = {
        "access": access,
        "booking": booking,
        "session": booking.session,
        "meetings": meetings_of(booking),
        "participants": participants,
        "unnamed": unnamed,
        "is_open": booking.takes_names and not is_off and booking.session.last_ends_at > timezone.now(),
        "is_changeable": booking.state == Booking.State.CONFIRMED
        and not is_off
        and booking.session.first_starts_at > timezone.now(),
        "terms": standing.lines,
        "may_give_back": standing.allows(terms.Act.FEWER) and booking.seats > 1,
        "fees": fees,
        "price_with_fees": terms.price_with_fees(booking, fees),
        "seen": seen or seen_now(booking, standing, everyone),
        "changes": changes,
        "standing": standing_of(booking) if booking.state == Booking.State.WAITING else None,
        "names": names or name_rows(unnamed),
        "key": key or KeyForm(about=f"names-{booking.pk}"),
    }
    say_places(context["names"], booking.seats, unnamed)
    context |= row_errors(context["names"])
    if access.is_contact:
        context |= {
            "without_mail": sheets.count_without_mail(booking, participants),
            "signup_address": signup_address(booking),
            "change_requests": booking.change_requests.select_related("session")[:5],
            "hand_over": contacts.waiting_hand_over(booking),
            "log": log_for_contact(booking),
            "invoices": documents_of(booking) if booking.has_price or fees else [],
            "planned": plan_for_contact(booking),
        }
    return render(request, "courses/booking_detail.html", context, status=status)


def everyone_of(booking):
    """Return all who have been named, also those who no longer take part, in one trip to the database.

    Certificates are looked for once there can be some; the question is a long one.
    """
    if booking.session.last_ends_at <= timezone.now():
        return list(booking.participants.with_certificate_to_hand_out())
    everyone = EVERYONE.objects(booking.pk)
    for one in everyone:
        one.booking = booking
    return everyone


EVERYONE = ReadyQuery(lambda number: Participant.objects.filter(booking=number), -1)


def meetings_of(booking):
    """Return each meeting with its place, in order."""
    return [(meeting, events.location(meeting)) for meeting in meetings_in_order(booking.session)]


def name_rows(unnamed):
    names = ParticipantFormSet(prefix="navn")
    names.extra = min(unnamed, 5)
    return names


def say_places(names, seats, unnamed):
    """Let each row of names say which seat of the booking it is for."""
    for place, row in enumerate(names, start=seats - unnamed + 1):
        row.said_place = _("Seat %(place)d of %(seats)d") % {"place": place, "seats": max(seats, place)}


def signup_address(booking):
    if booking.state != Booking.State.CONFIRMED:
        return ""
    return link_address("signup", issue_link("signup", booking.pk))


@opens_booking("booking-confirm")
@require_http_methods(["GET", "HEAD", "POST"])
def booking_confirm(request, access):
    """Ask for a press of a button, since mail programs open links by themselves; a POST confirms (design rule 13)."""
    booking, error = access.booking, ""
    if booking.state == Booking.State.CONFIRMED or (booking.is_in_line and not booking.awaits_proof):
        return redirect(page_address(OWNER, issue_link(OWNER, booking.pk)))
    if request.method == "POST":
        try:
            bookings.confirm_address(booking)
        except CoursesError as refusal:
            error = str(refusal)
        else:
            messages.success(request, confirmed_sentence(booking))
            return redirect(page_address(OWNER, issue_link(OWNER, booking.pk)))
    context = {
        "booking": booking,
        "meetings": meetings_of(booking),
        "error": error or why_too_late(booking),
        "has_run_out": booking.state == Booking.State.EXPIRED,
    }
    return render(request, "courses/booking_confirm.html", context, status=409 if error else 200)


def confirmed_sentence(booking):
    booking.refresh_from_db(fields=["state"])
    if booking.is_in_line:
        return _("You are on the waiting list. We write to you as soon as there is room.")
    return _("The booking is confirmed. We have sent you an e-mail with everything in it.")


def why_too_late(booking):
    """Return why a booking can no longer be confirmed, or nothing."""
    if booking.state == Booking.State.CANCELLED:
        return _("This booking has been cancelled.")
    try:
        refuse_unbookable(booking.session, booking.municipality)
    except CoursesError as refusal:
        return str(refusal)
    if booking.awaits_proof:
        return ""
    if booking.session.free_seats < booking.seats and not hasattr(booking, "waiting_place"):
        return _("The seats have been given to others in the meantime.")
    return ""


def action_page(request, access, form, change, *, title, text, button, color="accent", hidden=None):
    """Show one thing that can be done to a booking; on POST do it, say so, and go back to the booking."""
    error = ""
    if request.method == "POST" and (form is None or form.is_valid()):
        try:
            sentence = change()
        except CoursesError as refusal:
            error = str(refusal)
            if form is not None:
                form.add_error(refusal.field if refusal.field in form.fields else None, error)
        else:
            messages.success(request, sentence)
            return redirect(access.url("booking_detail"))
    context = {
        "title": title,
        "text": text,
        "form": form,
        "error": error if form is None else "",
        "button": button,
        "color": color,
        "hidden": hidden or {},
        "back": access.url("booking_detail"),
    }
    return render(request, "courses/booking_action.html", context)
