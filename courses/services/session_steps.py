"""The steps of a session's life as staff meet them: what is asked, who will be told, what is said afterwards."""

from collections.abc import Callable
from dataclasses import dataclass

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from courses.models import Assignment, Invitation, Session

from . import sessions


@dataclass(frozen=True)
class Step:
    """One step: `take(session, by=...)` does it; `consequence(session)` says beforehand what that means."""

    key: str
    label: str
    question: str
    done: str
    take: Callable[..., Session]
    consequence: Callable[[Session], str]
    is_offered_for: Callable[[Session], bool]
    color: str = "accent"

    @property
    def url_name(self) -> str:
        return f"courses:staff_session_{self.key}"


def count_told(session: Session) -> int:
    """Count the addresses that hold a calendar invitation to what is still to come of a session."""
    live = Invitation.objects.filter(meeting__session=session, cancelled_at=None, meeting__ends_at__gt=timezone.now())
    return live.values("email").distinct().count()


def what_opening_means(session: Session) -> str:
    if session.closed_to:
        return _("The session can then be seen and booked by people in %(municipality)s only.") % {
            "municipality": session.held_for
        }
    return _(
        "The session can then be seen and booked by everybody. Those who asked to be told of new dates get an e-mail"
        " about an hour later."
    )


def what_confirming_means(session: Session) -> str:
    return _("The session is shown as one that will be held. Nobody gets an e-mail.")


def what_holding_means(session: Session) -> str:
    return _("The session then counts as a course held for the municipalities that took part. Nobody gets an e-mail.")


def what_cancelling_means(session: Session) -> str:
    told = count_told(session)
    freed = Assignment.objects.standing().filter(session=session).count()
    mails = ngettext(
        "%(count)d person who has the session in the calendar gets an e-mail that takes it out.",
        "%(count)d people who have the session in their calendars get an e-mail that takes it out.",
        told,
    )
    trainers = ngettext(
        "%(count)d trainer gets an e-mail and is free again.",
        "%(count)d trainers get an e-mail and are free again.",
        freed,
    )
    told_whom = [sentence % {"count": count} for sentence, count in ((mails, told), (trainers, freed)) if count]
    return " ".join([*(told_whom or [_("Nobody gets an e-mail.")]), _("This cannot be undone.")])


def is_over(session: Session) -> bool:
    return session.last_ends_at <= timezone.now()


STEPS = {
    step.key: step
    for step in (
        Step(
            "open",
            label=gettext_lazy("Open for booking"),
            question=gettext_lazy("Open this session for booking?"),
            done=gettext_lazy("The session is open."),
            take=sessions.open_session,
            consequence=what_opening_means,
            is_offered_for=lambda session: session.state == Session.State.DRAFT,
        ),
        Step(
            "confirm",
            label=gettext_lazy("Confirm that it will be held"),
            question=gettext_lazy("Confirm that this session will be held?"),
            done=gettext_lazy("The session is confirmed."),
            take=sessions.confirm_session,
            consequence=what_confirming_means,
            is_offered_for=lambda session: session.state == Session.State.OPEN and not is_over(session),
        ),
        Step(
            "hold",
            label=gettext_lazy("Record that it was held"),
            question=gettext_lazy("Was this session held?"),
            done=gettext_lazy("The session is recorded as held."),
            take=sessions.hold_session,
            consequence=what_holding_means,
            is_offered_for=lambda session: session.state in Session.OPEN_STATES and is_over(session),
        ),
        Step(
            "cancel",
            label=gettext_lazy("Cancel the session"),
            question=gettext_lazy("Cancel this session?"),
            done=gettext_lazy("The session is cancelled."),
            take=sessions.cancel_session,
            consequence=what_cancelling_means,
            is_offered_for=lambda session: (
                session.state in {Session.State.DRAFT, *Session.OPEN_STATES} and not is_over(session)
            ),
            color="danger",
        ),
    )
}
