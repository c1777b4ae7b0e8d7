"""Attendance, from the trainer's phone or by staff: the same pages under /kursholder/ and /stab/kurs/."""

from functools import wraps

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from courses.exceptions import AttendanceClosed, CoursesError
from courses.forms.attendance import AttendanceListForm, MarksForm, WalkInForm
from courses.models import Certificate, Meeting, Participant, Session, Trainer
from courses.services import attendance, certificates, presence
from courses.services.catalogue import session_texts
from taushet.services import audit

SEE, TAKE = "courses.view_attendancemark", "courses.add_attendancemark"


class Room:
    """Whose pages these are: the trainer's or staff's. Both see the same and differ in address and frame."""

    def __init__(self, key: str):
        self.key = key
        self.base = "trainer_base.html" if key == "trainer" else "staff_base.html"

    def url(self, name: str, *args) -> str:
        return reverse(f"courses:{self.key}_{name}", args=args)

    def sessions(self, user):
        """The sessions of this room somebody may take attendance of; refuses who has no business here at all."""
        if self.key == "staff":
            if not user.has_perm(SEE):
                raise PermissionDenied
            return Session.objects.visible_to(user)
        trainer = Trainer.objects.active().filter(user=user).first()
        if trainer is None:
            raise PermissionDenied
        return Session.objects.for_trainer(trainer)

    def may_take(self, user) -> bool:
        return self.key == "trainer" or user.has_perm(TAKE)

    def session_page(self, session) -> str:
        name = "trainer_session" if self.key == "trainer" else "staff_session_detail"
        return reverse(f"courses:{name}", args=[session.pk])


def in_room(view):
    """Give a view its room and session, or the meeting where the address names one; nobody else's is found."""

    @wraps(view)
    @never_cache
    def found(request, room, session_id, meeting_id=None):
        room = Room(room)
        sessions = room.sessions(request.user).select_related("course", "municipality__county", "closed_to")
        session = get_object_or_404(sessions, pk=session_id)
        if request.method == "POST" and not room.may_take(request.user):
            raise PermissionDenied
        if meeting_id is None:
            return view(request, room, session)
        meeting = get_object_or_404(Meeting, session=session, pk=meeting_id)
        meeting.session = session
        return view(request, room, meeting)

    return found


@in_room
@require_safe
def attendance_overview(request, room, session):
    rows = presence.attended(session)
    gone = attendance.absences(session)
    holders = set(Certificate.objects.standing().filter(session=session).values_list("participant", flat=True))
    earned = {row.participant.pk for row in rows if certificates.has_earned(row)}
    audit.record("attendance.seen", session, by=request.user)
    context = {
        "session": session,
        "meetings": [(meeting, room.url("attendance", session.pk, meeting.pk)) for meeting in session.meetings.all()],
        "rows": rows,
        "came": sum(1 for row in rows if row.seconds),
        "stayed_away": sum(1 for row in rows if row.stayed_away),
        "gone": gone,
        "is_over": certificates.is_over(session),
        "required": session.course.attendance_required,
        "holders": holders,
        "earned": len(earned),
        "issued": len(holders),
        "may_issue": room.may_take(request.user) and earned - holders,
        "issue_url": room.url("certificates_issue", session.pk),
    }
    return page(request, room, "courses/attendance_overview.html", session, context)


@in_room
@require_http_methods(["GET", "HEAD", "POST"])
def attendance_list(request, room, meeting):
    form = list_form(request, meeting)
    error = ""
    if form.is_valid():
        try:
            attendance.record_marks(meeting, form.seen, by=request.user)
        except CoursesError as refusal:
            error = str(refusal)
        else:
            messages.success(request, _("The list is saved."))
            return redirect(room.url("attendance", meeting.session_id, meeting.pk))
    return list_page(request, room, meeting, form, error=error)


@in_room
@require_POST
def attendance_marks(request, room, meeting):
    """Take marks from the script and answer with the list as it now stands."""
    form = MarksForm(request.POST)
    if not form.is_valid():
        return JsonResponse({"refused": True}, status=400)
    try:
        kept = attendance.record_marks(meeting, form.cleaned_data["marks"], by=request.user)
    except CoursesError as refusal:
        return JsonResponse({"refused": True, "why": str(refusal)}, status=409)
    return JsonResponse({"kept": sorted(kept), "present": presence.present_at(meeting)})


@in_room
@require_POST
def attendance_walk_in(request, room, meeting):
    walk_in = walk_in_form(meeting, request.POST)
    if walk_in.is_valid():
        data = walk_in.cleaned_data
        try:
            participant = attendance.add_walk_in(
                meeting, walk_in.person, data["municipality"], request_key=data["request_key"], by=request.user
            )
        except CoursesError as refusal:
            walk_in.add_error(refusal.field if refusal.field in walk_in.fields else None, str(refusal))
        else:
            messages.success(request, _("%(name)s is on the list.") % {"name": participant.listed_name})
            return redirect(room.url("attendance", meeting.session_id, meeting.pk))
    return list_page(request, room, meeting, list_form(None, meeting), walk_in=walk_in)


@in_room
@require_safe
def attendance_print(request, room, meeting):
    audit.record("attendance.printed", meeting.session, by=request.user, meeting=meeting.pk)
    context = {"meeting": meeting, "participants": Participant.objects.expected_at(meeting.session), "blanks": range(5)}
    return page(request, room, "courses/attendance_print.html", meeting.session, context)


def list_form(request, meeting):
    return AttendanceListForm(
        request.POST if request and request.method == "POST" else None,
        meeting=meeting,
        participants=list(Participant.objects.expected_at(meeting.session)),
        present=presence.present_at(meeting),
    )


def walk_in_form(meeting, data=None):
    return WalkInForm(data, about=f"walk-in-{meeting.pk}", auto_id="new_%s")


def list_page(request, room, meeting, form, *, walk_in=None, error=""):
    closed = ""
    try:
        attendance.refuse_closed(meeting)
    except AttendanceClosed as refusal:
        closed = str(refusal)
    audit.record("attendance.seen", meeting.session, by=request.user, meeting=meeting.pk)
    session = meeting.session
    context = {
        "meeting": meeting,
        "form": form,
        "walk_in": walk_in or walk_in_form(meeting),
        "gone": attendance.absences(session),
        "closed": closed,
        "error": "" if error == closed else error,
        "may_take": not closed and room.may_take(request.user),
        "marks_url": room.url("attendance_marks", session.pk, meeting.pk),
        "walk_in_url": room.url("attendance_walk_in", session.pk, meeting.pk),
        "print_url": room.url("attendance_print", session.pk, meeting.pk),
    }
    return page(request, room, "courses/attendance_list.html", session, context)


def page(request, room, template, session, context):
    context |= {
        "base": room.base,
        "room": room.key,
        "session": session,
        "session_page": room.session_page(session),
        "overview": room.url("attendance_overview", session.pk),
    }
    return render(request, template, context | session_texts(session))
