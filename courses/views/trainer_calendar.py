"""The trainer's own calendar: a week, a month or a list of it."""

from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from courses.forms.calendars import month_asked, week_asked
from courses.services.calendar_days import weeks_of
from courses.services.periods import month_name, week_name, whole_weeks
from courses.services.trainer_calendar import trainer_days

from .trainers import for_trainers

SHAPES = {"week": "trainer_calendar_week", "month": "trainer_calendar_month", "list": "trainer_calendar_list"}


@require_safe
@never_cache
@for_trainers
def trainer_calendar_week(request, trainer):
    period = week_asked(request.GET)
    return calendar_page(request, period, "week", {"days": trainer_days(trainer, period)})


@require_safe
@never_cache
@for_trainers
def trainer_calendar_month(request, trainer):
    period = month_asked(request.GET)
    days = trainer_days(trainer, whole_weeks(period), within=period)
    return calendar_page(request, period, "month", {"weeks": weeks_of(days), "days": days})


@require_safe
@never_cache
@for_trainers
def trainer_calendar_list(request, trainer):
    period = month_asked(request.GET)
    days = trainer_days(trainer, period)
    return calendar_page(request, period, "list", {"days": days, "nothing": not any(day.parts for day in days)})


def calendar_page(request, period, shape, content):
    return render(request, "courses/trainer_calendar.html", frame_of(period, shape, SHAPES) | content)


def frame_of(period, shape, shapes):
    """Return what the bar over a calendar needs: what is shown, and the ways to other times and shapes."""
    day = period.day_for(timezone.localdate())
    return {
        "period": period,
        "shape": shape,
        "url_name": f"courses:{shapes[shape]}",
        "by_week": shape not in {"month", "list"},
        "week": week_name(day),
        "month": month_name(day),
    }
