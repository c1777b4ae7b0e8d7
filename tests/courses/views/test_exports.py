import csv
import io
import re
from datetime import timedelta
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from courses.models import Booking, Participant, VatRate
from courses.services.invoicing import issue_invoice
from courses.services.payments import record_payment
from municipalities.services.telling_apart import tell_apart
from taushet.models import AuditEntry
from tests.factories.courses import BookingFactory, ParticipantFactory, SessionFactory
from tests.factories.municipalities import CountyFactory, MunicipalityFactory, UnitFactory
from tests.factories.taushet import StaffFactory, UserFactory, sign_in

pytestmark = pytest.mark.django_db

BOOKINGS = "/stab/bestillinger/liste."


@pytest.fixture
def staff(client):
    return sign_in(client, StaffFactory())


def rows_of(response):
    content = response.getvalue()
    if response.headers["Content-Type"].startswith("text/csv"):
        return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""), delimiter=";"))
    return [["" if cell is None else cell for cell in row] for row in load_workbook(io.BytesIO(content)).active.values]


def participants_path(session, ending):
    return reverse(f"courses:participant_{ending}", args=[session.pk])


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_participants_of_a_session_with_a_seat_come_out_by_name(client, staff, ending):
    session = SessionFactory(capacity=50)
    booking = BookingFactory(session=session, municipality=MunicipalityFactory(name="Bodø"), unit_name="NAV", seats=4)
    ParticipantFactory(booking=booking, name="Åse Bjørnø", email="ase@bodo.test", workplace="NAV Bodø", role="leder")
    ParticipantFactory(booking=booking, name="=1+1", email="")
    ParticipantFactory(booking=booking, state=Participant.State.WITHDRAWN)
    ParticipantFactory(booking=BookingFactory(session=session, state=Booking.State.CANCELLED))
    ParticipantFactory()

    response = client.get(participants_path(session, ending))

    number = str(booking.pk) if ending == "csv" else booking.pk
    formula = "'=1+1" if ending == "csv" else "=1+1"
    assert rows_of(response) == [
        ["Navn", "E-post på jobben", "Arbeidssted", "Rolle", "Kommune", "Enhet", "Bestilling"],
        [formula, "", "", "", "Bodø", "NAV", number],
        ["Åse Bjørnø", "ase@bodo.test", "NAV Bodø", "leder", "Bodø", "NAV", number],
    ]
    assert response.headers["Content-Disposition"] == f'attachment; filename="deltakere-{session.pk}.{ending}"'
    assert response.headers["Cache-Control"] == "max-age=0, no-cache, no-store, must-revalidate, private"
    entry = AuditEntry.objects.get(action="participants.exported")
    assert (entry.actor, entry.object_id, entry.detail) == (staff, str(session.pk), {"ending": ending, "count": 2})


def test_the_name_on_lists_is_the_one_that_is_taken_out(client, staff, monkeypatch):
    participant = ParticipantFactory(name="Kari Nordmann")
    monkeypatch.setattr(Participant, "listed_name", property(lambda person: "Deltaker"))

    rows = rows_of(client.get(participants_path(participant.booking.session, "csv")))

    assert rows[1][0] == "Deltaker"


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_bookings_come_out_as_the_list_is_narrowed(client, staff, ending):
    session = SessionFactory(course__title_nb="Kommunens ansvar")
    booking = BookingFactory(
        session=session,
        municipality=MunicipalityFactory(name="Bodø"),
        seats=3,
        seat_price=450,
        payer=UnitFactory(name="Salten IKS"),
        invoice_reference="=cmd",
        contact_name="Kari",
        contact_email="kari@bodo.test",
    )
    ParticipantFactory(booking=booking)
    BookingFactory(state=Booking.State.CANCELLED)

    response = client.get(f"{BOOKINGS}{ending}", {"state": "confirmed", "page": "7"})

    heading, row = rows_of(response)
    assert heading[:3] == ["Bestilling", "Kurs", "Begynner"]
    told = dict(zip(heading, row, strict=True))
    assert told["Kurs"] == "Kommunens ansvar"
    assert told["Kommune"] == "Bodø"
    assert told["Betaler"] == "Salten IKS"
    assert [str(told[word]) for word in ("Bestilling", "Plasser", "Navn")] == [str(booking.pk), "3", "1"]
    assert told["Fakturareferanse"] == ("'=cmd" if ending == "csv" else "=cmd")
    assert told["Telefon"] == ("'+4722331160" if ending == "csv" else "+4722331160")
    day = timezone.localdate()
    assert response.headers["Content-Disposition"] == f'attachment; filename="bestillinger-{day}.{ending}"'
    entry = AuditEntry.objects.get(action="bookings.exported")
    assert (entry.actor, entry.object_id, entry.detail) == (staff, str(staff.pk), {"ending": ending, "count": 1})


def test_bookings_come_out_with_sum_vat_what_was_paid_and_the_invoice(client, staff):
    VatRate.objects.get_or_create(valid_from="2005-01-01", defaults={"percent": 25})
    payer = UnitFactory(organisation_number="974760673")
    fields = {"seat_price": 450, "payer": payer, "invoice_reference": "4711", "vat_treatment": "standard"}
    session = SessionFactory(capacity=40)
    alone, together, too, unpaid = (BookingFactory(session=session, **fields) for _time in range(4))
    free = BookingFactory(session=session)
    invoices = [issue_invoice([alone]), issue_invoice([together, too], is_collective=True)]
    for invoice, amount in zip(invoices, (Decimal(500), invoices[1].total), strict=True):
        record_payment(
            amount=amount,
            way="bank",
            paid_at=session.first_starts_at,
            external_reference=str(invoice.number),
            invoice=invoice,
        )
    record_payment(
        amount=Decimal(100), way="card", paid_at=session.first_starts_at, external_reference="pi", booking=unpaid
    )

    heading, *rows = rows_of(client.get(BOOKINGS + "csv"))

    words = ("Sum i kroner uten mva.", "Mva. i kroner", "Betalt i kroner", "Fakturanummer")
    told = [dict(zip(heading, row, strict=True)) for row in rows]
    first, second = (str(invoice.number) for invoice in invoices)
    assert {int(row["Bestilling"]): [row[word] for word in words] for row in told} == {
        alone.pk: ["900,00", "225,00", "500,00", first],
        together.pk: ["900,00", "225,00", "1125,00", second],
        too.pk: ["900,00", "225,00", "1125,00", second],
        unpaid.pk: ["900,00", "225,00", "100,00", ""],
        free.pk: ["0,00", "0,00", "0,00", ""],
    }


def test_filters_that_are_wrong_narrow_nothing(client, staff):
    BookingFactory()

    assert len(rows_of(client.get(BOOKINGS + "csv", {"state": "strange", "municipality": "9999"}))) == 2


@pytest.mark.parametrize("count", [1, 30])
@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_queries_of_exports_do_not_grow(client, staff, count, ending, django_assert_num_queries):
    session = SessionFactory(capacity=100)
    for booking in BookingFactory.create_batch(count, session=session, payer=UnitFactory(), unit=UnitFactory()):
        ParticipantFactory(booking=booking)

    with django_assert_num_queries(23):
        assert len(rows_of(client.get(BOOKINGS + ending))) == count + 1
        assert len(rows_of(client.get(participants_path(session, ending)))) == count + 1


def test_nobody_else_takes_lists_out(client):
    session = ParticipantFactory().booking.session
    paths = [f"{BOOKINGS}csv", f"{BOOKINGS}xlsx", *(participants_path(session, ending) for ending in ("csv", "xlsx"))]

    assert [client.get(path).status_code for path in paths] == [302, 302, 302, 302]
    sign_in(client, UserFactory(roles=["booker"]))
    assert [client.get(path).status_code for path in paths] == [403, 403, 403, 403]
    sign_in(client, StaffFactory(roles=["finance"]))
    assert [client.get(path).status_code for path in paths] == [200, 200, 403, 403]
    assert client.post(paths[0]).status_code == 405
    assert AuditEntry.objects.filter(action="participants.exported").count() == 0


def test_a_session_that_is_not_there_gives_nothing(client, staff):
    assert client.get("/stab/kurs/99999/deltakere.csv").status_code == 404


def test_past_bookings_come_out_when_asked_for(client, staff):
    ended = timezone.now() - timedelta(days=9)
    BookingFactory(session=SessionFactory(first_starts_at=ended, last_ends_at=ended + timedelta(hours=3)))

    assert len(rows_of(client.get(BOOKINGS + "csv"))) == 1
    assert len(rows_of(client.get(BOOKINGS + "csv", {"period": "past"}))) == 2


def test_municipalities_of_one_name_are_told_apart_in_every_list(client, staff):
    counties = (CountyFactory(number="15", name="Møre og Romsdal"), CountyFactory(number="18", name="Nordland"))
    places = [MunicipalityFactory(name="Herøy", county=county) for county in counties]
    tell_apart()
    session = SessionFactory(municipality=places[1], capacity=50)
    for place in places:
        place.refresh_from_db()
        ParticipantFactory(booking=BookingFactory(session=session, municipality=place))
    lists = {
        "bookings": f"{BOOKINGS}csv",
        "participants": participants_path(session, "csv"),
        "sessions": f"{reverse('courses:session_choice_csv')}?valgt={session.pk}",
    }

    named = {key: {cell for row in rows_of(client.get(address)) for cell in row} for key, address in lists.items()}
    page = client.get("/stab/bestillinger/").text
    one = client.get(session.bookings.first().staff_address).text

    both = {"Herøy (Møre og Romsdal)", "Herøy (Nordland)"}
    assert {key: {cell for cell in cells if "Herøy" in cell} for key, cells in named.items()} == {
        "bookings": both,
        "participants": both,
        "sessions": {"Herøy (Nordland)"},
    }
    assert all(name in page for name in both)
    assert re.findall(r"Herøy(?! \()", page.partition("<table")[2]) == []
    assert re.findall(r"(?<!Rådhuset, )Herøy(?! \()", one) == []  # where a meeting is stands as in the calendar entry
