"""What staff does with one booking: its seats, its date, its names, and the answer to what its booker asks for."""

from dataclasses import dataclass

from django.contrib.auth.decorators import permission_required
from django.http import Http404
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from courses.forms.bookings import MoveForm
from courses.forms.participants import ReplaceForm
from courses.forms.terms import RefuseForm, StaffChangeForm, StaffSeatsForm
from courses.models import Booking, ChangeRequest, Participant
from courses.services import booking_changes, change_requests, participants
from courses.services.money_changes import money_of_cancelling, money_of_moving, money_of_seats, note_of_moving
from courses.services.moves import dates_to_move_to, move_booking
from courses.services.terms import staff_fee_sentence, standing_of_booking

from .booking_changes import seats_sentence, told_by_contact_only
from .change_pages import change_page, closed_page
from .participants import WRITTEN, what_replacing_does
from .staff_bookings import booking_of, whole_price_said

Kind = ChangeRequest.Kind
may_change = permission_required("courses.change_booking", raise_exception=True)
may_name = permission_required(["courses.change_booking", "courses.change_participant"], raise_exception=True)
METHODS = ["GET", "HEAD", "POST"]


@dataclass(frozen=True)
class StaffAccess:
    """A booking that staff has opened."""

    booking: Booking

    def url(self, name):
        return self.booking.staff_address


@may_change
@require_http_methods(METHODS)
def staff_seats(request, booking_id):
    booking = booking_of(request, booking_id)
    if closed := closed_page(request, booking, booking.staff_address):
        return closed
    form = StaffSeatsForm(
        posted(request),
        costs=booking.has_price,
        initial={"seats": booking.seats} | fee(booking),
    )

    def change(seen):
        wanted = form.cleaned_data["seats"]
        changed = booking_changes.change_seats(booking, wanted, by=request.user, seen=seen, **form.decided)
        return seats_sentence(booking.seats, changed.seats)

    return change_page(
        request,
        StaffAccess(booking),
        form,
        change,
        title=_("Change the number of seats"),
        text=seats_text(booking, booking.session),
        note=" ".join(filter(None, [fee_of_one_seat(booking), _("The contacts get an e-mail.")])),
        money=lambda: money_of_seats(booking, form.cleaned_data["seats"], percent=form.decided.get("fee_percent") or 0),
        terms=standing_of_booking(booking).lines,
        is_staff=True,
        button=_("Change"),
    )


@may_change
@require_http_methods(METHODS)
def staff_move(request, booking_id):
    booking = booking_of(request, booking_id)
    if closed := closed_page(request, booking, booking.staff_address):
        return closed
    dates = dates_to_move_to(booking)
    if not dates:
        return render(request, "courses/booking_no_move.html", {"back": booking.staff_address, "booking": booking})
    form = MoveForm(posted(request), dates=dates)

    def move(seen):
        move_booking(booking, form.cleaned_data["session"], by=request.user, seen=seen)
        sentence = _("The booking is moved. Everybody who had the old date in the calendar gets the new one.")
        return f"{sentence} {told_by_contact_only(booking)}".strip()

    return change_page(
        request,
        StaffAccess(booking),
        form,
        move,
        title=_("Move to another date"),
        text=_("The old seats are given back only once the new ones are taken. The price is that of the new date."),
        money=lambda: money_of_moving(booking, form.cleaned_data["session"]),
        note=" ".join(
            filter(None, [note_of_moving(booking), told_by_contact_only(booking), whole_price_said(booking)])
        ),
        button=_("Move the booking"),
    )


@may_name
@require_http_methods(METHODS)
def staff_names(request, booking_id):
    booking = booking_of(request, booking_id)
    form = ReplaceForm(posted(request), about=f"staff-name-{booking.pk}")

    def name(seen):
        participants.name_participants(
            booking,
            [form.person],
            request_key=form.cleaned_data["request_key"],
            named_by=Participant.NamedBy.STAFF,
            by=request.user,
            seen=seen,
        )
        return _("%(name)s is on the list.") % {"name": form.cleaned_data["name"]}

    return change_page(
        request,
        StaffAccess(booking),
        form,
        name,
        title=_("Put in a name"),
        text=_("With an e-mail address the participant gets time, place and an own page."),
        button=_("Save"),
    )


@may_name
@require_http_methods(METHODS)
def staff_name_replace(request, booking_id, participant_id):
    booking = booking_of(request, booking_id)
    participant = get_object_or_404(booking.participants.active(), pk=participant_id)
    initial = {} if participant.is_protected else {name: getattr(participant, name) for name in WRITTEN}
    form = ReplaceForm(posted(request), about=f"staff-replace-{participant.pk}", initial=initial)

    def replace(seen):
        participants.replace_participant(
            participant, form.person, request_key=form.cleaned_data["request_key"], by=request.user, seen=seen
        )
        return _("%(name)s is on the list.") % {"name": form.cleaned_data["name"]}

    return change_page(
        request,
        StaffAccess(booking),
        form,
        replace,
        title=_("Change a name"),
        text=what_replacing_does(participant),
        button=_("Give the seat to another") if participant.is_protected else _("Save"),
    )


@may_name
@require_http_methods(METHODS)
def staff_name_remove(request, booking_id, participant_id):
    booking = booking_of(request, booking_id)
    participant = get_object_or_404(booking.participants.active(), pk=participant_id)

    def remove(seen):
        participants.withdraw_participant(participant, by=request.user, seen=seen)
        return _("%(name)s has been taken off the list.") % {"name": participant.listed_name}

    return change_page(
        request,
        StaffAccess(booking),
        None,
        remove,
        title=_("Take %(name)s off the list?") % {"name": participant.listed_name},
        text=_("The seat stays with the booking. With an e-mail address the participant is told."),
        button=_("Take off"),
        color="danger",
    )


@may_change
@require_http_methods(METHODS)
def staff_change_approve(request, booking_id, change_id):
    """Do what the booker asked for."""
    booking, asked = asked_about(request, booking_id, change_id)
    if not asked.is_waiting:
        return answered_page(request, booking, asked)
    left = {Kind.CANCEL: 0, Kind.SEATS: asked.seats}.get(asked.kind, booking.seats)
    gives_back = left < booking.seats
    most = change_requests.most_percent(asked, booking)
    costs = gives_back and booking.has_price
    told = _("The booker was told that it costs at most %(percent)d per cent.") % {"percent": most}
    notes = [
        amount_of(booking, left, most),
        told if costs else "",
        money_left(booking, left, most) if costs else "",
        "" if asked.kind == Kind.SEATS else told_by_contact_only(booking),
    ]
    form = StaffChangeForm(
        posted(request),
        costs=costs,
        grows=not gives_back,
        amount=lambda percent, **typed: amount_of(booking, left, percent),
        initial={"fee_percent": most},
    )

    def approve(seen):
        change_requests.approve_request(asked, by=request.user, **form.decided)
        return _("The request is approved and done. The booker gets an e-mail.")

    return change_page(
        request,
        StaffAccess(booking),
        form,
        approve,
        title=_("Answer the request about booking %(number)s") % {"number": booking.pk},
        text=seats_text(booking, asked.session or booking.session),
        note=" ".join(filter(None, notes)),
        asked=asked,
        button=_("Approve, and do it"),
    )


@may_change
@require_http_methods(METHODS)
def staff_change_refuse(request, booking_id, change_id):
    booking, asked = asked_about(request, booking_id, change_id)
    if not asked.is_waiting:
        return answered_page(request, booking, asked)
    form = RefuseForm(posted(request))

    def refuse(seen):
        change_requests.refuse_request(asked, by=request.user, answer=form.cleaned_data["answer"])
        return _("The booker gets an e-mail with your answer.")

    return change_page(
        request,
        StaffAccess(booking),
        form,
        refuse,
        title=_("Refuse the request about booking %(number)s?") % {"number": booking.pk},
        text=_("The booking stays as it is."),
        asked=asked,
        button=_("Refuse"),
        color="danger",
    )


def answered_page(request, booking, asked):
    context = {"booking": booking, "asked": asked, "back": booking.staff_address}
    status = 409 if request.method == "POST" else 200
    return render(request, "courses/change_request_answered.html", context, status=status)


def posted(request):
    return request.POST if request.method == "POST" else None


def fee(booking):
    """Return what the terms say that seats given back cost now, as staff's suggestion."""
    return {"fee_percent": standing_of_booking(booking).fee}


def amount_of(booking, left, percent):
    """Return in kroner what a share is of the seats that are given back when some are left; nothing for none."""
    return staff_fee_sentence(booking.seats - left, booking, percent) if left < booking.seats else ""


def money_left(booking, left, percent):
    """Say what a booking that keeps so many seats, or none, gets of documents and of its card money."""
    if left:
        return money_of_seats(booking, left, percent=percent, says_fee=False)
    return money_of_cancelling(booking, percent=percent, says_fee=False)


def fee_of_one_seat(booking):
    return staff_fee_sentence(1, booking, fee(booking)["fee_percent"])


def seats_text(booking, session):
    return ngettext(
        "The booking has %(seats)d seat. %(free)d free in the course.",
        "The booking has %(seats)d seats. %(free)d free in the course.",
        booking.seats,
    ) % {"seats": booking.seats, "free": max(session.free_seats, 0)}


def asked_about(request, booking_id, change_id):
    booking = booking_of(request, booking_id)
    asked = booking.change_requests.select_related("session", "answered_by").filter(pk=change_id).first()
    if asked is None:
        raise Http404
    asked.booking = booking
    return booking, asked
