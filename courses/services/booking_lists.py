"""What staff looks for among the bookings: courses soon whose seats have no names, and one booking among many."""

from collections.abc import Iterator
from datetime import timedelta

from django.db.models import Count, F, IntegerField, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from courses.models import Booking, ChangeRequest, Participant, Session, WaitingPlace
from taushet.models import User
from taushet.searches import holds
from taushet.templatetags.ui import day

from . import protection
from .catalogue import when_text

SOON = timedelta(days=14)


def without_names() -> QuerySet[Session]:
    """Return the sessions of the next two weeks with more confirmed seats than names, as `confirmed` and `named`."""
    now = timezone.now()
    bookings = Booking.objects.filter(session=OuterRef("pk"), state=Booking.State.CONFIRMED)
    participants = Participant.objects.active().filter(
        booking__session=OuterRef("pk"), booking__state=Booking.State.CONFIRMED
    )
    seats = bookings.order_by().values("session").annotate(number=Sum("seats")).values("number")
    names = participants.order_by().values("booking__session").annotate(number=Count("pk")).values("number")
    return (
        Session.objects.filter(state__in=Session.OPEN_STATES, first_starts_at__gt=now, first_starts_at__lte=now + SOON)
        .annotate(
            confirmed=Coalesce(Subquery(seats, output_field=IntegerField()), 0),
            named=Coalesce(Subquery(names, output_field=IntegerField()), 0),
        )
        .filter(confirmed__gt=F("named"))
        .select_related("course", "municipality")
        .order_by("first_starts_at", "pk")
    )


def too_few_names(user: User) -> Iterator[tuple[str, str]]:
    """Say of each such session how many names there are (a TodayCard)."""
    for session in without_names()[:20]:
        place = session.municipality or session.get_format_display()
        when = when_text(session.first_starts_at, session.last_ends_at)
        sentence = _("%(course)s, %(place)s, %(when)s: %(named)d of %(seats)d seats have names") % {
            "course": session.course.title,
            "place": place,
            "when": when,
            "named": session.named,
            "seats": session.confirmed,
        }
        yield sentence, f"{session.get_staff_url()}#bookings"


def overfull(user: User) -> Iterator[tuple[str, str]]:
    """Say which sessions ahead have more seats taken than there are (a TodayCard)."""
    rows = Session.objects.filter(state__in=Session.OPEN_STATES, seats_over__gt=0).upcoming()
    for session in rows.select_related("course")[:20]:
        over = ngettext("%(over)d seat beyond", "%(over)d seats beyond", session.seats_over) % {
            "over": session.seats_over
        }
        when = when_text(session.first_starts_at, session.last_ends_at)
        yield f"{session.course.title}, {when}: {over}", session.get_staff_url()


def taken_by_state(session: Session) -> list[tuple[str, int]]:
    """Return how many seats of a session are confirmed, held and offered, each with its word."""
    labels = {
        Booking.State.CONFIRMED: _("confirmed"),
        Booking.State.HELD: _("held until an address is confirmed"),
        Booking.State.OFFERED: _("offered to the waiting list"),
    }
    rows = Booking.objects.filter(session=session).taking_seats().order_by().values("state")
    counts = {row["state"]: row["seats"] for row in rows.annotate(seats=Sum("seats"))}
    return [(label, counts[state]) for state, label in labels.items() if state in counts]


def open_offers(session: Session) -> QuerySet[WaitingPlace]:
    """Return the offers of a session that stand, the one that ends first on top."""
    rows = WaitingPlace.objects.filter(booking__session=session, booking__state=Booking.State.OFFERED)
    return rows.select_related("booking__municipality").order_by("offered_until", "pk")


def asked_changes(user: User) -> Iterator[tuple[str, str]]:
    """Say which bookers wait for an answer about a booking, the oldest first (a TodayCard)."""
    rows = ChangeRequest.objects.waiting().select_related("booking__municipality")
    for asked in rows[:20]:
        sentence = _("Booking %(number)s, %(place)s: %(what)s, asked %(day)s") % {
            "number": asked.booking_id,
            "place": str(asked.booking.municipality),
            "what": asked.get_kind_display().lower(),
            "day": day(timezone.localtime(asked.created_at)),
        }
        yield sentence, f"{asked.booking.staff_address}#sporsmal"


def telling(text: str, user: User) -> Q:
    """Return what picks the bookings a text tells of: by number, contact, participant or municipality.

    A participant is found by whoever may see participants, and by a protected name by whoever may see those.
    """
    wanted = holds(text, "contact_name", "contact_email", "second_name", "second_email", "municipality__name")
    if user.has_perm("courses.view_participant"):
        by_name = holds(text, "name", "email")
        if not user.has_perm(protection.SEE):
            by_name &= Q(alias="")
        wanted |= Q(pk__in=Participant.objects.filter(by_name | holds(text, "alias")).values("booking"))
    if text.isascii() and text.isdigit() and len(text) < 10:
        wanted |= Q(pk=int(text))
    return wanted


def of_session(session: Session, user: User) -> QuerySet[Booking]:
    """Return the bookings of a session that the user may see, with the names they have; standing ones first."""
    rows = Booking.objects.visible_to(user).filter(session=session)
    rows = rows.select_related("municipality", "created_by").with_names()
    return rows.order_by(F("ended_at").asc(nulls_first=True), "created_at", "pk")


def find_bookings(user: User, text: str) -> Iterator[tuple[str, str, str]]:
    """Find bookings by what tells of them (a SearchSource)."""
    found = (
        Booking.objects.visible_to(user).filter(telling(text, user)).select_related("municipality", "session__course")
    )
    for booking in found.order_by("-pk")[:20]:
        title = _("Booking %(number)s") % {"number": booking.pk}
        when = when_text(booking.session.first_starts_at, booking.session.last_ends_at)
        detail = f"{booking.session.course.title}, {when} · {booking.contact_name} · {booking.get_state_display()}"
        yield f"{title} · {booking.municipality}", detail, booking.staff_address
