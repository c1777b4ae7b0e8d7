"""Staff cancel a session, or several at once: who is told what, the words to them, and then the deed."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from courses.exceptions import CoursesError
from courses.forms.cancel_words import CancelWordsForm
from courses.models import Booking, Session
from courses.services import sessions
from courses.services.cancel_words import samples
from courses.services.session_steps import STEPS

from .sessions import may_change


@may_change
@require_http_methods(["GET", "HEAD", "POST"])
def staff_session_cancel(request, session_id):
    """Ask, and then cancel a session. Words to those concerned are shown as they get them before they are sent."""
    session = get_object_or_404(Session.objects.with_staff_figures(), pk=session_id)
    step = STEPS["cancel"]
    form = CancelWordsForm(request.POST if request.method == "POST" else None, courses=[session.course])
    preview = None
    if form.is_valid():
        if form.is_as_shown or not step.is_offered_for(session):
            return cancel(request, session, step, form.words)
        preview = samples([session], form.words, Booking.objects.visible_to(request.user))
    context = {
        "title": step.question,
        "text": step.consequence(session),
        "button": step.label,
        "back": session.get_staff_url(),
        "form": form,
        "told": step.preview([session]) if step.is_offered_for(session) else (),
        "preview": preview,
        "session": session,
    }
    return render(request, "courses/staff_session_cancel.html", context)


def words_for(request, choice, sessions):
    """Ask what is to be written to those concerned, of a choice that cancels sessions; see `choices.choice_page`."""
    if not choice.takes_words:
        return {}, {}
    form = CancelWordsForm(
        request.POST if request.method == "POST" else None, courses={session.course for session in sessions}
    )
    if not form.is_valid():
        return {"form": form}, None
    if form.is_as_shown:
        return {"form": form}, {"words": form.words}
    return {"form": form, "preview": samples(sessions, form.words, Booking.objects.visible_to(request.user))}, None


def cancel(request, session, step, words):
    try:
        sessions.cancel_session(session, by=request.user, words=words)
    except CoursesError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, step.done)
    return redirect("courses:staff_session_detail", session.pk)
