"""Files that come with a mail, and mail that is larger than a page may send."""

from base64 import b64encode
from io import BytesIO
from zipfile import ZipFile

import pytest
from anymail.webhooks.mailersend import MailerSendInboundWebhookView
from django.core.exceptions import SuspiciousOperation
from django.test import RequestFactory
from django.urls import reverse

from outreach.models import Reply, ReplyAttachment
from taushet.models import InboundMail
from taushet.services import large_posts
from taushet.services.jobs import run_all_due_jobs
from taushet.views.webhooks import with_room_for_mail
from tests.factories.replies import answer_to, post, receive, sent_letters
from tests.factories.taushet import StaffFactory, sign_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]


def test_mail_larger_than_a_page_may_send_is_taken_and_what_is_cut_is_said(client, settings, monkeypatch):
    (letter,) = sent_letters()
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 50_000
    monkeypatch.setattr(large_posts, "MOST_TEXT", 150_000)
    for size in (90_000, 140_000):
        mail = answer_to(letter)
        content = b"%PDF-1.4\n" + b"x" * size
        mail.add_attachment(content, maintype="application", subtype="pdf", filename="vedtak.pdf")
        twice = {
            "Attachments": [{"x": "y" * 300_000, "Name": "vedtak.pdf", "Content": b64encode(content).decode()}],
            "Subject": 'Å \\"',
        }
        assert post(client, mail, **twice).status_code == 200
    assert post(client, "x" * 60_000, secret="provider:wrong").status_code == 400
    webhook, secret = reverse("anymail:postmark_inbound_webhook"), b64encode(b"provider:secret").decode()
    odd = client.post(
        webhook, b"[" * 60_000, content_type="application/json", headers={"authorization": f"Basic {secret}"}
    )
    assert odd.status_code == 200
    settings.ANYMAIL = settings.ANYMAIL | {"MAILERSEND_INBOUND_SECRET": "s"}  # of one that signs what it has posted
    take = with_room_for_mail(MailerSendInboundWebhookView.as_view())
    signed, who = b'{"type": "inbound.message"}' + b" " * 60_000, {"signature": "x", "authorization": f"Basic {secret}"}
    assert take(RequestFactory(headers=who).post("/", signed, "application/json")).status_code == 200
    with pytest.raises(SuspiciousOperation):
        take(RequestFactory(headers={"signature": "x"}).post("/", signed, "application/json"))
    run_all_due_jobs()

    whole, cut = Reply.objects.order_by("pk")
    assert (whole.inbound.is_cut, whole.attachments.get().file.size) == (False, 90_009)
    assert (cut.inbound.is_cut, cut.text) == (True, whole.text)
    assert (cut.attachments.get().name, cut.attachments.get().left_out) == ("vedtak.pdf", "size")
    assert cut.inbound.size > 300_000
    assert [mail.size for mail in InboundMail.objects.left_over().order_by("size")] == [60_000, 60_027]
    assert InboundMail.objects.count() == 4
    sign_in(client, StaffFactory())
    pages = [client.get(reply.get_absolute_url()).content.decode() for reply in (whole, cut)]
    assert ["for stor til å bli lagret hel" in page for page in pages] == [False, True]


def zipped():
    content = BytesIO()
    with ZipFile(content, "w") as archive:
        archive.writestr("x.exe", "MZ")
    return content.getvalue()


def test_files_are_kept_when_they_are_what_they_say_and_otherwise_as_names(client):
    (letter,) = sent_letters()
    mail = answer_to(letter)
    files = {
        "vedtak.pdf": b"%PDF-1.7 vedtak",
        "../../faktura.exe": b"MZ",
        "regning.pdf": b"<html><script>alert(1)</script>",
        "pakke.zip": zipped(),
        "side.html": b"<html>",
        "stor.pdf": b"%PDF-" + b"x" * 100,
    }
    for name, content in files.items():
        mail.add_attachment(content, maintype="application", subtype="octet-stream", filename=name)
    for number in range(20):
        mail.add_attachment(b"mer", maintype="application", subtype="octet-stream", filename=f"{number}.bin")

    (reply,) = receive(client, mail)

    kept = {row.name: (row.file.content_type if row.file else "") for row in reply.attachments.all()[:6]}
    assert kept == {
        "vedtak.pdf": "application/pdf",
        "faktura.exe": "",
        "regning.pdf": "",
        "pakke.zip": "",
        "side.html": "",
        "stor.pdf": "application/pdf",
    }
    last = reply.attachments.last()
    assert (reply.attachments.count(), last.name, last.left_out) == (21, "+6", ReplyAttachment.Left.COUNT)
    sign_in(client, StaffFactory())
    answer = client.get(reverse("outreach:reply_attachment", args=[reply.pk, 1]))
    assert answer["Content-Disposition"].startswith("attachment;")
    assert answer["Content-Type"] == "application/pdf"
    assert client.get(reverse("outreach:reply_attachment", args=[reply.pk, 2])).status_code == 404
