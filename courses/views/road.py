"""The trainer's day on the phone: where, when, whom to call, the way there, the list."""

from datetime import datetime, time, timedelta
from urllib.parse import urlencode

from django.conf import settings
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from courses.models import Format, Participant
from courses.services import road_notes
from courses.services.events import is_cancelled, location

from .trainers import CANCELLED, for_trainers, own_meetings

MAP = "https://www.openstreetmap.org/search"


@require_safe
@never_cache
@for_trainers
def trainer_today(request, trainer):
    """Show what is taught today; on other days what comes next."""
    today = timezone.localdate()
    starts = timezone.make_aware(datetime.combine(today, time()))
    ends = timezone.make_aware(datetime.combine(today + timedelta(days=1), time()))
    mine = own_meetings(trainer)
    meetings = list(mine.filter(starts_at__lt=ends, ends_at__gt=starts))
    coming = mine.filter(starts_at__gte=ends).exclude(CANCELLED).first()
    now = timezone.now()
    context = {
        "today": today,
        "stops": [stop_of(meeting) for meeting in meetings if meeting.ends_at > now],
        "over": [stop_of(meeting) for meeting in meetings if meeting.ends_at <= now],
        "coming": coming and stop_of(coming),
        "may_be_out": any(is_still_to_teach(meeting) for meeting in meetings),
        "staff_email": settings.MAIL_FROM,
        "staff_phone": settings.STAFF_PHONE,
        "trainer": trainer,
    }
    return render(request, "courses/trainer_today.html", context)


def is_still_to_teach(meeting):
    return meeting.ends_at > timezone.now() and not is_cancelled(meeting) and meeting.session.takes_trainers


def stop_of(meeting):
    """Return one stop of the day: where it is, whom to call there, what to know."""
    session = meeting.session
    where = location(meeting)
    on_site = session.format != Format.ONLINE and bool(where)
    hosts = session.bookings.taking_seats().filter(municipality__in=session.guests() or [session.municipality])
    return {
        "meeting": meeting,
        "session": session,
        "where": where,
        "map": f"{MAP}?{urlencode({'query': meeting.address or where})}" if on_site else "",
        "contacts": hosts.select_related("municipality").order_by("pk"),
        "expected": Participant.objects.expected_at(session).count(),
        "notes": road_notes.notes_for(session),
    }
