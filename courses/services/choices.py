"""What staff does with several bookings or sessions at once: which of them it can be done to, and why not the others.

Each is done by itself, through the service that does it to one, so that one that fails leaves the others done, and
doing it all once more changes nothing.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from courses.exceptions import CoursesError
from courses.models import Booking, Session
from taushet.models import User

from . import booking_changes, bookings, guards, sessions
from .cancel_preview import Told, who_is_told

MOST = 200


@dataclass(frozen=True)
class Choice:
    """One thing to do with several rows: `why_not(row)` is empty for those that fit, `none` is said when none does.

    `takes_words` says that `do` takes `words` to those concerned.
    """

    title: str
    text: str
    button: str
    done: str
    none: str
    why_not: Callable[[models.Model], str]
    do: Callable[..., object]
    color: str = "accent"
    told: Callable[[list], list[Told]] | None = None
    takes_words: bool = False


@dataclass
class Sorted:
    """The chosen rows: those it can be done to, and the others with the reason."""

    fit: list = field(default_factory=list)
    left_out: list[tuple[models.Model, str]] = field(default_factory=list)


def sort_out(choice: Choice, rows: Iterable[models.Model]) -> Sorted:
    """Say to which rows something can be done."""
    found = Sorted()
    for row in rows:
        if why := choice.why_not(row):
            found.left_out.append((row, why))
        else:
            found.fit.append(row)
    return found


def do_to_all(choice: Choice, rows: Iterable[models.Model], *, by: User, **details) -> Sorted:
    """Do something to every row it can be done to; returns which it was done to, and why not to the others.

    `details` are what `do` takes besides the row and who does it.
    """
    found = sort_out(choice, rows)
    done = Sorted(left_out=found.left_out)
    for row in found.fit:
        try:
            choice.do(row, by=by, **details)
        except CoursesError as error:
            done.left_out.append((row, str(error)))
        else:
            done.fit.append(row)
    return done


def told_by_all(choice: Choice, rows: list[models.Model]) -> list[Told]:
    """Return who is told what, role by role, over all of the rows."""
    return choice.told(rows) if choice.told else []


def why_not_confirm(booking: Booking) -> str:
    if booking.state != Booking.State.HELD:
        return _("Not held: %(state)s.") % {"state": booking.get_state_display().lower()}
    try:
        guards.refuse_unbookable(booking.session)
    except CoursesError as refusal:
        return str(refusal)
    return ""


def why_not_cancel(booking: Booking) -> str:
    if not booking.is_live:
        return _("Nothing to cancel: %(state)s.") % {"state": booking.get_state_display().lower()}
    if booking.session.state == Session.State.CANCELLED:
        return _("The course is cancelled, so the booking cannot be changed.")
    if booking.session.first_starts_at <= timezone.now():
        return _("The course has begun.")
    return ""


def why_not_confirm_session(session: Session) -> str:
    if session.state != Session.State.OPEN:
        return _("Not open: %(state)s.") % {"state": session.get_state_display().lower()}
    return _("The session is over.") if session.last_ends_at <= timezone.now() else ""


def why_not_cancel_session(session: Session) -> str:
    if not session.is_changeable:
        return _("Nothing to cancel: %(state)s.") % {"state": session.get_state_display().lower()}
    return _("The session is over.") if session.last_ends_at <= timezone.now() else ""


BOOKING_CHOICES = {
    "bekreft": Choice(
        title=gettext_lazy("Confirm the chosen bookings?"),
        text=gettext_lazy(
            "The seats are theirs at once, and contacts and participants get their e-mails. The addresses are not"
            " proved by that."
        ),
        button=gettext_lazy("Confirm them"),
        done=gettext_lazy("Confirmed"),
        none=gettext_lazy("None of the chosen bookings can be confirmed"),
        why_not=why_not_confirm,
        do=bookings.confirm_for,
    ),
    "avbestill": Choice(
        title=gettext_lazy("Cancel the chosen bookings?"),
        text=gettext_lazy(
            "The seats are given back. Contacts, and participants with an e-mail address, are told. No fee is charged;"
            " for that cancel one by one."
        ),
        button=gettext_lazy("Cancel the bookings"),
        done=gettext_lazy("Called off"),
        none=gettext_lazy("None of the chosen bookings can be cancelled"),
        why_not=why_not_cancel,
        do=booking_changes.cancel_booking,
        color="danger",
    ),
}

SESSION_CHOICES = {
    "bekreft": Choice(
        title=gettext_lazy("Confirm that the chosen sessions will be held?"),
        text=gettext_lazy("They are shown as ones that will be held. Nobody gets an e-mail."),
        button=gettext_lazy("Confirm them"),
        done=gettext_lazy("Confirmed"),
        none=gettext_lazy("None of the chosen sessions can be confirmed"),
        why_not=why_not_confirm_session,
        do=sessions.confirm_session,
    ),
    "avlys": Choice(
        title=gettext_lazy("Cancel the chosen sessions?"),
        text=gettext_lazy("Everybody below is told at once, each in the own role. This cannot be undone."),
        button=gettext_lazy("Cancel the sessions"),
        done=gettext_lazy("Cancelled"),
        none=gettext_lazy("None of the chosen sessions can be cancelled"),
        why_not=why_not_cancel_session,
        do=sessions.cancel_session,
        color="danger",
        told=who_is_told,
        takes_words=True,
    ),
}
