"""What was promised by somebody who has left office: looked at anew, and handed on to whoever answers for it now."""

from datetime import UTC, date, datetime

from django.db import transaction
from django.db.models import Case, Exists, OuterRef, Q, QuerySet, Value, When
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext as _

from outreach.exceptions import WrongStatus
from outreach.models import Commitment, CommitmentChange, Mandate
from outreach.services.commitments.changes import change_commitment
from outreach.services.commitments.commitments import speaker
from outreach.services.commitments.follow_ups import draft_about
from taushet.models import User
from taushet.services import audit
from taushet.workdays import OSLO

Status = Commitment.Status
NEVER = datetime(1900, 1, 1, tzinfo=UTC)


def review_after_leaving(now: datetime) -> int:
    """Let what was promised by those who have left office be looked at anew, once for each who answers for it.

    Returns how many.
    """
    today = now.astimezone(OSLO).date()
    looked_at = CommitmentChange.objects.filter(
        commitment=OuterRef("pk"),
        status=Status.REVIEW,
        changed_by=None,
        changed_at__gte=Coalesce(OuterRef("handed_on_at"), Value(NEVER)),
    )
    left = Commitment.objects.open().exclude(status=Status.REVIEW).filter(has_left(today)).exclude(Exists(looked_at))
    count = 0
    for commitment in left.select_related("mandate__body", "successor__body").order_by("pk"):
        office = commitment.office
        who = speaker(office) if commitment.successor else commitment.speaker
        note = f"{who} · {office.ends_on:%d.%m.%Y}"
        change_commitment(commitment, status=Status.REVIEW, evidence=note, by=None)
        count += 1
    return count


def has_left(today: date) -> Q:
    """Whether who answers for a promise holds the office no longer."""
    return Q(successor=None, mandate__ends_on__lte=today) | Q(successor__ends_on__lte=today)


def successors_of(commitment: Commitment) -> QuerySet[Mandate]:
    """Return the offices of today that can answer for a promise: the same office first, then others of the place."""
    office = commitment.mandate
    of_the_place = Q(body=office.body_id)
    if office.body.municipality_id:
        of_the_place = Q(body=office.body_id, role=office.role) | Q(
            body__municipality=office.body.municipality_id, role__in=[Mandate.Role.MAILBOX, Mandate.Role.MAYOR]
        )
    found = Mandate.objects.in_office(timezone.localdate(timezone=OSLO)).filter(of_the_place)
    same = Case(When(role=office.role, then=Value(0)), default=Value(1))
    return (
        found.exclude(pk=commitment.office.pk)
        .select_related("politician", "body__municipality")
        .order_by(same, "role", "pk")
    )


@transaction.atomic
def hand_on(commitment: Commitment, mandate: Mandate, *, by: User) -> Commitment:
    """Say which office answers for a promise now; who promised stays who promised, and questions go to the other.

    A promise that stood as to be looked at stands again as before. Raises WrongStatus when it is not open, or the
    office is none that can answer for it today.
    """
    commitment = Commitment.objects.select_for_update(of=["self"]).select_related("mandate__body").get(pk=commitment.pk)
    if commitment.hidden_at or commitment.confirmed_at is None or commitment.status not in Commitment.OPEN:
        raise WrongStatus(_("The promise is settled or not public, so nobody has to answer for it."))
    if not successors_of(commitment).filter(pk=mandate.pk).exists():
        raise WrongStatus(_("This office cannot answer for the promise today."))
    commitment.successor, commitment.handed_on_at = mandate, timezone.now()
    commitment.save(update_fields=["successor", "handed_on_at"])
    audit.record("commitment.handed_on", commitment, by=by, mandate=mandate.pk)
    if commitment.status == Status.REVIEW:
        before = commitment.changes.in_force().exclude(status=Status.REVIEW).by_day().first()
        status = before.status if before and before.status in Commitment.OPEN else Status.PROMISED
        CommitmentChange.objects.create(
            commitment=commitment, status=status, evidence=speaker(mandate), changed_by=by, changed_at=timezone.now()
        )
        commitment.status = status
        commitment.save(update_fields=["status"])
    for follow_up in commitment.follow_ups.waiting().filter(mailing=None):
        follow_up.draft = draft_about(commitment, follow_up.rule)
        follow_up.save(update_fields=["draft"])
    return commitment
