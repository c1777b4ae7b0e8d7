"""Whatever is done to a booking, in whatever order: what its documents say adds up to what it owes."""

from decimal import Decimal

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from courses.exceptions import CoursesError
from courses.models import Booking, CreditNote, Invoice, VatRate
from courses.services.booking_changes import cancel_booking, change_seats
from courses.services.crediting import credit_invoice
from courses.services.invoicing import issue_invoice, to_invoice
from courses.services.money_changes import money_of_seats
from courses.services.moves import move_booking
from courses.services.owed import difference, left_of, owed_by
from courses.services.prices import fund_seats
from tests.factories.courses import BookingFactory, CourseFactory, SessionFactory
from tests.factories.municipalities import UnitFactory
from tests.factories.taushet import StaffFactory

pytestmark = pytest.mark.django_db

PRICES = [Decimal("0.00"), Decimal("0.33"), Decimal("99.90"), Decimal("1200.00")]
STEPS = st.one_of(
    st.tuples(st.just("seats"), st.integers(1, 12), st.sampled_from([0, 33, 50, 100])),
    st.tuples(st.just("move"), st.integers(0, 3), st.just(0)),
    st.tuples(st.just("credit"), st.integers(1, 100), st.booleans()),
    st.tuples(st.just("fund"), st.integers(0, 5), st.just(0)),
    st.tuples(st.just("cancel"), st.just(0), st.sampled_from([0, 50])),
)


@pytest.fixture
def scene():
    VatRate.objects.get_or_create(valid_from="2005-01-01", defaults={"percent": 25})
    course = CourseFactory(vat_treatment="standard")
    sessions = [SessionFactory(course=course, capacity=40, price=price) for price in PRICES]
    unit = UnitFactory(kind="municipality", organisation_number="974760673")
    return sessions, unit, StaffFactory()


@settings(
    max_examples=12,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    start=st.integers(0, 3),
    seats=st.integers(1, 12),
    steps=st.lists(st.tuples(STEPS, st.booleans()), min_size=1, max_size=5),
)
def test_documents_add_up_to_what_is_owed_after_any_changes(scene, start, seats, steps):
    sessions, unit, staff = scene
    for one in sessions:
        one.refresh_from_db()  # the example before was rolled back
    with transaction.atomic():
        session = sessions[start]
        booking = BookingFactory(
            session=session,
            municipality=unit.municipality,
            payer=unit,
            seats=seats,
            seat_price=session.seat_price,
            price_kind=session.paid_for,
            vat_treatment="standard",
            invoice_reference="4711",
        )
        for step, is_issued in steps:
            take(step, booking, sessions, staff)
            if is_issued:
                take(("issue", 0, 0), booking, sessions, staff)
            adds_up(booking)
        take(("issue", 0, 0), booking, sessions, staff)
        adds_up(booking)
        assert not to_invoice(Booking.objects.filter(pk=booking.pk)).exists()
        transaction.set_rollback(True)


def take(step, booking, sessions, staff):
    """Do one thing to a booking, or be refused it: both leave it in order."""
    what, number, more = step
    booking = Booking.objects.select_related("session__course", "municipality").get(pk=booking.pk)
    try:
        with transaction.atomic():
            if what == "seats":
                said = money_of_seats(booking, number, percent=more)
                notes = CreditNote.objects.count()
                change_seats(booking, number, by=staff, fee_percent=more)
                assert ("credited" in said or "krediter" in said) == (CreditNote.objects.count() > notes)
            elif what == "move":
                move_booking(booking, sessions[number], by=staff)
            elif what == "issue":
                issue_invoice([booking], by=staff)
            elif what == "credit" and (invoice := Invoice.objects.order_by("-pk").first()):
                credit_invoice(invoice, parts(invoice, number, releases=more), reason="x", by=staff, releases=more)
            elif what == "fund":
                fund_seats(booking.session, by=staff, seats=number, place=booking.municipality)
            elif what == "cancel":
                cancel_booking(booking, by=staff, fee_percent=more)
    except CoursesError:
        pass


def parts(invoice, percent, *, releases):
    """Return a share of what is left of each line; of what is owed anew whole seats only, as the page asks for."""
    amounts = {}
    for line in invoice.lines.prefetch_related("credits"):
        share = left_of(line) * percent // 100
        amounts[line.pk] = share - share % line.unit_price if releases else share
    return amounts


def adds_up(booking):
    booking = Booking.objects.select_related("session__course").get(pk=booking.pk)
    lines = list(booking.invoice_lines.prefetch_related("credits"))
    let_off = sum(one.net for line in lines for one in line.credits.all() if not one.releases)
    documents = sum(map(left_of, lines))
    missing, excess = difference(booking)
    owed = sum(row.net for row in owed_by(booking))

    # What was let off of something that is no longer owed cannot be taken back once more.
    assert documents + let_off + sum(row.net for row in missing) - sum(row.net for row in excess) >= owed
    assert not excess
    assert all(left_of(line) >= 0 for line in lines)
    if not let_off:
        assert documents + sum(row.net for row in missing) == owed
    for invoice in Invoice.objects.with_balance():
        assert 0 <= invoice.credited <= invoice.total
