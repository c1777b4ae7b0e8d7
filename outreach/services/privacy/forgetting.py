"""When what came in with replies is erased (a RetentionRule)."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q

from outreach.models import PublishedWords, Reply, ReplyCopy
from taushet.models import InboundMail, StoredFile
from taushet.services import audit

YEAR = timedelta(days=365)
AT_ONCE = 200
ANSWERS = (Reply.Kind.ANSWER, Reply.Kind.RECEIPT)


def erase_replies(now: datetime) -> int:
    """Empty answers after five years and other replies after one, files and raw mail too; returns how many.

    That they came, when and about what, stays, as does what was made public. What nobody has sorted waits, unless it
    stands in quarantine.
    """
    answers = Q(kind__in=ANSWERS, received_at__lt=now - 5 * YEAR)
    others = ~Q(kind__in=ANSWERS) & Q(received_at__lt=now - YEAR)
    due = Reply.objects.filter(answers | others, erased_at=None).exclude(kind=Reply.Kind.UNSORTED)
    erased = 0
    while replies := list(due.order_by("pk")[:AT_ONCE]):
        erased += _erase(replies, now)
    return erased


@transaction.atomic
def _erase(replies: list[Reply], now: datetime) -> int:
    numbers = [reply.pk for reply in replies]
    files = list(StoredFile.objects.filter(pk__in=_files_of(numbers)).values_list("pk", flat=True))
    for reply in replies:
        reply.attachments.all().delete()
        audit.record("reply.erased", reply, kind="clock")
    # What everybody may read stays with the reply; what stood there before goes.
    PublishedWords.objects.filter(reply__in=numbers).update(text="", speaker="")
    StoredFile.objects.filter(pk__in=files).delete()
    copies = ReplyCopy.objects.filter(reply__in=numbers).values("inbound")
    mails = InboundMail.objects.filter(Q(pk__in=[reply.inbound_id for reply in replies]) | Q(pk__in=copies))
    mails.update(raw=None, from_email="", to_email="", subject="")
    return Reply.objects.filter(pk__in=numbers).update(
        from_name="",
        from_email="",
        subject="",
        text="",
        journal_number="",
        verified_how="",
        taken_back_why="",
        before=None,
        identity="",
        erased_at=now,
    )


def _files_of(numbers: list[int]):
    from_replies = Reply.objects.filter(pk__in=numbers, attachments__file__isnull=False)
    return from_replies.values("attachments__file")
