"""Protected names: whoever asks stands under an alias everywhere, and nobody else learns name and address.

The real name is seen by its owner, on mail to the owner's own address, and, one person at a time and on the record,
by campaign staff with the right `courses.view_protected_name`. Trainers, bookers, finance and lists never show it.

Whoever has no address got the link of the own page on paper, through the hands of others. Protecting oneself there
closes that link and opens another, and what is downloaded from the page leaves the real name out (`own_copy`). Staff
who do it on the phone keep the link, since they have no way to hand over another.
"""

import re

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from courses.exceptions import WrongState
from courses.models import Booking, Participant
from taushet.models import Message, User
from taushet.services import audit
from taushet.services.links import renew_link
from taushet.services.mail_html import make_html

from .guards import lock_booking

SEE = "courses.view_protected_name"


@transaction.atomic
def protect_name(
    participant: Participant, *, alias: str, certificate_name: str = "", by: User | None = None
) -> Participant:
    """Let an alias stand for a name, also in what has been written to others already.

    `certificate_name` goes on the course certificate; empty, the alias does. The link of somebody without an address is
    renewed when they do it for the first time. Raises WrongState when the alias is the name itself, or the name has
    been erased.
    """
    participant = _lock(participant)
    if participant.erased_at or not participant.name:
        raise WrongState(_("The name has been erased."))
    if by is None and not participant.email and not participant.is_protected:
        renew_link("participant", participant.pk)
    participant.alias, participant.certificate_name = alias, certificate_name
    participant.save(update_fields=["alias", "certificate_name"])
    _replace_in_texts(participant)
    _record("participant.protected", participant, by)
    return participant


@transaction.atomic
def show_name(participant: Participant, *, by: User | None = None) -> Participant:
    """Let the real name stand on lists again, since its owner wants that. Doing it twice changes nothing."""
    participant = _lock(participant)
    if participant.is_protected:
        participant.alias = participant.certificate_name = ""
        participant.save(update_fields=["alias", "certificate_name"])
        _record("participant.protection_lifted", participant, by)
    return participant


def all_addresses() -> QuerySet:
    """Return the addresses of everybody with a protected name."""
    return Participant.objects.exclude(alias="").exclude(email="").values_list("email", flat=True)


def find_addresses(addresses: set[str]) -> set[str]:
    """Return which of some addresses belong to somebody with a protected name (a ProtectedAddresses)."""
    return set(all_addresses().filter(email__in=addresses))


def _replace_in_texts(participant: Participant) -> None:
    """Put the alias for the name in every stored mail about the participant, and in what staff was asked.

    Mail about a colleague can tell of the participant too, as when the seat was passed on. Where somebody else of the
    booking has the same name, only what is about the participant is touched.
    """
    whole_name = re.compile(rf"(?<!\w){re.escape(participant.name)}(?!\w)")

    def replaced(text: str) -> str:
        return whole_name.sub(lambda _match: participant.alias, text)

    booking = participant.booking
    about = Q(pk__in=participant.messages.values("message"))
    if not _is_shared(participant):
        told = Q(subject__contains=participant.name) | Q(text__contains=participant.name)
        about |= Q(pk__in=booking.messages.values("message")) & told
        for asked in booking.change_requests.exclude(words="", answer=""):
            asked.words, asked.answer = replaced(asked.words), replaced(asked.answer)
            asked.save(update_fields=["words", "answer"])
    for message in Message.objects.filter(about).exclude(to_email="").exclude(text=""):
        message.subject, message.text = replaced(message.subject), replaced(message.text)
        message.html = make_html(message.text, subject=message.subject, language=message.language)
        if message.to_email == participant.email:
            message.to_name = participant.alias
        message.save(update_fields=["to_name", "subject", "text", "html"])


def _is_shared(participant: Participant) -> bool:
    """Whether a contact or somebody else of the booking has the very same name."""
    booking = participant.booking
    others = booking.participants.exclude(pk=participant.pk).filter(name=participant.name)
    return participant.name in {booking.contact_name, booking.second_name} or others.exists()


def _lock(participant: Participant) -> Participant:
    booking: Booking = lock_booking(participant.booking)
    return booking.participants.get(pk=participant.pk)


def _record(action: str, participant: Participant, by: User | None) -> None:
    kind = "" if by else "participant"
    audit.record(action, participant, by=by, kind=kind, booking=participant.booking_id)
