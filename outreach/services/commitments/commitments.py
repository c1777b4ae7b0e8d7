"""Promises: entered from a reply, then confirmed or refused by a second person, or taken back by the first."""

from datetime import date

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from municipalities.models import Municipality
from outreach.exceptions import NotVerified, OtherSpeaker, OwnCommitment, SameQuote, WrongQuote, WrongStatus
from outreach.models import Commitment, CommitmentChange, Demand, LetterDemand, Mandate, Reply
from outreach.services.replies.quoting import split_quoted
from taushet.models import User
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


def in_one_line(quote: str) -> str:
    return " ".join(quote.split())


def put_in_before(commitments: QuerySet[Commitment], quote: str) -> QuerySet[Commitment]:
    """Return those of some promises that have these very words and that nobody has refused or taken back."""
    return commitments.put_in().filter(quote=in_one_line(quote))


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
    is_double_meant: bool = False,
    instead_of: Commitment | None = None,
) -> Commitment:
    """Put down what somebody has promised; it counts once a second person has confirmed it.

    `instead_of` is what the same person put in wrongly: it is taken back. Raises NotVerified when nobody knows who the
    reply is from, WrongQuote when the sender has not written the words, WrongStatus when the office was not held that
    day, the demand is none that the reply answers or the day lies before it, OtherSpeaker when no letter went to the
    office and nobody says that it is meant, SameQuote when the words have been put in before: the very same promise is
    always refused, another one with the same words has to be meant.
    """
    reply = Reply.objects.select_for_update().get(pk=reply.pk)
    if not reply.is_verified:
        raise NotVerified(_("Nobody has made sure who this is from. Confirm the sender first."))
    if reply.kind != Reply.Kind.ANSWER:
        raise WrongStatus(_("Only an answer can promise something."))
    quote = in_one_line(quote)
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
    if due_on and due_on < said_on(reply):
        raise WrongStatus(_("The day lies before the answer came. Put in the day it is to be done, or none."))
    if instead_of:
        take_back_commitment(instead_of, by=by)
    same = put_in_before(reply.commitments, quote)
    if same.filter(mandate=mandate, demand=demand, municipality=municipality, due_on=due_on).exists():
        raise SameQuote(_("This promise is put in already."))
    if same.exists() and not is_double_meant:
        raise SameQuote(_("A promise with these very words is put in already."))
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
        commitment=commitment,
        status=Status.PROMISED,
        evidence=commitment.quote,
        changed_by=by,
        changed_at=commitment.confirmed_at,
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


@transaction.atomic
def take_back_commitment(commitment: Commitment, *, by: User) -> Commitment:
    """Take back what one has put in oneself, as long as nobody has decided on it; the row stays for staff.

    Raises OwnCommitment to everybody else, WrongStatus when somebody has decided already.
    """
    commitment = _undecided(commitment)
    if commitment.entered_by_id != by.pk:
        raise OwnCommitment(_("Only who put it in can take it back. You can refuse it."))
    commitment.refused_by, commitment.refused_at = by, timezone.now()
    commitment.save(update_fields=["refused_by", "refused_at"])
    audit.record("commitment.taken_back", commitment, by=by)
    return commitment


def _undecided(commitment: Commitment) -> Commitment:
    commitment = Commitment.objects.select_for_update().get(pk=commitment.pk)
    if commitment.confirmed_at or commitment.refused_at:
        raise WrongStatus(_("Somebody has decided on this already."))
    return commitment


def _waiting(commitment: Commitment, by: User) -> Commitment:
    commitment = _undecided(commitment)
    if commitment.entered_by_id == by.pk:
        raise OwnCommitment(_("Somebody else has to confirm what you have entered."))
    return commitment
