"""What must be true before a booking is made or changed, and the lock on one booking."""

from datetime import timedelta

from django.conf import settings
from django.db.models import Count, QuerySet, Value
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext as _

from courses.exceptions import ClosedToOthers, NotBookable, TooManyHolds, WrongState
from courses.models import Booking, Participant, Session
from municipalities.models import Municipality
from taushet.locks import lock_words
from taushet.models import Message
from taushet.ready_query import ReadyQuery

CONFIRM_ADDRESS = "booking-confirm-address"
ASKS_A_DAY = 6


def lock_booking(booking: Booking, session: Session | None = None) -> Booking:
    """Return a booking as it is now, locked until the transaction ends; after its session where both are locked.

    With the session that is locked: raises WrongState when the booking has been moved to another one meanwhile.
    """
    booking = Booking.objects.select_for_update(no_key=True).get(pk=booking.pk)
    if session is None:
        return booking
    if booking.session_id != session.pk:
        raise WrongState(_("The booking has been moved in the meantime. Look at it once more."))
    booking.session = session
    return booking


def lock_with_session(booking: Booking) -> Booking:
    """Return a booking as it is now, locked together with its session, which is neither moved nor cancelled meanwhile.

    For whoever writes calendar mail of it. Raises WrongState when the booking is being moved to another session.
    """
    session_id = Booking.objects.values_list("session", flat=True).get(pk=booking.pk)
    return lock_booking(booking, Session.objects.select_for_update(no_key=True).get(pk=session_id))


def refuse_unbookable(session: Session, municipality: Municipality | None = None) -> None:
    """Raise NotBookable or ClosedToOthers, with a sentence that says why a session takes no booking."""
    if session.state == Session.State.CANCELLED:
        raise NotBookable(_("This date is cancelled and takes no bookings. Choose another one."))
    if session.state == Session.State.HELD or session.first_starts_at <= timezone.now():
        raise NotBookable(_("This date is in the past and takes no bookings. Choose another one."))
    if session.state not in Session.OPEN_STATES:
        raise NotBookable(_("This date is not open for bookings yet."))
    if municipality and not session.takes(municipality):
        raise ClosedToOthers(_("This date is held for another municipality."), field="municipality")


def refuse_too_many_holds(booking: Booking, *, is_written: bool = False) -> None:
    """Raise TooManyHolds when an address or a municipality has too many other bookings that wait to be confirmed.

    Also when the address has been asked too often today: who cancels and books anew must not fill a stranger's inbox.
    Called in the transaction that makes the booking, behind the session's lock: one that counts waits for the others of
    the same address or municipality, whatever session they are for. `is_written` says that the booking, and the mail
    that asks, are written already and do not count.
    """
    lock_words(f"holds of {booking.contact_email}", f"holds in {booking.municipality_id}")
    counts = dict(COUNTS.rows(booking.contact_email, booking.municipality_id, booking.contact_email))
    # One that is about to get another address is among those of its municipality too.
    by_municipality = counts["municipality"] - (not booking._state.adding)
    if counts["address"] - is_written >= settings.HOLDS_PER_ADDRESS:
        raise TooManyHolds(
            _("Other bookings wait for this address to be confirmed. Open the e-mail we sent and confirm one first."),
            field="contact_email",
        )
    if by_municipality >= settings.HOLDS_PER_MUNICIPALITY:
        raise TooManyHolds(
            _(
                "Many bookings for this municipality wait to be confirmed. Try again tomorrow, or ask a colleague who"
                " has booked here before."
            ),
            field="municipality",
        )
    if counts["asked"] - is_written >= ASKS_A_DAY:
        raise TooManyHolds(
            _("We have written to this address several times today. Open the newest e-mail, or try again tomorrow."),
            field="contact_email",
        )


def _counts(email: str, municipality: str, asked: str) -> QuerySet:
    """The bookings that wait to be confirmed, of an address and of a municipality, and how often it was asked today."""
    waiting = Booking.objects.awaiting_proof()
    today = Message.objects.filter(kind=CONFIRM_ADDRESS, created_at__gt=Now() - timedelta(days=1))
    by_address = _count("address", waiting.filter(contact_email=email))
    by_municipality = _count("municipality", waiting.filter(municipality_id=municipality))
    return by_address.union(by_municipality, _count("asked", today.filter(to_email=asked)), all=True).order_by()


def _count(what: str, rows: QuerySet) -> QuerySet:
    counted = rows.order_by().annotate(what=Value(what)).values("what").annotate(count=Count("pk"))
    return counted.values_list("what", "count")


COUNTS = ReadyQuery(_counts, "-email", "-place", "-asked")


def refuse_unchangeable(booking: Booking, session: Session) -> None:
    """Raise WrongState unless a booking is confirmed and its session lies ahead."""
    if booking.state != Booking.State.CONFIRMED:
        raise WrongState(_("This booking is not confirmed, so it cannot be changed."))
    if session.state == Session.State.CANCELLED:
        raise WrongState(_("The course is cancelled, so the booking cannot be changed."))
    if session.first_starts_at <= timezone.now():
        raise WrongState(_("The course has begun, so the booking can no longer be changed."))


def refuse_erased(participant: Participant) -> None:
    """Raise WrongState when everything about somebody has been erased, as by a page that was open still."""
    if participant.erased_at:
        raise WrongState(_("The name has been erased."))
