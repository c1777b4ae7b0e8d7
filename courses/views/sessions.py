"""Staff pages for sessions: what is planned, one session, and what can be done with it."""

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from courses.exceptions import CoursesError
from courses.forms.sessions import MeetingFormSet, SessionForm, StaffSessionFilterForm, meeting_initial
from courses.models import Meeting, Session
from courses.services import booking_lists, sessions
from courses.services.catalogue import session_texts
from courses.services.session_steps import STEPS

PER_PAGE = 50
may_see = permission_required("courses.view_session", raise_exception=True)
may_add = permission_required("courses.add_session", raise_exception=True)
may_change = permission_required("courses.change_session", raise_exception=True)


@may_see
@require_safe
def staff_session_list(request):
    form = StaffSessionFilterForm(request.GET)
    rows = form.narrow(Session.objects.all()).with_staff_figures()
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "courses/staff_session_list.html", {"form": form, "page": page})


@may_see
@require_safe
def staff_session_detail(request, session_id):
    session = get_object_or_404(Session.objects.with_staff_figures(), pk=session_id)
    context = {
        "session": session,
        "course": session.course,
        "meetings": session.meetings.all(),
        "bookings": booking_lists.of_session(session, request.user),
        "steps": [step for step in STEPS.values() if step.is_offered_for(session)],
    }
    return render(request, "courses/staff_session_detail.html", context | session_texts(session))


@may_add
def staff_session_create(request):
    return edit(request, SessionForm(request.POST or None), [], sessions.create_session, _("The draft is made."))


@may_change
def staff_session_update(request, session_id):
    session = get_object_or_404(Session.objects.with_staff_figures(), pk=session_id)
    standing = list(session.meetings.filter(state=Meeting.State.PLANNED))

    def save(**content):
        return sessions.change_session(session, **content)

    form = SessionForm(request.POST or None, instance=Session.objects.get(pk=session_id))
    return edit(request, form, standing, save, _("The change is made."), session=session)


def edit(request, form, standing, save, done, session=None):
    """Show a session's form with its meetings, and save what is valid."""
    meetings = MeetingFormSet(
        request.POST or None,
        initial=[meeting_initial(meeting) for meeting in standing],
        prefix="meetings",
        form_kwargs={"standing": {meeting.pk: meeting for meeting in standing}},
    )
    if form.is_valid() & meetings.is_valid():
        try:
            saved = save(by=request.user, meetings=meetings.plans(), **form.cleaned_data)
        except CoursesError as error:
            form.add_error(error.field if error.field in form.fields else None, str(error))
        else:
            messages.success(request, done)
            if meetings.has_doubled_hour():
                messages.warning(request, _("The clocks are put back that night. The first of the two hours is meant."))
            return redirect("courses:staff_session_detail", saved.pk)
    context = {"form": form, "meetings": meetings, "session": session}
    return render(request, "courses/staff_session_form.html", context)


@may_change
def staff_session_step(request, session_id, step):
    """Ask, and then take a session one step on: open, confirm, held or cancelled."""
    session = get_object_or_404(Session.objects.with_staff_figures(), pk=session_id)
    step = STEPS[step]
    if request.method == "POST":
        try:
            step.take(session, by=request.user)
        except CoursesError as error:
            messages.error(request, str(error))
        else:
            messages.success(request, step.done)
        return redirect("courses:staff_session_detail", session.pk)
    context = {"title": step.question, "text": step.consequence(session), "button": step.label, "color": step.color}
    return render(request, "confirm.html", context | {"back": session.get_staff_url()})
