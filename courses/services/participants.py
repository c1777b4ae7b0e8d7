"""The names behind the seats: put in by the booker, by the participants themselves or by staff."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from django.db import transaction
from django.db.models import Count
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from courses.exceptions import NameTaken, WrongState
from courses.models import Adaptation, Booking, Participant, Session
from taushet.models import User
from taushet.services import audit

from . import messages, own_messages
from .changes import Seen, refuse_unseen
from .guards import lock_with_session

NAMED_A_DAY = 10
NOT_NOW = gettext_lazy("%(email)s cannot be put on the list now. Try again tomorrow, or call us.")


@dataclass(frozen=True)
class Person:
    """Somebody who is to take part."""

    name: str
    email: str = ""
    workplace: str = ""
    role: str = ""


@transaction.atomic
def name_participants(
    booking: Booking,
    people: Iterable[Person],
    *,
    request_key: str,
    named_by: str = Participant.NamedBy.BOOKER,
    by: User | None = None,
    seen: Seen | None = None,
) -> list[Participant]:
    """Put names on seats of a booking, all of them or none; the same request key gives the same participants.

    Those of a confirmed booking get a mail. Raises BookingChanged when `seen` is no longer how things stand, NameTaken
    when there are more names than seats or an address is on the list already, and WrongState when the booking or the
    course is over.
    """
    booking = lock_with_session(booking)
    done = named_by_request(booking, request_key)
    if done:
        return done
    refuse_over(booking)
    refuse_unseen(booking, seen)
    people = list(people)
    named = list(booking.participants.active())
    refuse_without_seat(booking, len(named), len(people))
    refuse_twice([*named, *people])
    refuse_named_too_often(people, by)
    participants = [
        Participant(
            booking=booking,
            name=person.name,
            email=person.email,
            workplace=person.workplace,
            role=person.role,
            named_by=named_by,
            request_key=f"{request_key}/{number}",
        )
        for number, person in enumerate(people)
    ]
    for participant in participants:
        participant.save(force_insert=True)
        _record("participant.named", participant, by=by)
    _welcome(booking, participants)
    return participants


@transaction.atomic
def replace_participant(
    participant: Participant,
    person: Person,
    *,
    request_key: str,
    by_self: bool = False,
    by: User | None = None,
    seen: Seen | None = None,
) -> Participant:
    """Give somebody's seat to a colleague; who had it stays in the history. The same request key does it once.

    With the same address it is the same person, whose name was mistyped: that is put right where it stands. The
    contacts hear of it when the participant did it. Raises NameTaken when the colleague is on the list already,
    BookingChanged when `seen` is no longer how things stand, and WrongState when the seat is nobody's any more.
    """
    booking = lock_with_session(participant.booking)
    done = Participant.objects.filter(booking=booking, request_key=request_key).first()
    if done:
        return done
    participant = booking.participants.get(pk=participant.pk)
    refuse_over(booking)
    refuse_unseen(booking, seen)
    refuse_gone(participant)
    refuse_twice([*booking.participants.active().exclude(pk=participant.pk), person])
    if person.email and person.email == participant.email:
        if participant.is_protected:
            raise NameTaken(why_taken(person.email, is_protected=not by_self), field="email")
        return _correct(participant, person, by=by, kind="participant" if by_self else "booker")
    refuse_named_too_often([person], by)
    _end(participant, Participant.State.REPLACED)
    new = Participant.objects.create(
        booking=booking,
        name=person.name,
        email=person.email,
        workplace=person.workplace,
        role=person.role,
        named_by=_named_by(by_self=by_self, by=by),
        replaces=participant,
        request_key=request_key,
    )
    _tell_removed(participant)
    _welcome(booking, [new])
    if by_self and booking.state == Booking.State.CONFIRMED:
        own_messages.tell_passed_on(participant, new)
    kind = "participant" if by_self else "booker"
    _record("participant.replaced", participant, by=by, kind=kind, replaced_by=new.pk)
    return new


def _named_by(*, by_self: bool, by: User | None) -> str:
    if by_self:
        return Participant.NamedBy.SELF
    return Participant.NamedBy.STAFF if by and by.is_campaign_staff else Participant.NamedBy.BOOKER


@transaction.atomic
def withdraw_participant(
    participant: Participant, *, by_self: bool = False, by: User | None = None, seen: Seen | None = None
) -> Participant:
    """Take a name off; the seat stays with the booking. Doing it twice changes nothing.

    The contacts hear of it when the participant did it. Raises BookingChanged when `seen` is no longer how things
    stand, and WrongState when the course is over.
    """
    booking = lock_with_session(participant.booking)
    participant = booking.participants.get(pk=participant.pk)
    if participant.state != Participant.State.ACTIVE:
        return participant
    refuse_over(booking)
    refuse_unseen(booking, seen)
    _end(participant, Participant.State.WITHDRAWN)
    _tell_removed(participant)
    if by_self and booking.state == Booking.State.CONFIRMED:
        messages.tell_withdrew(participant)
    _record("participant.withdrawn", participant, by=by, kind="participant" if by_self else "booker")
    return participant


@transaction.atomic
def sign_up(booking: Booking, person: Person, *, request_key: str) -> Participant | None:
    """Let somebody take a seat of a booking through its sign-up link.

    Returns None when the address is on the list already. Whoever asked learns nothing of that: it is refused and
    written to as one that is new, its owner having the link from this hour either way. Without an address there is no
    mail at all. Raises NameTaken when all seats have names, and WrongState.
    """
    booking = lock_with_session(booking)
    if booking.state != Booking.State.CONFIRMED:
        raise WrongState(_("This sign-up is not open. Ask your contact at work."))
    others = booking.participants.active().exclude(request_key=f"{request_key}/0")
    already = others.filter(email=person.email).first() if person.email else None
    if already:
        refuse_without_seat(booking, booking.participants.active().count(), 1)
        refuse_named_too_often([person], None)
        _remind(already)
        return None
    participant = name_participants(booking, [person], request_key=request_key, named_by=Participant.NamedBy.SELF)[0]
    if participant.email:
        _remind(participant)  # a contact is not welcomed, and has to get the link all the same
    return participant


def named_by_request(booking: Booking, request_key: str) -> list[Participant]:
    """Return those whom a request with this key has named already."""
    return list(booking.participants.filter(request_key__startswith=f"{request_key}/"))


def free_names(booking: Booking) -> int:
    """Return how many seats of a booking have no name yet."""
    return max(booking.seats - booking.participants.active().count(), 0)


def refuse_over(booking: Booking) -> None:
    if not booking.takes_names:
        raise WrongState(_("This booking has no seats any more."))
    session = booking.session
    if session.state == Session.State.CANCELLED:
        raise WrongState(_("The course is cancelled."))
    if session.last_ends_at <= timezone.now():
        raise WrongState(_("The course is over, so the names can no longer be changed."))


def refuse_gone(participant: Participant) -> None:
    if participant.state != Participant.State.ACTIVE:
        raise WrongState(_("This name has been taken off already."))


def refuse_without_seat(booking: Booking, named: int, wanted: int) -> None:
    free = booking.seats - named
    if wanted <= free:
        return
    if not free:
        raise NameTaken(_("All seats of this booking have names."))
    raise NameTaken(
        ngettext(
            "%(free)d seat of this booking has no name yet, so there is no room for more names.",
            "%(free)d seats of this booking have no name yet, so there is no room for more names.",
            free,
        )
        % {"free": free}
    )


def refuse_twice(people: list) -> None:
    """Raise NameTaken when two of them have the same address; whose it is stays untold when the name is protected."""
    seen: dict[str, bool] = {}
    for person in people:
        if person.email and person.email in seen:
            raise NameTaken(why_taken(person.email, is_protected=seen[person.email]), field="email")
        seen[person.email] = isinstance(person, Participant) and person.is_protected


def why_taken(email: str, *, is_protected: bool) -> str:
    """Say why an address cannot be named.

    Of somebody protected in the words used for an address that has been named too often, so that nobody can find out
    by trying who stands under an alias.
    """
    sentence = NOT_NOW if is_protected else _("%(email)s is on the list already.")
    return sentence % {"email": email}


def refuse_named_too_often(people: list, by: User | None) -> None:
    """Raise NameTaken when an address has been named too often today: whoever names and removes must not fill an inbox.

    Staff may.
    """
    if by and by.is_campaign_staff:
        return
    recently = timezone.now() - timedelta(days=1)
    emails = [person.email for person in people if person.email]
    named = Participant.objects.filter(email__in=emails, created_at__gt=recently).order_by().values("email")
    often = named.annotate(times=Count("pk")).filter(times__gte=NAMED_A_DAY).values_list("email", flat=True).first()
    if often:
        raise NameTaken(NOT_NOW % {"email": often}, field="email")


def _welcome(booking: Booking, participants: list[Participant]) -> None:
    if booking.state == Booking.State.CONFIRMED:
        messages.welcome_all(booking, participants)


def is_told_of_removal(participant: Participant) -> bool:
    """Whether somebody hears of it when the name is taken off."""
    return participant.booking.state == Booking.State.CONFIRMED and messages.has_own_address(participant)


def _tell_removed(participant: Participant) -> None:
    if is_told_of_removal(participant):
        messages.tell_removed(participant)


def _correct(participant: Participant, person: Person, *, by: User | None, kind: str) -> Participant:
    participant.name, participant.workplace, participant.role = person.name, person.workplace, person.role
    participant.save(update_fields=["name", "workplace", "role"])
    _record("participant.corrected", participant, by=by, kind=kind)
    return participant


def _remind(participant: Participant) -> None:
    """Send the own link again, but not over and over."""
    if not messages.was_reminded(participant):
        messages.send_own_link(participant)


def _end(participant: Participant, state: str) -> None:
    participant.state = state
    participant.ended_at = timezone.now()
    participant.save(update_fields=["state", "ended_at"])
    Adaptation.objects.filter(participant=participant).delete()


def _record(action: str, participant: Participant, *, by: User | None, kind: str = "booker", **detail) -> None:
    if participant.named_by == Participant.NamedBy.SELF and action == "participant.named":
        kind = "participant"
    audit.record(action, participant, by=by, kind="" if by else kind, booking=participant.booking_id, **detail)
