"""What a booking costs: frozen on it when it is made, whatever the course says later.

A price is for a seat, for the whole session, for the travel alone, or there is none. One for the whole session is paid
once: by the first booking that is confirmed in it; who takes it over from that one is for staff to say
(`whole_prices`). Seats that others fund go to bookings in the order they come; seats given
back are the payer's own first. All of it is decided while the session is locked. Kroner without VAT, as Decimal.
"""

from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Decimal

from django.db import transaction
from django.db.models import Q, Sum
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from courses.exceptions import CoursesError, PriceChanged
from courses.models import Booking, FundedSeats, PriceKind, Session, VatTreatment
from municipalities.models import County, Municipality
from taushet.models import User
from taushet.services import audit
from taushet.templatetags.ui import kroner

OERE = Decimal("0.01")
FOR_THE_WHOLE = (PriceKind.SESSION, PriceKind.TRAVEL)


class FundingRefused(CoursesError):
    """Seats that cannot be funded as they are: more than there are, or fewer than bookings have got already."""


def round_money(amount: Decimal) -> Decimal:
    """Return an amount rounded to øre, halves away from nought."""
    return amount.quantize(OERE, ROUND_HALF_UP)


def freeze_price(booking: Booking, session: Session) -> None:
    """Give a booking the price of a session; the caller saves it."""
    is_free = session.paid_for in FOR_THE_WHOLE and not session.full_price
    booking.price_kind = PriceKind.FREE if is_free else session.paid_for
    booking.seat_price = session.seat_price
    booking.fixed_price = session.fixed_price
    booking.vat_treatment = session.course.vat_treatment


def price_text(session: Session) -> str:
    """Say in a line what a session costs and for what, as the pages do."""
    if not session.full_price:
        return pgettext("price in a line", "free")
    price = {
        PriceKind.SESSION: _("%(price)s for the whole session"),
        PriceKind.TRAVEL: _("%(price)s for travel, else free"),
    }.get(session.paid_for, _("%(price)s per seat")) % {"price": kroner(session.full_price)}
    return f"{price} {_('plus VAT')}" if session.course.vat_treatment == VatTreatment.STANDARD else price


def price_mark(session: Session) -> str:
    """Return in short what a page says of a price: for what, how much, whether VAT comes on top; nothing when free."""
    return _mark(session.paid_for, session.full_price, session.course.vat_treatment)


def _mark(kind: str, amount: Decimal, vat_treatment: str) -> str:
    if not amount:
        return ""
    return f"{kind}:{round_money(Decimal(amount))}:{'vat' if vat_treatment == VatTreatment.STANDARD else ''}"


def refuse_changed_price(session: Session, shown: str | None) -> None:
    """Raise PriceChanged unless a session costs what the page showed (a `price_mark`); None when no page showed any."""
    if shown is not None and shown != price_mark(session):
        full = session.full_price
        raise PriceChanged(kroner(full) if full else pgettext("price in a line", "free"))


PRICE_FIELDS = ("price_kind", "seat_price", "fixed_price", "funded_seats", "vat_treatment")


def share_price(booking: Booking, session: Session) -> bool:
    """Let a booking have its funded seats, and not pay for the whole where another one does already.

    Called with the session locked, when the booking takes its seats or gets another number of them; returns whether
    something has changed, which the caller saves.
    """
    before = booking.fixed_price, booking.funded_seats
    share_whole(booking, session)
    if booking.seats < booking.funded_seats:
        booking.funded_seats = booking.seats
    elif booking.seat_price:
        free = funded_left(session, booking.municipality, without=booking)
        booking.funded_seats = min(booking.seats, max(free, booking.funded_seats))
    return before != (booking.fixed_price, booking.funded_seats)


def share_whole(booking: Booking, session: Session) -> None:
    """Let a booking not pay for the whole where a confirmed one does; the caller, who has locked the session, saves it.

    One that is only held or offered may come to nothing, so nobody is let off for its sake; when it is confirmed, this
    is asked once more.
    """
    others = session.bookings.filter(state=Booking.State.CONFIRMED, fixed_price__gt=0)
    if booking.fixed_price and others.exclude(pk=booking.pk).exists():
        booking.fixed_price = Decimal(0)


def funded_left(session: Session, municipality: Municipality, *, without: Booking | None = None) -> int:
    """Return how many seats of a session others still fund for a municipality: its own first, then its county's."""
    grants = list(
        session.funded_seats.filter(Q(municipality=municipality) | Q(county=municipality.county_id)).order_by("county")
    )
    if not grants:
        return 0
    standing = session.bookings.taking_seats().exclude(pk=without.pk if without else None)
    by_place = standing.filter(municipality__county=municipality.county_id, funded_seats__gt=0).order_by()
    used = dict(by_place.values_list("municipality").annotate(sum=Sum("funded_seats")))
    own = {row.municipality_id: row.seats for row in session.funded_seats.filter(county=None)}
    # What a municipality has used beyond its own comes from its county.
    of_county = sum(max(count - own.get(place, 0), 0) for place, count in used.items())
    left = max(own.get(municipality.pk, 0) - used.get(municipality.pk, 0), 0)
    return left + sum(max(grant.seats - of_county, 0) for grant in grants if grant.county_id)


@transaction.atomic
def fund_seats(session: Session, *, by: User, seats: int, place: Municipality | County) -> FundedSeats | None:
    """Say that somebody else pays for so many seats of a session for a place; nought takes it back.

    It holds for bookings from now on; what is booked keeps its price. Raises FundingRefused.
    """
    session = Session.objects.select_for_update(no_key=True).get(pk=session.pk)
    if seats > session.capacity:
        raise FundingRefused(_("The session has %(capacity)d seats.") % {"capacity": session.capacity}, field="seats")
    where = {"municipality": place} if isinstance(place, Municipality) else {"county": place}
    audit.record("session.funded", session, by=by, seats=seats, place=place.pk)
    if not seats:
        FundedSeats.objects.filter(session=session, **where).delete()
        return None
    return FundedSeats.objects.update_or_create(session=session, **where, defaults={"seats": seats})[0]


def value_of(booking: Booking, seats: int) -> Decimal:
    """Return what giving back some seats of a booking takes off its price; all of them take off the whole."""
    return Decimal(booking.price_of(booking.seats)) - Decimal(booking.price_of(max(booking.seats - seats, 0)))


def sum_money(amounts: Iterable[Decimal]) -> Decimal:
    return sum(amounts, Decimal("0.00"))
