"""Which municipalities have had courses."""

from django.db.models import Count, Expression, F, IntegerField, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

from courses.models import Booking, Session


def courses_held() -> Expression:
    """Count, for each municipality of a queryset, the held sessions it has had.

    A municipality has had a course when the session was held there, or when it had confirmed seats in it, wherever
    it was: what counts is that its people have been taught. A session counts once.
    """
    there = Session.objects.filter(state=Session.State.HELD, municipality=OuterRef("pk"))
    elsewhere = Booking.objects.filter(
        ~Q(session__municipality=F("municipality")) | Q(session__municipality=None),
        session__state=Session.State.HELD,
        state=Booking.State.CONFIRMED,
        municipality=OuterRef("pk"),
    )
    return counted(there, "municipality", "pk") + counted(elsewhere, "municipality", "session")


def people_trained() -> Expression:
    """Count, for each municipality of a queryset, the seats its people have had in held sessions.

    Seats and not names, since names are erased with time; a booking counts where it was paid for.
    """
    seats = Booking.objects.filter(
        session__state=Session.State.HELD, state=Booking.State.CONFIRMED, municipality=OuterRef("pk")
    )
    number = seats.order_by().values("municipality").annotate(number=Sum("seats")).values("number")
    return Coalesce(Subquery(number), 0, output_field=IntegerField())


def counted(rows: QuerySet, by: str, what: str) -> Expression:
    number = rows.order_by().values(by).annotate(number=Count(what, distinct=True)).values("number")
    return Coalesce(Subquery(number), 0, output_field=IntegerField())
