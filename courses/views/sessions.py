"""Staff pages for sessions: what is planned, one session, and what can be done with it."""

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from courses.exceptions import CapacityTooSmall, CoursesError, NeedsReason
from courses.forms.sessions import KeepForm, NeighbourForm, OverhangForm, SessionForm, StaffSessionFilterForm
from courses.models import Meeting, Session
from courses.services import booking_lists, sessions
from courses.services.catalogue import session_texts
from courses.services.session_steps import STEPS
from courses.services.sessions import SessionChanged
from municipalities.models import Municipality

from .editing import read_opened, write_opened
from .requests import row_errors
from .session_editing import differences, meeting_forms, with_their_meetings

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
    narrowed = any(request.GET.get(name) for name in form.fields)
    context = {"form": form, "page": page, "is_narrowed": narrowed}
    return render(request, "courses/staff_session_list.html", context)


@may_see
@require_safe
def staff_session_detail(request, session_id):
    session = get_object_or_404(Session.objects.with_staff_figures(), pk=session_id)
    context = {
        "session": session,
        "course": session.course,
        "meetings": session.meetings.all(),
        "bookings": booking_lists.of_session(session, request.user),
        "taken": booking_lists.taken_by_state(session) if session.seats_over else None,
        "open_offers": booking_lists.open_offers(session) if request.user.has_perm("courses.view_booking") else (),
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
    """Show a session's form with its meetings, and save what is valid.

    Before anything is overwritten that somebody else has changed since the form was opened, before the seats are made
    fewer than are taken, and before a trainer keeps it whom it no longer suits, the same form asks.
    """
    meetings = meeting_forms(request.POST or None, standing)
    overhang = OverhangForm(request.POST, prefix="over") if "over-accepts_over" in request.POST else None
    keep = KeepForm(request.POST, prefix="keep") if "keep-reason" in request.POST else None
    opened = read_opened("session", request.POST)
    difference, extra = None, {}
    are_valid = [one.is_valid() for one in (form, meetings, overhang, keep) if one is not None]
    if all(are_valid):
        if session:
            extra = {"seen": opened} | (overhang.cleaned_data if overhang else {})
            extra["keep_reason"] = keep.cleaned_data["reason"] if keep else ""
        try:
            saved = save(by=request.user, meetings=meetings.plans(), **form.cleaned_data, **extra)
        except SessionChanged as changed:
            difference = differences(session, opened, changed.now, form, meetings)
            opened = changed.now
            meetings = meeting_forms(with_their_meetings(request.POST, standing), standing)
        except CapacityTooSmall as error:
            form.add_error("capacity", str(error))
            typed = {"over_reason": overhang.cleaned_data["over_reason"]} if overhang else {}
            overhang = OverhangForm(prefix="over", initial={"accepts_over": error.over} | typed)
        except NeedsReason as error:
            form.add_error(None, str(error))
            keep = KeepForm(prefix="keep")
        except CoursesError as error:
            form.add_error(error.field if error.field in form.fields else None, str(error))
        else:
            messages.success(request, done)
            if meetings.has_doubled_hour():
                messages.warning(request, _("The clocks are put back that night. The first of the two hours is meant."))
            return redirect("courses:staff_session_detail", saved.pk)
    context = {
        "form": form,
        "meetings": meetings,
        "session": session,
        "overhang": overhang,
        "keep": keep,
        "taken": booking_lists.taken_by_state(session) if overhang and session else None,
        "difference": difference,
    } | row_errors(meetings)
    if session:
        context["opened"] = write_opened("session", opened or sessions.content_of(session))
    return render(request, "courses/staff_session_form.html", context)


@may_change
def staff_session_step(request, session_id, step):
    """Ask, and then take a session one step on: open, confirm or held."""
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


@may_change
@require_http_methods(["GET", "HEAD", "POST"])
def staff_session_share(request, session_id):
    """Say which neighbours may book a session that is held for one municipality."""
    session = get_object_or_404(Session.objects.select_related("course", "closed_to"), pk=session_id)
    form = NeighbourForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            sessions.share_session(session, form.cleaned_data["municipality"], by=request.user)
        except CoursesError as error:
            form.add_error("municipality", str(error))
        else:
            messages.success(
                request, _("%(place)s may book this session.") % {"place": form.cleaned_data["municipality"]}
            )
            return redirect("courses:staff_session_share", session.pk)
    neighbours = session.shared_with.order_by("name")
    context = {"session": session, "form": form, "neighbours": neighbours}
    return render(request, "courses/staff_session_share.html", context)


@may_change
@require_POST
def staff_session_unshare(request, session_id, number):
    session = get_object_or_404(Session, pk=session_id)
    place = get_object_or_404(Municipality, number=number)
    try:
        sessions.unshare_session(session, place, by=request.user)
    except CoursesError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("%(place)s can no longer book this session.") % {"place": place})
    return redirect("courses:staff_session_share", session.pk)
