"""How e-invoices are shown to staff."""

from django import template

from courses.models import EInvoice
from courses.services.einvoice_words import rule_words

register = template.Library()

State = EInvoice.State
COLORS = {
    State.MADE: "info",
    State.CHECKED: "info",
    State.HANDED_OVER: "info",
    State.SENDING: "info",
    State.SENT: "success",
    State.ACCEPTED: "success",
    State.UNKNOWN: "warning",
    State.FAULTY: "danger",
    State.REFUSED: "danger",
    State.REPLACED: "neutral",
}

register.filter(rule_words)


@register.filter
def einvoice_color(state):
    return COLORS.get(state, "neutral")
