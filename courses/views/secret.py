"""Pages that open with a secret link: nobody signs in, nothing is cached, and a wrong token tells nothing."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import wraps

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db.models import QuerySet
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.cache import add_never_cache_headers

from courses.models import Booking, DateAlert, Participant
from taushet.models import SecretLink
from taushet.ready_query import ReadyQuery
from taushet.services.links import find_live

RECEIPT_LIFE = timedelta(hours=24)
OWNER = "booking"
SECOND = "booking-second"
RECEIPT = "booking-receipt"


@dataclass(frozen=True)
class Access:
    """A booking that somebody has opened, and with which link."""

    booking: Booking
    purpose: str
    token: str

    @property
    def is_owner(self) -> bool:
        return self.purpose == OWNER

    @property
    def language(self) -> str:
        return self.booking.language

    @property
    def is_contact(self) -> bool:
        """Whether the address behind the link is proved; a receipt was only given to a browser."""
        return self.purpose in {OWNER, SECOND}

    def url(self, name: str, *args) -> str:
        return reverse(f"courses:{name}", args=[self.token, *args])


def opens_booking(*purposes: str) -> Callable:
    """Let a view be opened by the token of a booking; the view gets an Access instead of the token."""
    return by_token(purposes, find_access)


def by_token(purposes: tuple[str, ...], find: Callable) -> Callable:
    """Let a view be opened by what `find(token, purposes)` gives, in its language; a wrong token tells nothing."""

    def decorate(view):
        def open_with_link(request, token, **kwargs):
            access = find(token, purposes)
            if access is None:
                return link_lost(request)
            return in_language(request, access.language, lambda: view(request, access, **kwargs))

        return secret(view, open_with_link)

    return decorate


def opens_participant(view, purpose: str = "participant"):
    """Let a view be opened by the token of a participant, whom it gets beside the token."""

    def open_participant(request, token, **kwargs):
        link = find_live(token, purpose)
        participants = Participant.objects.select_related(
            "booking__session__course",
            "booking__session__municipality",
            "booking__session__material",
            "booking__municipality",
        )
        participant = participants.filter(pk=link.subject_id, erased_at=None).first() if link else None
        if participant is None:
            return link_lost(request)
        return in_language(request, participant.booking.language, lambda: view(request, participant, token, **kwargs))

    return secret(view, open_participant)


def opens_alert(*purposes: str) -> Callable:
    """Let a view be opened by the token of somebody's wish for new dates, which it gets with the token."""

    def decorate(view):
        def open_alert(request, token, **kwargs):
            link = find_live(token, *purposes)
            alerts = DateAlert.objects.select_related("course", "county")
            alert = alerts.filter(pk=link.subject_id).first() if link else None
            if alert is None:
                return link_lost(request)
            return in_language(request, alert.language, lambda: view(request, alert, token, **kwargs))

        return secret(view, open_alert)

    return decorate


def secret(view, opened):
    """Wrap a view so that its pages are kept by nobody and found by no search engine."""

    @wraps(view)
    @login_not_required
    def wrapped(request, token, **kwargs):
        response = opened(request, token, **kwargs)
        add_never_cache_headers(response)
        response.headers["Cache-Control"] = "private, no-store"
        response.headers["X-Robots-Tag"] = "noindex, nofollow"
        # With no-referrer a browser sends the Origin "null" with a form, and the form would be refused.
        response.headers["Referrer-Policy"] = "same-origin"
        return response

    wrapped.login_required = False
    return wrapped


def find_link(token: str, purposes: tuple[str, ...], receipt: str) -> SecretLink | None:
    """Return the living link of a token; a receipt, which was only given to a browser, lives for a day."""
    link = find_live(token, *purposes)
    is_over = link is not None and link.purpose == receipt and link.created_at < timezone.now() - RECEIPT_LIFE
    return None if is_over else link


def find_access(token: str, purposes: tuple[str, ...]) -> Access | None:
    link = find_link(token, purposes, RECEIPT)
    booking = OPENED.first(link.subject_id) if link else None
    return Access(booking, link.purpose, token) if booking else None


def _opened(number: int) -> QuerySet:
    # Not what few bookings have: with more joins PostgreSQL takes longer to plan the query than to answer all others.
    bookings = Booking.objects.select_related("session__course", "session__municipality", "municipality")
    return bookings.defer(*LONG_TEXTS).filter(pk=number, erased_at=None)


TEXTS = [f"{text}_{language}" for text in ("summary", "description", "aims") for language in ("nb", "nn", "en")]
LONG_TEXTS = [f"session__course__{text}" for text in TEXTS]
OPENED = ReadyQuery(_opened, -1)


def link_lost(request):
    """Answer for a token nobody knows, or one that is closed: the same for both."""
    return render(request, "courses/link_lost.html", status=404)


def in_language(request, language: str, answer: Callable):
    """Answer in the language of the booking, unless this browser has chosen another."""
    if settings.LANGUAGE_COOKIE_NAME in request.COOKIES or language not in dict(settings.LANGUAGES):
        return answer()
    request.LANGUAGE_CODE = language
    with translation.override(language):
        response = answer()
    response.headers["Content-Language"] = language
    return response
