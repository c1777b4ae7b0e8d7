"""An invoice that was refused: sent again under its number, or credited and issued anew with another reference."""

from decimal import Decimal

import pytest
from django.urls import reverse

from courses.exceptions import CoursesError
from courses.models import CreditNote, EInvoice, Invoice, Payment
from courses.services.invoicing import issue_invoice, to_invoice
from courses.services.payments import noon, record_payment
from courses.services.reissuing import reissue_invoice
from taushet.models import AuditEntry
from taushet.services.jobs import run_all_due_jobs
from tests.courses.views.test_invoices import booked
from tests.factories.taushet import StaffFactory, sign_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english")]


@pytest.fixture
def finance(client):
    return sign_in(client, StaffFactory(roles=["finance"]))


def issued(by):
    invoice = issue_invoice([booked()], by=by)
    run_all_due_jobs()
    return invoice, EInvoice.objects.get(number=invoice.shown_number)


def test_refused_on_the_way_is_made_anew_and_sent_under_its_number(client, finance, access_point):
    access_point.moods = ["refuse"]
    invoice, einvoice = issued(finance)
    page = client.get(einvoice.get_absolute_url())

    asks = client.get(reverse("courses:einvoice_send_again", args=[einvoice.pk]))
    client.post(reverse("courses:einvoice_send_again", args=[einvoice.pk]))
    run_all_due_jobs()

    assert [str(label) for _name, label in page.context["actions"]] == ["Make anew and send again"]
    assert page.context["can_reissue"] is True
    assert "It keeps its number" in asks.text
    again = EInvoice.objects.get()
    assert (again.state, again.round, again.number) == ("sent", 2, invoice.shown_number)
    assert again.file_id != einvoice.file_id
    assert list(access_point.taken) == [f"{einvoice.key}-2"]
    assert AuditEntry.objects.filter(action="einvoice.remade", actor=finance).exists()


def test_refused_reference_is_credited_and_issued_anew_in_one_act(client, finance, access_point):
    access_point.moods = ["refuse"]
    old, einvoice = issued(finance)
    address = reverse("courses:invoice_reissue", args=[old.number])
    page = client.get(address)
    sent = {"invoice_reference": "B204711", "seen_total": page.context["form"]["seen_total"].value()}

    refusals = [
        client.post(address, sent | changes).status_code
        for changes in ({"invoice_reference": "B104711"}, {"invoice_reference": "4711"}, {"seen_total": "1.00"})
    ]
    before = Invoice.objects.count(), CreditNote.objects.count()
    done = client.post(address, sent)
    run_all_due_jobs()

    new = Invoice.objects.get(replaces=old)
    note = CreditNote.objects.get()
    assert (refusals, before) == ([200] * 3, (1, 0))
    assert done.url == reverse("courses:invoice_detail", args=[new.number])
    assert (note.invoice, note.total, new.total) == (old, Decimal(1200), Decimal(1200))
    assert (old.buyer_reference, new.buyer_reference) == ("B104711", "B204711")
    assert new.kid != old.kid
    assert new.number == old.number + 1
    assert new.note == "Trer i stedet for faktura 10001."
    assert not to_invoice().exists()
    states = dict(EInvoice.objects.values_list("number", "state"))
    assert states == {old.shown_number: "replaced", note.shown_number: "sent", new.shown_number: "sent"}
    assert not EInvoice.objects.in_trouble().exists()
    assert "See invoice" in client.get(reverse("courses:invoice_detail", args=[old.number])).text
    assert f"invoice {new.number} takes its place" in client.get(einvoice.get_absolute_url()).text
    once_more = client.post(address, sent | {"invoice_reference": "B304711"})
    assert "There is nothing to credit." in once_more.text


def test_what_has_been_paid_for_is_not_replaced_by_itself(client, finance):
    old, _einvoice = issued(finance)
    way = Payment.Way.BANK
    record_payment(amount=Decimal(200), way=way, paid_at=noon(old.issued_on), external_reference="1", invoice=old)

    page = client.get(reverse("courses:invoice_reissue", args=[old.number]))
    with pytest.raises(CoursesError):
        reissue_invoice(old, reference="B204711", by=finance, seen_total=old.total)

    assert "Money has been paid for this invoice" in page.text
    assert (Invoice.objects.count(), CreditNote.objects.count()) == (1, 0)
