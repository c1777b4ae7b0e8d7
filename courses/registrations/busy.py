"""What the calendars that trainers keep elsewhere tell the house: when they are read, what is kept and how long."""

from datetime import timedelta

from django.utils.translation import gettext_lazy as _

from courses import tasks
from courses.services.busy import erase_busy
from taushet.registries import PeriodicTask, RetentionRule, periodic_tasks, retention_rules

periodic_tasks.register(PeriodicTask("busy-calendars", timedelta(minutes=5), tasks.read_due_calendars.enqueue))
retention_rules.register(
    RetentionRule(
        key="busy-calendars",
        what=_(
            "Calendars that trainers themselves put in: the address and what opens it, encrypted, and the hours that"
            " are taken. Never what takes them, where, or with whom."
        ),
        purpose=_("To ask nobody for a session in hours they have given to others."),
        basis=_("The agreement with the trainer (GDPR article 6 (1) b)"),
        keep=_(
            "Until the trainer removes the calendar or no longer teaches. Hours go at the latest 30 days after they"
            " have passed."
        ),
        apply=erase_busy,
        fields=("courses.BusyCalendar",),
    )
)
