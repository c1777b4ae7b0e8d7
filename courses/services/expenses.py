"""What an assignment has cost its trainer: written by the trainer until staff has settled it."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from decimal import Decimal

from django.db import transaction
from django.db.models import FETCH_RAISE, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from courses.exceptions import CoursesError
from courses.models import Assignment, ExpenseClaim, Outlay, Session, Trainer
from taushet.models import User
from taushet.services import audit

LOOKS_BACK = timedelta(days=366)
LOOKS_AHEAD = timedelta(days=60)  # tickets are bought beforehand
AT_ONCE = 500
FIVE_YEARS = timedelta(days=5 * 366)


class ExpensesSettled(CoursesError):
    """The expenses are settled, and nothing is changed in them any more."""


def assignments_to_claim(trainer: Trainer, now: datetime | None = None) -> QuerySet[Assignment]:
    """Return what a trainer may claim expenses for: sessions taught, those near, and those that were taken off lately.

    Somebody who fell ill may have bought a ticket.
    """
    now = now or timezone.now()
    near = Q(session__first_starts_at__lt=now + LOOKS_AHEAD, session__last_ends_at__gt=now - LOOKS_BACK)
    mine = Assignment.objects.filter(trainer=trainer, state__in=[Assignment.State.ACCEPTED, Assignment.State.WITHDRAWN])
    rows = mine.filter(near | Q(expense_claim__isnull=False))
    rows = rows.select_related("session__course", "session__municipality__county", "session__closed_to")
    return rows.order_by("-session__first_starts_at", "-pk")


@transaction.atomic
def claim_expenses(
    assignment: Assignment, *, kilometres: int, note: str, outlays: Iterable[tuple[str, Decimal]], by: User
) -> ExpenseClaim:
    """Write down all that an assignment has cost: kilometres by car, and outlays with their amounts in kroner.

    What was written before is replaced. Raises ExpensesSettled once staff has settled it.
    """
    Assignment.objects.select_for_update(no_key=True, of=("self",)).get(pk=assignment.pk)
    claim = _locked(ExpenseClaim.objects.get_or_create(assignment=assignment)[0])
    if claim.settled_at:
        raise ExpensesSettled(_("These expenses are settled. Write to us if something is wrong."))
    claim.kilometres, claim.note, claim.changed_at = kilometres, note, timezone.now()
    claim.save(update_fields=["kilometres", "note", "changed_at"])
    claim.outlays.all().delete()
    Outlay.objects.bulk_create(Outlay(claim=claim, what=what, amount=amount) for what, amount in outlays)
    audit.record("expenses.claimed", claim, by=by, assignment=assignment.pk)
    return claim


@transaction.atomic
def settle_expenses(claim: ExpenseClaim, *, seen: datetime, by: User) -> ExpenseClaim:
    """Put expenses down as settled, as they were seen: `seen` is when they were last changed then.

    Raises ExpensesSettled when they are settled already, or when the trainer has changed them since.
    """
    claim = _locked(claim)
    if claim.settled_at:
        raise ExpensesSettled(_("These expenses are settled already."))
    if claim.changed_at != seen:
        raise ExpensesSettled(_("The trainer has changed these expenses since you opened the page. Look again."))
    claim.settled_at, claim.settled_by = timezone.now(), by
    claim.save(update_fields=["settled_at", "settled_by"])
    audit.record("expenses.settled", claim, by=by)
    return claim


@transaction.atomic
def reopen_expenses(claim: ExpenseClaim, *, by: User) -> ExpenseClaim:
    """Let the trainer correct what was settled by mistake. Doing it twice changes nothing."""
    claim = _locked(claim)
    if claim.settled_at:
        claim.settled_at, claim.settled_by = None, None
        claim.save(update_fields=["settled_at", "settled_by"])
        audit.record("expenses.reopened", claim, by=by)
    return claim


def claims_with_rows(claims: QuerySet[ExpenseClaim] | None = None) -> QuerySet[ExpenseClaim]:
    """Return claims that hold something, with what lists show of them."""
    rows = ExpenseClaim.objects.all() if claims is None else claims
    rows = rows.filter(Q(kilometres__gt=0) | Q(outlays__isnull=False) | ~Q(note="")).distinct()
    related = ("assignment__trainer__user", "assignment__session__course", "assignment__session__municipality")
    return (
        rows.select_related(*related).prefetch_related("outlays").order_by("assignment__session__first_starts_at", "pk")
    )


def expense_table(claims: QuerySet[ExpenseClaim], *, by: User, ending: str) -> tuple[list[str], Iterator[tuple]]:
    """Return heading and rows of expenses: one row for the kilometres of a claim and one for each outlay."""
    heading = [
        _("Claim"),
        _("Trainer"),
        _("Work e-mail"),
        _("Course"),
        _("Starts"),
        _("Municipality"),
        _("What"),
        _("Kilometres"),
        _("Amount in kroner"),
        _("Note"),
        _("Settled on"),
    ]
    claims = claims_with_rows(claims)
    audit.record("expenses.exported", by, by=by, ending=ending, count=claims.count())
    rows = claims.fetch_mode(FETCH_RAISE).iterator(chunk_size=AT_ONCE)
    return heading, (row for claim in rows for row in _rows_of(claim))


def _rows_of(claim: ExpenseClaim) -> Iterator[tuple]:
    session: Session = claim.assignment.session
    user = claim.assignment.trainer.user
    municipality = str(session.municipality) if session.municipality else ""
    head = (claim.pk, str(user), user.email, session.course.title, session.first_starts_at, municipality)
    tail = (claim.note, claim.settled_at)
    outlays = list(claim.outlays.all())
    if claim.kilometres or not outlays:
        yield (*head, _("By own car"), claim.kilometres, None, *tail)
    for outlay in outlays:
        yield (*head, outlay.what, None, outlay.amount, *tail)


def erase_expenses(now: datetime) -> int:
    """Delete expenses five years after the year of the session, as the bookkeeping rules say (a RetentionRule)."""
    old = ExpenseClaim.objects.filter(assignment__session__last_ends_at__lt=now - FIVE_YEARS - timedelta(days=366))
    return old.delete()[0]


def _locked(claim: ExpenseClaim) -> ExpenseClaim:
    return ExpenseClaim.objects.select_for_update(no_key=True, of=("self",)).get(pk=claim.pk)
