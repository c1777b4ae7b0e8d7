"""Lists that staff take out: participants and bookings. Each takes as many queries for few rows as for many."""

from collections.abc import Iterator

from django.db.models import FETCH_RAISE, QuerySet
from django.utils.translation import gettext as _

from courses.models import Booking, Participant, Session, VatRate
from taushet.models import User
from taushet.services import audit

from .booking_sums import sums_of, with_money

AT_ONCE = 500


def participant_table(session: Session, *, by: User, ending: str) -> tuple[list[str], Iterator[tuple]]:
    """Return heading and rows of those who have a named seat in a session; that they were taken out is recorded."""
    heading = [
        _("Name"),
        _("Work e-mail"),
        _("Workplace"),
        _("Role"),
        _("Municipality"),
        _("Unit"),
        _("Booking"),
    ]
    people = Participant.objects.expected_at(session)
    audit.record("participants.exported", session, by=by, ending=ending, count=people.count())
    return heading, map(_participant_row, _few_queries(people))


def booking_table(bookings: QuerySet[Booking], *, by: User, ending: str) -> tuple[list[str], Iterator[tuple]]:
    """Return heading and rows of bookings, in their order; that they were taken out is recorded."""
    heading = [
        _("Booking"),
        _("Course"),
        _("Starts"),
        _("Municipality"),
        _("Unit"),
        _("State"),
        _("Seats"),
        _("Names"),
        _("Price per seat in kroner"),
        _("Sum in kroner without VAT"),
        _("VAT in kroner"),
        _("Paid in kroner"),
        _("Invoice number"),
        _("Payer"),
        _("Invoice reference"),
        _("Contact"),
        _("Work e-mail"),
        _("Phone"),
        _("Second contact"),
        _("Second contact’s e-mail"),
        _("Booked"),
    ]
    bookings = bookings.select_related("municipality", "unit", "payer", "session__course").with_names()
    bookings, rates = with_money(bookings), list(VatRate.objects.order_by("-valid_from"))
    audit.record("bookings.exported", by, by=by, ending=ending, count=bookings.count())
    return heading, (_booking_row(booking, rates) for booking in _few_queries(bookings))


def session_table(sessions: QuerySet[Session], *, by: User, ending: str) -> tuple[list[str], Iterator[tuple]]:
    """Return heading and rows of sessions, in their order; that they were taken out is recorded."""
    heading = [
        _("Number"),
        _("Course"),
        _("Starts"),
        _("Ends"),
        _("Format"),
        _("Municipality"),
        _("State"),
        _("Seats"),
        _("Booked"),
        _("Price per seat in kroner"),
    ]
    audit.record("sessions.exported", by, by=by, ending=ending, count=sessions.count())
    return heading, map(_session_row, _few_queries(sessions.select_related("course", "municipality")))


def _few_queries(rows: QuerySet) -> Iterator:
    """Give rows in turns; one that would ask the database for more is an error."""
    return rows.fetch_mode(FETCH_RAISE).iterator(chunk_size=AT_ONCE)


def _participant_row(participant: Participant) -> tuple:
    booking = participant.booking
    return (
        participant.listed_name,
        participant.listed_email,
        participant.listed_workplace,
        participant.listed_role,
        str(booking.municipality),
        unit_of(booking),
        booking.pk,
    )


def _booking_row(booking: Booking, rates: list[VatRate]) -> tuple:
    money = sums_of(booking, rates)
    return (
        booking.pk,
        booking.session.course.title,
        booking.session.first_starts_at,
        str(booking.municipality),
        unit_of(booking),
        booking.get_state_display(),
        booking.seats,
        booking.named,
        booking.seat_price,
        money.net,
        money.vat,
        money.paid,
        money.invoices,
        booking.payer.name if booking.payer else "",
        booking.invoice_reference,
        booking.contact_name,
        booking.contact_email,
        booking.contact_phone,
        booking.second_name,
        booking.second_email,
        booking.created_at,
    )


def _session_row(session: Session) -> tuple:
    return (
        session.pk,
        session.course.title,
        session.first_starts_at,
        session.last_ends_at,
        session.get_format_display(),
        str(session.municipality) if session.municipality else "",
        session.get_state_display(),
        session.capacity,
        session.seats_taken,
        session.seat_price,
    )


def unit_of(booking: Booking) -> str:
    return booking.unit.name if booking.unit else booking.unit_name
