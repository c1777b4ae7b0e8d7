"""School holidays by county, which staff put in from what each county has announced, and what they tell of a day.

They speak against nobody: a trainer may well teach then, but a municipality may be without those who should come.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import date

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from courses.exceptions import CoursesError
from courses.models import SchoolHoliday
from municipalities.models import County
from taushet.models import User
from taushet.services import audit

from .hours import ONE_DAY, Span, days_of

NAMED = 3
LONGEST = 80  # days; a summer holiday has some sixty


class SchoolHolidayRefused(CoursesError):
    """Days that cannot be a school holiday as they were put in."""


@transaction.atomic
def add_school_holidays(
    counties: Iterable[County], *, kind: str, first_on: date, last_on: date, source: str, by: User
) -> list[SchoolHoliday]:
    """Put in a holiday for some counties; one that begins on the same day is put right instead.

    Raises SchoolHolidayRefused when the days are not in order, or are too many.
    """
    if last_on < first_on:
        raise SchoolHolidayRefused(_("The last day cannot be before the first."), field="last_on")
    if last_on - first_on > LONGEST * ONE_DAY:
        text = _("That is longer than any school holiday. Look at both days again.")
        raise SchoolHolidayRefused(text, field="last_on")
    added = []
    for county in counties:
        holiday, _is_new = SchoolHoliday.objects.update_or_create(
            county=county, kind=kind, first_on=first_on, defaults={"last_on": last_on, "source": source}
        )
        audit.record("school_holiday.added", holiday, by=by, county=county.pk, first_on=f"{first_on}")
        added.append(holiday)
    return added


@transaction.atomic
def remove_school_holiday(holiday: SchoolHoliday, *, by: User) -> None:
    """Take out a holiday that was put in by mistake."""
    audit.record("school_holiday.removed", holiday, by=by, county=holiday.county_id, first_on=f"{holiday.first_on}")
    holiday.delete()


def coming_school_holidays() -> QuerySet[SchoolHoliday]:
    """Return the holidays that are not over, soonest first."""
    return SchoolHoliday.objects.filter(last_on__gte=timezone.localdate()).select_related("county")


def school_hints(frame: Span, counties: Collection[str] = ()) -> dict[date, list[str]]:
    """Say for each day of a span which schools are closed, in some counties or in all; in one query.

    Only days that lie in a holiday are there.
    """
    days = days_of(frame)
    found = SchoolHoliday.objects.filter(first_on__lte=days[-1], last_on__gte=days[0]).select_related("county")
    if counties:
        found = found.filter(county__in=counties)
    closed = defaultdict(lambda: defaultdict(list))
    for one in found.order_by("kind", "county__sort_key"):
        for day in days:
            if one.first_on <= day <= one.last_on:
                closed[day][one.kind].append(str(one.county))
    return {day: [_say(kind, names) for kind, names in kinds.items()] for day, kinds in closed.items()}


def _say(kind: str, names: list[str]) -> str:
    text = ngettext("%(count)d county", "%(count)d counties", len(names)) % {"count": len(names)}
    where = text if len(names) > NAMED else get_text_list(names, _("and"))
    return _("%(holiday)s in %(where)s") % {"holiday": SchoolHoliday.Kind(kind).label, "where": where}
