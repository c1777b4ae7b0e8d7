"""Letters that have left, and mail that answers them."""

import json
from base64 import b64encode
from email.message import EmailMessage

from django.urls import reverse
from django.utils import timezone

from outreach.models import Commitment, Letter, Reply
from outreach.services.mailings.approvals import approve_mailing
from outreach.services.mailings.mailings import submit_mailing
from outreach.services.replies.reply_addresses import reply_address
from taushet.models import InboundMail
from taushet.services.files import TEXT, store_file
from taushet.services.jobs import run_all_due_jobs
from taushet.services.sending import send_all_due
from tests.factories.outreach import demand_version, mailing, place, staff
from tests.factories.taushet import UserFactory

OURS = "mx.taushet.example"


def sent_letters(*places, number=1, **plan):
    """Letters that have gone to municipalities, in their order."""
    places = places or (place(),)
    draft = mailing(*places, version=demand_version(number), **plan)
    waiting = submit_mailing(draft, by=draft.author, seen_hash=draft.content_hash)
    approve_mailing(
        waiting, approver=staff("approve_mailing"), seen_hash=waiting.content_hash, is_public_confirmed=True
    )
    send_all_due()
    letters = {letter.municipality_id: letter for letter in Letter.objects.filter(mailing=waiting)}
    return [letters[one.pk] for one in places]


def answer_to(*letters, text="Vi har vedtatt en handlingsplan.", sender=None, subject=None, dmarc="", **headers):
    """Return a mail that answers letters by their addresses; `dmarc` is what our own receiver says."""
    mail = EmailMessage()
    if dmarc:
        mail["Authentication-Results"] = f"{OURS}; dmarc={dmarc} header.from=k.example"
    mail["From"] = sender or (letters[0].to_email if letters else "noen@annet.example")
    to = [reply_address(letter) for letter in letters]
    mail["To"] = headers.pop("To", None) or ", ".join(to) or "krav@localhost"
    mail["Subject"] = subject or "SV: Krav"
    for name, value in headers.items():
        mail[name.replace("_", "-")] = value
    mail.set_content(text)
    return mail


def post(client, mail, secret="provider:secret", number=None, to="krav@localhost", **more):
    """Let the provider bring a mail; `more` is what else it says of it."""
    raw = mail if isinstance(mail, str) else mail.as_string()
    number = number or f"reply-{InboundMail.objects.count()}"
    body = {"MessageID": number, "RawEmail": raw, "Headers": [], "OriginalRecipient": to} | more
    return client.post(
        reverse("anymail:postmark_inbound_webhook"),
        json.dumps(body),
        content_type="application/json",
        headers={"authorization": f"Basic {b64encode(secret.encode()).decode()}"} if secret else {},
    )


def receive(client, *mails):
    """Let mails come in and be read; returns the replies they became, in their order."""
    before = set(Reply.objects.values_list("pk", flat=True))
    for mail in mails:
        assert post(client, mail).status_code == 200
    run_all_due_jobs()
    return list(Reply.objects.exclude(pk__in=before).order_by("pk"))


def reply_with_file():
    """A reply that waits to be sorted, with a file."""
    inbound = InboundMail.objects.create(
        provider="x", event_id="reply", size=0, kind="reply", handled_at=timezone.now()
    )
    reply = Reply.objects.create(inbound=inbound, received_at=inbound.received_at)
    file = store_file("svar.txt", b"Hei", allowed=frozenset({TEXT}))
    reply.attachments.create(position=1, name=file.name, size=file.size, file=file)
    return reply


def commitment_with_file(reply, mailing):
    """A confirmed promise from a reply, with a file that shows how it goes."""
    letter = mailing.letters.first()
    commitment = Commitment.objects.create(
        reply=reply,
        quote="Vi lover.",
        mandate=letter.mandate,
        speaker="Kommunen",
        said_on=timezone.localdate(),
        demand=mailing.demand_version.demand,
        municipality=letter.municipality,
        entered_by=UserFactory(),
        confirmed_by=UserFactory(),
        confirmed_at=timezone.now(),
    )
    file = store_file("vedtak.txt", b"Vedtatt", allowed=frozenset({TEXT}))
    commitment.changes.create(status="promised", evidence_file=file)
    return commitment
