"""Who answers for a booking: the contact, a second one, the colleague it is handed over to, and lost links."""

from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from courses.exceptions import WrongState
from courses.models import Booking, ConfirmedAddress, CourseRequest, HandOver
from municipalities.services.people import propose_membership
from taushet.models import Message, User
from taushet.services import audit, people
from taushet.services.links import open_link, renew_link, revoke_link

from . import contact_messages, messages
from .changes import Seen, refuse_unseen
from .guards import lock_booking, lock_with_session, refuse_too_many_holds, refuse_unchangeable

HAND_OVER_LIFE = timedelta(days=7)
LOST_LINK_PAUSE = timedelta(minutes=10)
LISTED_AFTER_END = timedelta(days=30)


def find_proved(email: str) -> tuple[str, str] | None:
    """Return name and language of somebody whose address has proved itself by a booking (a KnownAddress)."""
    if not ConfirmedAddress.objects.filter(email=email).exists():
        return None
    booking = Booking.objects.filter(contact_email=email, erased_at=None).order_by("-pk").first()
    return (booking.contact_name, booking.language) if booking else ("", settings.LANGUAGE_CODE)


def know_contact(booking: Booking) -> User | None:
    """Let a contact whose address is proved sign in from now on, and propose where the person belongs.

    Somebody whose access was closed stays outside: returns None then.
    """
    user = people.welcome(booking.contact_email)
    if user is None or not user.is_active:
        return None
    propose_membership(user, booking.municipality, booking.unit)
    return user


@transaction.atomic
def correct_address(booking: Booking, email: str) -> Booking:
    """Send the confirmation of a held booking to another address, since the first was mistyped.

    Raises WrongState when it is held no longer, and TooManyHolds.
    """
    booking = lock_booking(booking)
    if not booking.awaits_proof:
        raise WrongState(_("The booking is no longer waiting to be confirmed."))
    if email == booking.contact_email:
        raise WrongState(_("This is the address we wrote to already."), field="email")
    former, booking.contact_email = booking.contact_email, email
    refuse_too_many_holds(booking)
    booking.save(update_fields=["contact_email"])
    booking.participants.active().filter(email=former).update(email=email)
    renew_link("booking-confirm", booking.pk)
    messages.ask_for_confirmation(booking)
    audit.record("booking.address_corrected", booking, kind="booker")
    return booking


@transaction.atomic
def set_second_contact(
    booking: Booking, *, name: str, email: str, by: User | None = None, seen: Seen | None = None
) -> Booking:
    """Name a colleague who may do all that the contact may, apart from naming others; empty takes it back.

    Raises WrongState when the booking cannot be changed or the colleague is the contact, and BookingChanged when `seen`
    is no longer how things stand.
    """
    booking = lock_booking(booking)
    refuse_unchangeable(booking, booking.session)
    if email and email == booking.contact_email:
        raise WrongState(_("This is the first contact. Write a colleague’s address."), field="email")
    if (name, email) == (booking.second_name, booking.second_email):
        return booking
    refuse_unseen(booking, seen)
    is_new_address = email != booking.second_email
    booking.second_name, booking.second_email = name, email
    booking.save(update_fields=["second_name", "second_email"])
    if is_new_address:
        revoke_link("booking-second", booking.pk)
    if is_new_address and email:
        renew_link("booking-second", booking.pk)
        contact_messages.tell_second_contact(booking)
    action = "booking.second_contact" if email else "booking.second_contact_removed"
    audit.record(action, booking, by=by, kind="" if by else "booker")
    return booking


@transaction.atomic
def hand_over(booking: Booking, *, name: str, email: str, by: User | None = None, seen: Seen | None = None) -> HandOver:
    """Ask a colleague to take over; nothing changes before the link in that mail is opened and accepted.

    A wish that waits already is replaced. Raises WrongState when the booking cannot be changed, and BookingChanged when
    `seen` is no longer how things stand.
    """
    booking = lock_booking(booking)
    refuse_unchangeable(booking, booking.session)
    if email == booking.contact_email:
        raise WrongState(_("This is the contact already. Write a colleague’s address."), field="email")
    waiting = booking.hand_overs.filter(ended_at=None, email=email, name=name).first()
    if waiting:
        return waiting
    refuse_unseen(booking, seen)
    drop_hand_over(booking)
    wish = HandOver.objects.create(booking=booking, name=name, email=email)
    renew_link("booking-handover", booking.pk)
    contact_messages.ask_to_take_over(wish)
    audit.record("booking.hand_over", booking, by=by, kind="" if by else "booker")
    return wish


def waiting_hand_over(booking: Booking) -> HandOver | None:
    """Return the wish that waits for a colleague, unless it has become too old."""
    return booking.hand_overs.filter(ended_at=None, created_at__gt=timezone.now() - HAND_OVER_LIFE).first()


@transaction.atomic
def take_over(booking: Booking, *, phone: str, role: str) -> Booking:
    """Make the colleague who opened the mail the contact; the former contact's link dies.

    Raises WrongState when no colleague was asked, or too long ago.
    """
    booking = lock_with_session(booking)
    refuse_unchangeable(booking, booking.session)
    wish = waiting_hand_over(booking)
    if wish is None:
        raise WrongState(_("This is no longer waiting for you. Ask your colleague to hand the booking over once more."))
    former_name, former_email = booking.contact_name, booking.contact_email
    booking.contact_name, booking.contact_email = wish.name, wish.email
    booking.contact_phone, booking.contact_role = phone, role
    if booking.second_email == wish.email:
        booking.second_name = booking.second_email = ""
        revoke_link("booking-second", booking.pk)
    booking.save()
    wish.taken_at = wish.ended_at = timezone.now()
    wish.save(update_fields=["taken_at", "ended_at"])
    ConfirmedAddress.objects.get_or_create(email=booking.contact_email)
    for purpose in ("booking-confirm", "booking-receipt", "booking-handover"):
        revoke_link(purpose, booking.pk)
    renew_link("booking", booking.pk)
    know_contact(booking)
    contact_messages.tell_handed_over(booking, former_email=former_email, former_name=former_name)
    audit.record("booking.taken_over", booking, kind="booker")
    return booking


def drop_hand_over(booking: Booking) -> None:
    """End a wish that waits, and its link."""
    if booking.hand_overs.filter(ended_at=None).update(ended_at=timezone.now()):
        revoke_link("booking-handover", booking.pk)


@transaction.atomic
def send_lost_links(email: str, *, language: str) -> None:
    """Send an address the links to its bookings and requests in one mail, if it has any; at most every ten minutes."""
    recently = timezone.now() - LOST_LINK_PAUSE
    if Message.objects.filter(kind=contact_messages.LOST_LINK, to_email=email, created_at__gt=recently).exists():
        return
    bookings, requests = bookings_of(email), requests_of(email)
    if (bookings or requests) and not is_shut_out(email):
        for subject, purpose in (*bookings, *requests):
            open_link(purpose, subject.pk)
        contact_messages.send_links(bookings, requests, email=email, language=language)


def is_shut_out(email: str) -> bool:
    """Whether the address belongs to somebody whose access was closed; no link goes there."""
    return User.objects.filter(email=email, is_active=False).exists()


def bookings_of(email: str) -> list[tuple[Booking, str]]:
    """Return the bookings an address has to do with and that are not long over, each with the link that suits."""
    found = (
        Booking.objects.filter(Q(contact_email=email) | Q(second_email=email), erased_at=None)
        .filter(Q(state__in=Booking.LIVE_STATES) | Q(ended_at__gt=timezone.now() - LISTED_AFTER_END))
        .filter(session__last_ends_at__gt=timezone.now() - LISTED_AFTER_END)
        .exclude(state=Booking.State.EXPIRED)
        .select_related("session__course")
        .order_by("session__first_starts_at", "pk")
    )
    return [(booking, purpose_for(booking, email)) for booking in found]


def requests_of(email: str) -> list[tuple[CourseRequest, str]]:
    """Return the requests for a course of an address that are not long over, each with the link that suits."""
    waiting = Q(ended_at=None) | Q(ended_at__gt=timezone.now() - LISTED_AFTER_END)
    found = CourseRequest.objects.filter(waiting, contact_email=email, erased_at=None).order_by("pk")
    return [(asked, "request" if asked.confirmed_at else "request-confirm") for asked in found]


def purpose_for(booking: Booking, email: str) -> str:
    """Return which link an address may have: a hold has to be confirmed first."""
    if booking.contact_email != email:
        return "booking-second"
    return "booking-confirm" if booking.awaits_proof else "booking"
