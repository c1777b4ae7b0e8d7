"""What replies, promises and follow-ups hold about one politician, for whoever asks what we know (GDPR article 15)."""

from datetime import date, datetime, time
from typing import Any

from django.db.models import Q, QuerySet

from municipalities.names import fold
from outreach.models import Commitment, FollowUp, Letter, Politician, Reply
from outreach.services.privacy.own_addresses import is_own
from outreach.services.privacy.stamps import stamp
from taushet.workdays import OSLO


def replies(politician: Politician) -> list[dict[str, Any]]:
    """Return the replies to letters to the person, and what came from an address of theirs; files by name.

    Of a mail by somebody else that is about letters to others too, only the paragraphs with the person's name are told.
    """
    letters = Letter.objects.filter(mandate__politician=politician)
    theirs = sent_by(politician, letters)
    found = Reply.objects.filter(theirs | Q(links__letter__in=letters)).distinct()
    own = set(Reply.objects.filter(theirs).values_list("pk", flat=True))
    return [
        {
            "received_at": stamp(reply.received_at),
            "sender": f"{reply.from_name} <{reply.from_email}>" if reply.from_email else reply.from_name,
            "subject": reply.subject,
            "text": reply.text if is_theirs(reply, politician, own) else parts_about(politician, reply.text),
            "left_out": not is_theirs(reply, politician, own),
            "kind": str(reply.get_kind_display()),
            "files": [attachment.name for attachment in reply.attachments.all()],
            "case_number": reply.journal_number,
            "sender_confirmed": reply.verified_how,
            "public_text": reply.published_text if reply.published_at else "",
            "public_speaker": reply.published_speaker if reply.published_at else "",
        }
        for reply in found.prefetch_related("attachments", "letters__mandate").order_by("pk")
    ]


def sent_by(politician: Politician, letters: QuerySet[Letter]) -> Q:
    """Return what finds the replies from addresses of the person; from that of an office only while it was theirs."""
    held = {
        *politician.mandates.exclude(email="").values_list("email", "starts_on", "ends_on"),
        *letters.exclude(to_email="").values_list("to_email", "mandate__starts_on", "mandate__ends_on"),
    }
    found = Q(pk__in=[])
    for email, starts_on, ends_on in held:
        sent = Q(from_email=email.lower())  # stored in lower case
        if not is_own(politician, email):
            sent &= Q(received_at__gte=start_of(starts_on)) if starts_on else Q()
            sent &= Q(received_at__lt=start_of(ends_on)) if ends_on else Q()
        found |= sent
    return found


def start_of(day: date) -> datetime:
    return datetime.combine(day, time.min, tzinfo=OSLO)


def is_theirs(reply: Reply, politician: Politician, own: set[int]) -> bool:
    """Whether the person wrote it, or it is about letters to nobody else."""
    people = {letter.mandate.politician_id for letter in reply.letters.all() if letter.mandate}
    return reply.pk in own or people <= {politician.pk}


def parts_about(politician: Politician, text: str) -> str:
    """Return the paragraphs of a mail that name the person."""
    name = fold(politician.last_name)
    return "\n\n".join(part for part in text.split("\n\n") if name and name in fold(part))


def commitments(politician: Politician) -> list[dict[str, Any]]:
    """Return what the person is said to have promised, also what was refused, and how it went."""
    found = Commitment.objects.filter(mandate__politician=politician).prefetch_related("changes")
    return [
        {
            "quote": promise.quote,
            "speaker": promise.speaker,
            "said_on": stamp(promise.said_on),
            "due_on": stamp(promise.due_on),
            "status": str(promise.get_status_display()),
            "confirmed_at": stamp(promise.confirmed_at),
            "refused": promise.refused_why,
            "changes": [
                " · ".join(
                    filter(
                        None,
                        (
                            stamp(change.changed_at),
                            str(change.get_status_display()),
                            change.reason,
                            change.evidence,
                            change.evidence_url,
                            change.refused_why,
                        ),
                    )
                )
                for change in promise.changes.all()
            ],
        }
        for promise in found.order_by("pk")
    ]


def follow_ups(politician: Politician) -> list[dict[str, Any]]:
    """Return what staff were told to follow up with the person, with the drafts made for it."""
    about = Q(letter__mandate__politician=politician) | Q(commitment__mandate__politician=politician)
    about |= Q(commitment__successor__politician=politician)
    return [
        {
            "rule": str(one.get_rule_display()),
            "opened_at": stamp(one.opened_at),
            "draft": one.draft,
            "outcome": str(one.get_outcome_display()),
            "said": one.note,
            "settled_at": stamp(one.settled_at),
        }
        for one in FollowUp.objects.filter(about).order_by("pk")
    ]
