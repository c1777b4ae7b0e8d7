"""The unbroken series of numbers, one for each kind of document, and the days the books are closed for."""

from datetime import date

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from courses.exceptions import PeriodClosed, WrongState
from courses.models import ClosedPeriod, CreditNote, Invoice, NumberSeries
from taushet.models import User
from taushet.services import audit
from taushet.templatetags.ui import day

MODELS = {NumberSeries.Kind.INVOICE: Invoice, NumberSeries.Kind.CREDIT_NOTE: CreditNote}


def take_number(kind: str, *, on: date) -> int:
    """Return the next number of a series, for a document of that date, locked until the transaction ends.

    Nobody else gets a number before that, and one that rolls back gives it back: so no number is missing, and none
    twice. Call it last, since all others wait meanwhile. Raises PeriodClosed, also when the books were closed while
    this waited for the lock.
    """
    series = NumberSeries.objects.select_for_update().filter(kind=kind).first() or _first(kind)
    refuse_closed(on)
    number = series.next_number
    series.next_number = number + 1
    series.save(update_fields=["next_number"])
    return number


def _first(kind: str) -> NumberSeries:
    try:
        with transaction.atomic():
            NumberSeries.objects.create(kind=kind)
    except IntegrityError:
        pass
    return NumberSeries.objects.select_for_update().get(kind=kind)


def first_numbers() -> dict[str, int | None]:
    """Return for each series the number its first document gets; None where one has been issued."""
    series = dict(NumberSeries.objects.values_list("kind", "next_number"))
    usual = NumberSeries._meta.get_field("next_number").default
    return {kind: None if MODELS[kind].objects.exists() else series.get(kind, usual) for kind in NumberSeries.Kind}


@transaction.atomic
def begin_series(kind: str, number: int, *, by: User) -> NumberSeries:
    """Let the first document of a kind get a number, so that a series goes on from the books before these.

    A number is never lower than one that was set before. Raises WrongState once a document of the kind is issued.
    """
    series = NumberSeries.objects.select_for_update().filter(kind=kind).first() or _first(kind)
    if MODELS[kind].objects.exists():
        raise WrongState(_("A document has been issued already, so the series goes on by itself."))
    if number < series.next_number:
        raise WrongState(_("The first number cannot be lower than %(number)d.") % {"number": series.next_number})
    series.next_number = number
    series.save(update_fields=["next_number"])
    audit.record("series.begun", series, by=by, what=kind, number=number)
    return series


def closed_until() -> date | None:
    """Return through which day the books are closed."""
    return ClosedPeriod.objects.order_by("-until").values_list("until", flat=True).first()


def is_closed_today() -> bool:
    """Whether nothing can be issued today, as where an earlier version let the books be closed through it."""
    until = closed_until()
    return bool(until and until >= timezone.localdate())


def refuse_closed(on: date) -> None:
    """Raise PeriodClosed when nothing can be issued with a date any more."""
    until = closed_until()
    if until and on <= until:
        raise PeriodClosed(_("The books are closed through %(day)s.") % {"day": day(until)})


@transaction.atomic
def close_period(until: date, *, by: User) -> ClosedPeriod:
    """Close the books through a day that is over. Nobody issues anything meanwhile.

    Never through today: what changes today could not be credited then. Raises PeriodClosed, also when they are closed.
    """
    if until >= timezone.localdate():
        raise PeriodClosed(_("Choose a day that is over. What changes today has to be credited today."))
    for kind in NumberSeries.Kind:
        NumberSeries.objects.select_for_update().filter(kind=kind).first() or _first(kind)
    refuse_closed(until)
    period = ClosedPeriod.objects.create(until=until, closed_by=by)
    audit.record("period.closed", period, by=by, until=until.isoformat())
    return period
