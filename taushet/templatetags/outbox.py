"""How stored mail is shown to staff."""

from django import template
from django.utils.html import escape, format_html
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from icalendar import Calendar

from taushet.models import Message
from taushet.services.links import PLACEHOLDER_PATH

register = template.Library()

State = Message.State
COLORS = {
    State.SENT: "success",
    State.UNKNOWN: "warning",
    State.FAILED: "danger",
    State.HELD: "warning",
    State.QUEUED: "info",
    State.SENDING: "info",
}


EVENTS = {
    "delivered": gettext_lazy("The recipient's mail system has taken it."),
    "deferred": gettext_lazy("The recipient's mail system asks the provider to wait."),
    "bounced": gettext_lazy("The recipient's mail system did not take it."),
    "rejected": gettext_lazy("The mail provider refused it."),
    "failed": gettext_lazy("The mail provider could not send it."),
    "complained": gettext_lazy("The recipient marked it as unwanted."),
    "unsubscribed": gettext_lazy("The recipient asked not to get mail."),
}


@register.filter
def event_label(kind):
    return EVENTS.get(kind, kind)


@register.filter
def state_color(state):
    return COLORS.get(state, "neutral")


@register.filter
def as_sentence(reason):
    """Show a stored reason in the language of the reader when the house wrote it."""
    return _(reason) if reason else ""


@register.filter
def private_links(text):
    """Show a text with a mark where each private link will be."""
    mark = format_html('<span class="private-link">{}</span>', _("private link"))
    return mark_safe(PLACEHOLDER_PATH.sub(lambda match: mark, escape(text)))  # noqa: S308  escaped on this line


@register.filter
def calendar_events(text):
    """Show what a calendar file says: title, time and place of each event."""
    try:
        events = Calendar.from_ical(text).walk("VEVENT")
        return [(event.get("SUMMARY", ""), *_times(event), event.get("LOCATION", "")) for event in events]
    except (ValueError, KeyError):
        return []


def _times(event):
    return event.decoded("DTSTART"), event.decoded("DTEND", None)
