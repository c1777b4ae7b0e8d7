"""The calendars a trainer keeps elsewhere, and when each was read."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from courses.exceptions import CoursesError
from courses.forms.busy import BusyCalendarForm
from courses.services import busy

from .trainers import for_trainers


@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@for_trainers
def trainer_busy(request, trainer):
    form = BusyCalendarForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            busy.add_calendar(trainer, **form.cleaned_data, by=request.user)
        except CoursesError as error:
            form.add_error(error.field, str(error))
        else:
            messages.success(request, _("The calendar is put in. We are reading it now."))
            return redirect("courses:trainer_busy")
    context = {"form": form, "calendars": busy.shown_calendars(trainer), "is_full": busy.is_full(trainer)}
    if request.htmx and not request.htmx.history_restore_request and request.method != "POST":
        return render(request, "courses/trainer_busy.html#calendars", context)
    return render(request, "courses/trainer_busy.html", context)


@require_POST
@for_trainers
def trainer_busy_read(request, trainer, calendar_id):
    calendar = get_object_or_404(trainer.busy_calendars, pk=calendar_id)
    if busy.ask_to_read(calendar):
        messages.success(request, _("We are reading it now. It takes a few seconds."))
    else:
        messages.info(request, _("We have just read it. Wait a minute before you try again."))
    return redirect("courses:trainer_busy")


@require_POST
@for_trainers
def trainer_busy_remove(request, trainer, calendar_id):
    calendar = get_object_or_404(trainer.busy_calendars.select_related("trainer"), pk=calendar_id)
    busy.remove_calendar(calendar, by=request.user)
    messages.success(request, _("The calendar is removed, and the hours we had read from it are deleted."))
    return redirect("courses:trainer_busy")
