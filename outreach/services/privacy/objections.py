"""That a politician does not want letters from us (GDPR article 21): about the person, and about letters alone."""

from collections.abc import Collection

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone

from outreach.models import Letter, Mailing, Mandate, Objection, Politician, Redelivery
from outreach.models.departures import OBJECTED
from outreach.services.privacy.own_addresses import is_own
from taushet.addresses import canonical
from taushet.models import Message, Suppression, User
from taushet.services import audit
from taushet.services.delivery import suppress
from taushet.services.settling import rest

PURPOSE = "outreach"  # of the message kind; booking mail has none
LINK = "objection"  # of the secret link in the headers of a letter


def has_objected(politician_id: int) -> bool:
    """Whether an objection of a person stands."""
    return Objection.objects.filter(politician=politician_id, withdrawn_at=None).exists()


def tell_silent(mandates: Collection[Mandate]) -> None:
    """Say of each office whether its holder has objected (`has_objected`) and what keeps mail from it (`block`)."""
    objected = who_objected({mandate.politician_id for mandate in mandates} - {None})
    addresses = {canonical(mandate.email) for mandate in mandates if mandate.email}
    blocks = {row.email: row for row in Suppression.objects.filter(email__in=addresses, purpose__in=["", PURPOSE])}
    for mandate in mandates:
        mandate.has_objected = mandate.politician_id in objected
        mandate.block = blocks.get(canonical(mandate.email)) if mandate.email else None


def standing_objection(politician: Politician) -> Objection | None:
    return politician.objections.filter(withdrawn_at=None).first()


def people_who_objected() -> set[int]:
    """Return the politicians whose objections stand."""
    return set(Objection.objects.filter(withdrawn_at=None).values_list("politician", flat=True))


def who_objected(people: Collection[int]) -> set[int]:
    """Return which of some politicians have an objection that stands."""
    if not people:
        return set()
    standing = Objection.objects.filter(politician__in=people, withdrawn_at=None)
    return set(standing.values_list("politician", flat=True))


def object_for(politician: Politician, *, source: str, by: User | None = None, note: str = "") -> Objection:
    """Record that somebody does not want letters. Doing it twice is doing it once; the first one is returned.

    Letters in the outbox for this person, in any office, are held at once; no other is written or leaves. An address
    that bears the person's name is closed for letters too. Whoever holds the office next, or shares its address, gets
    letters as before; so does the post room, and mail about courses is not touched.
    """
    kind = "" if by else "recipient"
    try:
        with transaction.atomic():
            objection = Objection.objects.create(
                politician=politician, source=source, note=note.strip(), recorded_by=by
            )
            audit.record("objection.recorded", objection, by=by, kind=kind, source=source)
            for mandate in politician.mandates.in_office().exclude(email=""):
                if is_own(politician, mandate.email):
                    suppress(mandate.email, Suppression.Cause.WISH, purpose=PURPOSE, kind=kind)
            for message in in_outbox(politician, Message.State.QUEUED).select_for_update().order_by("pk"):
                rest(message, Message.State.HELD, OBJECTED)
    except IntegrityError:
        return Objection.objects.get(politician=politician, withdrawn_at=None)
    return objection


@transaction.atomic
def withdraw_objection(objection: Objection, *, by: User, why: str = "") -> None:
    """Record that the person wants letters after all; the addresses are opened for letters again.

    Letters that were held stay held until somebody releases each.
    """
    changed = Objection.objects.filter(pk=objection.pk, withdrawn_at=None).update(
        withdrawn_at=timezone.now(), withdrawn_by=by, withdrawn_why=why.strip()
    )
    if changed:
        addresses = objection.politician.mandates.exclude(email="").values_list("email", flat=True)
        open_for_letters(addresses)
        audit.record("objection.withdrawn", objection, by=by)


def open_for_letters(addresses: Collection[str]) -> None:
    """Let letters go again to addresses whose owners wanted none."""
    asked = {canonical(address) for address in addresses}
    Suppression.objects.filter(email__in=asked, purpose=PURPOSE, cause=Suppression.Cause.WISH).delete()


def open_post_room(mandate: Mandate) -> None:
    """Let letters go again to an address that is known to be a post room's: nobody can say no for all who read it."""
    if mandate.politician_id is None and mandate.email:
        open_for_letters([mandate.email])


def in_outbox(politician: Politician, *states: str):
    """Return the mails in some states that carry letters to a person, to a first or a corrected address."""
    theirs = Letter.objects.filter(mandate__politician=politician)
    first = theirs.exclude(message=None).order_by().values("message")
    again = Redelivery.objects.filter(letter__in=theirs).exclude(message=None).order_by().values("message")
    return Message.objects.filter(Q(pk__in=first) | Q(pk__in=again), state__in=states)


def waiting_for(politician: Politician) -> int:
    """Return how many letters wait in the outbox for a person; they are held when the person objects."""
    return in_outbox(politician, Message.State.QUEUED).count()


def not_yet_queued(politician: Politician) -> int:
    """Return how many letters are drafted for a person or wait for approval."""
    drafted = Letter.objects.filter(mandate__politician=politician, status=Letter.Status.READY)
    return drafted.filter(mailing__status__in=[Mailing.Status.DRAFT, Mailing.Status.SUBMITTED]).count()


def held_for_it(politician: Politician):
    """Return the letters that are held since the person objected, and that somebody may release."""
    held = in_outbox(politician, Message.State.HELD).filter(state_reason=OBJECTED)
    again = Redelivery.objects.filter(message__in=held).values("letter")
    found = Letter.objects.filter(Q(message__in=held) | Q(pk__in=again)).select_related("mailing", "message")
    return found.order_by("pk")


def tell_unwilling(letters: Collection[Letter]) -> None:
    """Say of each letter whether it will not go since its recipient has asked not to get any (`will_not_go`)."""
    under_way = (Letter.Status.READY, Letter.Status.QUEUED)
    people = {one.pk: one.mandate.politician_id for one in letters if one.mandate and one.status in under_way}
    objected = who_objected(set(people.values()) - {None})
    for letter in letters:
        letter.will_not_go = people.get(letter.pk) in objected


def letters_to_objectors(mailing: Mailing):
    """Return the letters of a mailing that are ready, though the person has objected since: they will not go."""
    objected = Objection.objects.filter(withdrawn_at=None).values("politician")
    people = Mandate.objects.filter(politician__in=objected).values("pk")
    return mailing.letters.filter(status=Letter.Status.READY, mandate__in=people).order_by("pk")
