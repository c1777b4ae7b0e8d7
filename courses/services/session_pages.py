"""The page of one session: read with its meetings in one query, and laid out once as long as nothing of it changes.

In the rush after a session has opened it is the page that everybody reloads, and most of them get the same one.
"""

from collections.abc import Callable
from functools import partial
from hashlib import sha256

from django.contrib.auth.models import AnonymousUser
from django.core.cache import caches
from django.db import DEFAULT_DB_ALIAS
from django.db.models import BigIntegerField, QuerySet
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import get_language

from courses.models import Course, Session
from municipalities.models import County, Municipality
from taushet.ready_query import ReadyQuery

from .catalogue import session_texts
from .terms import standing_of, warning_before_booking

# Without the long texts of the course the query costs half.
SESSION = (
    "id",
    "course_id",
    "state",
    "format",
    "municipality_id",
    "closed_to_id",
    "language",
    "capacity",
    "seats_over",
    "seats_taken",
    "price",
    "price_kind",
    "neutral_title",
    "first_starts_at",
    "last_ends_at",
    "fair_share",
    "is_demonstration",
)
COURSE = ("slug", "title_nb", "title_nn", "title_en", "price", "price_kind", "vat_treatment", "terms")
PLACE = ("municipality__name", "municipality__county_id", "municipality__county__name")
MEETING = ("starts_at", "ends_at", "state", "place", "address")
MEETINGS_FROM = len(SESSION) + len(COURSE) + len(PLACE)
SEATS_IN_LINE = {SESSION.index(name) for name in ("capacity", "seats_over", "seats_taken")}
KEPT_SECONDS = 60

type Lines = tuple[tuple, ...]


def session_lines(user, slug: str, session_id: int) -> Lines:
    """Return what the page of a session says: a line for each meeting, the same but for that.

    Nothing when there is no such session or `user` may not open it.
    """
    if session_id > BigIntegerField.MAX_BIGINT:
        return ()
    return tuple(lines_of(user, slug, session_id) if user.is_authenticated else PUBLIC_LINES.rows(slug, session_id))


def lines_of(user, slug: str, session_id: int) -> QuerySet:
    sessions = Session.objects.visible_to(user).filter(course__slug=slug, pk=session_id)
    columns = [*SESSION, *(f"course__{name}" for name in COURSE), *PLACE, *(f"meetings__{name}" for name in MEETING)]
    return sessions.order_by("meetings__starts_at", "meetings__pk").values_list(*columns)


PUBLIC_LINES = ReadyQuery(partial(lines_of, AnonymousUser()), "the-address-of-a-course", -1)


def session_from(lines: Lines) -> Session:
    """Return the session of some lines, with its course and its place."""
    values = iter(lines[0])
    session = from_columns(Session, SESSION, values)
    session.course = from_columns(Course, ("id", *COURSE), iter([session.course_id, *take(COURSE, values)]))
    name, county_number, county_name = take(PLACE, values)
    if session.municipality_id:
        place = from_columns(
            Municipality, ("number", "name", "county_id"), iter([session.municipality_id, name, county_number])
        )
        place.county = from_columns(County, ("number", "name"), iter([county_number, county_name]))
        session.municipality = place
    return session


def take(names: tuple[str, ...], values) -> list:
    return [next(values) for _name in names]


def from_columns(model, names: tuple[str, ...], values):
    """Return a row of a model of which only some columns were read, in whatever order they are named."""
    known = dict(zip(names, take(names, values), strict=True))
    ordered = [field.attname for field in model._meta.concrete_fields if field.attname in known]
    return model.from_db(DEFAULT_DB_ALIAS, ordered, [known[name] for name in ordered])


def page_parts(session: Session, lines: Lines, form) -> dict[str, str]:
    """Return the parts of the page of a session: what it is called, what to know about it and how to book it."""
    return form_parts(session, form) | about_parts(session, lines)


def form_parts(session: Session, form) -> dict[str, str]:
    """Return what the page says that is the same for any number of free seats, as long as there are some."""
    values = {"session": session, "course": session.course, "form": form}
    if session.is_bookable:
        standing = standing_of(session.course.terms, session, price=session.full_price)
        values |= {"terms": standing.lines, "warning": warning_before_booking(standing)}
    values["LANGUAGE_CODE"] = get_language()  # by which the template keeps the fields
    texts = session_texts(session)
    return {
        "title": session.course.title,
        "course_url": session.course.get_absolute_url(),
        "lead": texts["occasion"],
        "booking": render_to_string("courses/booking_form.html", values),
        "takes_bookings": form.is_bound or not form.why_closed,
    }


def about_parts(session: Session, lines: Lines) -> dict[str, str]:
    """Return what to know about a session, the number of free seats among it."""
    meetings = [line[MEETINGS_FROM:] for line in lines if line[MEETINGS_FROM]]
    values = {"session": session, "course": session.course, "meetings": meetings}
    return {"about": render_to_string("courses/session_about.html", values | session_texts(session))}


def blank_parts(lines: Lines, form_class) -> dict[str, str]:
    """Return the same for somebody who has typed nothing and of whom we know nothing, with a form of `form_class`.

    It follows from the lines, the language and whether the session has begun, so that each process keeps it by these;
    for a minute only, since the form has the names of all municipalities in it. In a rush each booking changes the
    number of free seats and nothing else, so that the form is kept apart from it.
    """
    session = session_from(lines)
    has_begun = session.first_starts_at <= timezone.now()
    steady = tuple(value for place, value in enumerate(lines[0]) if place not in SEATS_IN_LINE)
    form = kept(
        "form",
        (has_begun, session.free_seats > 0, steady),
        lambda: form_parts(session, form_class(session=session)),
    )
    return form | kept("about", (has_begun, lines), lambda: about_parts(session, lines))


def kept(name: str, follows_from: tuple, lay_out: Callable[[], dict[str, str]]) -> dict[str, str]:
    known_by = sha256(repr((get_language(), follows_from)).encode()).hexdigest()
    return caches["process"].get_or_set(f"session-{name}-{known_by}", lay_out, KEPT_SECONDS)
