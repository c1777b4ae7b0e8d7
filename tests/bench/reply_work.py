"""Two thousand absences of office holders, stored and read as the worker does it."""

import time
from email.message import EmailMessage

from django.conf import settings
from django.db import transaction

from outreach.models import Reply
from taushet.models import InboundMail, Message
from taushet.services.inbound import store_raw
from taushet.services.jobs import run_all_due_jobs
from taushet.tasks import handle_inbound


def absences(wanted: str) -> dict:
    """Store so many automatic replies and let one worker read them; give the seconds of both."""
    mails = [absence(number).as_bytes() for number in range(int(wanted))]
    began, written = time.perf_counter(), Message.objects.count()
    for raw in mails:
        with transaction.atomic():
            handle_inbound.enqueue(store_raw(raw, len(raw), "bench").pk)
    stored = time.perf_counter()
    run_all_due_jobs()
    done = time.perf_counter()
    return {
        "stored": InboundMail.objects.filter(provider="bench").count(),
        "recorded": Reply.objects.filter(kind=Reply.Kind.AUTOMATIC).count(),
        "counted": Reply.objects.answers().count(),
        "answered": Message.objects.count() - written,
        "store_seconds": stored - began,
        "read_seconds": done - stored,
    }


def absence(number: int) -> EmailMessage:
    mail = EmailMessage()
    mail["From"], mail["To"] = f"post{number}@kommune.example", settings.OUTREACH_FROM
    mail["Subject"], mail["Auto-Submitted"] = "Automatisk svar: Krav", "auto-replied"
    mail.set_content(f"Jeg er ikke på kontoret. Haster det, ring sentralbordet. {number}\n" * 5)
    return mail
