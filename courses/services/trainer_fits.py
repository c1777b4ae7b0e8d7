"""Whom a session fits, as what: the trainers for staff to ask, and the calls for a trainer to see."""

from collections.abc import Iterable
from dataclasses import replace

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from courses.models import Assignment, Format, Meeting, Session, Trainer, TrainerOffer

from .candidates import Candidate, candidates_for, say_reason
from .fitting import Reason, Wanted, Why, know_trainers, reasons_for, speaks_against, wanted_of
from .taken_off import taken_off_by_staff
from .travel import Place

Kind, State = Assignment.Kind, Assignment.State
SAID_NO = (State.DECLINED, State.WITHDRAWN)
HIDES = (*SAID_NO, State.ACCEPTED, State.NEXT, State.OFFERED)


def candidates_in(session: Session, kind: str) -> list[Candidate]:
    """Return who could teach a session as the lead or the second trainer, the best first."""
    leads = set(Trainer.objects.filter(courses=session.course_id).values_list("pk", flat=True))
    found = [_as(one, kind, is_lead=one.trainer.pk in leads) for one in candidates_for(session)]
    return sorted(found, key=lambda one: one.rank)


def _as(one: Candidate, kind: str, *, is_lead: bool) -> Candidate:
    reasons = tuple(reason for reason in one.reasons if reason.why != Why.SECOND)
    if kind == Kind.LEAD and not is_lead:
        reasons = (*reasons, Reason(Why.SECOND))
    return replace(one, reasons=reasons)


def wanted_in(session: Session, kind: str) -> Wanted:
    """Return what a session wants of a lead or a second trainer. Costs three queries."""
    return replace(wanted_of(session), has_lead=kind == Kind.SECOND)


def against(trainer: Trainer, session: Session, kind: str) -> list[Reason]:
    """Return what speaks against a trainer for a session as the lead or the second trainer."""
    return reasons_for(trainer, wanted_in(session, kind))


def fits(reasons: Iterable[Reason]) -> bool:
    """Whether nothing speaks against but hints."""
    return not any(reason.refuses or reason.warns for reason in reasons)


def ask_for_reason(trainer: Trainer, warnings: Iterable[Reason]) -> str:
    """Say what speaks against a trainer, and that choosing them even so takes a reason."""
    text = _("Something speaks against %(name)s: %(reasons)s. Write why you choose %(name)s even so.")
    return text % {"name": trainer, "reasons": "; ".join(say_reason(one) for one in warnings)}


def who_said_no(session: Session) -> set[int]:
    """Return the trainers who declined a session or have left it; a call does not ask them again.

    Whoever staff has taken off it has not said no.
    """
    rows = list(session.assignments.filter(state__in=SAID_NO).values_list("pk", "trainer", "state"))
    has_gone = any(state == State.WITHDRAWN for _pk, _trainer, state in rows)
    taken_off = taken_off_by_staff(session) if has_gone else set()
    return {trainer for pk, trainer, _state in rows if pk not in taken_off}


def calls_that_fit(trainer: Trainer) -> list[TrainerOffer]:
    """Return the calls a trainer may answer now, soonest session first, in few queries however many there are.

    Whoever was taken off a session by staff sees the calls that came after that, as `who_said_no` has it. A call that
    was open then stays hidden: staff knew of it.
    """
    now = timezone.now()
    teaches = Q(session__course__in=trainer.courses.all()) | Q(
        kind=Kind.SECOND, session__course__in=trainer.second_courses.all()
    )
    calls = (
        TrainerOffer.objects.standing()
        .filter(way=TrainerOffer.Way.CALL, answer_by__gt=now, session__last_ends_at__gt=now)
        .filter(teaches)
        .select_related("session__course", "session__municipality", "session__closed_to")
        .prefetch_related("session__meetings", "session__shared_with")
        .order_by("session__first_starts_at", "pk")
        .distinct()
    )
    hiding = list(Assignment.objects.filter(trainer=trainer, session__in=calls.values("session"), state__in=HIDES))
    calls = [(call, _wanted(call)) for call in calls if not _is_hidden(call, hiding)] if calls else []
    if not calls:
        return []
    spans = [span for _call, wanted in calls for span in wanted.spans]
    known = know_trainers([trainer], spans)[trainer.pk]
    return [call for call, wanted in calls if fits(speaks_against(known, wanted))]


def _is_hidden(call: TrainerOffer, rows: Iterable[Assignment]) -> bool:
    """Whether a trainer has had to do with the session of a call so that the call does not concern them."""
    for row in rows:
        if row.session_id != call.session_id or (row.state == State.OFFERED and row.offer_id == call.pk):
            continue
        was_before = row.state == State.WITHDRAWN and row.changed_at <= call.made_at
        if not was_before or row.pk not in taken_off_by_staff(call.session):
            return True
    return False


def _wanted(call: TrainerOffer) -> Wanted:
    """The same as `wanted_in`, of what has been fetched."""
    session = call.session
    guests = {place.pk for place in session.guests()}
    meetings = [one for one in session.meetings.all() if one.state != Meeting.State.CANCELLED]
    return Wanted(
        course=str(session.course_id),
        language=session.language,
        spans=tuple((one.starts_at, one.ends_at) for one in meetings),
        place=None if session.format == Format.ONLINE else Place.of(session.municipality),
        municipalities=frozenset(guests | {session.municipality_id} - {None}),
        session=session.pk,
        has_lead=call.kind == Kind.SECOND,
    )
