"""A meeting is given another time: first what that would mean, then, by a second press, the move."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from courses.exceptions import CoursesError
from courses.forms.meeting_moves import MeetingMoveForm
from courses.models import Meeting
from courses.services.calendar_days import can_move
from courses.services.candidates import name_sessions
from courses.services.meeting_moves import move_meeting, preview_move
from courses.services.sessions import content_of

from .editing import read_opened, write_opened
from .sessions import may_change


@may_change
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def staff_meeting_move(request, session_id, meeting_id):
    """Show what a new time would mean; a GET never changes anything, wherever it comes from."""
    meetings = Meeting.objects.select_related("session__course", "session__municipality", "session__closed_to")
    meeting = get_object_or_404(meetings, pk=meeting_id, session=session_id)
    session = meeting.session
    data = request.POST if request.method == "POST" else request.GET
    form = MeetingMoveForm(data if "day" in data else None, meeting=meeting)
    is_asked = can_move(meeting) and form.is_valid()
    if is_asked and request.method == "POST":
        try:
            reason, seen = form.cleaned_data["reason"], read_opened("move", request.POST)
            move_meeting(meeting, form.span, by=request.user, seen=seen, keep_reason=reason)
        except CoursesError as error:
            form.add_error("reason" if error.field == "keep_reason" else None, str(error))
        else:
            messages.success(request, _("The meeting is moved."))
            if form.has_doubled_hour:
                messages.warning(request, _("The clocks are put back that night. The first of the two hours is meant."))
            return redirect("courses:staff_session_detail", session.pk)
    context = {"session": session, "meeting": meeting, "form": form, "may_move": can_move(meeting)}
    if is_asked:
        preview = preview_move(meeting, form.span)
        reasons = [reason for one in preview.against for reason in one.reasons]
        context |= {
            "preview": preview,
            "session_names": name_sessions(reasons),
            "opened": write_opened("move", content_of(session)),
        }
    return render(request, "courses/staff_meeting_move.html", context)
