"""Sending letters to a mail server on this machine; run inside `tests.bench.inside`."""

import gc
import smtplib
import subprocess
import sys
import time
from contextlib import contextmanager
from datetime import time as hour
from email import policy

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from municipalities.models import Municipality
from outreach.models import Approval, Body, Demand, Letter, Mailing, Mandate, Politician
from outreach.services.demands.wordings import publish_version
from outreach.services.mailings.fingerprints import hash_of_letters, letter_hash
from outreach.services.sending.queueing import queue_letters
from taushet import workdays
from taushet.models import Message, User
from taushet.services.asking import Turn
from taushet.services.carrier import Carrier
from taushet.services.mime import build_email
from taushet.services.sending import send_next

from .server import free_port

TEXT = "Til ordføreren\n\nVi ber kommunen vedta en handlingsplan, se https://lov.example/1.\n\n" + 30 * (
    "Hver fjerde drapssak i Norge er et partnerdrap, og i de fleste visste noen om volden på forhånd. "
)


def letters(wanted: str) -> dict:
    """Send so many letters, and the same messages in a bare loop; give how many a second each way."""
    settings.OUTGOING_MAIL, settings.LETTERS_PER_MAIL_SYSTEM, settings.LETTERS_AN_HOUR = True, 0, 0
    workdays.OPENS_AT, workdays.CLOSES_AT = hour.min, hour.max
    workdays.is_workday = lambda day: True
    mailing = seed(int(wanted))
    messages = Message.objects.filter(pk__in=mailing.letters.values("message"))
    mails = [(message.pk, as_bytes(message)) for message in messages.order_by("pk")]
    gc.collect()
    gc.freeze()  # as the worker does before it begins
    with mail_server() as port:
        settings.MAILERS = {
            "default": {
                "BACKEND": "django.core.mail.backends.smtp.EmailBackend",
                "OPTIONS": {"host": "127.0.0.1", "port": port},
            }
        }
        bare = bare_loop(mails, port)
        messages.update(state="queued")
        started = time.monotonic()
        carrier = Carrier()
        while send_next(carrier, "bench") is not Turn.IDLE:
            pass
        carrier.close()
        ours = len(mails) / (time.monotonic() - started)
    return {"bare": bare, "ours": ours, "sent": mailing.letters.filter(status="sent").count()}


def bare_loop(mails: list[tuple[int, bytes]], port: int) -> float:
    """Send prepared bytes over one kept line, with a commit before and one after each; give how many a second."""
    started = time.monotonic()
    with smtplib.SMTP("127.0.0.1", port) as line:
        for pk, content in mails:
            with transaction.atomic():
                Message.objects.filter(pk=pk).update(state="sending")
            line.sendmail("krav@maling.example", [f"kari{pk}@maling.example"], content)
            with transaction.atomic():
                Message.objects.filter(pk=pk).update(state="sent")
    return len(mails) / (time.monotonic() - started)


def as_bytes(message: Message) -> bytes:
    return build_email(message, first_tried_at=timezone.now()).message().as_bytes(policy=policy.SMTP)


@contextmanager
def mail_server():
    """Run a server that takes everything, in a process of its own."""
    port = free_port()
    command = [sys.executable, "-m", "aiosmtpd", "-n", "-l", f"127.0.0.1:{port}", "-c", "aiosmtpd.handlers.Sink"]
    process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    try:
        for _attempt in range(100):
            try:
                smtplib.SMTP("127.0.0.1", port).quit()
                break
            except OSError:
                time.sleep(0.1)
        yield port
    finally:
        process.terminate()
        process.wait(20)


def seed(wanted: int) -> Mailing:
    """Make an approved mailing to so many offices, and put its letters in the outbox."""
    author, approver = (User.objects.create(email=f"{name}@maling.example", name=name) for name in ("a", "b"))
    demand = Demand.objects.create(number=99, slug="maling")
    names = [f"{name}_{code}" for name in ("title", "summary", "text", "subject", "letter") for code in ("nb", "nn")]
    version = publish_version(demand, texts=dict.fromkeys(names, "Tekst"), hooks=[], indicators=[])
    body = Body.objects.create(kind=Body.Kind.COMMITTEE, name="Måling")
    place = Municipality.objects.first()
    politicians = Politician.objects.bulk_create(Politician(last_name=f"Nordmann {n}") for n in range(wanted))
    mandates = Mandate.objects.bulk_create(
        Mandate(
            politician=politician,
            body=body,
            role="member",
            email=f"kari{number}@maling.example",
            email_source="måling",
            email_checked_on=timezone.localdate(),
        )
        for number, politician in enumerate(politicians)
    )
    mailing = Mailing.objects.create(title="Måling", demand_version=version, author=author, last_editor=author)
    made = [
        Letter(
            mailing=mailing,
            demand_version=version,
            municipality=place,
            mandate=mandate,
            occasion="first",
            language="nb",
            to_name=str(mandate.politician),
            to_email=mandate.email,
            subject="Krav om handlingsplan",
            text=TEXT,
            status="ready",
        )
        for mandate in mandates
    ]
    for letter in made:
        letter.content_hash = letter_hash(letter, [version.pk])
    Letter.objects.bulk_create(made, batch_size=500)
    mailing.content_hash, mailing.status = (
        hash_of_letters(mailing, [letter.content_hash for letter in made]),
        "approved",
    )
    mailing.submitted_at = timezone.now()
    mailing.save()
    Approval.objects.create(
        mailing=mailing,
        approver=approver,
        author=author,
        last_editor=author,
        content_hash=mailing.content_hash,
        is_public_confirmed=True,
    )
    with transaction.atomic():
        queue_letters(mailing)
    return mailing
