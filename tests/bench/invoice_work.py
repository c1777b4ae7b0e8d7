"""A thousand invoices with papers and e-invoices, as the worker makes them."""

import resource
import time
from datetime import timedelta

from django.utils import timezone

from courses.models import Booking, Course, EInvoice, Invoice, Session
from courses.services.invoicing import issue_due_invoices
from municipalities.models import Municipality, Unit
from taushet.models import StoredFile
from taushet.services.jobs import run_all_due_jobs

PRICE = 450
SELLER = {
    "name": "Måling",
    "organisation_number": "910000004",
    "street": "Storgata 1",
    "postal_code": "0155",
    "city": "Oslo",
    "email": "",
    "phone": "",
    "is_in_vat_register": True,
    "is_in_business_register": False,
}


def invoices(session: Session, wanted: int, settings) -> dict:
    """Issue so many invoices and make their papers; give the seconds from the first to the last."""
    settings.SELLER, settings.SELLER_ACCOUNT = SELLER, "15032080119"
    ended = timezone.now() - timedelta(hours=1)
    Course.objects.filter(pk=session.course_id).update(vat_treatment="exempt")
    Session.objects.filter(pk=session.pk).update(first_starts_at=ended - timedelta(hours=6), last_ends_at=ended)
    places = list(Municipality.objects.all())
    payers = {unit.municipality_id: unit for unit in Unit.objects.filter(kind="municipality")}
    Booking.objects.bulk_create(
        Booking(
            session=session,
            municipality=place,
            payer=payers.get(place.pk),
            seats=3,
            seat_price=PRICE,
            vat_treatment="exempt",
            invoice_reference="4711",
            state=Booking.State.CONFIRMED,
            contact_name="Kari Nordmann",
            contact_email="kari@maling.example",
            request_key=f"maling-faktura-{session.pk}-{number}",
        )
        for number in range(wanted)
        for place in [places[number % len(places)]]
    )
    before, ready = StoredFile.objects.count(), EInvoice.objects.ready().count()
    started = time.monotonic()
    counts = issue_due_invoices()
    issued = time.monotonic() - started
    run_all_due_jobs()
    seconds = time.monotonic() - started
    return {
        "seconds": seconds,
        "issuing": issued,
        "issued": counts["issued"],
        "files": StoredFile.objects.count() - before,
        "ready": EInvoice.objects.ready().count() - ready,
        "last": Invoice.objects.latest("number").number,
        "megabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    }
