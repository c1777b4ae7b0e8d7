"""The catalogue: what is planned, as ready lines, since its first page is the most visited of all."""

from collections.abc import Iterable
from datetime import datetime
from functools import cache, lru_cache

from django.db.models import QuerySet
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import get_language, ngettext, pgettext
from django.utils.translation import gettext as _

from courses.models import Format, Session
from taushet.templatetags.ui import Unbroken, date_span, time_span, weekday

COLUMNS = (
    "pk",
    "course__slug",
    "course__title_nb",
    "course__title_nn",
    "course__title_en",
    "state",
    "format",
    "language",
    "first_starts_at",
    "last_ends_at",
    "seats_left",
    "municipality__name",
    "municipality__county__name",
)
COLOURS = {Session.State.CANCELLED: "danger", Session.State.FULL: "warning"}


@cache
def public_columns() -> QuerySet:
    """Return the sessions everybody may see, in order of time, as the columns of `session_rows`.

    Putting this query together costs as much as asking it, so it is done once; callers narrow it.
    """
    return Session.objects.public().order_by("first_starts_at", "pk").with_seats_left().values_list(*COLUMNS)


def session_rows(columns: Iterable[tuple]) -> list[SafeString]:
    """Return a line of the list for each of what `public_columns` fetched."""
    language = get_language()
    return [session_row(language, *values) for values in columns]


# A line follows from its columns alone, the seats of this moment among them, so it is written once and never stale.
@lru_cache(maxsize=4096)
def session_row(
    language,
    pk,
    slug,
    title_nb,
    title_nn,
    title_en,
    state,
    form,
    taught_in,
    starts_at,
    ends_at,
    seats_left,
    place,
    county,
) -> SafeString:
    where = where_text(form, place, county)
    state = Session.State.FULL if seats_left <= 0 and state in Session.OPEN_STATES else state
    row = {
        "url": reverse("courses:session_detail", args=[slug, pk]),
        "title": {"nn": title_nn, "en": title_en}.get(language) or title_nb,
        "days": days_text(starts_at, ends_at),
        "hours": hours_text(starts_at, ends_at),
        "where": with_language(where, taught_in),
        "seats": seats_text(state, seats_left),
        "colour": COLOURS.get(state, "success"),
        "is_confirmed": state == Session.State.CONFIRMED,
    }
    return render_to_string("courses/session_row.html", row)


def session_texts(session: Session) -> dict[str, str]:
    """Return when, where and with how many free seats a session is held, in the words of the list."""
    place, state = session.municipality, session.shown_state
    has_begun = session.first_starts_at <= timezone.now() and state != Session.State.CANCELLED
    when = when_text(session.first_starts_at, session.last_ends_at)
    where = where_text(session.format, place and place.name, place and place.county.name)
    return {
        "when": when,
        "where": where,
        "occasion": occasion_text(when, where),
        "seats": _("Has begun or is over") if has_begun else seats_text(state, session.free_seats),
        "colour": "neutral" if has_begun else COLOURS.get(state, "success"),
    }


def occasion_text(when: str, where: str) -> str:
    """Return when and where a session is held, in one line."""
    return Unbroken(f"{when}, {pgettext('after a time', 'online') if where == _('Online') else where}")


def with_language(where: str, taught_in: str) -> str:
    """Return where a session is held, and that it is taught in nynorsk when it is."""
    return _("%(where)s, in nynorsk") % {"where": where} if taught_in == "nn" else where


def seats_text(state: str, seats_left: int) -> str:
    """Return what a visitor needs to know about a session before opening it: how many seats, or why none."""
    if state == Session.State.CANCELLED:
        return _("Cancelled")
    if state == Session.State.FULL:
        return _("Full")
    return ngettext("%(count)d free seat", "%(count)d free seats", seats_left) % {"count": seats_left}


def when_text(starts_at: datetime, ends_at: datetime) -> str:
    """Return when a session is held: day and hours, or the days when it has several."""
    days, hours = days_text(starts_at, ends_at), hours_text(starts_at, ends_at)
    return Unbroken(f"{days} {hours}") if hours else days


def days_text(starts_at: datetime, ends_at: datetime) -> str:
    return weekday(starts_at) if is_one_day(starts_at, ends_at) else date_span(starts_at, ends_at)


def hours_text(starts_at: datetime, ends_at: datetime) -> str:
    """Return the hours of a session of one day; of several days each meeting has its own."""
    return time_span(starts_at, ends_at) if is_one_day(starts_at, ends_at) else ""


def is_one_day(starts_at: datetime, ends_at: datetime) -> bool:
    return timezone.localdate(starts_at) == timezone.localdate(ends_at)


def where_text(form: str, place: str | None, county: str | None) -> str:
    """Return where a session is held: a municipality with its county, or online, or both."""
    if not place or form == Format.ONLINE:
        return _("Online")
    name = place if place == county else f"{place}, {county}"
    return _("%(place)s and online") % {"place": name} if form == Format.HYBRID else name
