"""Words of staff to the bookers of several bookings: one mail to each booker, once, however often it is sent."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext as _

from courses.exceptions import WrongState
from courses.models import Booking, BookingMessage
from taushet.models import User
from taushet.services import audit
from taushet.services.links import placeholder

from . import mail_texts
from .booking_mail import post, render

WORDS_FROM_STAFF = "booking-words"
WRITTEN_TO = (Booking.State.CONFIRMED, Booking.State.WAITING, Booking.State.OFFERED)


@dataclass(frozen=True)
class Booker:
    """Somebody to be written to, with all the chosen bookings of that address; the mail is about the first."""

    email: str
    bookings: tuple[Booking, ...]


def why_not_write(booking: Booking) -> str:
    """Return why the booker of a booking cannot be written to, as a sentence; empty when that can be done."""
    if booking.erased_at or not booking.contact_email:
        return _("There is no address any more.")
    if booking.state not in WRITTEN_TO:
        return _("Nobody to write to: %(state)s.") % {"state": booking.get_state_display().lower()}
    return ""


def bookers_of(bookings: Iterable[Booking]) -> list[Booker]:
    """Return who is written to, each address once."""
    by_email: dict[str, list[Booking]] = {}
    for booking in bookings:
        if not why_not_write(booking):
            by_email.setdefault(booking.contact_email, []).append(booking)
    return [Booker(email, tuple(theirs)) for email, theirs in by_email.items()]


def check_words(bookings: Iterable[Booking], text: str) -> None:
    """Raise TextRefused when a text cannot be used, or names the course of one of the bookings."""
    courses = {booking.session.course_id: booking.session.course for booking in bookings}
    for course in courses.values():
        mail_texts.check_text(course, text)


def mail_to(booker: Booker, text: str) -> tuple[str, str]:
    """Return subject and text of the mail as one booker gets it."""
    booking = booker.bookings[0]
    words = mail_texts.fill(text, booking, shows_course=booking.shows_course_to(booker.email))
    page = placeholder("booking", booking.pk)
    return render(WORDS_FROM_STAFF, booking, booker.email, words=words, page=page)


@transaction.atomic
def write_to_bookers(bookings: Sequence[Booking], text: str, *, by: User, request_key: str) -> int:
    """Send the bookers of some bookings the words of staff; returns to how many.

    The same request key writes to nobody twice. Raises TextRefused, and WrongState when there is nobody to write to.
    """
    check_words(bookings, text)
    numbers = sorted(booking.pk for booking in bookings)
    locked = Booking.objects.select_for_update(no_key=True, of=("self",)).filter(pk__in=numbers).order_by("pk")
    bookers = bookers_of(locked.select_related("municipality", "session__course", "session__municipality"))
    if not bookers:
        raise WrongState(_("There is nobody to write to among these."))
    written = set(BookingMessage.objects.filter(key__startswith=f"{request_key}/").values_list("key", flat=True))
    told = 0
    for booker in bookers:
        first, key = booker.bookings[0], f"{request_key}/{booker.bookings[0].pk}"
        if key in written:
            continue
        subject, body = mail_to(booker, text)
        message = post(WORDS_FROM_STAFF, first, booker.email, subject, body, name=first.contact_name, key=key)
        for booking in booker.bookings:
            audit.record("booking.written_to", booking, by=by, message=message.pk)
        told += 1
    return told
