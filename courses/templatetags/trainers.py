from django import template

from courses.forms.trainers import AssignmentForm

register = template.Library()


@register.inclusion_tag("courses/staff_trainers_panel.html", takes_context=True)
def session_trainers(context, session, form=None):
    """Show who teaches a session, with what staff may do about it. Costs two queries."""
    perms = context["perms"]
    may_assign = perms["courses"]["add_assignment"] and session.takes_trainers
    return {
        "session": session,
        "perms": perms,
        "assignments": session.assignments.standing().select_related("trainer__user").order_by("pk"),
        "form": (form or AssignmentForm(session=session)) if may_assign else None,
        "may_withdraw": perms["courses"]["change_assignment"],
        "csrf_token": context.get("csrf_token"),
    }
