"""Courses as campaign staff write them."""

from collections.abc import Iterable

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from courses.exceptions import ContentChanged
from courses.models import Course, Meeting, Session
from taushet.models import User
from taushet.services import audit

from .sessions import plain_value
from .terms import Terms

TITLES = ("title_nb", "title_nn", "title_en")


class CourseChanged(ContentChanged):
    """Somebody else has changed the course since its form was opened; nothing was saved."""

    def __init__(self, now: dict) -> None:
        sentence = _("Somebody else has changed the course while you had it open. Nothing of yours is saved yet.")
        super().__init__(sentence, now)


def content_of_course(course: Course, names: Iterable[str]) -> dict:
    """Return fields of a course as its form carries them, so that two editors can be told apart."""
    values = {name: plain_value(getattr(course, name)) for name in names}
    return {name: value.replace("\r\n", "\n") if isinstance(value, str) else value for name, value in values.items()}


@transaction.atomic
def create_course(*, by: User, **fields) -> Course:
    """Store a new course."""
    course = Course.objects.create(**fields)
    audit.record("course.created", course, by=by)
    return course


@transaction.atomic
def change_course(course: Course, *, by: User, seen: dict | None = None, **fields) -> Course:
    """Give a course other texts or terms. Raises CourseChanged when it is no longer as its form showed it (`seen`).

    What was booked keeps its price. A new title reaches the calendars that show it, so that the sequence of all
    coming meetings rises; nobody gets a mail for a corrected title.
    """
    course = Course.objects.select_for_update().get(pk=course.pk)
    if seen is not None and seen != (now := content_of_course(course, seen)):
        raise CourseChanged(now)
    changed = [name for name, value in fields.items() if getattr(course, name) != value]
    for name in changed:
        setattr(course, name, fields[name])
    course.save(update_fields=changed)
    if any(name in TITLES for name in changed):
        coming = Meeting.objects.filter(session__course=course, state=Meeting.State.PLANNED, ends_at__gt=timezone.now())
        coming.exclude(session__state=Session.State.CANCELLED).update(
            sequence=F("sequence") + 1, changed_at=timezone.now()
        )
    audit.record("course.changed", course, by=by, fields=changed)
    return course


@transaction.atomic
def set_terms(course: Course, terms: Terms, *, by: User) -> Course:
    """Give a course other terms for what is booked from now on; what is booked keeps its own."""
    course = Course.objects.select_for_update().get(pk=course.pk)
    stored = terms.stored()
    if stored != course.terms:
        before, course.terms = course.terms, stored
        course.save(update_fields=["terms"])
        audit.record("course.terms", course, by=by, before=before, after=stored)
    return course
