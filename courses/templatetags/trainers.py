from django import template
from django.utils import timezone
from django.utils.text import capfirst

from courses.models import Assignment
from courses.services.candidates import say_reason as say
from courses.services.staffing import needs_of, say_lacking
from courses.services.trainer_answers import meetings_today
from courses.services.trainer_fits import calls_that_fit

register = template.Library()


@register.inclusion_tag("courses/staff_trainers_panel.html", takes_context=True)
def session_trainers(context, session, with_link=True):
    """Show who teaches a session, with what staff may do about it. Costs one query."""
    perms = context["perms"]
    standing = session.assignments.standing().with_activity().select_related("trainer__user")
    assignments = list(standing.order_by("pk"))
    return {
        "session": session,
        "perms": perms,
        "assignments": assignments,
        "lacking": say_lacking(needs_of(session, [row for row in assignments if row.counts])),
        "may_assign": with_link and perms["courses"]["add_assignment"] and session.takes_trainers,
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
def trainer_offers(trainer):
    """Show a trainer what there is to answer, and a way out of today."""
    asked = Assignment.objects.unanswered().filter(trainer=trainer, offer__way="turn", answer_by__gt=timezone.now())
    asked = asked.select_related("offer__session__course", "offer__session__municipality")
    rows = [(row.offer, row.answer_by) for row in asked.order_by("answer_by", "pk")]
    rows += [(call, call.answer_by) for call in calls_that_fit(trainer)]
    return {"rows": sorted(rows, key=lambda row: row[1]), "today": meetings_today(trainer)}
