"""What wishes for new dates tell the house: their links, mails and clock, and how long they are kept."""

from datetime import timedelta

from django.utils.translation import gettext_lazy as _

from courses import tasks
from courses.services import date_alerts
from taushet.registries import (
    SEND,
    Deactivation,
    Decision,
    LinkKind,
    MessageKind,
    PeriodicTask,
    RetentionRule,
    deactivations,
    link_kinds,
    message_kinds,
    periodic_tasks,
    retention_rules,
)


def ask_whether_wanted(message):
    if date_alerts.is_wanted(message):
        return SEND
    return Decision("cancel", "The address does not want to be told any more.")


link_kinds.register(LinkKind("alert", "courses:date_alert_detail"))
link_kinds.register(LinkKind("alert-confirm", "courses:date_alert_confirm"))
link_kinds.register(LinkKind("alert-stop", "courses:date_alert_stop"))
message_kinds.register(
    MessageKind(date_alerts.CONFIRM, _("Asked to be told of new dates"), before_sending=ask_whether_wanted)
)
message_kinds.register(MessageKind(date_alerts.NEWS, _("New dates"), before_sending=ask_whether_wanted))
periodic_tasks.register(PeriodicTask("tell-of-new-dates", timedelta(minutes=10), tasks.tell_of_new_dates.enqueue))
deactivations.register(Deactivation("date-alerts", date_alerts.stop_alerts_of))
retention_rules.register(
    RetentionRule(
        key="date-alerts",
        what=_("Wishes to be told of new dates: e-mail address, course and county."),
        purpose=_("To tell of new dates those who have asked for it."),
        basis=_("Your consent (GDPR article 6 (1) a), which you take back with one click"),
        keep=_("Until you stop it, and 30 days after. If you never confirm it, one week."),
        apply=date_alerts.erase_alerts,
        fields=("courses.DateAlert.email",),
    )
)
