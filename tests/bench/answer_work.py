"""A mailing that has left and has been answered by some: counted and reminded of; run inside `tests.bench.inside`."""

import gc
import random
import time
from datetime import timedelta

from django.utils import timezone

from outreach.models import Letter, Mailing, Mandate, Reply, ReplyLink
from outreach.services.commitments.follow_ups import open_follow_ups
from outreach.services.commitments.following import follow_mailing
from outreach.services.mailings.approvals import approve_mailing
from outreach.services.mailings.audiences import Audience, look
from outreach.services.mailings.occasions import only_for, waiting_for
from taushet.models import InboundMail, Message
from taushet.services.jobs import run_all_due_jobs
from tests.bench.letter_work import DAY, audiences, percentile, timed
from tests.bench.letters import ANSWERS, UNSORTED
from tests.factories.taushet import StaffFactory

ROUNDS = 10


def after_sending() -> dict:
    """Let the letters have left and be answered; give the milliseconds of counts and the seconds of a reminder."""
    mailing = Mailing.objects.get(title="Måling")
    approver = StaffFactory(email="maling-godkjenner@maling.example")
    approve_mailing(mailing, approver=approver, seen_hash=mailing.content_hash, is_public_confirmed=True)
    run_all_due_jobs()
    now = timezone.now()
    mailing.letters.filter(status="queued").update(status="sent", settled_at=now - timedelta(days=60))
    Message.objects.filter(pk__in=mailing.letters.values("message")).update(state="sent", settled_at=now)
    letters = list(mailing.letters.filter(status="sent").order_by("pk").values_list("pk", flat=True))
    chosen = random.Random(7).sample(letters, ANSWERS + UNSORTED)
    answer(chosen[:ANSWERS], Reply.Kind.ANSWER)
    answer(chosen[ANSWERS:], Reply.Kind.UNSORTED)
    gc.collect()
    gc.freeze()
    version = mailing.demand_version
    roles = (Mandate.Role.COUNCILLOR,)
    silent = [
        Audience(roles=roles, everywhere=True, unanswered=True),
        Audience(roles=roles, everywhere=True, unanswered_demand=version.demand.number),
        Audience(roles=roles, everywhere=True, unanswered_mailing=mailing.pk),
        Audience(roles=roles, everywhere=True, committee="helse"),
        Audience(level="county", roles=roles),
    ]
    asked = [*audiences(), *silent]
    counts = [timed(lambda audience=one: look(audience, day=DAY, versions=[version.pk])) for one in asked * ROUNDS]
    started = time.monotonic()
    reminder = follow_mailing(mailing, occasion="reminder", by=approver)
    pressed = time.monotonic() - started
    run_all_due_jobs()
    drafted = time.monotonic() - started
    again = timed(lambda: (only_for(reminder), waiting_for(reminder, DAY)))
    started = time.monotonic()
    open_follow_ups(now)
    return {
        "count": percentile(counts),
        "pressed": pressed,
        "drafted": drafted,
        "ready": reminder.letters.filter(status="ready").count(),
        "waits": reminder.letters.filter(status="held").count(),
        "reminder_count": again,
        "follow_ups": time.monotonic() - started,
    }


def answer(letters: list[int], kind: str) -> None:
    """Let a reply of its own answer each of some letters, a month after they left."""
    now, then = timezone.now(), timezone.now() - timedelta(days=30)
    mails = InboundMail.objects.bulk_create(
        InboundMail(provider=kind, event_id=str(letter), size=0, kind="reply", handled_at=now, received_at=then)
        for letter in letters
    )
    is_sorted = {"sorted_at": now, "verified_at": now} if kind == Reply.Kind.ANSWER else {}
    replies = Reply.objects.bulk_create(
        Reply(inbound=mail, kind=kind, received_at=then, is_from_office=True, **is_sorted) for mail in mails
    )
    ReplyLink.objects.bulk_create(
        ReplyLink(reply=reply, letter=letter, how="token", is_from_office=True)
        for reply, letter in zip(replies, Letter.objects.in_bulk(letters).values(), strict=True)
    )
