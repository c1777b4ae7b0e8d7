"""Staff's pages for trainers: who they are, and which session each one teaches."""

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.db.models import Count, Q
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from courses.exceptions import CoursesError
from courses.forms.trainers import AssignmentForm, NewTrainerForm, TrainerForm, impartial_rows
from courses.models import Assignment, Session, Trainer
from courses.services.assignments import assign_trainer, withdraw_assignment
from courses.services.availability import coming_exceptions, current_hours
from courses.services.candidates import candidates_for, name_sessions
from courses.services.trainers import change_trainer, register_trainer

from .requests import row_errors


@require_safe
@permission_required("courses.view_trainer", raise_exception=True)
def trainer_list(request):
    coming = Q(assignments__state=Assignment.State.ACCEPTED, assignments__session__last_ends_at__gt=timezone.now())
    trainers = (
        Trainer.objects.select_related("user")
        .prefetch_related("courses", "second_courses", "counties")
        .annotate(coming=Count("assignments", filter=coming))
        .order_by("-is_active", "user__name", "pk")
    )
    return render(request, "courses/staff_trainer_list.html", {"trainers": trainers})


@permission_required("courses.add_trainer", raise_exception=True)
def trainer_create(request):
    data = request.POST if request.method == "POST" else None
    form, places = NewTrainerForm(data), impartial_rows(data)
    if data is not None and all([form.is_valid(), places.is_valid()]):
        trainer = register_trainer(**form.cleaned_data, impartial_in=places.places(), by=request.user)
        messages.success(request, _("%(name)s is now a trainer.") % {"name": trainer})
        return redirect("courses:trainer_list")
    context = {"form": form, "places": places} | row_errors(places)
    return render(request, "courses/staff_trainer_form.html", context)


@permission_required("courses.change_trainer", raise_exception=True)
def trainer_update(request, trainer_id):
    trainer = get_object_or_404(Trainer.objects.select_related("user"), pk=trainer_id)
    data = request.POST if request.method == "POST" else None
    form, places = TrainerForm(data, instance=trainer), impartial_rows(data, trainer)
    if data is not None and all([form.is_valid(), places.is_valid()]):
        change_trainer(trainer, **form.cleaned_data, impartial_in=places.places(), by=request.user)
        messages.success(request, _("Saved."))
        return redirect("courses:trainer_list")
    sessions = Session.objects.for_trainer(trainer).select_related("course", "municipality", "closed_to")
    context = {
        "form": form,
        "places": places,
        "trainer": trainer,
        "said": current_hours(trainer),
        "exceptions": coming_exceptions(trainer),
        "coming": sessions.upcoming(),
        "been": sessions.past()[:20],
    }
    return render(request, "courses/staff_trainer_form.html", context | row_errors(places))


@permission_required("courses.add_assignment", raise_exception=True)
@require_http_methods(["GET", "HEAD", "POST"])
def assignment_create(request, session_id):
    """Choose among all who could teach a session, with what speaks for and against each."""
    session = staff_session(session_id)
    found = candidates_for(session) if session.takes_trainers else []
    form = AssignmentForm(request.POST if request.method == "POST" else None, candidates=found)
    if form.is_valid():
        try:
            assign_trainer(session, by=request.user, **form.cleaned_data)
        except CoursesError as error:
            form.add_error(error.field or "trainer", str(error))
        else:
            name = form.cleaned_data["trainer"]
            messages.success(request, _("%(name)s teaches this session and gets an e-mail.") % {"name": name})
            return redirect(session.get_staff_url())
    reasons = [reason for one in found for reason in one.reasons]
    names = name_sessions(reasons) if request.user.has_perm("courses.view_session") else {}
    context = {"form": form, "session": session, "session_names": names}
    return render(request, "courses/staff_assignment_form.html", context)


@require_POST
@permission_required("courses.change_assignment", raise_exception=True)
def assignment_withdraw(request, session_id, assignment_id):
    assignment = get_object_or_404(
        Assignment.objects.select_related("trainer__user"), pk=assignment_id, session=session_id
    )
    try:
        withdraw_assignment(assignment, by=request.user)
    except CoursesError as error:
        messages.error(request, str(error))
    else:
        messages.success(
            request,
            _("%(name)s no longer teaches this session and gets an e-mail.") % {"name": assignment.trainer},
        )
    return redirect("courses:staff_session_detail", session_id)


def staff_session(session_id):
    return get_object_or_404(Session.objects.select_related("course", "municipality", "closed_to"), pk=session_id)
