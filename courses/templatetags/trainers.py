from django import template

from courses.services.candidates import say_reason as say

register = template.Library()


@register.inclusion_tag("courses/staff_trainers_panel.html", takes_context=True)
def session_trainers(context, session, with_link=True):
    """Show who teaches a session, with what staff may do about it. Costs one query."""
    perms = context["perms"]
    return {
        "session": session,
        "perms": perms,
        "assignments": session.assignments.standing().select_related("trainer__user").order_by("pk"),
        "may_assign": with_link and perms["courses"]["add_assignment"] and session.takes_trainers,
        "may_withdraw": perms["courses"]["change_assignment"],
        "csrf_token": context.get("csrf_token"),
    }


@register.simple_tag
def say_reason(reason, sessions=None):
    """Say what speaks against a trainer; `sessions` names the sessions for those who may see them."""
    return say(reason, sessions)
