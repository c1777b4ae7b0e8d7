"""What participants change about themselves: the name, and the address once the new one has proved itself."""

from datetime import timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from courses.exceptions import NameTaken, WrongState
from courses.models import AddressChange, Booking, Participant
from taushet.services import audit
from taushet.services.links import renew_link, revoke_link

from . import certificates, own_messages
from .guards import lock_with_session, refuse_erased
from .participants import refuse_gone, why_taken

LINK_LIFE = timedelta(days=7)
CHANGES_A_DAY = 5
ADDRESSES_KEPT = timedelta(days=30)


@transaction.atomic
def correct_participant(participant: Participant, *, name: str, workplace: str, role: str) -> Participant:
    """Put right what is written about a participant; a certificate with another name is withdrawn and may be got anew.

    Raises WrongState when the seat is somebody else's by now.
    """
    participant = _lock(participant)
    refuse_gone(participant)
    before = participant.name
    participant.name, participant.workplace, participant.role = name, workplace, role
    participant.save(update_fields=["name", "workplace", "role"])
    if name != before:
        certificates.revoke_misnamed(participant)
    audit.record("participant.corrected", participant, kind="participant", booking=participant.booking_id)
    return participant


@transaction.atomic
def ask_for_address(participant: Participant, email: str) -> AddressChange | None:
    """Write to the address a participant wants to be reached at; nothing changes before the link there is opened.

    Returns None when the address is the participant's already. A wish that waits is replaced. Raises NameTaken when
    somebody else of the booking has the address, and WrongState.
    """
    participant = _lock(participant)
    _refuse_new_address(participant, email)
    if email == participant.email:
        return None
    recently = timezone.now() - timedelta(days=1)
    if participant.address_changes.filter(created_at__gt=recently).count() >= CHANGES_A_DAY:
        raise WrongState(_("You have asked for this several times today. Try again tomorrow."), field="email")
    participant.address_changes.filter(ended_at=None).update(ended_at=timezone.now())
    change = AddressChange.objects.create(participant=participant, email=email)
    renew_link("participant-address", participant.pk)
    own_messages.ask_to_prove_address(change)
    audit.record("participant.address_asked", participant, kind="participant", booking=participant.booking_id)
    return change


def waiting_address(participant: Participant) -> AddressChange | None:
    """Return the wish that waits for its link to be opened, unless it has become too old."""
    recently = timezone.now() - LINK_LIFE
    return participant.address_changes.filter(ended_at=None, created_at__gt=recently).first()


@transaction.atomic
def prove_address(participant: Participant) -> str:
    """Reach a participant at the address whose link has been opened; returns the token of the own page from now on.

    The former address is told, its calendar emptied, and its link dies. Raises NameTaken and WrongState.
    """
    participant = _lock(participant)
    change = waiting_address(participant)
    if change is None:
        raise WrongState(_("This is no longer waiting for you. Ask for it once more on your own page."))
    _refuse_new_address(participant, change.email)
    former, participant.email = participant.email, change.email
    participant.save(update_fields=["email"])
    change.proved_at = change.ended_at = timezone.now()
    change.save(update_fields=["proved_at", "ended_at"])
    revoke_link("participant-address", participant.pk)
    token = renew_link("participant", participant.pk)
    own_messages.tell_address_changed(participant, former=former)
    audit.record("participant.address_changed", participant, kind="participant", booking=participant.booking_id)
    return token


def _lock(participant: Participant) -> Participant:
    booking = lock_with_session(participant.booking)
    locked = booking.participants.select_for_update(no_key=True).get(pk=participant.pk)
    refuse_erased(locked)
    return locked


def _refuse_new_address(participant: Participant, email: str) -> None:
    booking = participant.booking
    refuse_gone(participant)
    if booking.state != Booking.State.CONFIRMED:
        raise WrongState(_("The booking is not confirmed, so nothing is sent about it yet."))
    if booking.session.last_ends_at < timezone.now() - ADDRESSES_KEPT:
        raise WrongState(_("The course is over, and we no longer keep addresses for it."))
    others = booking.participants.active().exclude(pk=participant.pk).filter(email=email)
    if other := others.first():
        raise NameTaken(why_taken(email, is_protected=other.is_protected), field="email")
