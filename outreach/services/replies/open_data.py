"""Answers and promises as open data: nothing but what stands on the public pages."""

from collections.abc import Iterator

from django.conf import settings
from django.db.models import Prefetch

from outreach.models import Commitment, CommitmentChange, Reply
from outreach.services.replies.answers import public_reply_places
from taushet.workdays import OSLO


def answer_rows() -> Iterator[tuple]:
    """Give what has been made public of answers: a row for each municipality and demand that an answer is about."""
    for reply in Reply.objects.published().defer("text").order_by("received_at", "pk"):
        for place, name, number, slug in public_reply_places(reply):
            yield (
                reply.pk,
                reply.received_at.astimezone(OSLO).date(),
                str(reply.kind),
                place,
                name,
                number,
                f"{settings.BASE_URL}/krav/{slug}/",
                reply.published_speaker,
                reply.published_text,
                reply.journal_number,
            )


def promise_rows() -> Iterator[tuple]:
    """Give what has been promised, with who held the office on the day it was said, and how it stands."""
    in_force = Prefetch("changes", CommitmentChange.objects.in_force().by_day(), to_attr="in_force")
    standing = Commitment.objects.standing().select_related("municipality", "demand").prefetch_related(in_force)
    for promise in standing.order_by("said_on", "pk"):
        newest = next(iter(promise.in_force), None)
        told = newest if newest and newest.is_public else None
        yield (
            promise.pk,
            promise.reply_id,
            promise.quote,
            promise.speaker,
            promise.said_on,
            promise.municipality_id,
            promise.municipality.name if promise.municipality else None,
            promise.demand.number,
            f"{settings.BASE_URL}{promise.demand.get_absolute_url()}",
            promise.due_on,
            promise.status,
            newest.since.astimezone(OSLO).date() if newest else None,
            told.reason if told else "",
            told.evidence_url if told else "",
        )
