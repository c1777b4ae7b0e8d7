"""A price for the whole of a session whose payer has left: another booking takes it over, or nobody pays.

The others were told that they pay nothing, so no price falls on them by itself. Staff agrees with one of them, or
lets it be; until then the session stands on the list of what is to be invoiced.
"""

from decimal import Decimal

from django.db import transaction
from django.db.models import Exists, F, OuterRef, QuerySet, Sum
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from courses.exceptions import CoursesError, WrongState
from courses.models import Booking, BookingFee, PriceKind, Session
from taushet.models import User
from taushet.services import audit
from taushet.services.links import placeholder
from taushet.templatetags.ui import kroner

from . import seats
from .booking_mail import write
from .guards import lock_booking
from .prices import FOR_THE_WHOLE

PASSED_ON = "booking-price"


def without_payer() -> QuerySet[Session]:
    """Return the sessions that cost something as a whole, and in which no confirmed booking pays for it any more."""
    confirmed = Booking.objects.filter(session=OuterRef("pk"), state=Booking.State.CONFIRMED)
    costing = Session.objects.annotate(whole=Coalesce(F("price"), F("course__price"))).filter(whole__gt=0)
    return (
        costing.exclude(state=Session.State.CANCELLED)
        .filter(Exists(confirmed.filter(price_kind__in=FOR_THE_WHOLE)))
        .exclude(Exists(confirmed.filter(fixed_price__gt=0)))
        .select_related("course")
        .order_by("first_starts_at", "pk")
    )


def could_pay(session: Session) -> QuerySet[Booking]:
    """Return the bookings of a session that its price can be passed on to, in the order they came."""
    bookings = session.bookings.filter(state=Booking.State.CONFIRMED, price_kind__in=FOR_THE_WHOLE)
    return bookings.select_related("municipality", "payer").order_by("confirmed_at", "pk")


def left_of_whole(session: Session) -> Decimal:
    """Return what of the price no fee of those who left covers, in kroner without VAT."""
    fees = BookingFee.objects.filter(booking__session=session).aggregate(sum=Sum("amount"))["sum"]
    return max(session.full_price - (fees or Decimal(0)), Decimal(0))


def leaves_no_payer(booking: Booking) -> bool:
    """Whether a booking pays for the whole of a session in which others would be left without it."""
    pays = booking.fixed_price and booking.state == Booking.State.CONFIRMED
    return bool(pays) and could_pay(booking.session).exclude(pk=booking.pk).exists()


def pass_price_on(session: Session, booking: Booking, *, amount: Decimal, by: User) -> Booking:
    """Let a confirmed booking pay for the whole of its session, as agreed with its contact, who is told by mail.

    `amount` in kroner without VAT. Raises WrongState when somebody pays already or the booking has gone, and
    CoursesError for more than the session costs.
    """
    with seats.door(session.pk) as door:
        booking = _locked(booking, door.session)
        most = door.session.full_price
        if not 0 < amount <= most:
            sentence = _("Write an amount above 0, at most %(most)s.") % {"most": kroner(most)}
            raise CoursesError(sentence, field="amount")
        booking.fixed_price = amount
        booking.save(update_fields=["fixed_price"])
        if booking.contact_email:
            write(PASSED_ON, booking, booking.contact_email, page=placeholder("booking", booking.pk))
        audit.record("booking.price_passed_on", booking, by=by, amount=str(amount))
    return booking


def _locked(booking: Booking, session: Session) -> Booking:
    if not without_payer().filter(pk=session.pk).exists():
        raise WrongState(_("Somebody pays for the whole already."))
    booking = lock_booking(booking, session)
    if booking.state != Booking.State.CONFIRMED:
        raise WrongState(_("This booking is no longer confirmed. Choose another one."))
    return booking


@transaction.atomic
def let_price_be(session: Session, *, by: User) -> None:
    """Say that nobody pays for the whole of a session; its bookings are free. Doing it twice changes nothing."""
    session = seats.lock_session(session.pk)
    if without_payer().filter(pk=session.pk).exists():
        could_pay(session).select_related(None).update(price_kind=PriceKind.FREE)
        audit.record("session.price_let_be", session, by=by)
