"""Documents and money as rows, for tests of the database; whoever tests the services lets them issue."""

from datetime import date
from decimal import Decimal

import factory
from django.utils import timezone

from courses.models import CreditNote, CreditNoteLine, Invoice, InvoiceLine, Payment

from .courses import BookingFactory
from .municipalities import UnitFactory

PARTY = {
    "name": "Bodø kommune",
    "organisation_number": "974760673",
    "street": "Kongens gate 23",
    "postal_code": "8006",
    "city": "Bodø",
}


class DocumentFactory(factory.django.DjangoModelFactory):
    class Meta:
        abstract = True

    number = factory.Sequence(lambda n: 20001 + n)
    issued_on = date(2027, 3, 1)
    seller = factory.LazyFunction(lambda: PARTY | {"name": "Krisesentersekretariatet"})
    buyer = factory.LazyFunction(lambda: dict(PARTY))
    buyer_contact = "Berit Booker"
    buyer_reference = "4711"
    account = "15032080119"
    kid = factory.LazyAttribute(lambda one: str(one.number))
    language = "nb"
    vat = factory.LazyFunction(list)
    net = Decimal(1200)
    vat_total = Decimal(0)
    total = factory.LazyAttribute(lambda one: one.net + one.vat_total)


class InvoiceFactory(DocumentFactory):
    """An invoice for the seats of a booking, without its line."""

    class Meta:
        model = Invoice

    due_on = date(2027, 3, 31)
    payer = factory.SubFactory(UnitFactory)
    municipality = factory.LazyAttribute(lambda one: one.payer.municipality)


class LineFactory(factory.django.DjangoModelFactory):
    class Meta:
        abstract = True

    place = 1
    name = "Kurs i kommunen"
    quantity = 12
    unit_price = Decimal(100)
    net = factory.LazyAttribute(lambda line: line.quantity * line.unit_price)
    vat_category = "E"
    vat_percent = 0
    account_code = "3200"
    vat_code = "6"


class InvoiceLineFactory(LineFactory):
    class Meta:
        model = InvoiceLine

    invoice = factory.SubFactory(InvoiceFactory)
    booking = factory.SubFactory(BookingFactory)
    what = "seats"


class CreditNoteFactory(DocumentFactory):
    class Meta:
        model = CreditNote

    invoice = factory.SubFactory(InvoiceFactory)
    reason = "Færre plasser"


class CreditNoteLineFactory(LineFactory):
    class Meta:
        model = CreditNoteLine

    credit_note = factory.SubFactory(CreditNoteFactory)
    invoice_line = factory.SubFactory(InvoiceLineFactory)


class PaymentFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Payment

    amount = Decimal(1200)
    way = "bank"
    paid_at = factory.LazyFunction(timezone.now)
    external_reference = factory.Sequence(lambda n: f"bank-{n}")
