"""Finance's pages about e-invoices."""

import io
import zipfile
from dataclasses import replace

import pytest
from django.urls import reverse

from courses.models import EInvoice, EInvoiceBatch
from courses.services import einvoice_batches as batches
from courses.services.einvoices import make_einvoice
from taushet.models import AuditEntry
from taushet.services.jobs import run_all_due_jobs
from tests.factories.invoice_documents import BUYER, credit_note, document
from tests.factories.taushet import StaffFactory, UserFactory, sign_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english")]

LIST = "/stab/faktura/ehf/"


def make(*documents):
    rows = [make_einvoice(one) for one in documents]
    run_all_due_jobs()
    return [EInvoice.objects.get(pk=row.pk) for row in rows]


@pytest.fixture
def finance(client):
    user = StaffFactory(roles=["finance"])
    sign_in(client, user)
    return user


def numbers(response):
    return {einvoice.number for einvoice in response.context["page"]}


def test_list_is_narrowed_by_state_rule_and_payer(client, finance):
    make(
        document(),
        document(number="10002", kid="1"),
        credit_note(buyer=replace(BUYER, name="Åsnes")),
    )

    assert numbers(client.get(LIST)) == {"10001", "10002", "20001"}
    assert numbers(client.get(LIST, {"tilstand": "faulty"})) == {"10002"}
    assert numbers(client.get(LIST, {"regel": "OWN-KID"})) == {"10002"}
    assert numbers(client.get(LIST, {"q": "åsnes"})) == {"20001"}
    assert numbers(client.get(LIST, {"tilstand": "nonsense"})) == {"10001", "10002", "20001"}


def test_list_tells_which_rules_are_not_kept(client, finance):
    make(document(kid="1"), document(number="10002", kid="1", buyer_reference=""))

    rules = [(row["rule"], row["count"]) for row in client.get(LIST).context["rules"]]

    assert rules == [("OWN-KID", 2), ("PEPPOL-EN16931-R003", 1)]


@pytest.mark.parametrize("count", [1, 3])
def test_queries_do_not_grow(client, finance, django_assert_num_queries, count):
    make(*(document(number=str(number), kid="1") for number in range(count)))

    with django_assert_num_queries(13):
        client.get(LIST)
    with django_assert_num_queries(11):
        client.get(EInvoice.objects.first().get_absolute_url())


def test_batch_is_made_downloaded_and_marked_as_sent(client, finance):
    make(document(), credit_note())

    page = client.post(reverse("courses:einvoice_batch_create"), follow=True)
    batch = EInvoiceBatch.objects.get()
    content = client.get(reverse("courses:einvoice_batch_zip", args=[batch.pk]))
    done = client.post(reverse("courses:einvoice_batch_sent", args=[batch.pk]), follow=True)

    assert page.redirect_chain[-1][0] == batch.get_absolute_url()
    assert zipfile.ZipFile(io.BytesIO(content.content)).namelist() == ["faktura-10001.xml", "kreditnota-20001.xml"]
    assert content["Content-Disposition"] == f'attachment; filename="ehf-{batch.pk}.zip"'
    assert "2 e-invoices are marked as sent." in done.text
    assert set(EInvoice.objects.values_list("state", flat=True)) == {"sent"}
    by = AuditEntry.objects.filter(action__startswith="einvoice.batch").values_list("action", "actor").order_by("pk")
    assert list(by) == [
        ("einvoice.batch_made", finance.pk),
        ("einvoice.batch_downloaded", finance.pk),
        ("einvoice.batch_sent", finance.pk),
    ]


def test_batch_taken_back_waits_again(client, finance):
    make(document())
    batch = batches.make_batch(by=finance)

    client.post(reverse("courses:einvoice_batch_take_back", args=[batch.pk]))

    assert EInvoice.objects.get().state == "checked"
    assert "No e-invoice is waiting" not in client.get(LIST).text


def test_empty_batch_is_told(client, finance):
    assert (
        "No e-invoice is waiting to be sent." in client.post(reverse("courses:einvoice_batch_create"), follow=True).text
    )


def test_faulty_one_says_why_and_can_be_checked_again(client, finance):
    (einvoice,) = make(document(kid="1"))

    page = client.get(einvoice.get_absolute_url())
    client.post(reverse("courses:einvoice_send_again", args=[einvoice.pk]))

    assert "OWN-KID" in page.text
    assert "The KID has a wrong check digit." in page.text
    assert [name for name, _label in page.context["actions"]] == ["einvoice_send_again"]
    assert EInvoice.objects.get().state == "made"


def test_refusal_that_was_told_by_mail_is_put_down(client, finance):
    (einvoice,) = make(document())
    batches.mark_batch_sent(batches.make_batch(by=finance), by=finance)
    address = reverse("courses:einvoice_refused", args=[einvoice.pk])

    assert client.post(address, {"reason": " "}).status_code == 200
    page = client.post(address, {"reason": "Wrong reference"}, follow=True)

    assert "Wrong reference" in page.text
    assert (EInvoice.objects.get().state, EInvoice.objects.get().number) == ("refused", "10001")


def test_page_offers_only_what_is_safe(client, finance):
    (einvoice,) = make(document())
    batch = EInvoiceBatch.objects.create(made_by=UserFactory())
    offered = {}
    for state in EInvoice.State:
        EInvoice.objects.update(state=state, batch=batch)
        page = client.get(einvoice.get_absolute_url())
        offered[state.value] = [name for name, _label in page.context["actions"]], page.context["can_be_refused"]

    assert offered == {
        "made": ([], False),
        "checked": ([], False),
        "faulty": (["einvoice_send_again"], False),
        "handed_over": (["einvoice_mark_sent"], True),
        "sending": ([], False),
        "sent": ([], True),
        "accepted": ([], True),
        "refused": (["einvoice_send_again"], False),
        "unknown": (["einvoice_mark_sent", "einvoice_never_arrived"], False),
        "replaced": ([], False),
    }
    EInvoice.objects.update(state="sent")
    page = client.post(reverse("courses:einvoice_send_again", args=[einvoice.pk]), follow=True)
    assert "so this can no longer be done" in page.text
    assert EInvoice.objects.get().state == "sent"


def test_file_is_given_as_it_was_checked_and_noted(client, finance):
    (einvoice,) = make(document())

    answer = client.get(reverse("courses:einvoice_file", args=[einvoice.pk]))

    assert b"".join(answer.streaming_content) == bytes(einvoice.file.content)
    assert (answer["Content-Type"], answer["Content-Disposition"]) == (
        "application/xml",
        'attachment; filename="faktura-10001.xml"',
    )
    assert AuditEntry.objects.filter(action="einvoice.downloaded", actor=finance).count() == 1


def test_today_tells_what_did_not_arrive_and_what_waits(client, finance):
    make(document(), document(number="10002", kid="1"))

    cards = {card["key"]: card["items"] for card in client.get("/stab/").context["cards"]}

    assert [text for text, _url in cards["einvoices-to-send"]] == ["1 e-invoice waits to be sent"]
    assert [text for text, _url in cards["einvoices-in-trouble"]] == [
        "Invoice 10002, Gjøvik kommune: Has faults, not sent"
    ]
