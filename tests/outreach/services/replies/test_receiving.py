"""Mail that answers letters: found again, kept, and never counted before a person has read it."""

from base64 import b64encode
from datetime import timedelta
from io import BytesIO
from zipfile import ZipFile

import pytest
from anymail.inbound import AnymailInboundMessage
from anymail.signals import AnymailInboundEvent
from django.core.checks import run_checks
from django.urls import reverse
from django.utils import timezone
from django.utils.timezone import localdate

from outreach.exceptions import NotVerified
from outreach.models import Letter, OfficeTask, Reply, ReplyAttachment, ReplyLink
from outreach.services.offices.offices import set_mayor
from outreach.services.privacy.forgetting import erase_replies
from outreach.services.replies import receiving, sorting
from outreach.services.replies.reply_addresses import reply_address
from taushet.models import InboundMail, Message
from taushet.services import large_posts
from taushet.services.inbound import handle_inbound, store_inbound, store_raw
from taushet.services.jobs import run_all_due_jobs
from tests.factories.outreach import BodyFactory, MandateFactory, place
from tests.factories.replies import OURS, answer_to, post, receive, sent_letters
from tests.factories.taushet import StaffFactory, UserFactory, sign_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock", "trusting")]


@pytest.fixture
def trusting(settings):
    settings.AUTHSERV_IDS = frozenset({OURS})


MAYOR = "Ordfører Kari Ås <ordforer@k.example>"


def letter_to_mayor():
    town = place(number="6101")
    mayor = {"first_name": "Kari", "last_name": "Ås", "party": "Ap", "email": "ordforer@k.example"}
    set_mayor(town, **mayor, source="nett", checked_on="2026-11-01", by=None)
    return sent_letters(town, recipient="mayor")[0]


def links(reply):
    return [(link.letter, link.how) for link in reply.links.order_by("letter")]


def test_one_mail_to_nine_letters_is_one_reply_with_nine_links(client):
    letters = sent_letters(*[place(number=f"61{n:02}") for n in range(1, 10)])

    (reply,) = receive(client, answer_to(*letters))

    assert links(reply) == [(letter, "token") for letter in sorted(letters, key=lambda one: one.pk)]
    assert (reply.kind, reply.sorted_at) == ("unsorted", None)
    assert bytes(reply.inbound.raw).startswith(b"From: ")
    handle_inbound(reply.inbound_id)
    InboundMail.objects.update(handled_at=None)
    handle_inbound(reply.inbound_id)  # a task may run twice
    assert Reply.objects.get().links.count() == 9


def test_the_letter_is_found_by_token_reference_and_subject(client):
    letter, _other = sent_letters(place(number="6101"), place(number="6102"))
    number = letter.message.message_id
    letter.message.attempts.create(number=9, provider_id="0a1b-2c", outcome="accepted")
    token = reply_address(letter).partition("@")[0].partition("+")[2]
    mails = {
        "reference": [
            answer_to(sender="arkiv@x.example", In_Reply_To=number),
            answer_to(sender="arkiv@x.example", References=f"<a@b.example> {number} <c@d.example>"),
            answer_to(sender="arkiv@x.example", In_Reply_To="<0a1b-2c@mtasv.net>"),
        ],
        "subject": [answer_to(sender="leder@k6101.example", subject=f"SV: VS: {letter.subject}")],
        "token": [
            answer_to(sender="arkiv@x.example", text=f"Deres brev krav+{token}@localhost er besvart."),
            answer_to(To=f"Krav <KRAV+{token.upper().replace('0', 'O')}@LOCALHOST>"),
        ],
        "": [answer_to(sender="leder@gmail.com", subject=letter.subject), answer_to(sender="x@k6101.example")],
    }

    for how, answers in mails.items():
        for reply in receive(client, *answers):
            assert links(reply) == ([(letter, how)] if how else [])
            assert reply.sorted_at is None  # what is not found is for a person


def councillors(count):
    """Letters to this many councillors of one council, with one subject at one domain."""
    town = place(number="6101")
    council = BodyFactory(kind="council", municipality=town)
    for n in range(count):
        address = {"email": f"p{n}@k.example", "email_source": "nett", "email_checked_on": localdate()}
        MandateFactory(body=council, role="councillor", **address)
    sent_letters(town, recipient="councillor")
    return list(Letter.objects.order_by("to_email"))


def test_what_one_councillor_writes_is_about_no_letter_to_another(client, settings):
    settings.LETTERS_PER_MAIL_SYSTEM = 0
    letters = councillors(4)
    subject, left = f"SV: {letters[0].subject}", "Jeg har sluttet i kommunestyret."

    own, stranger, to_all = receive(
        client,
        answer_to(sender="p2@k.example", subject=subject, text=left, dmarc="pass"),
        answer_to(sender="kontor@k.example", subject=subject, text=left, dmarc="pass"),
        answer_to(*letters, sender="p3@k.example", text=left, dmarc="pass"),
    )

    assert links(own) == [(letters[2], "subject")]
    assert own.is_verified
    assert links(stranger) == []  # whoever sorts it chooses among those to the same domain
    assert set(sorting.suggested_letters(stranger)) == set(letters)
    assert [one.mandate for one in OfficeTask.objects.order_by("pk")] == [letters[2].mandate, letters[3].mandate]
    # One address was proven, so the reply is an answer to the letter to that one alone.
    sorting.sort_reply(to_all, kind="answer", letters=[one.pk for one in letters], by=UserFactory())
    assert [link.letter for link in ReplyLink.objects.answers()] == [letters[3]]
    assert list(Reply.objects.answers_of_nobody_known()) == [to_all]
    with pytest.raises(NotVerified):
        sorting.publish_reply(to_all, text="x", speaker="y", by=UserFactory())
    sorting.verify_sender(to_all, how="Ringte alle fire", by=UserFactory())
    assert ReplyLink.objects.answers().count() == 4


def test_what_could_not_be_dealt_with_is_shown_as_what_nobody_took(client, monkeypatch):
    (letter,) = sent_letters()
    with monkeypatch.context() as broken:
        broken.setattr(receiving, "keep_reply", lambda *_args: 1 / 0)
        assert receive(client, answer_to(letter)) == []
    assert not InboundMail.objects.left_over().exists()
    InboundMail.objects.update(received_at=timezone.now() - timedelta(hours=3))
    assert InboundMail.objects.left_over().get().handled_at is None


def test_copies_of_one_mail_are_one_reply(client):
    letters = sent_letters(*[place(number=f"61{n:02}") for n in range(1, 4)])
    mail = answer_to(*letters, To="krav@localhost", Message_ID="<abc@k.example>")
    for letter in letters:
        raw = f"Delivered-To: {reply_address(letter)}\r\n".encode() + mail.as_bytes()
        handle_inbound(store_raw(raw, len(raw), "imap").pk)
    for number, letter in enumerate(letters):
        post(client, mail, number=f"pm-{number}", to=reply_address(letter))
    forged = answer_to(letters[0], To="krav@localhost", Message_ID="<abc@k.example>", text="Vi lover ingenting.")
    failing = f"Authentication-Results: {OURS}; dmarc=fail\n{mail.as_string()}"
    receive(client, forged, failing)

    reply, other, quarantined = Reply.objects.order_by("pk")
    assert links(reply) == [(letter, "token") for letter in letters]
    assert reply.copies.count() == 5
    assert (other.kind, quarantined.kind) == ("unsorted", "quarantine")
    sorting.sort_reply(reply, kind="answer", letters=[letters[0].pk], by=UserFactory())
    raw = f"Delivered-To: {reply_address(letters[1])}\r\n\r\n".encode()[:-2] + b"X-Late: 1\r\n" + mail.as_bytes()
    handle_inbound(store_raw(raw, len(raw), "imap").pk)
    assert links(reply) == [(letters[0], "token")]  # somebody has decided; the late copy waits for a person
    assert Reply.objects.to_sort().count() == 2
    numbers = [reply.inbound_id, *reply.copies.values_list("inbound", flat=True)]
    Reply.objects.filter(pk=quarantined.pk).update(sorted_at=None)
    assert erase_replies(reply.received_at + timedelta(days=366)) == 1  # quarantine waits for nobody
    assert erase_replies(reply.received_at + timedelta(days=6 * 365)) == 1
    assert not InboundMail.objects.filter(pk__in=numbers).exclude(raw=None).exists()


def test_mail_about_something_else_is_left_to_others(client):
    sent_letters()

    post(client, answer_to(To="kurs@localhost", sender="x@k.example"), to="kurs@localhost")
    run_all_due_jobs()

    assert (Reply.objects.count(), InboundMail.objects.get().kind) == (0, "")


@pytest.mark.parametrize("secret", ["", "provider:wrong"])
def test_without_the_secret_nothing_comes_in(client, secret):
    assert post(client, answer_to(), secret=secret).status_code == 400
    assert InboundMail.objects.count() == 0


FORGED = f"{OURS}; dmarc=pass"
# What our receiver says, what came with the mail, and what the mail is then.
CLAIMS = [
    ("pass", "", "unsorted", True),
    ("fail", "", "quarantine", False),
    ("FAIL (p=none) action=none", FORGED, "quarantine", False),
    ("none", FORGED, "unsorted", False),
    ("", "evil.example; dmarc=pass", "unsorted", False),
    ("", f"{OURS}.evil.example; dmarc=pass", "unsorted", False),
    ("", "evil.example; dmarc=fail", "unsorted", False),
    ("temperror", "", "unsorted", False),
]


def test_only_our_own_receiver_is_believed_about_the_mayor(client):
    letter = letter_to_mayor()
    for said, forged, kind, verified in CLAIMS:
        head, _blank, body = answer_to(letter, sender=MAYOR, dmarc=said).as_string().partition("\n\n")
        raw = f"{head}\nAuthentication-Results: {forged}\n\n{body}" if forged else f"{head}\n\n{body}"

        (reply,) = receive(client, raw)

        assert (reply.kind, reply.is_verified, reply.is_from_office) == (kind, verified, True), said
        assert reply.published_at is None
        assert (reply in Reply.objects.to_sort()) == (kind == "unsorted")


def test_sender_who_holds_no_office_is_not_confirmed_whatever_dmarc_says(client):
    (letter,) = sent_letters()

    (reply,) = receive(client, answer_to(letter, sender="hei@annet.example", dmarc="pass"))

    assert (reply.is_from_office, reply.is_verified) == (False, False)


REPORT = """From: MAILER-DAEMON@k.example
To: {to}
Subject: Undeliverable
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: text/plain

Failed.
--b--
"""


def test_automatic_replies_are_recorded_and_count_as_nothing(client):
    (letter,) = sent_letters()
    before = Message.objects.count()
    mails = [
        answer_to(letter, Auto_Submitted="auto-replied"),
        answer_to(letter, Auto_Submitted="auto-generated; x=y", text="Jeg er på ferie."),
        answer_to(letter, X_Autoreply="yes"),
        answer_to(letter, X_Autorespond="yes"),
        answer_to(letter, Precedence="auto_reply"),
        answer_to(letter, subject="Automatisk svar: Krav"),
        answer_to(letter, subject="SV: Fraværsmelding"),
        answer_to(letter, subject="Out of office: Krav"),
        REPORT.format(to=reply_address(letter)),
    ]

    replies = receive(client, *mails, answer_to(letter, Auto_Submitted="no"))

    assert [reply.kind for reply in replies] == ["automatic"] * len(mails) + ["unsorted"]
    assert {reply.letters.get() for reply in replies} == {letter}
    assert not Reply.objects.answers().exists()
    assert list(Reply.objects.to_sort()) == replies[-1:]
    assert Message.objects.count() == before  # nobody is answered


def test_a_flood_of_absences_is_recorded_whole(client, django_assert_max_num_queries):
    letters = sent_letters(*[place(number=f"61{n:02}") for n in range(1, 6)])
    before = Message.objects.count()
    for number in range(60):
        mail = answer_to(letters[number % 5], Auto_Submitted="auto-replied", subject="Borte")
        with django_assert_max_num_queries(12):
            assert post(client, mail).status_code == 200
    assert Reply.objects.count() == 0  # the provider does not wait for what the worker does

    run_all_due_jobs()

    assert Reply.objects.filter(kind="automatic").count() == 60
    assert not Reply.objects.answers().exists()
    assert Message.objects.count() == before


def test_absence_that_says_somebody_left_is_a_task(client):
    letter = letter_to_mayor()
    text = "Jeg har sluttet som ordfører. Kontakt postmottak."
    mails = [answer_to(letter, text=text, Auto_Submitted="auto-replied", dmarc=said) for said in ("", "fail")]

    real, forged = receive(client, *mails)

    assert (real.kind, forged.kind) == ("automatic", "quarantine")
    task = OfficeTask.objects.get()
    assert (task.mandate, task.reason, task.inbound) == (letter.mandate, "left", real.inbound)


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
    run_all_due_jobs()

    whole, cut = Reply.objects.order_by("pk")
    assert (whole.inbound.is_cut, whole.attachments.get().file.size) == (False, 90_009)
    assert (cut.inbound.is_cut, cut.text) == (True, whole.text)
    assert (cut.attachments.get().name, cut.attachments.get().left_out) == ("vedtak.pdf", "size")
    assert cut.inbound.size > 300_000
    assert (InboundMail.objects.left_over().get().size, InboundMail.objects.count()) == (60_000, 3)
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


def test_html_is_shown_as_text_and_old_mail_is_folded(client):
    (letter,) = sent_letters()
    mail = answer_to(letter)
    mail.set_content(
        "<style>p{}</style><p>Vi <b>lover</b> en plan &lt;b&gt;.</p><script>x()</script>"
        "<p>Fra: Taushet tar liv<br>Sendt: mandag<br>Emne: Krav</p>",
        subtype="html",
    )

    (reply,) = receive(client, mail)

    sign_in(client, StaffFactory())
    page = client.get(reply.get_absolute_url()).content.decode()
    assert "Vi lover en plan &lt;b&gt;." in page.replace("\n", " ")
    assert "x()" not in page
    assert page.index("<details>") < page.index("Sendt: mandag")


def test_journal_number_is_found_and_searched_for(client):
    (letter,) = sent_letters()
    numbers = {
        ("SV: Krav", "Vår ref.: 2026/1234"): "2026/1234",
        ("24/01234-5 Svar på krav", "Hei"): "24/01234-5",
        ("Krav", "Saksnr. 26/778"): "26/778",
        ("Krav", "Arkivref: 26/1234"): "26/1234",
        ("Krav", "Saksnummer 202412345"): "202412345",
        ("Krav", "Journalpost 1234/26"): "1234/26",
        ("Krav", "Formannskapet, sak 45/26"): "45/26",
        ("Krav", "Ring 20 24 12 34, sak 2024123"): "",
        ("Krav", "Møtet er 24/12 kl. 10"): "",
        ("Krav", "Hei\n> Vår ref.: 2026/1"): "",
    }

    replies = receive(client, *[answer_to(letter, subject=subject, text=text) for subject, text in numbers])

    assert [reply.journal_number for reply in replies] == list(numbers.values())
    assert list(Reply.objects.search("24/01234-5")) == [replies[1]]


def test_what_no_database_takes_is_kept_readable(client):
    (letter,) = sent_letters()
    raw = answer_to(letter, text="Hei\x00 \u202eevil").as_bytes().replace(b"SV: Krav", b"=?utf-8?q?Kr=00av=ED=A0=80?=")

    (reply,) = receive(client, raw.decode("utf-8", "replace"))

    assert "\x00" not in reply.text + reply.subject
    assert sorting.suggested_kind(reply) == "answer"
    assert Letter.objects.get() == reply.letters.get()


def test_check_of_a_deployment_tells_that_no_sender_is_known_by_itself(settings):
    def faults():
        return [fault.id for fault in run_checks(include_deployment_checks=True) if fault.id == "taushet.W002"]

    settings.REPLY_DOMAIN = "svar.example"
    assert faults() == []
    settings.AUTHSERV_IDS = frozenset()
    assert faults() == ["taushet.W002"]


def test_what_the_provider_brings_again_is_one_mail_and_one_reply(client):
    (letter,) = sent_letters(place(number="6101"))
    mail = answer_to(letter)

    assert [post(client, mail, number="same").status_code for _replay in range(2)] == [200, 200]
    run_all_due_jobs()

    assert (InboundMail.objects.count(), Reply.objects.count()) == (1, 1)
    assert post(client, mail, number="same", secret="provider:wrong").status_code == 400


def test_a_provider_that_gives_no_number_and_writes_a_mail_anew_is_known():
    def bring(text):
        mail = AnymailInboundMessage.construct(
            from_email="a@k.example", to="krav@localhost", subject="SV", text=text, html="<p>Hei</p>"
        )
        return store_inbound(AnymailInboundEvent(event_type="inbound", event_id=None, message=mail), "SendGrid")

    assert [bring(text) is not None for text in ("Hei", "Hei", "Nei")] == [True, False, True]
