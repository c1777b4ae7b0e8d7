"""Trainers who keep a session that is changed: what comes to speak against them takes a reason, as when they got it."""

from collections.abc import Mapping

from django.utils.translation import gettext as _

from courses.exceptions import NeedsReason, TrainerUnfit
from courses.models import Assignment, Session
from taushet.models import User
from taushet.services import audit

from .reasons import Reason, Why
from .trainer_fits import against, ask_for_reason

Warnings = Mapping[int, list[Reason]]


def warnings_of(session: Session) -> Warnings:
    """Return what speaks against those who teach a session, as it stands, by the number of the assignment.

    Who teaches elsewhere at its times is left to the database.
    """
    rows = session.assignments.standing().select_related("trainer__user", "trainer__home")
    return {
        row.pk: [one for one in against(row.trainer, session, row.kind) if one.warns or one.why == Why.COURSE]
        for row in rows
    }


def keep_even_so(session: Session, before: Warnings, *, reason: str, by: User) -> None:
    """Keep the trainers of a session that has been changed, those something new speaks against for a reason.

    `before` is what spoke against them before the change. Called in its transaction. Raises NeedsReason, and
    TrainerUnfit when it has become another course that a trainer does not teach.
    """
    now = warnings_of(session)
    rows = {row.pk: row for row in Assignment.objects.filter(pk__in=now).select_related("trainer__user")}
    for pk, found in sorted(now.items()):
        row, known = rows[pk], {one.why for one in before.get(pk, ())}
        new = [one for one in found if one.why not in known]
        if not new:
            continue
        if any(one.refuses for one in new):
            text = _("%(name)s is not registered as a trainer for %(course)s.")
            raise TrainerUnfit(text % {"name": row.trainer, "course": session.course}, field="course")
        if not reason:
            raise NeedsReason(ask_for_reason(row.trainer, new), field="keep_reason")
        row.overridden = list(dict.fromkeys([*row.overridden, *(one.why.value for one in new)]))
        row.override_reason = reason
        row.save(update_fields=["overridden", "override_reason"])
        audit.record("trainer.kept", session, by=by, trainer=row.trainer_id, overridden=row.overridden)
