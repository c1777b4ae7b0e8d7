"""Parts of pages that other rooms put together, each showing rows of this one."""

from django import template
from django.db.models import Q

from courses.forms.catalogue import SessionFilterForm
from courses.models import Booking, Format, Session
from courses.services.catalogue import public_columns, session_rows

register = template.Library()


@register.inclusion_tag("courses/upcoming_panel.html")
def upcoming_sessions(count=4):
    """Show the next sessions one can still book, and a way to look for others."""
    return {"rows": session_rows(public_columns().with_free_seats()[:count]), "form": SessionFilterForm()}


@register.inclusion_tag("courses/municipality_courses.html")
def municipality_courses(municipality, count=3):
    """Show the next sessions people of a municipality can go to: in its county, or online."""
    within_reach = Q(municipality__county=municipality.county_id) | ~Q(format=Format.ON_SITE)
    rows = session_rows(public_columns().with_free_seats().filter(within_reach)[:count])
    return {"rows": rows, "municipality": municipality}


@register.inclusion_tag("courses/municipality_bookings.html", takes_context=True)
def municipality_bookings(context, municipality, count=10):
    """Show the latest bookings of a municipality that the user may see. Costs one query, or two."""
    rows = Booking.objects.visible_to(context["user"]).filter(municipality=municipality)
    rows = rows.select_related("municipality", "created_by", "session__course", "session__municipality").with_names()
    latest = list(rows.order_by("-session__first_starts_at", "-pk")[: count + 1])
    return {"municipality": municipality, "bookings": latest[:count], "has_more": len(latest) > count}


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
