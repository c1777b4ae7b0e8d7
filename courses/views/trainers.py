"""The trainer's own pages. Everything is asked for through what the trainer teaches now."""

from functools import wraps

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from courses.forms.trainers import MonthForm, OwnProfileForm, impartial_rows
from courses.models import Meeting, Participant, Session, Trainer
from courses.services import adaptations, downloads, feeds
from courses.services.catalogue import session_texts
from courses.services.months import make_month, span_of
from courses.services.road_notes import notes_for
from courses.services.trainer_answers import meetings_today
from courses.services.trainer_invitations import is_invited
from courses.services.trainer_joining import finish_joining
from courses.services.trainers import change_profile
from courses.views.calendars import download
from courses.views.feeds import renewed
from courses.views.requests import row_errors
from taushet.roles import TRAINER
from taushet.services import audit

SHOWN = 5
CANCELLED = Q(state=Meeting.State.CANCELLED) | Q(session__state=Session.State.CANCELLED)


def for_trainers(view):
    """Give a view the trainer who asks; refuse everybody else."""

    @wraps(view)
    def guarded(request, *args, **kwargs):
        trainer = Trainer.objects.active().select_related("user").filter(user=request.user).first()
        if trainer:
            return view(request, trainer, *args, **kwargs)
        if TRAINER in request.user.roles:
            return render(request, "courses/trainer_unknown.html", status=403)
        raise PermissionDenied

    return guarded


@require_safe
@never_cache
@for_trainers
def trainer_home(request, trainer):
    if trainer.is_new:
        return redirect("courses:trainer_profile")
    now = timezone.now()
    coming = own_meetings(trainer).filter(ends_at__gt=now).exclude(CANCELLED).first()
    asked = MonthForm(request.GET).first_day()
    first = asked or timezone.localdate(coming.starts_at if coming else now).replace(day=1)
    start, end = span_of(first)
    context = {"month": make_month(first, own_meetings(trainer).filter(starts_at__lt=end, ends_at__gt=start))}
    if request.htmx and not request.htmx.history_restore_request:
        return render(request, "courses/trainer_home.html#month", context)
    sessions = Session.objects.for_trainer(trainer).select_related("course", "municipality__county")
    upcoming = sessions.filter(last_ends_at__gt=now).order_by("first_starts_at", "pk")
    past = sessions.filter(last_ends_at__lte=now, last_ends_at__gt=now - feeds.LOOKS_BACK)
    shown = [(session, session_texts(session)) for session in upcoming]
    context |= {
        "today": meetings_today(trainer),
        "upcoming": shown[:SHOWN],
        "later": shown[SHOWN:],
        "past": [(session, session_texts(session)) for session in past.order_by("-first_starts_at", "-pk")],
    }
    return render(request, "courses/trainer_home.html", context)


def own_meetings(trainer):
    return (
        Meeting.objects.filter(session__in=Session.objects.for_trainer(trainer))
        .select_related("session__course", "session__municipality")
        .order_by("starts_at", "pk")
    )


@require_safe
@never_cache
@for_trainers
def trainer_session(request, trainer, session_id):
    session = own_session(trainer, session_id)
    participants = Participant.objects.expected_at(session)
    hosts = session.bookings.taking_seats().filter(municipality__in=session.guests() or [session.municipality])
    audit.record("participants.seen", session, by=request.user, trainer=trainer.pk)
    context = {
        "session": session,
        "participants": participants,
        "contacts": hosts.select_related("municipality").order_by("pk"),
        "meetings": session.meetings.order_by("starts_at", "pk"),
        "staff_email": settings.MAIL_FROM,
        "shows_adaptations": adaptations.seen_by_trainers(session),
        "notes": notes_for(session),
        "may_swap": session.takes_trainers and session.first_starts_at > timezone.now(),
    }
    return render(request, "courses/trainer_session.html", context | session_texts(session))


@require_safe
@for_trainers
def trainer_session_calendar(request, trainer, session_id):
    session = own_session(trainer, session_id)
    return download(downloads.trainer_file(session, trainer), session)


def own_session(trainer, session_id):
    sessions = Session.objects.for_trainer(trainer).select_related("course", "municipality__county", "closed_to")
    return get_object_or_404(sessions, pk=session_id)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@for_trainers
def trainer_profile(request, trainer):
    data = request.POST if request.method == "POST" else None
    form, places = OwnProfileForm(data, instance=trainer), impartial_rows(data, trainer)
    if data is not None and all([form.is_valid(), places.is_valid()]):
        change_profile(trainer, **form.cleaned_data, impartial_in=places.places(), by=request.user)
        finish_joining(trainer)
        messages.success(request, _("Saved."))
        return redirect("courses:trainer_home")
    context = {"trainer": trainer, "form": form, "places": places, "staff_email": settings.MAIL_FROM}
    return render(request, "courses/trainer_profile.html", context | row_errors(places))


@require_safe
@never_cache
@for_trainers
def trainer_feed(request, trainer):
    address = feeds.feed_address(trainer)
    webcal = address and "webcal://" + address.partition("://")[2]
    context = {"trainer": trainer, "address": address, "webcal": webcal}
    return render(request, "courses/trainer_feed.html", context)


@require_POST
@for_trainers
def trainer_feed_renew(request, trainer):
    if is_invited(trainer):  # an address beside the invitations would double every entry
        return redirect("courses:trainer_calendar_choice")
    return renewed(request, trainer, feeds.TRAINER_FEED, "courses:trainer_feed")
