"""E-invoices that a person downloads and sends."""

import io
import uuid
import zipfile
from datetime import timedelta

import pytest
from django.db import DatabaseError, IntegrityError, transaction
from django.utils import timezone

from courses.exceptions import CoursesError
from courses.models import EInvoice, EInvoiceBatch
from courses.services import einvoice_batches as batches
from courses.services import einvoice_steps as steps
from courses.services.einvoice_checks import check_einvoice
from courses.services.einvoices import check_draft, forget_einvoices, make_einvoice, remake_einvoice
from taushet.models import StoredFile
from taushet.services.jobs import run_all_due_jobs
from tests.factories.invoice_documents import credit_note, document
from tests.factories.taushet import UserFactory
from tests.rivals import at_once

pytestmark = pytest.mark.django_db


def make(*documents):
    rows = [make_einvoice(one) for one in documents]
    run_all_due_jobs()
    return [EInvoice.objects.get(pk=row.pk) for row in rows]


def states():
    return list(EInvoice.objects.order_by("pk").values_list("state", flat=True))


def test_batch_holds_what_is_ready_and_is_marked_as_sent_once():
    make(document(), credit_note(), document(number="10002", kid="1"))
    by = UserFactory()

    batch = batches.make_batch(by=by)
    content = batches.zip_batch(batch, by=by)

    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    assert list(files) == ["faktura-10001.xml", "kreditnota-20001.xml"]
    assert all(check_einvoice(file).is_valid for file in files.values())
    assert batches.zip_batch(batch, by=by) == content
    assert states() == ["handed_over", "handed_over", "faulty"]
    assert (batches.mark_batch_sent(batch, by=by), batches.mark_batch_sent(batch, by=by)) == (2, 0)
    assert states() == ["sent", "sent", "faulty"]
    with pytest.raises(CoursesError):
        batches.make_batch(by=by)


def test_batch_that_was_never_sent_waits_again():
    make(document())
    by = UserFactory()
    batch = batches.make_batch(by=by)

    batches.take_batch_back(batch, by=by)

    assert (states(), batches.make_batch(by=by).einvoices.count()) == (["checked"], 1)


def test_refused_by_the_payer_keeps_its_number_and_goes_again():
    (einvoice,) = make(document())
    by = UserFactory()
    batches.mark_batch_sent(batches.make_batch(by=by), by=by)

    steps.mark_refused(einvoice, reason="Feil referanse", by=by)
    assert EInvoice.objects.get().state_reason == "Feil referanse"
    remake_einvoice(einvoice, document(buyer_reference="B999999"), by=by)
    run_all_due_jobs()

    row = EInvoice.objects.get()
    assert (row.state, row.number, row.round, row.batch) == ("checked", "10001", 2, None)
    assert b"B999999" in bytes(row.file.content)


@pytest.mark.parametrize("state", ["handed_over", "sending", "sent", "accepted", "unknown"])
def test_what_may_have_arrived_is_not_written_anew(state):
    (einvoice,) = make(document())
    batch = EInvoiceBatch.objects.create(made_by=UserFactory())
    EInvoice.objects.update(state=state, batch=batch)

    with pytest.raises(CoursesError):
        remake_einvoice(einvoice, document(buyer_reference="other"))
    with pytest.raises(CoursesError):
        steps.send_again(einvoice, by=UserFactory())
    assert states() == [state]


def test_another_document_does_not_take_its_place():
    (einvoice,) = make(document())

    with pytest.raises(CoursesError):
        remake_einvoice(einvoice, document(number="10002"))


def test_same_document_is_made_once():
    make(document(), document(buyer_reference="other"))

    assert (states(), StoredFile.objects.count()) == (["checked"], 1)


def test_draft_is_checked_before_it_has_a_number():
    assert check_draft(document(number="")).is_valid
    assert [fault.rule for fault in check_draft(document(number="", kid="1")).faults] == ["OWN-KID"]


@pytest.mark.parametrize(
    "change", [{"number": "2"}, {"total": 1}, {"buyer_number": "1"}, {"key": uuid.uuid4()}, {"file": None}]
)
def test_database_keeps_what_was_made(change):
    make(document())
    (other,) = make(document(number="10002"))
    change = {"file": other.file} if "file" in change else change

    with pytest.raises(DatabaseError), transaction.atomic():
        EInvoice.objects.filter(number="10001").update(**change)


@pytest.mark.parametrize("change", [{"checked_sha256": ""}, {"state": "handed_over"}])
def test_nothing_leaves_unchecked_or_without_a_batch(change):
    make(document())

    with pytest.raises(IntegrityError), transaction.atomic():
        EInvoice.objects.update(**change)


def test_old_ones_are_forgotten_with_their_files():
    long_ago = timezone.localdate().replace(month=1, day=1)
    old = document(issued_on=long_ago.replace(year=long_ago.year - 5) - timedelta(days=1))
    (kept, _gone) = make(document(number="10002", issued_on=long_ago.replace(year=long_ago.year - 5)), old)

    assert forget_einvoices(timezone.now()) == 1

    assert list(EInvoice.objects.all()) == [kept]
    assert list(StoredFile.objects.values_list("pk", flat=True)) == [kept.file_id]


@pytest.mark.django_db(transaction=True)
def test_two_that_make_a_batch_at_once_share_nothing():
    make(*(document(number=str(number)) for number in range(10001, 10005)))
    by = UserFactory()

    answers = at_once(put_in_a_batch, [by] * 3)

    assert sum(answer for answer in answers if isinstance(answer, int)) == 4
    assert EInvoiceBatch.objects.count() == 1
    assert states() == ["handed_over"] * 4


def put_in_a_batch(by):
    return batches.make_batch(by=by).einvoices.count()
