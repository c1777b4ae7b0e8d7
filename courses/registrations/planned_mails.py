"""What planned mails tell the house: their kinds, when one is no longer wanted, and their clock."""

from datetime import timedelta

from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from courses import tasks
from courses.models import Booking, BookingMessage, MailKind, Participant
from courses.services import contacts
from courses.services.due_mails import is_still_true
from taushet.registries import SEND, Decision, MessageKind, PeriodicTask, message_kinds, periodic_tasks


def ask_whether_true(message):
    """Let a planned mail go to those who still take part or answer for the booking, as long as it tells the truth."""
    row = BookingMessage.objects.select_related("booking", "participant", "planned").filter(message=message).first()
    if row is None or row.booking.erased_at or not is_meant_for(message, row) or not is_still_true(row):
        return Decision("cancel", gettext_noop("The booking has changed since this was written."))
    if contacts.is_shut_out(message.to_email):
        return Decision("cancel", gettext_noop("The access of this person has been closed."))
    return SEND


def is_meant_for(message, row):
    if row.booking.state != Booking.State.CONFIRMED:
        return False
    if row.participant:
        return row.participant.state == Participant.State.ACTIVE and row.participant.email == message.to_email
    return message.to_email in {row.booking.contact_email, row.booking.second_email}


for key, label in (
    (MailKind.REMINDER, _("Reminder")),
    (MailKind.NAMES_MISSING, _("Names are missing")),
    (MailKind.JOINING, _("Time, place and link")),
    (MailKind.MATERIAL, _("Material afterwards")),
):
    message_kinds.register(MessageKind(key.value, label, before_sending=ask_whether_true))
periodic_tasks.register(PeriodicTask("planned-mails", timedelta(minutes=1), tasks.write_due_mails.enqueue))
periodic_tasks.register(PeriodicTask("unplanned-mails", timedelta(hours=1), tasks.plan_unplanned_mails.enqueue))
