"""That a politician does not want letters from us (GDPR article 21): about the person, and about letters alone."""

from collections.abc import Collection, Iterable

from django.db import IntegrityError, transaction
from django.db.models.functions import Lower
from django.utils import timezone

from outreach.models import Letter, Mandate, Objection, Politician
from taushet.models import Message, Suppression, User
from taushet.services import audit
from taushet.services.delivery import suppress

PURPOSE = "outreach"  # of the message kind; booking mail has none
LINK = "objection"  # of the secret link in the headers of a letter


def has_objected(politician_id: int) -> bool:
    """Whether an objection of a person stands."""
    return Objection.objects.filter(politician=politician_id, withdrawn_at=None).exists()


def people_who_objected() -> set[int]:
    """Return the politicians whose objections stand."""
    return set(Objection.objects.filter(withdrawn_at=None).values_list("politician", flat=True))


def who_objected(people: Collection[int]) -> set[int]:
    """Return which of some politicians have an objection that stands."""
    if not people:
        return set()
    standing = Objection.objects.filter(politician__in=people, withdrawn_at=None)
    return set(standing.values_list("politician", flat=True))


def is_personal(mandate: Mandate | None, address: str) -> bool:
    """Whether an address is one person's, who may say no for it: never one that is a post room's too."""
    return mandate is not None and mandate.politician_id is not None and not post_rooms([address])


def post_rooms(addresses: Iterable[str]) -> set[str]:
    """Return which of some addresses, in lower case, belong to an office that nobody holds by name."""
    rooms = Mandate.objects.in_office().filter(politician=None).annotate(address=Lower("email"))
    return set(rooms.filter(address__in={address.lower() for address in addresses}).values_list("address", flat=True))


def object_for(politician: Politician, *, source: str, by: User | None = None, note: str = "") -> Objection:
    """Record that somebody does not want letters. Doing it twice is doing it once; the first one is returned.

    Letters that wait for this person in any office are held, and the addresses that are this person's alone get no
    letters any more. Mail about courses and the post room of the municipality are not touched.
    """
    try:
        with transaction.atomic():
            objection = Objection.objects.create(
                politician=politician, source=source, note=note.strip(), recorded_by=by
            )
            audit.record("objection.recorded", objection, by=by, kind="" if by else "recipient", source=source)
            for mandate in politician.mandates.in_office().exclude(email=""):
                if is_personal(mandate, mandate.email):
                    suppress(mandate.email, Suppression.Cause.WISH, purpose=PURPOSE, kind="" if by else "recipient")
    except IntegrityError:
        return Objection.objects.get(politician=politician, withdrawn_at=None)
    return objection


@transaction.atomic
def withdraw_objection(objection: Objection, *, by: User) -> None:
    """Record that the person wants letters after all; the addresses are opened for letters again."""
    if Objection.objects.filter(pk=objection.pk, withdrawn_at=None).update(withdrawn_at=timezone.now()):
        addresses = objection.politician.mandates.exclude(email="").values_list("email", flat=True)
        lifted = Suppression.objects.filter(
            email__in=[address.lower() for address in addresses], purpose=PURPOSE, cause=Suppression.Cause.WISH
        )
        lifted.delete()
        audit.record("objection.withdrawn", objection, by=by)


def waiting_for(politician: Politician) -> int:
    """Return how many letters wait in the outbox for a person; each is held when its turn comes."""
    waiting = Letter.objects.filter(mandate__politician=politician, message__state=Message.State.QUEUED)
    return waiting.count()
