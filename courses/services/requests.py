"""Requests for a course at home, from the first word to the last; the offers in answer are `request_offers`.

A request from an address that has not proved itself waits for the link in its mail to be opened and confirmed
(design rule 13); staff does not see it before. Every step locks the request, and leaves an event both sides see.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from courses.exceptions import RequestRefused, TooManyHolds, WindowRefused, WrongState
from courses.models import (
    ConfirmedAddress,
    Course,
    CourseRequest,
    PartOfDay,
    RequestEvent,
    RequestOffer,
    RequestParty,
    RequestWindow,
)
from municipalities.models import Municipality
from taushet.models import User
from taushet.services import audit
from taushet.services.links import revoke_link

from . import request_messages
from .bookings import is_proved, is_signed_in_with

FEWEST_WINDOWS = 2
MOST_WINDOWS = 10
LONGEST_WINDOW = timedelta(days=31)
FARTHEST = timedelta(days=550)
MOST_PARTIES = 20
Kind, Side, State = RequestEvent.Kind, RequestEvent.Side, CourseRequest.State


@dataclass(frozen=True)
class Window:
    """Days that would suit, both included, and at what time of the day."""

    first_on: date
    last_on: date
    part: str = PartOfDay.ANY

    def overlaps(self, other: "Window") -> bool:
        same_part = self.part == other.part or PartOfDay.ANY in {self.part, other.part}
        return same_part and self.first_on <= other.last_on and other.first_on <= self.last_on


@dataclass(frozen=True)
class Party:
    """A municipality and how many of its people are to take part."""

    municipality: Municipality
    seats: int


def check_window(window: Window) -> None:
    """Raise WindowRefused when days cannot be asked for."""
    today = timezone.localdate()
    if window.last_on < window.first_on:
        raise WindowRefused(_("The last day comes before the first. Change one of them."), field="last_on")
    if window.first_on < today:
        raise WindowRefused(_("This day has passed. Choose one that is still to come."), field="first_on")
    if window.first_on > today + FARTHEST:
        raise WindowRefused(_("This is more than a year and a half ahead. Choose an earlier day."), field="first_on")
    if window.last_on - window.first_on > LONGEST_WINDOW:
        raise WindowRefused(_("Choose a month at most. Use another row for more days."), field="last_on")


def check_windows(windows: Sequence[Window]) -> None:
    """Raise WindowRefused when the windows of a request cannot be as they are, each or together."""
    if len(windows) < FEWEST_WINDOWS:
        raise WindowRefused(_("Give at least two alternatives, so that we can find a trainer for one of them."))
    if len(windows) > MOST_WINDOWS:
        raise WindowRefused(_("Give %(count)d alternatives at most.") % {"count": MOST_WINDOWS})
    for number, window in enumerate(windows):
        check_window(window)
        if any(window.overlaps(other) for other in windows[:number]):
            raise WindowRefused(_("Two of the alternatives are about the same days. Change one of them."))


def check_parties(parties: Sequence[Party]) -> None:
    """Raise RequestRefused when a municipality is there twice, or there are none or too many."""
    numbers = [party.municipality.pk for party in parties]
    if not numbers:
        raise RequestRefused(_("Choose a municipality."), field="municipality")
    if len(set(numbers)) < len(numbers):
        raise RequestRefused(_("The same municipality is there twice. Take one of them away."))
    if len(numbers) > MOST_PARTIES:
        raise RequestRefused(_("At most %(count)d municipalities can ask together.") % {"count": MOST_PARTIES})


def offers_format(course: Course, form: str) -> bool:
    """Whether a course can be held in this way."""
    return getattr(course, f"offers_{form}")


def ask_for_course(
    course: Course,
    *,
    parties: Sequence[Party],
    windows: Sequence[Window],
    request_key: str,
    visitor: User | None = None,
    is_demonstration: bool = False,
    **fields,
) -> CourseRequest:
    """Ask for a course at home; the same request key gives the same request however often it comes.

    The first of `parties` is the host. `fields` are those of a request: format, audience, taught_in, contact_name,
    contact_email, contact_phone, and if need be the others. It reaches staff at once when the address has proved
    itself or is the one `visitor` is signed in with, else when the link in its mail is opened. Raises
    RequestRefused, WindowRefused and TooManyHolds.
    """
    known = CourseRequest.objects.filter(request_key=request_key).first()
    if known:
        return known
    if not course.is_published or not offers_format(course, fields["format"]):
        raise RequestRefused(_("This course cannot be held in that way. Choose another one."), field="format")
    check_parties(parties)
    check_windows(windows)
    request = CourseRequest(course=course, request_key=request_key, is_demonstration=is_demonstration, **fields)
    proved = is_signed_in_with(visitor, request.contact_email) or is_proved(request.contact_email)
    if not proved:
        refuse_too_many(request, parties[0].municipality)
    try:
        return _store(request, parties, windows, proved=proved)
    except IntegrityError:
        # The same form, sent twice at once.
        twin = CourseRequest.objects.filter(request_key=request_key).first()
        if twin is None:
            raise
        return twin


@transaction.atomic
def _store(request, parties, windows, *, proved) -> CourseRequest:
    request.save(force_insert=True)
    RequestParty.objects.bulk_create(
        RequestParty(request=request, municipality=party.municipality, seats=party.seats, is_host=number == 0)
        for number, party in enumerate(parties)
    )
    RequestWindow.objects.bulk_create(
        RequestWindow(request=request, first_on=one.first_on, last_on=one.last_on, part=one.part) for one in windows
    )
    note(request, Kind.ASKED, Side.REQUESTER)
    if proved:
        _reach_us(request)
    else:
        request_messages.ask_for_confirmation(request)
    audit.record("request.asked", request, kind="booker", proved=proved)
    return request


def refuse_too_many(request: CourseRequest, host: Municipality) -> None:
    """Raise TooManyHolds when an address or a municipality has asked too often of late without confirming."""
    recent = CourseRequest.objects.filter(state=State.UNPROVED, created_at__gt=timezone.now() - timedelta(days=1))
    if recent.filter(contact_email=request.contact_email).count() >= settings.HOLDS_PER_ADDRESS:
        raise TooManyHolds(
            _("Other requests wait for this address to be confirmed. Open the e-mail we sent and confirm one first."),
            field="contact_email",
        )
    own = Q(parties__municipality=host, parties__is_host=True)
    if recent.filter(own).count() >= settings.HOLDS_PER_MUNICIPALITY:
        raise TooManyHolds(
            _("Many requests from this municipality wait to be confirmed. Try again tomorrow."), field="municipality"
        )


@transaction.atomic
def confirm_request(request: CourseRequest) -> CourseRequest:
    """Let a request reach staff, since its mail has been opened; the address is proved from now on.

    Confirming twice changes nothing. Raises WrongState when it is too late.
    """
    request = lock_request(request)
    if request.state == State.EXPIRED:
        raise WrongState(_("This request is too old. Please send it once more."))
    if request.state != State.UNPROVED:
        return request
    ConfirmedAddress.objects.get_or_create(email=request.contact_email)
    revoke_link("request-receipt", request.pk)
    note(request, Kind.CONFIRMED, Side.REQUESTER)
    _reach_us(request)
    audit.record("request.confirmed", request, kind="booker")
    return request


def _reach_us(request: CourseRequest) -> None:
    request.confirmed_at = timezone.now()
    request.save(update_fields=["confirmed_at"])
    wait_for_us(request)
    request_messages.tell_received(request)


@transaction.atomic
def ask_again(request: CourseRequest, *, word: str, by: User | None = None) -> CourseRequest:
    """Say that none of the dates fits, with a word about what would; the offers that stand are passed over.

    Asking again twice changes nothing. Raises WrongState when the request is closed.
    """
    request = lock_request(request)
    if request.state == State.WAITING:
        return request
    refuse_closed(request)
    told = makers_of(request)
    end_offers(request)
    wait_for_us(request)
    note(request, Kind.ASKED_AGAIN, side_of(by), by=by, word=word)
    _tell_staff(request, told, Kind.ASKED_AGAIN)
    audit.record("request.asked_again", request, by=by, kind="" if by else "booker")
    return request


@transaction.atomic
def withdraw_request(request: CourseRequest, *, word: str = "", by: User | None = None) -> CourseRequest:
    """End a request from the requester's side. Twice changes nothing. Raises WrongState when it is agreed or ended."""
    request = lock_request(request)
    if request.state == State.WITHDRAWN:
        return request
    refuse_closed(request)
    told = makers_of(request)
    _end(request, State.WITHDRAWN)
    note(request, Kind.WITHDRAWN, side_of(by), by=by, word=word)
    request_messages.tell_withdrawn(request)
    _tell_staff(request, told, Kind.WITHDRAWN)
    audit.record("request.withdrawn", request, by=by, kind="" if by else "booker")
    return request


@transaction.atomic
def decline_request(request: CourseRequest, *, by: User, word: str) -> CourseRequest:
    """Say that we cannot, and why. Twice changes nothing. Raises WrongState when it is agreed or ended."""
    request = lock_request(request)
    if request.state == State.DECLINED:
        return request
    refuse_closed(request)
    _end(request, State.DECLINED)
    note(request, Kind.DECLINED, Side.STAFF, by=by, word=word)
    request_messages.tell_declined(request)
    audit.record("request.declined", request, by=by)
    return request


def lock_request(request: CourseRequest) -> CourseRequest:
    """Return a request as it is now, locked until the transaction ends."""
    return CourseRequest.objects.select_for_update(of=("self",)).select_related("course").get(pk=request.pk)


def refuse_closed(request: CourseRequest) -> None:
    """Raise WrongState unless the two sides still talk about it."""
    if not request.is_open:
        raise WrongState(_("This request is closed: %(state)s.") % {"state": request.get_state_display().lower()})


def wait_for_us(request: CourseRequest) -> None:
    """Make the next word ours; the days we have to answer count from now."""
    request.state, request.waiting_since = State.WAITING, timezone.now()
    request.save(update_fields=["state", "waiting_since"])


def end_offers(request: CourseRequest) -> None:
    """Pass over the offers that stand."""
    request.offers.standing().update(state=RequestOffer.State.PASSED_OVER, answered_at=timezone.now())


def makers_of(request: CourseRequest) -> list[User]:
    """Return who made the offers that stand."""
    return list(User.objects.filter(pk__in=request.offers.standing().values("made_by")).order_by("pk"))


def note(request, kind, side, *, by=None, offer=None, word="") -> RequestEvent:
    """Write down what happened, for both sides to see."""
    return RequestEvent.objects.create(request=request, kind=kind, side=side, by=by, offer=offer, word=word)


def side_of(by: User | None) -> str:
    return Side.STAFF if by else Side.REQUESTER


def _tell_staff(request: CourseRequest, users: list[User], what: str) -> None:
    for user in users:
        request_messages.tell_staff(request, user, what)


def _end(request: CourseRequest, state: str) -> None:
    end_offers(request)
    request.state, request.ended_at = state, timezone.now()
    request.save(update_fields=["state", "ended_at"])
