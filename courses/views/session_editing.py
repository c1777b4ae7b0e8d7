"""Two editors of one session: what its form was opened with, and what is different now, field by field."""

from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from courses.forms.sessions import MeetingFormSet, meeting_initial
from courses.models import Course, Session
from courses.services.sessions import content_of
from municipalities.models import Municipality
from taushet.templatetags.ui import kroner, moment_span

from .editing import NOBODY, compare


def meeting_forms(data, standing):
    """Return the rows of a session's meetings; what was sent is matched with the meetings it names."""
    by_pk = {meeting.pk: meeting for meeting in standing}
    if data:
        named = [by_pk.get(posted_pk(data, row)) for row in range(number_of_rows(data, "INITIAL"))]
        initial = [meeting_initial(meeting) if meeting else {} for meeting in named]
    else:
        initial = [meeting_initial(meeting) for meeting in standing]
    return MeetingFormSet(data or None, initial=initial, prefix="meetings", form_kwargs={"standing": by_pk})


def number_of_rows(data, which="TOTAL"):
    text = data.get(f"meetings-{which}_FORMS", "")
    return min(int(text), 100) if text.isascii() and text.isdecimal() and len(text) < 5 else 0


def posted_pk(data, row):
    text = data.get(f"meetings-{row}-pk", "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else None


def with_their_meetings(data, standing):
    """Return what was sent with the others' meetings as further rows; a meeting they took out becomes a new one."""
    data, rows = data.copy(), number_of_rows(data)
    by_pk = {meeting.pk: meeting for meeting in standing}
    sent = set()
    for row in range(rows):
        pk = posted_pk(data, row)
        if pk in by_pk:
            sent.add(pk)
        elif pk is not None:
            data[f"meetings-{row}-pk"] = ""
    for meeting in standing:
        if meeting.pk not in sent:
            for name, value in meeting_initial(meeting).items():
                data[f"meetings-{rows}-{name}"] = value.strftime("%H:%M") if name in {"starts", "ends"} else str(value)
            rows += 1
    data["meetings-TOTAL_FORMS"] = str(rows)
    return data


def differences(session, opened, now, form, meetings):
    """Return who changed a session last, and a row for each value that is another now than when it was opened."""
    mine = mine_of(form, meetings)
    mine = {"state": now.get("state")} | mine
    return compare(session, opened, now, mine, label=label_of, show=show, actions="session.")


def mine_of(form, meetings):
    """Return what somebody has typed, in the shape of `content_of`."""
    typed = content_of(Session(**form.cleaned_data), with_meetings=False)
    mine = {key: value for key, value in typed.items() if key in form.cleaned_data}
    for plan in meetings.plans():
        if plan.pk:
            hours = [plan.starts_at.isoformat(), plan.ends_at.isoformat()]
            mine[f"meeting-{plan.pk}"] = [*hours, plan.place, plan.address, plan.join_url]
    return mine


def label_of(key):
    if key.startswith("meeting-"):
        return _("A meeting")
    label = str(Session._meta.get_field(key).verbose_name)
    return label[:1].upper() + label[1:]


def show(key, value):
    """Return a value as a reader knows it."""
    if key.startswith("meeting-"):
        return show_meeting(value)
    if key in {"municipality", "closed_to", "course"} and value:
        model = Course if key == "course" else Municipality
        return str(model.objects.filter(pk=value).first() or NOBODY)
    if key == "price":
        return _("The price of the course") if value is None else kroner(float(value))
    if isinstance(value, bool):
        return pgettext("answer", "Yes") if value else pgettext("answer", "No")
    choices = dict(Session._meta.get_field(key).flatchoices)
    return str(choices.get(value, value)) if value not in {None, ""} else NOBODY


def show_meeting(value):
    if not value:
        return _("Not there")
    starts_at, ends_at, *where = value
    when = moment_span(datetime.fromisoformat(starts_at), datetime.fromisoformat(ends_at))
    return ", ".join([when, *filter(None, where)])
