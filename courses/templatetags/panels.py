"""What pages of other rooms show of courses."""

from django import template

from courses.models import Session

register = template.Library()

STATE_COLOURS = {
    Session.State.DRAFT: "neutral",
    Session.State.OPEN: "success",
    Session.State.FULL: "warning",
    Session.State.CONFIRMED: "info",
    Session.State.CANCELLED: "danger",
    Session.State.HELD: "neutral",
}


@register.filter
def state_colour(session):
    """The colour of the state a session shows."""
    return STATE_COLOURS[session.shown_state]
