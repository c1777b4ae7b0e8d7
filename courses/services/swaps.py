"""Two trainers swap: one asks, the colleague says yes, staff approves; nothing has changed before that.

Approving frees one and assigns the other in one transaction, under the constraint that nobody is in two places, and
tells each of them once.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from courses.exceptions import CoursesError
from courses.models import Assignment, Session, Swap, Trainer
from taushet.models import User
from taushet.services import audit

from .assignments import hand_over
from .candidates import candidates_for, say_reason
from .catalogue import when_text
from .reasons import Reason, Why
from .trainer_fits import against, candidates_in
from .trainer_mail import page, write_mail

State = Swap.State
KEPT = timedelta(days=90)


class SwapRefused(CoursesError):
    """The swap, or the session it is about, is not in a state for this."""


def colleagues_for(session: Session) -> list[Trainer]:
    """Return who could take over a session by course and time, by name; why others cannot is nobody's business."""
    found = [one.trainer for one in candidates_for(session) if not one.refused]
    return sorted((trainer for trainer in found if trainer.has_joined), key=str)


@dataclass(frozen=True)
class Colleague:
    """Somebody who could be asked to take over, and in words what a colleague may know speaks against it."""

    trainer: Trainer
    against: tuple[str, ...]


def colleagues_to_show(assignment: Assignment) -> list[Colleague]:
    """Return who could take over what somebody teaches, those it fits first, then by name.

    Time, absence and impartiality are a trainer's own business, and are told to colleagues as one general sentence.
    """
    found = [one for one in candidates_in(assignment.session, assignment.kind) if not one.refused]
    shown = [Colleague(one.trainer, tuple(dict.fromkeys(map(_for_colleagues, one.warnings)))) for one in found]
    return sorted(shown, key=lambda one: (bool(one.against), str(one.trainer)))


def _for_colleagues(reason: Reason) -> str:
    if reason.why in {Why.COUNTY, Why.LANGUAGE, Why.SECOND}:
        return say_reason(reason)
    return _("perhaps cannot that day")


def against_swap(swap: Swap) -> list[Reason]:
    """Return what speaks against the colleague of a swap, for staff to see before they approve it."""
    found = against(swap.colleague, swap.assignment.session, swap.assignment.kind)
    return [one for one in found if one.refuses or one.warns]


@transaction.atomic
def ask_colleague(assignment: Assignment, *, colleague: Trainer, note: str = "", by: User) -> Swap:
    """Ask a colleague to take over a session; the colleague gets a mail.

    Raises SwapRefused when the session is not the asker's any more or has begun, when somebody is asked already, and
    when the colleague cannot take it.
    """
    assignment = _locked(assignment.pk)
    session = assignment.session
    if assignment.state != Assignment.State.ACCEPTED or not is_ahead(session):
        raise SwapRefused(_("This session cannot be given to a colleague any more."))
    if colleague.pk not in {one.pk for one in colleagues_for(session)}:
        raise SwapRefused(_("%(name)s cannot take over this session.") % {"name": colleague}, field="colleague")
    try:
        with transaction.atomic():
            swap = Swap.objects.create(assignment=assignment, colleague=colleague, note=note)
    except IntegrityError as error:
        raise SwapRefused(_("You have asked a colleague already. Take that back first.")) from error
    _tell(swap, colleague, "swap_asked", name=str(assignment.trainer), note=note, page=page("trainer_swaps"))
    audit.record("swap.asked", session, by=by, swap=swap.pk, colleague=colleague.pk)
    return swap


@transaction.atomic
def answer_swap(swap: Swap, *, agrees: bool, words: str = "", by: User) -> Swap:
    """Let the colleague say yes, which staff then sees, or no, which the asker is told. Raises SwapRefused."""
    swap = _locked_swap(swap.pk, State.ASKED)
    swap.state = State.AGREED if agrees else State.DECLINED
    swap.answered_at, swap.answer = timezone.now(), words
    swap.save(update_fields=["state", "answered_at", "answer"])
    if not agrees:
        asker = swap.assignment.trainer
        name = str(swap.colleague)
        _tell(swap, asker, "swap_declined", name=name, words=words, page=page("trainer_swaps"))
    audit.record("swap.answered", swap.assignment.session, by=by, swap=swap.pk, agrees=agrees)
    return swap


@transaction.atomic
def take_back_swap(swap: Swap, *, by: User) -> Swap:
    """Let the asker take the question back; the colleague is told. Raises SwapRefused."""
    swap = _locked_swap(swap.pk, *Swap.UNDECIDED)
    swap.state = State.WITHDRAWN
    swap.save(update_fields=["state"])
    _tell(swap, swap.colleague, "swap_taken_back", name=str(swap.assignment.trainer))
    audit.record("swap.taken_back", swap.assignment.session, by=by, swap=swap.pk)
    return swap


@transaction.atomic
def approve_swap(swap: Swap, *, reason: str = "", by: User) -> Assignment:
    """Take the session from the one and give it to the other, each told once; returns the new assignment.

    Raises SwapRefused when nobody has said yes, and all that `hand_over` raises; then nothing has changed.
    """
    wanted = Swap.objects.select_related("assignment").get(pk=swap.pk)
    # The same order as everywhere: session, assignment, trainers by number.
    session = Session.objects.select_for_update(no_key=True, of=("self",)).get(pk=wanted.assignment.session_id)
    swap = _locked_swap(swap.pk, State.AGREED)
    numbers = [swap.assignment.trainer_id, swap.colleague_id]
    list(Trainer.objects.select_for_update(no_key=True, of=("self",)).filter(pk__in=numbers).order_by("pk"))
    swap.state, swap.decided_at, swap.decided_by = State.APPROVED, timezone.now(), by
    swap.save(update_fields=["state", "decided_at", "decided_by"])
    assignment = hand_over(swap.assignment, trainer=swap.colleague, reason=reason, by=by)
    audit.record("swap.approved", session, by=by, swap=swap.pk)
    return assignment


@transaction.atomic
def refuse_swap(swap: Swap, *, words: str = "", by: User) -> Swap:
    """Leave the session where it is; both are told. Raises SwapRefused."""
    swap = _locked_swap(swap.pk, State.AGREED)
    swap.state, swap.decided_at, swap.decided_by = State.REFUSED, timezone.now(), by
    swap.save(update_fields=["state", "decided_at", "decided_by"])
    asker, colleague = swap.assignment.trainer, swap.colleague
    _tell(swap, asker, "swap_refused", name=str(colleague), words=words, keeps=True)
    _tell(swap, colleague, "swap_refused", name=str(asker), words=words, keeps=False)
    audit.record("swap.refused", swap.assignment.session, by=by, swap=swap.pk)
    return swap


def swaps_with_rows() -> QuerySet[Swap]:
    """Return swaps with what pages show of them."""
    return Swap.objects.select_related(
        "assignment__trainer__user",
        "assignment__session__course",
        "assignment__session__municipality__county",
        "colleague__user",
    )


def forget_swap_words(now: datetime) -> int:
    """Empty what trainers wrote to each other, 90 days after the session (a RetentionRule)."""
    old = Swap.objects.filter(assignment__session__last_ends_at__lt=now - KEPT)
    return old.filter(~Q(note="") | ~Q(answer="")).update(note="", answer="")


def is_ahead(session: Session) -> bool:
    """Whether a session can still change hands whole: it is neither cancelled nor held, and has not begun."""
    return session.takes_trainers and session.first_starts_at > timezone.now()


def _locked(assignment_id: int) -> Assignment:
    rows = Assignment.objects.select_for_update(no_key=True, of=("self",)).select_related(
        "session__course", "trainer__user"
    )
    return rows.get(pk=assignment_id)


def _locked_swap(swap_id: int, *states: str) -> Swap:
    """Return a swap in one of some states whose session is still the asker's, assignment and swap locked."""
    assignment = _locked(Swap.objects.get(pk=swap_id).assignment_id)
    swap = Swap.objects.select_for_update(no_key=True, of=("self",)).select_related("colleague__user").get(pk=swap_id)
    swap.assignment = assignment
    is_theirs = assignment.state == Assignment.State.ACCEPTED and is_ahead(assignment.session)
    if swap.state not in states or not is_theirs:
        raise SwapRefused(_("This can no longer be done: the swap has been decided, or the session has changed hands."))
    return swap


def _tell(swap: Swap, trainer: Trainer, template: str, **context) -> None:
    session = swap.assignment.session
    with translation.override(trainer.user.language):
        context |= {
            "course": session.course.title,
            "when": when_text(session.first_starts_at, session.last_ends_at),
        }
    write_mail(trainer, template, context, is_demonstration=session.is_demonstration)
