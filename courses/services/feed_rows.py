"""The meetings of a feed as plain rows: three queries whatever their number, and no model for each."""

from collections.abc import Iterator

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from courses.models import Course, Meeting, Session
from municipalities.models import Municipality

from .events import Shown

COLUMNS = (
    "pk",
    "uid",
    "sequence",
    "starts_at",
    "ends_at",
    "changed_at",
    "place",
    "address",
    "join_url",
    "state",
    "session_id",
    "session__state",
    "session__neutral_title",
    "session__course_id",
    "session__municipality_id",
)


def rows_of(meetings: QuerySet[Meeting]) -> Iterator[Shown]:
    """Return what a calendar reads of meetings, soonest first, in the language that is active."""
    rows = list(meetings.order_by("starts_at", "pk").values_list(*COLUMNS))
    # Asked for after the meetings, so that none of them is of a course or a place that is not there yet.
    courses = Course.objects.order_by().only("slug", "title_nb", "title_nn", "title_en")
    titles = {course.pk: (course.title, course.slug) for course in courses}
    places = dict(Municipality.objects.order_by().values_list("pk", "name"))
    usual = str(_("Course"))
    cancelled, draft = Session.State.CANCELLED, Session.State.DRAFT
    for pk, uid, sequence, starts_at, ends_at, changed_at, place, address, join_url, *about in rows:
        state, session, session_state, neutral_title, course, municipality = about
        title, slug = titles[course]
        yield Shown(
            uid,
            sequence,
            starts_at,
            ends_at,
            changed_at,
            place,
            address,
            join_url,
            state == Meeting.State.CANCELLED or session_state == cancelled,
            session_state == draft,
            pk,
            session,
            neutral_title or usual,
            places.get(municipality, ""),
            title,
            slug,
        )
