"""What outreach shows on pages of others, and how a status looks."""

from django import template

from outreach.models import Letter, Mailing

register = template.Library()

COLOURS = {
    Mailing.Status.DRAFT: "neutral",
    Mailing.Status.SUBMITTED: "info",
    Mailing.Status.APPROVED: "success",
    Letter.Status.READY: "info",
    Letter.Status.HELD: "warning",
    Letter.Status.QUEUED: "info",
    Letter.Status.SENT: "success",
    Letter.Status.STAYED: "neutral",
    Letter.Status.UNKNOWN: "warning",
    Letter.Status.FAILED: "danger",
    Letter.Status.STOPPED: "danger",
}


@register.filter
def status_colour(status):
    """The colour of the tag that shows a status."""
    return COLOURS.get(status, "neutral")


@register.inclusion_tag("outreach/municipality_demands.html")
def municipality_demands(municipality):
    """The demands a municipality has received, for its public page."""
    letters = (
        Letter.objects.received()
        .filter(municipality=municipality)
        .select_related("demand_version__demand")
        .order_by("demand_version__demand__number", "-settled_at")
    )
    newest = {letter.demand_version.demand_id: letter for letter in reversed(letters)}
    return {"municipality": municipality, "letters": list(reversed(newest.values()))}
