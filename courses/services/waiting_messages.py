"""The mails of the waiting list: to the contact of a group that stands in line."""

from collections.abc import Iterable

from courses.models import Booking, WaitingPlace
from taushet.models import Message
from taushet.services.links import placeholder

from .booking_mail import draft, post_all, render, write

WAITING = "waiting-list"
OFFERED = "waiting-offer"
OFFER_LAPSED = "waiting-offer-lapsed"
WAIT_ENDED = "waiting-ended"


def tell_waiting(booking: Booking, place: WaitingPlace) -> Message:
    """Tell a contact that the group stands in line, and where the page is."""
    return write(WAITING, booking, booking.contact_email, place=place, page=placeholder("booking", booking.pk))


def tell_offered(booking: Booking, place: WaitingPlace) -> Message:
    """Offer a waiting group its seats, or fewer, until a stated time."""
    return write(OFFERED, booking, booking.contact_email, place=place, page=placeholder("booking", booking.pk))


def tell_offers_lapsed(places: Iterable[WaitingPlace]) -> None:
    """Tell groups that they have not answered in time, and what that means."""
    drafts = []
    for place in places:
        booking = place.booking
        mail = render(OFFER_LAPSED, booking, place=place, page=placeholder("booking", booking.pk))
        drafts.append(draft(OFFER_LAPSED, booking, booking.contact_email, *mail))
    post_all(drafts)


def tell_wait_ended(booking: Booking) -> Message:
    """Tell a group that no seat became free before the session began or was cancelled."""
    return write(WAIT_ENDED, booking, booking.contact_email)
