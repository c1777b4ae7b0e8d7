"""What a booker asks staff to do with a booking after the deadline, and the answer.

Approving does what was asked through the same services as always, under the same locks, so that of two approvals for
the last seats one comes through and the other is told why. The booker hears of it once: by the mail of the change
itself, or by one that says why not.
"""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from courses.exceptions import FeeTooHigh, WrongState
from courses.models import Booking, ChangeRequest, Session
from taushet.models import User
from taushet.services import audit

from . import messages
from .booking_changes import cancel_booking, change_seats, refuse_named_seats
from .changes import Seen, refuse_unseen
from .guards import lock_booking, refuse_unchangeable
from .moves import move_booking
from .terms import standing_of_booking

Kind, State = ChangeRequest.Kind, ChangeRequest.State


@transaction.atomic
def ask_for_change(
    booking: Booking,
    *,
    kind: str,
    request_key: str,
    seats: int | None = None,
    to: Session | None = None,
    words: str = "",
    seen: Seen | None = None,
) -> ChangeRequest:
    """Ask staff for a change of a confirmed booking; the same request key asks once.

    Raises BookingChanged when `seen` is no longer how things stand, and WrongState when a request waits already, when
    it would change nothing, or when the booking cannot be changed at all.
    """
    booking = lock_booking(booking)
    asked = ChangeRequest.objects.filter(booking=booking, request_key=request_key).first()
    if asked:
        return asked
    refuse_unchangeable(booking, booking.session)
    refuse_unseen(booking, seen)
    if booking.change_requests.waiting().exists():
        raise WrongState(_("You have asked us about this booking already. Wait for the answer, or withdraw it first."))
    if kind == Kind.SEATS:
        if seats == booking.seats:
            raise WrongState(_("This is the number of seats the booking has."), field="seats")
        refuse_named_seats(booking, seats)
    asked = ChangeRequest.objects.create(
        booking=booking,
        kind=kind,
        seats=seats,
        session=to,
        words=words,
        most_percent=standing_of_booking(booking).fee,
        request_key=request_key,
    )
    audit.record("booking.change_asked", booking, kind="booker", request=asked.pk, what=kind)
    return asked


@transaction.atomic
def withdraw_request(request: ChangeRequest) -> ChangeRequest:
    """Take a request back. Doing it twice changes nothing. Raises WrongState when it has been answered."""
    booking = lock_booking(request.booking)
    request = _locked(request)
    if request.state == State.WITHDRAWN:
        return request
    _refuse_answered(request)
    _answer(request, State.WITHDRAWN)
    audit.record("booking.change_withdrawn", booking, kind="booker", request=request.pk)
    return request


@transaction.atomic
def approve_request(request: ChangeRequest, *, by: User, fee_percent: int = 0, reason: str = "") -> ChangeRequest:
    """Do what a booker asked for, at the fee staff says; with a reason also beyond the capacity.

    Raises FeeTooHigh when the booker was told of a lower fee, NoMoreSeats, SeatsTaken, NotBookable and WrongState; then
    the request still waits and nothing has changed. Raises WrongState too when it has been answered.
    """
    # Sessions before the booking, the booking before its request, as everywhere.
    sessions = {request.booking.session_id, request.session_id} - {None}
    list(Session.objects.select_for_update(no_key=True).filter(pk__in=sessions).order_by("pk"))
    booking = lock_booking(request.booking)
    if booking.session_id not in sessions:
        raise WrongState(_("The booking has been moved in the meantime. Look at it once more."))
    request = _locked(request)
    _refuse_answered(request)
    most = most_percent(request, booking)
    if fee_percent > most:
        raise FeeTooHigh(
            _("The booker was told that it costs at most %(percent)d per cent. Choose that or less.")
            % {"percent": most},
            field="fee_percent",
        )
    _answer(request, State.APPROVED, by=by)
    audit.record("booking.change_approved", booking, by=by, request=request.pk, fee_percent=fee_percent)
    if request.kind == Kind.SEATS:
        change_seats(booking, request.seats, by=by, fee_percent=fee_percent, reason=reason, is_answer=True)
    elif request.kind == Kind.MOVE:
        move_booking(booking, request.session, by=by, reason=reason, least_percent=most, is_answer=True)
    else:
        cancel_booking(booking, by=by, fee_percent=fee_percent, is_answer=True)
    return request


def most_percent(request: ChangeRequest, booking: Booking) -> int:
    """Return the highest share of the price that staff may take: what the page said when the booker asked."""
    return standing_of_booking(booking).fee if request.most_percent is None else request.most_percent


@transaction.atomic
def refuse_request(request: ChangeRequest, *, by: User, answer: str) -> ChangeRequest:
    """Say no, and why; the booking stays as it is. Raises WrongState when it has been answered."""
    booking = lock_booking(request.booking)
    request = _locked(request)
    request.booking = booking
    _refuse_answered(request)
    _answer(request, State.REFUSED, by=by, answer=answer)
    messages.tell_change_refused(request)
    audit.record("booking.change_refused", booking, by=by, request=request.pk)
    return request


def _locked(request: ChangeRequest) -> ChangeRequest:
    return ChangeRequest.objects.select_for_update(of=("self",)).select_related("session").get(pk=request.pk)


def _refuse_answered(request: ChangeRequest) -> None:
    if not request.is_waiting:
        raise WrongState(
            _("This request is answered already: %(state)s.") % {"state": request.get_state_display().lower()}
        )


def _answer(request: ChangeRequest, state: str, *, by: User | None = None, answer: str = "") -> None:
    request.state, request.answered_at, request.answered_by, request.answer = state, timezone.now(), by, answer
    request.save(update_fields=["state", "answered_at", "answered_by", "answer"])
