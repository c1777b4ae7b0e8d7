"""The pages of money: what a booker is told about the reference, what staff sees before it does anything, who reads."""

import json
import re
from datetime import timedelta
from decimal import Decimal
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone
from pypdf import PdfReader

from courses.models import Booking, ClosedPeriod, CreditNote, Invoice, NumberSeries, Payment
from courses.services.booking_changes import change_seats
from courses.services.invoicing import issue_invoice
from municipalities.models import Unit
from taushet.services.links import issue_link
from tests.courses.views.test_booking_payers import OTHER_PAYER
from tests.courses.views.test_bookings import shown_form
from tests.factories.courses import BookingFactory, CourseFactory, SessionFactory
from tests.factories.municipalities import MembershipFactory, MunicipalityFactory, UnitFactory
from tests.factories.taushet import StaffFactory, UserFactory, sign_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english")]

NUMBER = "974760673"


def booked(**fields):
    course = CourseFactory(vat_treatment="exempt")
    session = SessionFactory(course=course, price=100, capacity=40)
    payer = UnitFactory(kind="municipality", organisation_number=NUMBER, reference_masks="B######")
    values = {"payer": payer, "municipality": payer.municipality, "seat_price": 100, "invoice_reference": "B104711"}
    return BookingFactory(session=session, seats=12, **(values | fields))


def errors_of(client, session, **fields):
    form = shown_form(client, session) | {"payer_kind": "municipality"} | fields
    response = client.post(session.get_absolute_url(), form)
    return {} if response.status_code == 302 else dict(response.context["form"].errors)


def test_reference_is_asked_for_with_what_the_payer_has_said_of_it(client):
    unit = UnitFactory(
        kind="municipality", name="Bodø kommune", reference_hint="Bestillerens nummer", reference_masks="B######"
    )
    session = SessionFactory(price=1200)
    place = {"municipality": unit.municipality_id}

    missing = errors_of(client, session, **place)
    wrong = errors_of(client, session, **place, invoice_reference="4711")
    later = errors_of(client, session, **place, reference_later="on", invoice_reference="4711")

    assert missing["invoice_reference"] == [
        "Write what your accounts office wants on the invoice, or say that you send it later."
        " Bestillerens nummer. It looks like this: B######."
    ]
    assert wrong["invoice_reference"] == [
        "Bodø kommune writes it otherwise. Bestillerens nummer. It looks like this: B######."
        " Look it up, or say that you send it later."
    ]
    assert later == {}
    assert Booking.objects.get().invoice_reference == ""


def test_what_the_payer_wants_stands_there_from_the_start_when_it_is_known(client):
    unit = UnitFactory(kind="municipality", reference_hint="Bestillerens nummer", reference_example="B104711")
    session = SessionFactory(price=1200)
    said = "Bestillerens nummer. It looks like this: B104711."
    address = session.get_absolute_url()

    unknown = client.get(address).text
    asked = client.get(address, {"kommune": unit.municipality_id}).text
    client.force_login(MembershipFactory(municipality=unit.municipality).user)
    signed_in = client.get(address).text

    assert [said in text for text in (unknown, asked, signed_in)] == [False, True, True]


def test_way_of_paying_is_asked_first_and_the_reference_only_for_an_invoice(client, settings):
    session = SessionFactory(price=1200, course__vat_treatment="exempt")
    without = client.get(session.get_absolute_url()).text
    settings.STRIPE_SECRET_KEY, settings.STRIPE_WEBHOOK_SECRET = "sk_test_x", "whsec_x"
    session = SessionFactory(price=1300, course__vat_treatment="exempt")
    page = client.get(session.get_absolute_url()).text

    invoice = errors_of(client, session, pays_by="invoice")
    unsaid = errors_of(client, session, pays_by="", reference_later="on")
    card = errors_of(client, session, pays_by="card")

    assert 'name="pays_by"' not in without
    assert page.index('name="pays_by"') < page.index('name="payer_kind"') < page.index('name="invoice_reference"')
    assert (list(invoice), list(unsaid), card) == (["invoice_reference"], ["pays_by"], {})
    assert Booking.objects.get().invoice_reference == ""


def test_free_course_asks_nothing_about_money(client):
    assert "payer_kind" not in client.get(SessionFactory().get_absolute_url()).content.decode()


def test_payer_is_looked_up_and_an_unknown_one_told_of_at_once(client, shelf, settings):
    settings.ENTITY_REGISTER = shelf.address("", host="localhost")
    session = SessionFactory(price=1200)
    for place in ("enheter", "underenheter"):
        shelf.answers[f"/{place}/{NUMBER}"] = lambda handler: handler.give(404)
    unknown = errors_of(client, session, **OTHER_PAYER)
    shelf.answers[f"/enheter/{NUMBER}"] = json.dumps(
        {
            "organisasjonsnummer": NUMBER,
            "navn": "SALTEN IKS",
            "postadresse": {"adresse": ["Boks 1"], "poststed": "BODØ"},
        }
    ).encode()

    known = errors_of(client, session, **OTHER_PAYER)

    assert list(unknown) == ["payer_organisation_number"]
    assert unknown["payer_organisation_number"][0].startswith("Enhetsregisteret has no organisation with this number")
    assert known == {}
    unit = Unit.objects.get(organisation_number=NUMBER)
    assert (unit.name, unit.street, unit.city) == ("SALTEN IKS", "Boks 1", "BODØ")


def test_amount_and_price_typed_into_the_form_change_nothing(client):
    session = SessionFactory(price=1200, course__vat_treatment="exempt")

    tampered = {"seat_price": "1", "fixed_price": "0", "funded_seats": "2", "price": "1", "reference_later": "on"}
    errors_of(client, session, **tampered)
    refused = errors_of(client, session, seats="-2", reference_later="on")

    booking = Booking.objects.get()
    assert (booking.seat_price, booking.funded_seats, booking.total_price) == (1200, 0, 2400)
    assert list(refused) == ["seats"]


def test_staff_sees_the_invoice_before_it_is_issued_and_issues_just_that(client):
    sign_in(client, StaffFactory(roles=["finance"]))
    booking = booked()
    page = client.get(reverse("courses:invoice_issue", args=[booking.pk]))
    shown = re.search(r'name="seen_total" value="([^"]+)"', page.content.decode())[1]

    client.post(reverse("courses:invoice_issue", args=[booking.pk]), {"seen_total": "1.00"})
    other = Invoice.objects.count()
    issued = client.post(reverse("courses:invoice_issue", args=[booking.pk]), {"seen_total": shown})

    assert (shown, other) == ("1200.00", 0)
    invoice = Invoice.objects.get()
    assert issued.url == reverse("courses:invoice_detail", args=[invoice.number])
    assert invoice.issued_by is not None
    paper = client.get(reverse("courses:invoice_pdf", args=[invoice.number]))
    assert "Faktura" in PdfReader(BytesIO(b"".join(paper.streaming_content))).pages[0].extract_text()


def test_credit_note_is_shown_first_and_issued_by_the_second_press(client):
    staff = sign_in(client, StaffFactory(roles=["finance"]))
    invoice = issue_invoice([booked()], by=staff)
    address = reverse("courses:invoice_credit", args=[invoice.number])
    fields = {f"line_{invoice.lines.get().pk}": "300", "reason": "Tre kom ikke"}

    line = f"line_{invoice.lines.get().pk}"

    shown = client.post(address, fields)
    before = CreditNote.objects.count()
    press = {"seen": shown.context["mark"]}
    changed = client.post(address, fields | press | {"anew": "on"})
    unpressed = CreditNote.objects.count()
    answers = [client.post(address, fields | press).url for _time in range(2)]
    too_much = client.post(address, fields | {line: "901"})
    rest = fields | {line: "900", "seen": client.post(address, fields | {line: "900"}).context["mark"]}
    answers += [client.post(address, rest).url for _time in range(2)]

    assert (shown.context["draft"].note.total, before, unpressed) == (300, 0, 0)
    assert "This is not the credit note that was shown." in changed.text
    assert "What is credited is invoiced anew." in changed.text
    assert changed.context["mark"] != shown.context["mark"]
    assert answers == [reverse("courses:invoice_detail", args=[invoice.number])] * 4
    assert [note.total for note in CreditNote.objects.order_by("number")] == [Decimal(300), Decimal(900)]
    note = CreditNote.objects.order_by("number").first()
    listed = client.get(reverse("courses:invoice_list"), {"q": note.shown_number.lower()}).context["page"]
    found = client.get(reverse("staff_search"), {"q": note.shown_number}).content.decode()
    assert [row.number for row in listed] == [invoice.number]
    assert reverse("courses:invoice_detail", args=[invoice.number]) in found
    assert "This is more than is left of the line." in too_much.content.decode()


def test_administrator_sets_the_first_number_while_none_is_issued(client):
    sign_in(client, StaffFactory(roles=["administrator"]))
    address = reverse("courses:series_begin", args=["invoice"])
    ledger = reverse("courses:ledger")
    before = client.get(ledger).text

    set_to = [client.post(address, {"number": number}).status_code for number in ("20417", "0", "20000", "x")]
    invoice = issue_invoice([booked()])
    late = client.post(address, {"number": "30000"}, follow=True)

    assert set_to == [302, 200, 200, 200]
    assert (invoice.number, NumberSeries.objects.get(kind="invoice").next_number) == (20417, 20418)
    assert "so the series goes on by itself" in late.text
    assert [address in text for text in (before, client.get(ledger).text)] == [True, False]
    assert client.get(reverse("courses:series_begin", args=["other"])).status_code == 404
    sign_in(client, StaffFactory(roles=["finance"]))
    credit = reverse("courses:series_begin", args=["credit_note"])
    assert (client.get(credit).status_code, credit in client.get(ledger).text) == (403, False)


def test_file_of_the_bank_is_looked_over_and_then_recorded(client):
    staff = sign_in(client, StaffFactory(roles=["finance"]))
    invoice = issue_invoice([booked()], by=staff)
    content = f"Dato;Beløp;KID\n15.03.2026;1200,00;{invoice.kid}\n".encode()

    shown = client.post(reverse("courses:payment_list"), {"file": SimpleUploadedFile("mars.csv", content)}, follow=True)
    before = Payment.objects.count()
    client.post(shown.request["PATH_INFO"])
    refused = client.post(reverse("courses:payment_list"), {"file": SimpleUploadedFile("x.csv", b"Navn\nKari\n")})

    assert [match.fits for match in shown.context["matches"]] == [True]
    assert (before, Payment.objects.get().invoice) == (0, invoice)
    assert "file" in refused.context["form"].errors
    assert Invoice.objects.with_balance().get().left == 0


def test_accountant_is_told_of_days_that_make_no_sense(client):
    sign_in(client, StaffFactory(roles=["finance"]))

    refused = client.get(reverse("courses:ledger_csv"), {"fra": "x"}, follow=True)
    last_month = client.get(reverse("courses:ledger_csv"))

    assert list(refused.context["form"].errors) == ["fra", "til"]
    assert last_month.headers["Content-Disposition"].startswith("attachment")


def test_books_are_closed_once_and_not_ahead(client):
    sign_in(client, StaffFactory(roles=["finance"]))
    today = timezone.localdate()

    yesterday = today - timedelta(days=1)
    early = [client.post(reverse("courses:period_close"), {"until": day}) for day in (today, today + timedelta(days=9))]
    for _time in range(2):
        client.post(reverse("courses:period_close"), {"until": yesterday})

    assert all("until" in page.context["form"].errors for page in early)
    assert [period.until for period in ClosedPeriod.objects.all()] == [yesterday]


def test_books_that_are_closed_for_today_are_told_with_what_waits_for_it(client):
    staff = sign_in(client, StaffFactory(roles=["finance"]))
    issue_invoice([booking := booked()], by=staff)
    ClosedPeriod.objects.create(until=timezone.localdate(), closed_by=staff)
    change_seats(booking, 9, by=staff)
    booked()

    due, today = client.get(reverse("courses:invoice_due")).text, client.get("/stab/").text
    pressed = client.post(reverse("courses:invoice_issue_due"), follow=True).text

    assert "To be credited" in due
    assert "is issued and credited by itself the day after" in due
    assert "1 booking to be credited once the books are open" in today
    assert "Nothing can be issued before the day after." in pressed
    assert "is being issued" not in pressed


def test_campaign_staff_reads_and_issues_nothing(client):
    sign_in(client, StaffFactory(roles=["campaign"]))
    booking = booked()

    assert client.get(reverse("courses:invoice_due")).status_code == 200
    assert client.post(reverse("courses:invoice_issue", args=[booking.pk]), {"seen_total": "1200"}).status_code == 403


def test_only_the_booking_and_members_of_the_payer_read_an_invoice(client):
    booking, other = booked(), booked()
    invoice = issue_invoice([booking])
    token, others = (issue_link("booking", one.pk) for one in (booking, other))
    member = MembershipFactory(user=UserFactory(roles=["booker"]), municipality=booking.municipality, confirmed=True)
    stranger = MembershipFactory(user=UserFactory(roles=["booker"]), confirmed=True)

    own = client.get(reverse("courses:booking_invoice", args=[token, invoice.number]))
    guessed = client.get(reverse("courses:booking_invoice", args=[others, invoice.number]))
    sign_in(client, member.user)
    read = client.get(reverse("courses:my_invoice", args=[invoice.number]))
    listed = client.get(reverse("courses:my_municipality")).content.decode()
    sign_in(client, stranger.user)
    refused = client.get(reverse("courses:my_invoice", args=[invoice.number]))

    assert [own.status_code, guessed.status_code, read.status_code, refused.status_code] == [200, 404, 200, 404]
    assert f"Invoice {invoice.number} of" in listed


def test_member_says_how_the_own_references_are_written(client):
    unit = UnitFactory(kind="municipality")
    others = UnitFactory(kind="municipality")
    member = MembershipFactory(user=UserFactory(roles=["booker"]), municipality=unit.municipality, confirmed=True)
    sign_in(client, member.user)
    fields = {"reference_hint": "Ressursnummer", "reference_masks": "####", "collects_invoices": "on"}

    client.post(reverse("courses:my_payer", args=[unit.pk]), fields)
    refused = client.post(reverse("courses:my_payer", args=[others.pk]), fields)

    unit.refresh_from_db()
    assert (unit.reference_masks, unit.collects_invoices, refused.status_code) == ("####", True, 404)


def test_booker_gives_the_reference_later_and_reads_what_cancelling_does(client):
    booking = booked(invoice_reference="")
    token = issue_link("booking", booking.pk)
    address = reverse("courses:booking_reference", args=[token])

    wrong = client.post(address, {"invoice_reference": "4711"})
    client.post(address, {"invoice_reference": "B104711"})
    invoice = issue_invoice([booking])
    page = client.get(reverse("courses:booking_cancel", args=[token])).content.decode()
    seats = client.post(reverse("courses:booking_seats", args=[token]), {"seats": "9"}).content.decode()

    assert "invoice_reference" in wrong.context["form"].errors
    assert f"Invoice {invoice.number} is credited with 1,200 kroner." in page.replace("\xa0", " ")
    assert f"Invoice {invoice.number} is credited with 300 kroner." in seats


@pytest.mark.parametrize("count", [1, 3])
def test_list_of_invoices_costs_the_same_for_few_and_many(client, django_assert_max_num_queries, count):
    staff = sign_in(client, StaffFactory(roles=["finance"]))
    for _number in range(count):
        issue_invoice([booked(municipality=MunicipalityFactory())], by=staff)
    client.get(reverse("courses:invoice_list"))

    with django_assert_max_num_queries(12):
        assert len(client.get(reverse("courses:invoice_list")).context["page"]) == count
