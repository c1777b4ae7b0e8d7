"""Mail that answers letters: found again, kept, and never counted before a person has read it."""

from datetime import timedelta

import pytest
from anymail.inbound import AnymailInboundMessage
from anymail.signals import AnymailInboundEvent
from django.utils import timezone
from django.utils.timezone import localdate

from outreach.exceptions import NotVerified
from outreach.models import Letter, OfficeTask, Reply, ReplyLink
from outreach.services.privacy.forgetting import erase_replies
from outreach.services.replies import receiving, sorting
from outreach.services.replies.reply_addresses import reply_address
from taushet.models import InboundMail, Message
from taushet.services.inbound import handle_inbound, store_inbound, store_raw
from taushet.services.jobs import run_all_due_jobs
from tests.factories.outreach import BodyFactory, MandateFactory, place
from tests.factories.replies import OURS, answer_to, post, receive, sent_letters
from tests.factories.taushet import UserFactory
from tests.outreach.services.replies.conftest import letter_to_mayor

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock", "trusting")]


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

    reply, *others = Reply.objects.order_by("pk")
    assert links(reply) == [(letter, "token") for letter in letters]
    assert reply.copies.count() == 5
    quarantined, other = sorted(others, key=lambda one: one.kind)  # which is read first is the worker's affair
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
