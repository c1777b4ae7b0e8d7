"""Whether a trainer follows a feed or gets invitations, and what calendars have answered to those."""

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from courses.forms.trainer_invitations import CalendarChoiceForm
from courses.models import CalendarAnswer
from courses.services.calendar_answers import settle_answer
from courses.services.trainer_invitations import choose_calendar, is_invited, mails_of_choice

from .trainers import for_trainers

SHOWN = 30
ROWS = ("trainer__user", "meeting__session__course", "meeting__session__municipality")


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@for_trainers
def trainer_calendar_choice(request, trainer):
    form = CalendarChoiceForm(request.POST if request.method == "POST" else None, initial={"way": trainer.calendar_by})
    if form.is_valid():
        trainer = choose_calendar(trainer, form.cleaned_data["way"], by=request.user)
        if is_invited(trainer):
            messages.success(
                request, _("You get invitations by e-mail. Take the calendar you subscribed to out of your program.")
            )
        else:
            messages.success(request, _("You have a new address. Subscribe to it in your calendar."))
        return redirect("courses:trainer_feed")
    context = {"form": form, "trainer": trainer, "mails": mails_of_choice(trainer)}
    return render(request, "courses/trainer_calendar_choice.html", context)


@require_safe
@never_cache
@permission_required("courses.view_calendaranswer", raise_exception=True)
def calendar_answer_list(request):
    answers = CalendarAnswer.objects.select_related(*ROWS)
    context = {
        "declined": answers.declined().order_by("meeting__starts_at", "pk"),
        "unplaced": answers.unplaced()[:SHOWN],
        "latest": answers.exclude(trainer=None)[:SHOWN],
    }
    return render(request, "courses/calendar_answer_list.html", context)


@require_POST
@permission_required("courses.change_calendaranswer", raise_exception=True)
def calendar_answer_settle(request, answer_id):
    settle_answer(get_object_or_404(CalendarAnswer, pk=answer_id), by=request.user)
    messages.success(request, _("Put away."))
    return redirect("courses:calendar_answer_list")
