"""What must be true before a booking is made or changed, and the lock on one booking."""

from datetime import timedelta

from django.conf import settings
from django.db.models import Count, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from courses.exceptions import ClosedToOthers, NotBookable, TooManyHolds, WrongState
from courses.models import Booking, Session
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
    held = dict(HOLDS.rows(booking.contact_email, booking.municipality_id))
    # One that is about to get another address is among those of its municipality too.
    by_municipality = held.get(booking.municipality_id, 0) - (not booking._state.adding)
    if held.get(booking.contact_email, 0) - is_written >= settings.HOLDS_PER_ADDRESS:
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
    refuse_asked_too_often(booking.contact_email, besides=int(is_written))


def _holds(email: str, municipality: str) -> QuerySet:
    """The number of bookings that wait to be confirmed, by the address and by the municipality, in one trip."""
    waiting = Booking.objects.awaiting_proof().order_by()
    of_address = waiting.filter(contact_email=email).values("contact_email")
    of_municipality = waiting.filter(municipality_id=municipality).values("municipality_id")
    by_address = of_address.annotate(count=Count("pk")).values_list("contact_email", "count")
    by_municipality = of_municipality.annotate(count=Count("pk")).values_list("municipality_id", "count")
    return by_address.union(by_municipality, all=True).order_by()


def _asks(email: str) -> QuerySet:
    asked = Message.objects.filter(kind=CONFIRM_ADDRESS, to_email=email)
    # The few there are of an address; asked for the newest, the database may look through all mail from its end.
    return asked.order_by().values_list("created_at")


HOLDS = ReadyQuery(_holds, "-email", "-place")
ASKS = ReadyQuery(_asks, "-email")


def refuse_asked_too_often(email: str, *, besides: int = 0) -> None:
    """Raise TooManyHolds when an address has been asked often today, `besides` what this transaction has written."""
    recently = timezone.now() - timedelta(days=1)
    if sum(at > recently for (at,) in ASKS.rows(email)) - besides >= ASKS_A_DAY:
        raise TooManyHolds(
            _("We have written to this address several times today. Open the newest e-mail, or try again tomorrow."),
            field="contact_email",
        )


def refuse_unchangeable(booking: Booking, session: Session) -> None:
    """Raise WrongState unless a booking is confirmed and its session lies ahead."""
    if booking.state != Booking.State.CONFIRMED:
        raise WrongState(_("This booking is not confirmed, so it cannot be changed."))
    if session.state == Session.State.CANCELLED:
        raise WrongState(_("The course is cancelled, so the booking cannot be changed."))
    if session.first_starts_at <= timezone.now():
        raise WrongState(_("The course has begun, so the booking can no longer be changed."))
