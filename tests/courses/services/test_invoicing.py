"""Invoices and credit notes of bookings: what they say, and that changes bring the right ones by themselves."""

from datetime import timedelta
from decimal import Decimal
from io import BytesIO

import pytest
from django.utils import timezone
from pypdf import PdfReader

from courses.exceptions import CreditRefused, NothingToInvoice, NotInvoiceable, PeriodClosed
from courses.models import Booking, ClosedPeriod, CreditNote, Invoice, Session, VatRate
from courses.services.booking_changes import cancel_booking, change_seats
from courses.services.bookings import book_for_municipality, book_seats, confirm_address
from courses.services.crediting import credit_invoice, follow_changed
from courses.services.documents import as_document
from courses.services.einvoice_writing import write_einvoice
from courses.services.invoice_documents import VatCategory
from courses.services.invoice_files import document_pdf
from courses.services.invoice_references import ask_for_missing, give_reference
from courses.services.invoicing import issue_at_once, issue_due_invoices, issue_invoice, to_invoice
from courses.services.money_changes import money_of_seats
from courses.services.moves import move_booking
from courses.services.number_series import close_period
from courses.services.sessions import cancel_session
from municipalities.models import Succession
from taushet.models import Message
from taushet.services.jobs import run_all_due_jobs
from tests.factories.courses import BookingFactory, CourseFactory, SessionFactory
from tests.factories.municipalities import MunicipalityFactory, UnitFactory
from tests.factories.taushet import StaffFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english")]

LATE = {"stages": [{"amount": 60, "unit": "days", "permits": "all", "fee": 0}], "late_fee": 50}
NUMBER = "974760673"


@pytest.fixture
def staff():
    return StaffFactory(roles=["finance"])


@pytest.fixture
def rates():
    VatRate.objects.get_or_create(valid_from="2005-01-01", defaults={"percent": 25})


def payer(**fields):
    return UnitFactory(organisation_number=NUMBER, **fields)


def booked(seats=12, price=100, *, days=30, state="open", treatment="exempt", **fields):
    """Make a booking of seats that cost something, with a reference and a payer."""
    course = CourseFactory(vat_treatment=treatment, title_nb="Modige kommuner")
    session = SessionFactory(course=course, price=price, capacity=40)
    if days < 0:
        past = timezone.now() + timedelta(days=days)
        Session.objects.filter(pk=session.pk).update(first_starts_at=past, last_ends_at=past + timedelta(hours=3))
        session.refresh_from_db()
    fields = {"seat_price": price, "invoice_reference": "4711", "payer": payer()} | fields
    return BookingFactory(session=session, seats=seats, vat_treatment=treatment, **fields)


def held_in(booking):
    """Say in which municipality the session of a booking is held, and return its name."""
    booking.session.municipality = MunicipalityFactory()
    booking.session.save()
    return booking.session.municipality.name


def nets(booking):
    """Return what invoices and credit notes say of a booking altogether."""
    lines = booking.invoice_lines.all()
    return sum(line.net - sum(credit.net for credit in line.credits.all()) for line in lines)


def test_invoice_is_a_frozen_copy_of_what_was_booked(staff):
    booking = booked(shows_course_name=False)

    invoice = issue_invoice([booking], by=staff)
    booking.payer.name = "Another"
    booking.payer.save()

    document = as_document(Invoice.objects.get())
    [line] = document.lines
    assert (line.name, line.quantity, line.unit_price, line.net) == ("Kurs i kommunen: plasser", 12, 100, 1200)
    assert (document.net, document.vat_total, document.total) == (1200, 0, Decimal(1200))
    assert document.vat[0].category == VatCategory.EXEMPT
    assert "§ 3-5" in document.vat[0].exemption_reason
    assert (document.seller.organisation_number, document.buyer.organisation_number) == ("910000004", NUMBER)
    assert document.buyer.name != "Another"
    assert (document.buyer_reference, document.kid) == ("4711", f"{invoice.number:09d}" + invoice.kid[-1])
    assert document.due_on - document.issued_on == timedelta(days=30)
    with pytest.raises(NothingToInvoice):
        issue_invoice([booking], by=staff)


def test_vat_is_charged_by_the_rate_of_the_day_and_left_out_when_the_seller_is_not_registered(settings, staff, rates):
    taxed = booked(3, Decimal("99.99"), treatment="standard")

    invoice = issue_invoice([taxed], by=staff)

    assert (invoice.net, invoice.vat_total, invoice.total) == (Decimal("299.97"), Decimal("74.99"), Decimal("374.96"))
    settings.SELLER = settings.SELLER | {"is_in_vat_register": False}
    outside = issue_invoice([booked(3, treatment="standard")], by=staff)
    assert (outside.vat_total, outside.lines.get().vat_category) == (0, VatCategory.OUTSIDE)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"invoice_reference": ""}, "The payer’s reference is missing."),
        ({"treatment": "none"}, "The course does not say how its price is taxed."),
        ({"payer": "without a number"}, "Rådhuset has no organisation number."),
    ],
)
def test_what_lacks_something_is_not_invoiced_and_says_what(staff, change, sentence):
    if "payer" in change:
        change = {"payer": UnitFactory(name="Rådhuset", organisation_number="")}

    with pytest.raises(NotInvoiceable, match=sentence):
        issue_invoice([booked(**change)], by=staff)
    assert not Invoice.objects.exists()


@pytest.mark.parametrize("way", ["by staff", "address", "reference"])
def test_invoice_at_once_comes_with_the_confirmation_and_once(staff, way):
    course = CourseFactory(vat_treatment="exempt", invoicing="at_once")
    session, unit = SessionFactory(course=course, price=100), payer()
    who = {
        "municipality": unit.municipality,
        "payer": unit,
        "seats": 2,
        "contact_name": "Kari",
        "contact_email": "kari@bodo.test",
        "contact_phone": "+4722331160",
        "request_key": "key",
        "invoice_reference": "" if way == "reference" else "4711",
    }

    if way == "address":
        booking = book_seats(session, **who)
        run_all_due_jobs()
        held = Invoice.objects.count()
        confirm_address(booking)
    else:
        booking, held = book_for_municipality(session, by=staff, **who), 0
    if way == "reference":
        run_all_due_jobs()
        held = Invoice.objects.count()
        give_reference(booking, "4711")
    run_all_due_jobs()
    issue_at_once.call(booking.pk)

    assert held == 0
    assert [invoice.total for invoice in Invoice.objects.all()] == [200]
    assert Invoice.objects.get().file is not None


def test_free_and_funded_bookings_never_meet_an_invoice(staff):
    booked(2, 0, days=-2)
    booked(2, 100, days=-2, funded_seats=2)

    assert list(to_invoice()) == []
    assert issue_due_invoices() == {"issued": 0, "held": 0}


def test_twelve_reduced_to_nine(staff):
    booking = booked()
    invoice = issue_invoice([booking], by=staff)
    said = money_of_seats(booking, 9)

    change_seats(booking, 9, by=staff)

    [note] = CreditNote.objects.all()
    document = as_document(note)
    assert (
        said == f"Invoice {invoice.number} is credited with 300 kroner. After that the booking costs 900 kroner in all."
    )
    assert (note.total, nets(booking), note.lines.get().quantity) == (300, 900, 3)
    assert (document.buyer_reference, document.refers_to, document.number) == ("4711", str(invoice.number), "K10001")
    assert Invoice.objects.with_balance().get().left == 900
    with pytest.raises(CreditRefused):
        credit_invoice(invoice, {invoice.lines.get().pk: Decimal(901)}, reason="For mye", by=staff)


def test_more_seats_are_invoiced_on_top_and_the_fee_of_fewer_as_well(staff):
    booking = booked(terms=LATE)
    issue_invoice([booking], by=staff)

    change_seats(booking, 14, by=staff)
    second = issue_invoice([booking], by=staff)
    cancel_booking(booking, by=staff, fee_percent=50)
    fee = issue_invoice([booking], by=staff)

    assert (second.total, fee.total) == (200, 700)
    assert sorted(CreditNote.objects.values_list("total", flat=True)) == [200, 1200]
    assert nets(booking) == 700


def test_cancelled_session_and_move_to_another_price_credit_by_themselves(staff):
    cancelled, moved = booked(), booked(4)
    for booking in (cancelled, moved):
        issue_invoice([booking], by=staff)
    dearer = SessionFactory(course=moved.session.course, price=150)

    cancel_session(cancelled.session, by=staff)
    move_booking(moved, dearer, by=staff)

    assert (nets(cancelled), nets(moved)) == (0, 0)
    assert issue_invoice([moved], by=staff).total == 600
    assert not to_invoice().exists()


def test_what_staff_lets_off_is_not_invoiced_again_but_what_is_to_be_issued_anew_is(staff):
    booking, other = booked(), booked()
    first, second = issue_invoice([booking], by=staff), issue_invoice([other], by=staff)

    credit_invoice(first, {first.lines.get().pk: Decimal(250)}, reason="Avtalt", by=staff)
    credit_invoice(second, {second.lines.get().pk: Decimal(1200)}, reason="Feil referanse", by=staff, releases=True)

    assert list(to_invoice()) == [other]
    cancel_booking(booking, by=staff)
    assert nets(booking) == 0


def test_vat_of_parts_never_adds_up_to_more_than_that_of_the_whole(staff, rates):
    invoice = issue_invoice([booked(3, Decimal("33.33"), treatment="standard")], by=staff)
    line = invoice.lines.get()

    for _part in range(3):
        credit_invoice(invoice, {line.pk: Decimal("33.33")}, reason="Del", by=staff)

    assert Invoice.objects.with_balance().get().left == 0


def test_closed_books_let_the_change_through_and_the_credit_note_wait(staff):
    booking = booked()
    issue_invoice([booking], by=staff)
    with pytest.raises(PeriodClosed):
        close_period(timezone.localdate(), by=staff)
    period = ClosedPeriod.objects.create(until=timezone.localdate(), closed_by=staff)  # as could be done before

    change_seats(booking, 9, by=staff)

    assert (Booking.objects.get().seats, CreditNote.objects.count()) == (9, 0)
    with pytest.raises(PeriodClosed):
        issue_invoice([booking], by=staff)
    assert follow_changed() == 0
    assert period.until == timezone.localdate()


def test_clock_issues_what_is_due_and_collects_where_the_payer_wants_that(staff):
    collector = payer(collects_invoices=True)
    booked(2, days=-50, payer=collector)
    booked(3, days=-50, payer=collector)
    booked(4, days=-50, payer=collector, invoice_reference="other")
    booked(5, days=-2)
    booked(6, days=20)
    at_once = booked(7, days=20)
    at_once.session.course.invoicing = "at_once"
    at_once.session.course.save()
    booked(8, days=-2, invoice_reference="")

    counts = issue_due_invoices()

    assert counts == {"issued": 4, "held": 0}
    assert sorted(Invoice.objects.values_list("total", "is_collective")) == [
        (400, True),
        (500, False),
        (500, True),
        (700, False),
    ]
    assert issue_due_invoices() == {"issued": 0, "held": 0}


def test_merged_municipality_leaves_the_invoice_to_its_successor(staff):
    old = MunicipalityFactory(valid_to=timezone.localdate() - timedelta(days=30))
    new = MunicipalityFactory(language_form="nn", organisation_number=NUMBER)
    Succession.objects.create(predecessor=old, successor=new, on=old.valid_to)
    unit = UnitFactory(municipality=old, kind="municipality", organisation_number="910000004")

    invoice = issue_invoice([booked(municipality=old, payer=unit)], by=staff)

    assert (invoice.municipality, invoice.buyer["organisation_number"], invoice.language) == (new, NUMBER, "nn")
    assert invoice.lines.get().name == "Kurs i kommunen: plassar"


def test_missing_reference_is_asked_for_twice_and_given_on_the_page(staff):
    booking = booked(days=-10, invoice_reference="")

    asked = [ask_for_missing(), ask_for_missing()]
    give_reference(booking, "B123456")

    assert asked == [1, 0]
    assert Message.objects.filter(kind="invoice-reference").count() == 1
    assert issue_due_invoices()["issued"] == 1


def test_paper_is_tagged_and_says_it_all_in_the_language_of_the_payer(staff, rates):
    booking = booked(3, treatment="standard")
    place = held_in(booking)
    invoice = issue_invoice([booking], by=staff)
    note = credit_invoice(invoice, {invoice.lines.get().pk: Decimal(100)}, reason="Avtalt", by=staff)

    paper, other = (PdfReader(BytesIO(document_pdf(one))) for one in (invoice, note))

    text = paper.pages[0].extract_text().replace("\xa0", " ")
    for words in (
        "Leveringssted",
        place,
        "Faktura",
        "4711",
        invoice.kid,
        "1503 20 80119",
        "375,00",
        "910 000 004",
        "Forfall",
    ):
        assert words in text
    assert "Modige" not in text
    assert paper.trailer["/Root"]["/MarkInfo"]["/Marked"]
    assert "Kreditnota" in other.pages[0].extract_text()
    assert f"<cbc:Line>{place}</cbc:Line>" in write_einvoice(as_document(note)).decode()


def test_collective_invoice_says_each_place_and_what_was_online(staff):
    collector = payer(collects_invoices=True)
    bookings = [booked(payer=collector, municipality=collector.municipality) for _number in range(3)]
    first, last = held_in(bookings[0]), held_in(bookings[2])
    Session.objects.filter(pk=bookings[1].session_id).update(format="online")

    invoice = issue_invoice(Booking.objects.order_by("pk"), by=staff, is_collective=True)

    places = [first, "På nett", last]
    assert invoice.delivery_place == ", ".join(places)
    assert [line.description.rpartition(", ")[2] for line in invoice.lines.all()] == places
