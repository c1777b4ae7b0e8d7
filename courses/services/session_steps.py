"""The steps of a session's life as staff meet them: what is asked, who will be told, what is said afterwards."""

from collections.abc import Callable, Collection
from dataclasses import dataclass

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from courses.models import Session

from . import sessions
from .cancel_preview import Told, who_is_told


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
    preview: Callable[[Collection[Session]], list[Told]] | None = None

    @property
    def url_name(self) -> str:
        return f"courses:staff_session_{self.key}"


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
    return _("Everybody below is told at once, each in the own role. This cannot be undone.")


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
            preview=who_is_told,
        ),
    )
}
