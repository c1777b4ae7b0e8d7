from django import template
from django.urls import reverse
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from courses.models import Assignment, Swap
from courses.services.candidates import say_reason as say
from courses.services.staffing import needs_of, say_lacking
from courses.services.swaps import swaps_with_rows
from courses.services.trainer_fits import calls_that_fit

register = template.Library()

OFTEN = [
    (_("Overview"), "trainer_home", []),
    (_("Today"), "trainer_today", []),
    (_("Calendar"), "trainer_calendar_week", ["/kursholder/maned/", "/kursholder/liste/"]),
]
SELDOM = [
    (_("When you can teach"), "trainer_availability", []),
    (_("Own calendars"), "trainer_busy", []),
    (_("Feed or invitations"), "trainer_feed", []),
    (_("Swaps"), "trainer_swaps", []),
    (_("Travel expenses"), "trainer_expenses", []),
    (_("Profile"), "trainer_profile", []),
]


@register.inclusion_tag("components/trainer_navigation.html", takes_context=True)
def trainer_navigation(context):
    """Show the trainer's own pages, and which of them this page is or belongs to."""
    path = context["request"].path
    return {"often": _entries(OFTEN, path), "seldom": _entries(SELDOM, path)}


def _entries(rows, path):
    entries = []
    for label, name, others in rows:
        url = reverse(f"courses:{name}")
        within = name != "trainer_home" and path.startswith((url, *others))
        entries.append((label, url, "page" if path == url else "true" if within else ""))
    return entries


@register.inclusion_tag("courses/staff_trainers_panel.html", takes_context=True)
def session_trainers(context, session, with_link=True):
    """Show who teaches a session, how many are asked, and what staff may do about it. Costs two queries."""
    perms = context["perms"]
    standing = session.assignments.standing().with_activity().select_related("trainer__user")
    assignments = list(standing.order_by("pk"))
    may_assign = with_link and perms["courses"]["add_assignment"] and session.takes_trainers
    return {
        "session": session,
        "perms": perms,
        "assignments": assignments,
        "lacking": say_lacking(needs_of(session, [row for row in assignments if row.counts])),
        "may_assign": may_assign,
        "asked": session.assignments.unanswered().count() if may_assign else 0,
        "may_withdraw": perms["courses"]["change_assignment"],
        "csrf_token": context.get("csrf_token"),
    }


@register.simple_tag
def say_reason(reason, sessions=None):
    """Say what speaks against a trainer; `sessions` names the sessions for those who may see them."""
    return say(reason, sessions)


@register.simple_tag
def say_reason_to_trainer(reason):
    """Say to trainers themselves what speaks against; they know what they teach."""
    return capfirst(say(reason))


@register.simple_tag
def say_session_lacks(session):
    """Say what a session with staff's figures lacks, a phrase for each kind of trainer."""
    if not session.takes_trainers:
        return []
    return say_lacking(needs_of(session, [row for row in session.teaching if row.counts]))


@register.inclusion_tag("courses/trainer_offers_panel.html")
def trainer_questions(trainer):
    """Show a trainer what waits for an answer: sessions offered, by deadline, and swaps colleagues ask for."""
    asked = Assignment.objects.unanswered().filter(trainer=trainer, offer__way="turn", answer_by__gt=timezone.now())
    asked = asked.select_related("offer__session__course", "offer__session__municipality")
    rows = [(row.offer, row.answer_by) for row in asked.order_by("answer_by", "pk")]
    rows += [(call, call.answer_by) for call in calls_that_fit(trainer)]
    swaps = swaps_with_rows().live().filter(colleague=trainer, state=Swap.State.ASKED)
    return {"rows": sorted(rows, key=lambda row: row[1]), "swaps": swaps}
