"""What outreach offers to the rest of the house about who holds office."""

from django.utils.translation import gettext_lazy as _

from outreach.models import OfficeTask
from outreach.services.offices import office_imports
from taushet.registries import LoggedAction, RetentionRule, TodayCard, logged_actions, retention_rules, today_cards

MOST_ON_A_CARD = 20


def offices_to_look_after(user):
    tasks = OfficeTask.objects.waiting().select_related("mandate__politician", "mandate__body")
    return [
        (f"{task.mandate}: {task.get_reason_display()}", task.get_absolute_url()) for task in tasks[:MOST_ON_A_CARD]
    ]


today_cards.register(
    TodayCard("office-tasks", _("Offices to look after"), "outreach.change_mandate", offices_to_look_after)
)

retention_rules.register(
    RetentionRule(
        key="office-imports",
        what=_("Lists of politicians that staff put in: names, parties and public office addresses."),
        purpose=_("To look a list over before it is used, and to take it back when it was wrong."),
        basis=_("Our legitimate interest (GDPR article 6 (1) f)"),
        keep=_("Until it is used, two weeks at most. What takes it back is kept for a week."),
        apply=office_imports.empty_imports,
        fields=(
            "outreach.OfficeImport.content",
            "outreach.OfficeImport.decisions",
            "outreach.OfficeImport.written",
        ),
    )
)

LOG_WORDS = {
    "mandate.changed": _("Office corrected"),
    "mandate.created": _("Office put in"),
    "mandate.leave_ended": _("Leave from an office ended"),
    "mandate.leave_started": _("Leave from an office begun"),
    "office_import.undone": _("List of councillors taken back"),
    "office_import.written": _("List of councillors written"),
    "office_task.opened": _("Office to look after came up"),
    "office_task.settled": _("Office looked after"),
}

for code, words in LOG_WORDS.items():
    logged_actions.register(LoggedAction(code, words))
