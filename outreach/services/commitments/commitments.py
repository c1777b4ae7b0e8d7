"""Promises: entered from a reply, confirmed by a second person, followed with what shows how it goes."""

from datetime import date, datetime

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from municipalities.models import Municipality
from outreach.exceptions import NotVerified, OtherSpeaker, OwnCommitment, WrongQuote, WrongStatus
from outreach.models import Commitment, CommitmentChange, Demand, LetterDemand, Mandate, Reply
from outreach.services.replies.quoting import split_quoted
from taushet.models import StoredFile, User
from taushet.services import audit
from taushet.workdays import OSLO

Status = Commitment.Status


def said_on(reply: Reply) -> date:
    """Return the day a reply came, in Oslo: who speaks held the office then."""
    return reply.received_at.astimezone(OSLO).date()


def demands_of(reply: Reply) -> QuerySet[Demand]:
    """Return what the letters that a reply answers demand."""
    return Demand.objects.filter(
        pk__in=LetterDemand.objects.filter(letter__replies=reply).values("demand_version__demand")
    )


def municipalities_of(reply: Reply) -> QuerySet[Municipality]:
    """Return whom the letters that a reply answers went to."""
    numbers = reply.letters.order_by().values("municipality")
    return Municipality.objects.filter(pk__in=numbers).order_by("sort_key")


def speakers_of(reply: Reply) -> QuerySet[Mandate]:
    """Return the offices, as held on the day a reply came, of those who may have promised something in it.

    Those that were written to come first and say so (`was_written_to`); others of the same places follow.
    """
    written_to = Exists(reply.links.confirmed().filter(letter__mandate=OuterRef("pk")))
    of_the_places = Q(body__municipality__in=municipalities_of(reply))
    found = Mandate.objects.in_office(said_on(reply)).annotate(was_written_to=written_to)
    return (
        found.filter(of_the_places | Q(was_written_to=True))
        .select_related("politician", "body__municipality")
        .order_by("-was_written_to", "body", "role", "pk")
    )


@transaction.atomic
def enter_commitment(
    reply: Reply,
    *,
    quote: str,
    mandate: Mandate,
    demand: Demand,
    municipality: Municipality | None,
    due_on: date | None,
    by: User,
    is_other_meant: bool = False,
) -> Commitment:
    """Put down what somebody has promised; it counts once a second person has confirmed it.

    Raises NotVerified when nobody knows who the reply is from, WrongQuote when the sender has not written the words,
    WrongStatus when the office was not held that day or the demand is none that the reply answers, OtherSpeaker when
    no letter went to the office and nobody says that it is meant.
    """
    reply = Reply.objects.select_for_update().get(pk=reply.pk)
    if not reply.is_verified:
        raise NotVerified(_("Nobody has made sure who this is from. Confirm the sender first."))
    if reply.kind != Reply.Kind.ANSWER:
        raise WrongStatus(_("Only an answer can promise something."))
    quote = " ".join(quote.split())
    if not quote or quote not in " ".join(split_quoted(reply.text)[0].split()):
        raise WrongQuote(_("These words do not stand in the reply. Copy them from there, word for word."))
    chosen = speakers_of(reply).filter(pk=mandate.pk).first()
    if chosen is None:
        raise WrongStatus(_("This office was not held on the day of the reply, or did not answer."))
    if not chosen.was_written_to and not is_other_meant:
        raise OtherSpeaker(_("Our letter did not go to this office."))
    if not demands_of(reply).filter(pk=demand.pk).exists():
        raise WrongStatus(_("The reply answers no letter with this demand."))
    if municipality and not municipalities_of(reply).filter(pk=municipality.pk).exists():
        raise WrongStatus(_("The reply is not about this municipality."))
    commitment = Commitment.objects.create(
        reply=reply,
        quote=quote,
        mandate=mandate,
        speaker=speaker(mandate),
        said_on=said_on(reply),
        demand=demand,
        municipality=municipality,
        due_on=due_on,
        entered_by=by,
    )
    audit.record("commitment.entered", commitment, by=by, reply=reply.pk, other=not chosen.was_written_to)
    return commitment


def speaker(mandate: Mandate) -> str:
    """Return who speaks, with office and party, as it was on that day and in the language form of the place."""
    if mandate.politician is None:
        return str(mandate.body)
    party = f" ({mandate.party})" if mandate.party else ""
    with translation.override(mandate.body.municipality.letter_language if mandate.body.municipality else "nb"):
        return f"{mandate.label}{party}, {mandate.body}"[:300]


@transaction.atomic
def confirm_commitment(commitment: Commitment, *, by: User) -> Commitment:
    """Agree, as a second person, that this was promised; from now on everybody may read it.

    Raises OwnCommitment to who entered it, WrongStatus when somebody has decided already.
    """
    commitment = _waiting(commitment, by)
    commitment.confirmed_by, commitment.confirmed_at = by, timezone.now()
    commitment.save(update_fields=["confirmed_by", "confirmed_at"])
    CommitmentChange.objects.create(
        commitment=commitment, status=Status.PROMISED, evidence=commitment.quote, changed_by=by
    )
    audit.record("commitment.confirmed", commitment, by=by)
    return commitment


@transaction.atomic
def refuse_commitment(commitment: Commitment, *, why: str, by: User) -> Commitment:
    """Say, as a second person, that this was not promised so. Raises what `confirm_commitment` raises."""
    commitment = _waiting(commitment, by)
    commitment.refused_by, commitment.refused_at, commitment.refused_why = by, timezone.now(), why
    commitment.save(update_fields=["refused_by", "refused_at", "refused_why"])
    audit.record("commitment.refused", commitment, by=by)
    return commitment


def _waiting(commitment: Commitment, by: User) -> Commitment:
    commitment = Commitment.objects.select_for_update().get(pk=commitment.pk)
    if commitment.confirmed_at or commitment.refused_at:
        raise WrongStatus(_("Somebody has decided on this already."))
    if commitment.entered_by_id == by.pk:
        raise OwnCommitment(_("Somebody else has to confirm what you have entered."))
    return commitment


@transaction.atomic
def change_commitment(
    commitment: Commitment,
    *,
    status: str,
    reason: str = "",
    evidence: str = "",
    evidence_url: str = "",
    evidence_file: StoredFile | None = None,
    by: User | None,
) -> CommitmentChange:
    """Put down how it stands with a promise, and what shows it. Raises WrongStatus when that is not whole."""
    commitment = Commitment.objects.select_for_update().get(pk=commitment.pk)
    if commitment.confirmed_at is None:
        raise WrongStatus(_("It has to be confirmed first."))
    if not (evidence or evidence_url or evidence_file):
        raise WrongStatus(_("Put in what shows it: a text, a link or a file."))
    if status == Status.BROKEN and not reason:
        raise WrongStatus(_("Write why it counts as broken."))
    change = CommitmentChange.objects.create(
        commitment=commitment,
        status=status,
        reason=reason,
        evidence=evidence,
        evidence_url=evidence_url,
        evidence_file=evidence_file,
        changed_by=by,
    )
    was, commitment.status = commitment.status, status
    commitment.save(update_fields=["status"])
    audit.record("commitment.changed", commitment, by=by, kind="" if by else "clock", was=was, now=status)
    return change


def review_after_leaving(now: datetime) -> int:
    """Let what was promised by those who have left office be looked at anew, once; returns how many."""
    today = now.astimezone(OSLO).date()
    left = Commitment.objects.open().exclude(status=Status.REVIEW).filter(mandate__ends_on__lte=today)
    left = left.exclude(changes__status=Status.REVIEW, changes__changed_by=None).select_related("mandate")
    count = 0
    for commitment in left.order_by("pk"):
        note = f"{commitment.speaker} · {commitment.mandate.ends_on:%d.%m.%Y}"
        change_commitment(commitment, status=Status.REVIEW, evidence=note, by=None)
        count += 1
    return count
