"""The terms of a course: what a booker may do alone until when, and what seats given back then cost.

Terms are stages. Each lasts until some days or hours before the first meeting; after the last one the booker asks
staff.
Days are counted on the calendar in Oslo: "3 days before" a course on Friday the 20th lasts all of Tuesday the 17th,
however the clocks are put in between. Hours are counted back from the minute the first meeting begins. A course
without stages lets a booker change and cancel until it begins.

A booking keeps the terms it was made under (`Booking.terms`), whatever the course says later. A colleague instead of
somebody is free and possible under all terms, so none of this asks about names.

Another date starts the stages anew, so a booking that is moved takes the share it had reached along as the least that
seats given back cost (`Booking.least_percent`): moving first and cancelling then is never cheaper than cancelling. That
holds for moves a booker makes or asks for; a date that staff changes by itself costs nobody anything.
"""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal

from django.db.models import TextChoices
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from courses.models import Booking, BookingFee, Session
from taushet.templatetags.ui import kroner, moment, weekday

from .prices import round_money, value_of

MOST_STAGES = 5


class Unit(TextChoices):
    """How the time before the first meeting is counted."""

    DAYS = "days", gettext_lazy("days before")
    HOURS = "hours", gettext_lazy("hours before")


class Permits(TextChoices):
    """What a booker may do alone in a stage."""

    ALL = "all", gettext_lazy("Change and cancel")
    FEWER = "fewer", gettext_lazy("Only give seats back and cancel")


class Act(TextChoices):
    """What can be done with a booking."""

    MORE = "more"
    FEWER = "fewer"
    MOVE = "move"
    CANCEL = "cancel"


@dataclass(frozen=True)
class Stage:
    """One stage of the terms: it lasts until so long before the first meeting."""

    amount: int
    unit: str
    permits: str = Permits.ALL
    fee: int = 0

    def ends_at(self, starts_at: datetime) -> datetime:
        """Return the moment from which the stage no longer applies."""
        if self.unit == Unit.HOURS:
            return starts_at.astimezone(UTC) - timedelta(hours=self.amount)
        day = timezone.localdate(starts_at) - timedelta(days=self.amount - 1)
        return min(datetime.combine(day, time(), timezone.get_default_timezone()), starts_at)


@dataclass(frozen=True)
class Terms:
    """The stages in the order they apply, and the share of the price that seats given back after the last one cost."""

    stages: tuple[Stage, ...] = ()
    late_fee: int = 0

    @classmethod
    def read(cls, stored: dict) -> "Terms":
        stages = tuple(Stage(**stage) for stage in stored.get("stages", ()))
        return cls(stages, stored.get("late_fee", 0))

    def stored(self) -> dict:
        return {"stages": [asdict(stage) for stage in self.stages], "late_fee": self.late_fee} if self.stages else {}


@dataclass(frozen=True)
class Line:
    """One stage as it is told: what may be done, until when, at what cost, and whether it applies now."""

    until: str
    may: str
    fee: int
    is_now: bool
    is_over: bool


@dataclass(frozen=True)
class Standing:
    """Which stage of its terms a booking is in, and what that lets the booker do alone."""

    number: int
    permits: str
    fee: int
    until: datetime
    lines: tuple[Line, ...]

    def allows(self, act: str) -> bool:
        return self.permits == Permits.ALL or (self.permits == Permits.FEWER and act in {Act.FEWER, Act.CANCEL})

    @property
    def asks(self) -> bool:
        """Whether nothing can be done without asking staff."""
        return not self.permits


def in_order(stages: Iterable[Stage]) -> tuple[Stage, ...]:
    """Return stages in the order they apply, whatever start they are counted from."""
    return tuple(sorted(stages, key=lambda stage: -rough_hours(stage)))


def rough_hours(stage: Stage) -> int:
    """Return how long before a start in the middle of a day a stage ends."""
    return stage.amount * 24 - 14 if stage.unit == Unit.DAYS else stage.amount


def standing_of(
    terms: dict, session: Session, *, price: Decimal | int | bool, least: int = 0, now: datetime | None = None
) -> Standing:
    """Return where terms stand for a session now, where no stage costs less than `least` per cent.

    Without a price nothing costs anything.
    """
    now, starts_at = now or timezone.now(), session.first_starts_at
    read = Terms.read(terms)
    if not read.stages or session.state == Session.State.CANCELLED:
        return Standing(0, Permits.ALL, 0, starts_at, ())
    ends = [stage.ends_at(starts_at) for stage in read.stages]
    number = next((place for place, end in enumerate(ends) if now < end), len(ends))
    told = [
        (stage_until(stage, end), stage.permits, max(stage.fee, least))
        for stage, end in zip(read.stages, ends, strict=True)
    ]
    told.append(("", "", max(read.late_fee, least)))
    lines = tuple(
        Line(until, may_sentence(permits), fee if price else 0, is_now=place == number, is_over=place < number)
        for place, (until, permits, fee) in enumerate(told)
    )
    stage = read.stages[number] if number < len(ends) else None
    until = ends[number] if stage else starts_at
    return Standing(number, stage.permits if stage else "", lines[number].fee, until, lines)


def standing_of_booking(booking: Booking, session: Session | None = None) -> Standing:
    return standing_of(booking.terms, session or booking.session, price=booking.has_price, least=booking.least_percent)


def stage_until(stage: Stage, end: datetime) -> str:
    """Return until when a stage lasts: the whole of a day, or a minute."""
    if stage.unit == Unit.DAYS:
        return _("Through %(day)s") % {"day": weekday(end - timedelta(minutes=1))}
    return _("Until %(moment)s") % {"moment": moment(end)}


def may_sentence(permits: str) -> str:
    if permits == Permits.ALL:
        return _("You can change and cancel by yourself.")
    if permits == Permits.FEWER:
        return _("You can give seats back and cancel by yourself. For more seats or another date you ask us.")
    return _("You ask us, and we answer.")


def fee_sentence(seats: int, booking: Booking, percent: int) -> str:
    """Say what giving seats back costs now."""
    if not booking.has_price:
        return _("It costs nothing to change or cancel.")
    if not percent or not value_of(booking, seats):
        return _("Giving seats back costs nothing now.")
    amount = kroner(fee_amount(booking, seats, percent))
    return ngettext(
        "Giving back %(seats)d seat costs %(amount)s now: %(percent)d per cent of its price.",
        "Giving back %(seats)d seats costs %(amount)s now: %(percent)d per cent of their price.",
        seats,
    ) % {"seats": seats, "amount": amount, "percent": percent}


def late_fee_sentence(seats: int, booking: Booking) -> str:
    """Say what giving back some seats costs at most once staff has said yes."""
    percent = standing_of_booking(booking).fee
    if not percent or not value_of(booking, seats):
        return _("The terms say that giving seats back is free.")
    return ngettext(
        "It costs up to %(amount)s to give back %(seats)d seat, by the terms.",
        "It costs up to %(amount)s to give back %(seats)d seats, by the terms.",
        seats,
    ) % {"seats": seats, "amount": kroner(fee_amount(booking, seats, percent))}


def moving_sentence(percent: int) -> str:
    """Say what a move in a stage that costs something takes along to the new date."""
    if not percent:
        return ""
    return _(
        "Seats given back cost %(percent)d per cent of their price now. That comes along: after the move they cost at"
        " least as much."
    ) % {"percent": percent}


def warning_before_booking(standing: Standing) -> str:
    """Say of a session what its terms do not let a booking of today do; nothing while they let it cancel freely."""
    if standing.fee:
        return _("If you book now, you cannot cancel for free.")
    return _("If you book now, you have to ask us to change or cancel.") if standing.asks else ""


def staff_fee_sentence(seats: int, booking: Booking, percent: int) -> str:
    """Say in kroner what a share of the price of some seats is; empty when the course costs nothing."""
    if not booking.has_price:
        return ""
    return ngettext(
        "%(seats)d seat costs %(price)s. %(percent)d per cent of that is %(amount)s.",
        "%(seats)d seats cost %(price)s. %(percent)d per cent of that is %(amount)s.",
        seats,
    ) % {
        "seats": seats,
        "price": kroner(value_of(booking, seats)),
        "percent": percent,
        "amount": kroner(fee_amount(booking, seats, percent)),
    }


def price_with_fees(booking: Booking, fees: Iterable[BookingFee]) -> Decimal:
    """Return what a booking costs with what its seats given back cost; of one that has ended only the latter."""
    price = booking.total_price if booking.is_live else Decimal(0)
    return price + sum(fee.amount for fee in fees)


def fee_amount(booking: Booking, seats: int, percent: int) -> Decimal:
    """Return the share of what some seats of a booking take off its price."""
    return round_money(value_of(booking, seats) * percent / 100)


def charge(booking: Booking, seats: int, percent: int) -> BookingFee | None:
    """Keep what seats cost that are about to be given back; nothing when that is nothing."""
    amount = fee_amount(booking, seats, percent)
    if not amount:
        return None
    return BookingFee.objects.create(booking=booking, seats=seats, percent=percent, amount=amount)
