"""Calendar files to fetch and to subscribe to. Programs ask here, so nothing ever leads to a page of ours."""

import logging
from datetime import timedelta
from functools import wraps

from django.contrib.auth.decorators import login_not_required
from django.http import HttpResponse
from django.middleware.gzip import GZipMiddleware
from django.shortcuts import get_object_or_404
from django.utils import timezone, translation
from django.utils.cache import get_conditional_response
from django.utils.decorators import decorator_from_middleware
from django.views.decorators.http import require_safe

from courses.models import Booking, Participant, Session, Trainer
from courses.services import downloads, feeds
from taushet.models import SecretLink
from taushet.registries import feed_kinds
from taushet.services import limits, links

logger = logging.getLogger(__name__)

CONTENT_TYPE = "text/calendar; charset=utf-8"
READS_AN_HOUR = 60  # of one private feed, not counting those who hear that nothing is new


class SameBytes(GZipMiddleware):
    """Packs without the random filling that hides the length of secrets: nothing that is sent to us stands in a feed,
    and what has not changed shall be the same bytes.
    """

    max_random_bytes = 0


packed = decorator_from_middleware(SameBytes)


def never_a_page(view):
    """Answer trouble with 503 in plain text: a program that gets an error page may empty its calendar."""

    @wraps(view)
    def guarded(request, **kwargs):
        try:
            return view(request, **kwargs)
        except Exception:
            logger.exception("%s failed", view.__name__)
            return come_back(refusal(503, "The calendar cannot be shown just now."))

    return guarded


@login_not_required
@require_safe
@packed
def feed(request, token):
    """Answer a private feed. Its address is the key to it, so it stands in no log."""
    response = private_feed(request, token=token)
    response["Cache-Control"] = "private, no-cache"
    response["Referrer-Policy"] = "no-referrer"
    response["X-Robots-Tag"] = "noindex"
    # Keeps Django from logging the path of a refusal.
    response._has_been_logged = True
    return response


@never_a_page
def private_feed(request, token):
    link = SecretLink.objects.filter(
        purpose__in=[kind.key for kind in feed_kinds], token_sha256=links.hash_token(token)
    ).first()
    if link is None:
        return refusal(404, "There is no such calendar.")
    if link.revoked_at is not None:
        return gone()
    return feed_kinds[link.purpose].answer(request, link)


def trainer_feed(request, link):
    """Answer the feed of a trainer (a FeedKind)."""
    trainer = Trainer.objects.active().select_related("user").filter(pk=link.subject_id).first()
    if trainer is None:
        return gone()
    with translation.override(trainer.user.language):
        return answer(request, feeds.trainer_feed(trainer), link=link)


@login_not_required
@require_safe
@packed
@never_a_page
def public_calendar(request):
    response = answer(request, feeds.public_feed())
    response["Cache-Control"] = "no-cache"
    response["X-Robots-Tag"] = "noindex"
    return response


@login_not_required
@require_safe
def session_calendar(request, slug, session_id):
    sessions = Session.objects.visible_to(request.user).select_related("course", "municipality")
    session = get_object_or_404(sessions, course__slug=slug, pk=session_id)
    return download(downloads.session_file(session), session)


@login_not_required
@require_safe
def participant_calendar(request, token):
    participant = get_object_or_404(
        Participant.objects.active().select_related("booking__session__course", "booking__session__municipality"),
        pk=links.find_subject("participant", token),
        booking__state__in=Booking.SEAT_STATES,
    )
    with translation.override(participant.booking.language):
        return download(downloads.participant_file(participant), participant.booking.session)


@login_not_required
@require_safe
def booking_calendar(request, token):
    subject = links.find_subject("booking", token) or links.find_subject("booking-second", token)
    booking = get_object_or_404(
        Booking.objects.taking_seats().select_related("session__course", "session__municipality"),
        pk=subject,
    )
    with translation.override(booking.language):
        return download(downloads.booking_file(booking), booking.session)


def answer(request, feed, *, link=None):
    """Return a feed, or 304 without writing it when the program has it already.

    A private feed, whose link is given, is written only so many times an hour.
    """
    response = HttpResponse(content_type=CONTENT_TYPE, headers={"ETag": feed.etag})
    conditional = get_conditional_response(request, etag=feed.etag, response=response)
    if conditional is not response:
        return conditional
    if link and not limits.is_within("feed", link.token_sha256, times=READS_AN_HOUR, every=timedelta(hours=1)):
        return come_back(refusal(429, "This calendar is fetched too often."))
    response.content = feed.write()
    return response


def download(content, session):
    """Return a file whose name tells the day and nothing else."""
    day = timezone.localdate(session.first_starts_at)
    return HttpResponse(
        content,
        content_type=CONTENT_TYPE,
        headers={
            "Content-Disposition": f'attachment; filename="kurs-{day:%Y-%m-%d}.ics"',
            "Cache-Control": "private, no-store",
            "X-Robots-Tag": "noindex",
        },
    )


def gone():
    return refusal(410, "This calendar address has been closed.")


def come_back(response):
    response["Retry-After"] = "600"
    return response


def refusal(status, sentence):
    return HttpResponse(sentence, status=status, content_type="text/plain; charset=utf-8")
