"""The catalogue: what is planned, as lean rows, since its first page is the most visited of all."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from courses.models import Format, Session
from taushet.dates import when_text

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


@dataclass(frozen=True, slots=True)
class SessionRow:
    """One line of the catalogue, with every text ready to print."""

    url: str
    title: str
    when: str
    where: str
    state: str
    seats: str


def planned(sessions: QuerySet) -> QuerySet:
    """Return the upcoming sessions of a queryset as the columns of `session_rows`, in order of time."""
    return sessions.upcoming().with_seats_left().values_list(*COLUMNS)


def session_rows(columns: Iterable[tuple]) -> list[SessionRow]:
    """Make lines of what `planned` fetched. Plain columns, since 50 full objects cost four times as much."""
    language = get_language()
    return [session_row(language, *values) for values in columns]


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
) -> SessionRow:
    where = where_text(form, place, county)
    state = Session.State.FULL if seats_left <= 0 and state in Session.OPEN_STATES else state
    return SessionRow(
        url=session_path(slug, pk),
        title={"nn": title_nn, "en": title_en}.get(language) or title_nb,
        when=when_text(starts_at, ends_at),
        where=_("%(where)s, in nynorsk") % {"where": where} if taught_in == "nn" else where,
        state=state,
        seats=seats_text(state, seats_left),
    )


def seats_text(state: str, seats_left: int) -> str:
    """Return what a visitor needs to know about a session before opening it: how many seats, or why none."""
    if state == Session.State.CANCELLED:
        return _("Cancelled")
    if state == Session.State.FULL:
        return _("Full")
    return ngettext("%(count)d free seat", "%(count)d free seats", seats_left) % {"count": seats_left}


@lru_cache(maxsize=8192)
def session_path(slug: str, pk: int) -> str:
    return reverse("courses:session_detail", args=[slug, pk])


def where_text(form: str, place: str | None, county: str | None) -> str:
    """Return where a session is held: a municipality with its county, or online, or both."""
    if not place or form == Format.ONLINE:
        return _("Online")
    name = place if place == county else f"{place}, {county}"
    return _("%(place)s and online") % {"place": name} if form == Format.HYBRID else name


def session_texts(session: Session) -> dict[str, str]:
    """Return when, where and with how many free seats a session is held, in the words of the list."""
    place = session.municipality
    return {
        "when": when_text(session.first_starts_at, session.last_ends_at),
        "where": where_text(session.format, place and place.name, place and place.county.name),
        "seats": seats_text(session.shown_state, session.free_seats),
    }
