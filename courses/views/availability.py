"""When a trainer can teach: the week as they see and change it, and the same as a plain form."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from courses.exceptions import CoursesError
from courses.forms.availability import (
    DayForm,
    DayHintForm,
    ExceptionForm,
    ExceptionFormSet,
    HoursForm,
    HoursFormSet,
    WeekForm,
    initial_of,
    week_name,
)
from courses.services import availability
from courses.services.catalogue import when_text

from .requests import row_errors
from .trainers import for_trainers


@require_safe
@never_cache
@for_trainers
def trainer_availability(request, trainer):
    return week_page(request, trainer, WeekForm(request.GET).monday())


def week_page(request, trainer, monday, wrong=None):
    """Show a week; `wrong` is the form of a day that could not be saved."""
    week = availability.make_week(trainer, monday)
    context = {
        "week": week,
        "days": [(row, form_of(row, wrong)) for row in week.days],
        "previous": week_name(week.previous),
        "next": week_name(week.next),
        "number": monday.isocalendar().week,
    }
    if request.htmx and not request.htmx.history_restore_request and wrong is None:
        return render(request, "courses/trainer_availability.html#week", context)
    context |= {"form": wrong, "said": availability.current_hours(trainer)}
    return render(request, "courses/trainer_availability.html", context)


def form_of(row, wrong):
    """Return the form of a day: the wrong one when it is its day, none when the day is over."""
    if row.is_over:
        return None
    is_its_day = wrong is not None and wrong.cleaned_data.get("first_on") == row.on
    return wrong if is_its_day else DayForm(day=row.on)


@require_POST
@for_trainers
def trainer_day(request, trainer):
    """Say something about one day of the week view."""
    hint = DayHintForm(request.POST)
    if not hint.is_valid():
        messages.error(request, _("This is not a date. Write it as 12.03.2027."))
        return redirect("courses:trainer_availability")
    day = hint.cleaned_data["first_on"]
    form = DayForm(request.POST, day=day)
    if form.is_valid():
        row = form.row()
        try:
            availability.add_hours(trainer, row=row, by=request.user)
        except CoursesError as error:
            form.add_error(None, str(error))
        else:
            say_saved(request, trainer, [] if form.cleaned_data["every_week"] else [row])
            return redirect(address_of(day))
    return week_page(request, trainer, day - availability.ONE_DAY * day.weekday(), form)


@require_POST
@for_trainers
def trainer_exception_remove(request, trainer, exception_id):
    exception = get_object_or_404(trainer.availability_exceptions.select_related("trainer"), pk=exception_id)
    shown = DayHintForm(request.POST)
    day = shown.cleaned_data["first_on"] if shown.is_valid() else exception.first_on
    availability.remove_exception(exception, by=request.user)
    messages.success(request, _("Saved."))
    return redirect(address_of(day))


def address_of(day):
    return f"{reverse('courses:trainer_availability')}?uke={week_name(day)}#dag-{day:%Y-%m-%d}"


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@for_trainers
def trainer_hours(request, trainer):
    """All hours and coming exceptions as one plain form."""
    data = request.POST if request.method == "POST" else None
    coming = availability.coming_exceptions(trainer)
    hours = HoursFormSet(data, prefix="uke", initial=initial_of(availability.current_hours(trainer), HoursForm))
    days = ExceptionFormSet(data, prefix="dager", initial=initial_of(coming, ExceptionForm))
    if data is not None and all([hours.is_valid(), days.is_valid()]):
        exceptions = days.rows()
        availability.replace_hours(trainer, rules=hours.rows(), exceptions=exceptions, by=request.user)
        say_saved(request, trainer, exceptions)
        return redirect("courses:trainer_availability")
    return render(request, "courses/trainer_hours.html", {"hours": hours, "days": days} | row_errors(hours, days))


def say_saved(request, trainer, rows):
    """Say that it is saved, and that a session stays the trainer's although they are away."""
    messages.success(request, _("Saved."))
    for meeting in availability.taught_while_away(trainer, rows)[:5]:
        text = _("You teach %(when)s and still have that session. Write to us if you cannot.")
        messages.warning(request, text % {"when": when_text(meeting.starts_at, meeting.ends_at)})
