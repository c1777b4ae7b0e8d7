"""What bookers do with a booking of theirs: more or fewer seats, another date, cancelling.

They do it alone while the terms of the booking let them, and the same page asks staff for it after that.
"""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from courses.exceptions import CoursesError, TermsForbid
from courses.forms.bookings import MoveForm, SeatsForm
from courses.models import Booking, ChangeRequest
from courses.services import booking_changes, change_requests
from courses.services.money_changes import money_of_cancelling, money_of_moving, money_of_seats, note_of_moving
from courses.services.moves import dates_to_move_to, move_booking
from courses.services.sheets import without_mail
from courses.services.terms import Act, fee_sentence, late_fee_sentence, moving_sentence, standing_of_booking

from .change_pages import change_or_ask, change_page, closed_page
from .secret import OWNER, RECEIPT, SECOND, opens_booking

Kind = ChangeRequest.Kind


@opens_booking(OWNER, SECOND)
@require_http_methods(["GET", "HEAD", "POST"])
def booking_seats(request, access):
    booking = access.booking
    form = SeatsForm(request.POST if request.method == "POST" else None, initial={"seats": booking.seats})

    def change(seen):
        changed = booking_changes.change_seats(booking, form.cleaned_data["seats"], seen=seen)
        return seats_sentence(booking.seats, changed.seats)

    return change_or_ask(
        request,
        access,
        form,
        change,
        lambda: {"kind": Kind.SEATS, "seats": form.cleaned_data["seats"]},
        act=Act.FEWER,
        asking={
            "title": _("Ask for another number of seats"),
            "text": _("The deadline for doing this by yourself has passed. Tell us what you need, and we answer."),
            "note": late_fee_sentence(booking.seats - 1, booking) if is_late(booking) and booking.seats > 1 else "",
        },
        title=_("Change the number of seats"),
        text=ngettext(
            "The booking has %(seats)d seat. %(free)d more free in the course.",
            "The booking has %(seats)d seats. %(free)d more free in the course.",
            booking.seats,
        )
        % {"seats": booking.seats, "free": max(booking.session.free_seats, 0)},
        note=fee_now(booking, 1),
        money=lambda: money_of_seats(booking, form.cleaned_data["seats"], percent=standing_of_booking(booking).fee),
        button=_("Change"),
    )


def seats_sentence(before, now):
    if now != before:
        return _("The booking has another number of seats now.")
    return ngettext(
        "Nothing was changed: the booking has %(seats)d seat.",
        "Nothing was changed: the booking has %(seats)d seats.",
        now,
    ) % {"seats": now}


@opens_booking(OWNER, SECOND)
@require_http_methods(["GET", "HEAD", "POST"])
def booking_move(request, access):
    booking = access.booking
    if closed := closed_page(request, booking, access.url("booking_detail")):
        return closed
    dates = dates_to_move_to(booking)
    form = MoveForm(request.POST if request.method == "POST" else None, dates=dates)

    def move(seen):
        move_booking(booking, form.cleaned_data["session"], seen=seen)
        sentence = _("The booking is moved. Everybody who had the old date in the calendar gets the new one.")
        told_on_paper = told_by_you(booking)
        if not told_on_paper:
            return sentence
        return format_html(
            '{} {} <a href="{}">{}</a>',
            sentence,
            told_on_paper,
            access.url("booking_sheets"),
            _("Print new sheets for them"),
        )

    if not dates:
        back = access.url("booking_detail")
        return render(request, "courses/booking_no_move.html", {"back": back, "booking": booking})
    said = moving_sentence(standing_of_booking(booking).fee), note_of_moving(booking), told_by_you(booking)
    note = " ".join(filter(None, said))
    return change_or_ask(
        request,
        access,
        form,
        move,
        lambda: {"kind": Kind.MOVE, "to": form.cleaned_data["session"]},
        act=Act.MOVE,
        asking={
            "note": note,
            "title": _("Ask for another date"),
            "text": _("The deadline for moving by yourself has passed. Choose the date you would like, and we answer."),
        },
        title=_("Move to another date"),
        text=_("The old seats are given back only once the new ones are yours. The price is that of the new date."),
        note=note,
        money=lambda: money_of_moving(booking, form.cleaned_data["session"]),
        button=_("Move the booking"),
    )


@opens_booking(OWNER, SECOND, RECEIPT)
@require_http_methods(["GET", "HEAD", "POST"])
def booking_cancel(request, access):
    booking = access.booking
    if access.purpose == RECEIPT and not booking.awaits_proof:
        return redirect(access.url("booking_detail"))
    if closed := closed_page(request, booking, access.url("booking_detail"), held_too=True):
        return closed

    def cancel(seen):
        told_on_paper = told_by_you(booking)
        booking_changes.cancel_booking(booking, seen=seen)
        return f"{_('The booking is cancelled.')} {told_on_paper}".strip()

    page = {
        "title": _("Cancel booking %(number)s?") % {"number": booking.pk},
        "text": cancel_text(booking, access),
        "button": _("Cancel the booking"),
        "color": "danger",
    }
    if booking.state != Booking.State.CONFIRMED:
        leave_to = booking.session.get_absolute_url() if access.purpose == RECEIPT else ""
        note = _("It costs nothing to change or cancel.")
        return change_page(request, access, None, cancel, note=note, leave_to=leave_to, **page)
    return change_or_ask(
        request,
        access,
        None,
        cancel,
        lambda: {"kind": Kind.CANCEL},
        act=Act.CANCEL,
        asking={
            "title": _("Ask to cancel booking %(number)s") % {"number": booking.pk},
            "text": _("The deadline for cancelling by yourself has passed. Ask us, and we answer."),
            "note": f"{late_fee_sentence(booking.seats, booking)} {told_by_you(booking)}".strip(),
        },
        note=f"{money_of_cancelling_now(booking)} {told_by_you(booking)}".strip(),
        **page,
    )


def cancel_text(booking, access):
    told = booking.participants.active().exclude(email="").count() if access.is_contact else 0
    seats = ngettext(
        "%(seats)d seat is given back and may be booked by others.",
        "%(seats)d seats are given back and may be booked by others.",
        booking.seats,
    ) % {"seats": booking.seats}
    mails = ngettext(
        "%(told)d participant gets an e-mail that says so.", "%(told)d participants get an e-mail that says so.", told
    ) % {"told": told}
    return f"{seats} {mails}" if told else seats


def told_by_you(booking):
    """Say how many of a booking hear of a change from its contact alone; nothing when nobody does."""
    count = without_mail(booking).count()
    if not count:
        return ""
    return ngettext(
        "%(count)d participant has no e-mail and hears of it from you only.",
        "%(count)d participants have no e-mail and hear of it from you only.",
        count,
    ) % {"count": count}


def told_by_contact_only(booking):
    """Say the same to staff."""
    count = without_mail(booking).count()
    if not count:
        return ""
    return ngettext(
        "%(count)d participant has no e-mail and hears of it from the contact only.",
        "%(count)d participants have no e-mail and hear of it from the contact only.",
        count,
    ) % {"count": count}


def is_late(booking):
    return standing_of_booking(booking).asks


def fee_now(booking, seats):
    return fee_sentence(seats, booking, standing_of_booking(booking).fee)


def money_of_one_seat_now(booking):
    return money_of_seats(booking, booking.seats - 1, percent=standing_of_booking(booking).fee) or fee_now(booking, 1)


def money_of_cancelling_now(booking):
    """Say what cancelling does to the money, or that it costs nothing."""
    said = money_of_cancelling(booking, percent=standing_of_booking(booking).fee)
    return said or fee_now(booking, booking.seats)


@opens_booking(OWNER, SECOND)
@require_http_methods(["GET", "HEAD", "POST"])
def participant_give_back(request, access, participant_id):
    """Cancel one name together with its seat."""
    booking = access.booking
    if closed := closed_page(request, booking, access.url("booking_detail")):
        return closed
    participant = get_object_or_404(booking.participants.all(), pk=participant_id)

    def give_back(seen):
        booking_changes.give_back_named_seat(participant, seen=seen)
        return _("%(name)s’s seat is cancelled.") % {"name": participant.listed_name}

    try:
        return change_page(
            request,
            access,
            None,
            give_back,
            title=_("Cancel %(name)s’s seat?") % {"name": participant.listed_name},
            text=_(
                "The name is taken off and the seat is given back. Only %(name)s is told; the others of the booking"
                " hear nothing."
            )
            % {"name": participant.listed_name},
            note=money_of_one_seat_now(booking),
            terms=standing_of_booking(booking).lines,
            button=_("Cancel the seat"),
            color="danger",
        )
    except TermsForbid as refusal:
        messages.error(request, str(refusal))
        return redirect(access.url("booking_seats"))


@opens_booking(OWNER, SECOND)
@require_POST
def change_withdraw(request, access, change_id):
    """Take a request to staff back."""
    asked = get_object_or_404(access.booking.change_requests.all(), pk=change_id)
    try:
        change_requests.withdraw_request(asked)
    except CoursesError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("The request is withdrawn."))
    return redirect(access.url("booking_detail"))
