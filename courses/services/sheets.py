"""What a participant without e-mail gets on paper, for the booker to print and hand over."""

from dataclasses import dataclass

from django.db import transaction
from django.db.models import QuerySet
from django.utils.safestring import mark_safe

from courses.models import Booking, Participant
from taushet.models import SecretLink
from taushet.pdf import make_qr_code
from taushet.services import audit
from taushet.services.links import issue_link, link_address


@dataclass(frozen=True)
class Sheet:
    """One person's paper. The address of the own page is left out where its owner asked for protection.

    Whoever prints can read it, and a protected participant's page is nobody else's.
    """

    participant: Participant
    address: str = ""
    qr_code: str = ""


def without_mail(booking: Booking) -> QuerySet[Participant]:
    """Return those of a booking who can only be told on paper."""
    if booking.state != Booking.State.CONFIRMED:
        return Participant.objects.none()
    return booking.participants.active().filter(email="")


def count_without_mail(booking: Booking, participants: list[Participant]) -> int:
    """Return the same as a number, of participants one has at hand."""
    is_confirmed = booking.state == Booking.State.CONFIRMED
    return sum(1 for participant in participants if not participant.email) if is_confirmed else 0


@transaction.atomic
def make_sheets(booking: Booking, participants: QuerySet[Participant]) -> list[Sheet]:
    """Return the papers of some participants; that they were made is recorded."""
    sheets = [_sheet(participant) for participant in participants]
    audit.record("participants.sheets", booking, kind="booker", count=len(sheets))
    return sheets


def _sheet(participant: Participant) -> Sheet:
    if participant.is_protected:
        return Sheet(participant)
    try:
        address = link_address("participant", issue_link("participant", participant.pk))
    except SecretLink.DoesNotExist:  # closed for good
        return Sheet(participant)
    return Sheet(participant, address, mark_safe(make_qr_code(address, scalable=True)))  # noqa: S308  nothing typed in it
