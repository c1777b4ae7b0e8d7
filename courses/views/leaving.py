"""Trainers who cannot hold what they had said yes to: one session, or all of today's."""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from courses.exceptions import CoursesError
from courses.forms.staffing import LeaveForm
from courses.models import Assignment
from courses.services.assignments import AssignmentRefused
from courses.services.catalogue import session_texts
from courses.services.trainer_answers import be_out_today, leave_session, meetings_today

from .trainers import for_trainers, own_session


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@for_trainers
def trainer_leave(request, trainer, session_id):
    session = own_session(trainer, session_id)
    if not session.takes_trainers:
        raise Http404
    form = LeaveForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            leave_own(session, trainer, **form.cleaned_data)
        except CoursesError as error:
            messages.error(request, str(error))
        else:
            messages.success(request, _("You no longer teach this session. The campaign staff have been told."))
        return redirect("courses:trainer_home")
    context = {"session": session, "form": form, "back": reverse("courses:trainer_session", args=[session.pk])}
    return render(request, "courses/trainer_leave.html", context | session_texts(session))


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@for_trainers
def trainer_out_today(request, trainer):
    """Ask once, and then take the trainer off all that is left of today."""
    if request.method == "POST":
        if be_out_today(trainer):
            messages.success(request, _("The campaign staff have been told, and look for somebody else."))
        else:
            messages.info(request, _("You have nothing left to teach today."))
        return redirect("courses:trainer_home")
    return render(request, "courses/trainer_out_today.html", {"meetings": meetings_today(trainer)})


def leave_own(session, trainer, **words):
    """Leave a session; raises AssignmentRefused when staff has ended the assignment since the page was asked for."""
    assignment = Assignment.objects.standing().filter(session=session, trainer=trainer).first()
    if assignment is None:
        raise AssignmentRefused(_("You have been taken off this session already."))
    leave_session(assignment, **words)
