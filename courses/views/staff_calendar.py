"""Staff's calendar: all sessions of a week or a month, and the trainers beside each other."""

from django.contrib.auth.decorators import permission_required
from django.core.paginator import Paginator
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from courses.forms.calendars import CountyAndCourseForm, CoverageForm, StaffCalendarForm, month_asked, week_asked
from courses.models import Meeting, Trainer
from courses.services.calendar_days import weeks_of
from courses.services.coverage import picture, weeks_ahead
from courses.services.periods import whole_weeks
from courses.services.staff_calendar import staff_days, trainers_beside

from .sessions import may_see
from .trainer_calendar import frame_of

PER_PAGE = 50
SHAPES = {
    "week": "staff_calendar_week",
    "month": "staff_calendar_month",
    "list": "staff_calendar_list",
    "trainers": "staff_calendar_trainers",
    "counties": "staff_calendar_counties",
}
may_see_trainers = permission_required("courses.view_trainer", raise_exception=True)


@may_see
@require_safe
def staff_calendar_week(request):
    period, form = week_asked(request.GET), StaffCalendarForm(request.GET)
    days = staff_days(form.narrow(Meeting.objects.all()), period)
    content = {"days": days}
    if request.user.has_perm("courses.change_session"):
        content["drag_events"] = drag_events(days)
    return calendar_page(request, period, "week", form, content)


def drag_events(days):
    """Return the meetings of a week as the calendar one can drag in reads them; `move` leads to who would be told."""
    entries = {part.entry.meeting.pk: part.entry for day in days for part in day.parts}
    return [
        {
            "title": f"{entry.meeting.session.course.title}, {entry.place}",
            "starts_at": entry.starts_at.isoformat(),
            "ends_at": entry.ends_at.isoformat(),
            "page": entry.meeting.session.get_staff_url(),
            "move": reverse("courses:staff_meeting_move", args=[entry.meeting.session_id, pk])
            if entry.is_movable
            else "",
        }
        for pk, entry in entries.items()
        if not entry.is_cancelled
    ]


@may_see
@require_safe
def staff_calendar_month(request):
    period, form = month_asked(request.GET), StaffCalendarForm(request.GET)
    days = staff_days(form.narrow(Meeting.objects.all()), whole_weeks(period), within=period)
    return calendar_page(request, period, "month", form, {"days": days, "weeks": weeks_of(days)})


@may_see
@require_safe
def staff_calendar_list(request):
    period, form = month_asked(request.GET), StaffCalendarForm(request.GET)
    days = staff_days(form.narrow(Meeting.objects.all()), period)
    return calendar_page(request, period, "list", form, {"days": days, "nothing": not any(day.parts for day in days)})


def calendar_page(request, period, shape, form, content):
    context = frame_of(period, shape, SHAPES) | {"form": form} | content
    return render(request, "courses/staff_calendar.html", context)


@may_see_trainers
@require_safe
def staff_calendar_trainers(request):
    """Show the trainers of a week beside each other, and above them the sessions that nobody teaches."""
    period, form = week_asked(request.GET), CountyAndCourseForm(request.GET)
    trainers = Trainer.objects.active().select_related("user", "home").order_by("user__name", "pk")
    page = Paginator(form.narrow_trainers(trainers), PER_PAGE).get_page(request.GET.get("page"))
    waiting = StaffCalendarForm({**form.asked, "lacks_trainer": "on"}).narrow(Meeting.objects.all())
    context = frame_of(period, "trainers", SHAPES) | {
        "form": form,
        "page": page,
        "rows": trainers_beside(list(page), period),
        "waiting": staff_days(waiting, period),
    }
    return render(request, "courses/staff_calendar_trainers.html", context)


@may_see_trainers
@require_safe
def staff_calendar_counties(request):
    """Show county by county and week by week how many can teach, and why nobody can."""
    period, form = week_asked(request.GET), CoverageForm(request.GET)
    asked = form.asked
    periods = weeks_ahead(period.first)
    shown = picture(periods, course=asked.get("course"), language=asked.get("language", ""))
    context = frame_of(period, "counties", SHAPES) | {"form": form, "periods": periods, "picture": shown}
    return render(request, "courses/staff_calendar_counties.html", context)
