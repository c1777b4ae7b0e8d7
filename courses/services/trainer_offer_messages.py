"""The mails of offers to trainers: to those who are asked, and to staff when something is answered or falls away.

Trainers know what they teach, so these name the course in the text; subjects name only the time (design rule 9).
"""

from collections.abc import Iterable

from django.conf import settings
from django.urls import reverse
from django.utils import translation

from courses.models import Assignment, Session, TrainerOffer
from taushet import roles
from taushet.models import Message, User
from taushet.services.outbox import render_mail, write_message

from .catalogue import when_text
from .events import is_cancelled, location

ASKED = "trainer-asked"
CLOSED = "trainer-offer-closed"
STAFF = "trainer-staff"


def tell_asked(assignment: Assignment, *, is_changed: bool = False) -> Message:
    """Ask a trainer, with the place to answer and until when; `is_changed` asks anew after the time has changed."""
    offer, session = assignment.offer, assignment.session
    meetings = [(one, location(one), is_cancelled(one)) for one in session.meetings.order_by("starts_at", "pk")]
    page = settings.BASE_URL + offer.get_absolute_url()
    context = {"assignment": assignment, "offer": offer, "meetings": meetings, "page": page, "is_changed": is_changed}
    return _write(ASKED, "trainer_asked", session, assignment.trainer.user, **context)


def tell_closed(assignment: Assignment) -> Message:
    """Tell a trainer who has not answered that there is nothing more to answer, and why."""
    user = assignment.trainer.user
    return _write(CLOSED, "trainer_offer_closed", assignment.session, user, assignment=assignment)


def tell_staff(what: str, session: Session, to: Iterable[User], *, trainer: str = "") -> None:
    """Tell staff what has become of the trainers of a session: accepted, nobody, left or out_today."""
    page = settings.BASE_URL + reverse("courses:session_staffing", args=[session.pk])
    for user in to:
        if user.is_active:
            _write(STAFF, "trainer_staff", session, user, what=what, name=trainer, page=page)


def staff_to_tell() -> list[User]:
    """Return the campaign staff, or the administrators where there are none."""
    for role in (roles.CAMPAIGN, roles.ADMINISTRATOR):
        if found := list(User.objects.filter(is_active=True, groups__name=role).order_by("pk")):
            return found
    return []


def who_follows(offer: TrainerOffer) -> list[User]:
    """Return who is told of what becomes of an offer: who made it, or all campaign staff once that person is gone."""
    maker = offer.made_by
    return [maker] if maker.has_perm("courses.add_assignment") else staff_to_tell()


def _write(kind: str, template: str, session: Session, user: User, **context) -> Message:
    with translation.override(user.language):
        context |= {
            "session": session,
            "course": session.course.title,
            "when": when_text(session.first_starts_at, session.last_ends_at),
            "where": str(session.municipality or session.get_format_display()),
        }
    subject, text = render_mail(template, context, user.language)
    return write_message(
        kind=kind,
        to_email=user.email,
        to_name=str(user),
        subject=subject,
        text=text,
        language=user.language,
        is_demonstration=session.is_demonstration,
    )
