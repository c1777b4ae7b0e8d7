"""What to do when a mail tells that an address is dead or that somebody has left: a person finds out."""

from datetime import date

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from outreach.exceptions import WrongStatus
from outreach.models import Mandate, OfficeTask
from outreach.services.offices.offices import end_office, set_address
from taushet.models import InboundMail, Message, User
from taushet.services import audit


@transaction.atomic
def open_task(
    mandate: Mandate, reason: str, *, message: Message | None = None, inbound: InboundMail | None = None
) -> OfficeTask | None:
    """Ask staff to look after an office; `reason` is one of OfficeTask.Reason.

    Asking again while it waits changes nothing, nor does it when the same mail has been looked after before, or when
    the office has got another address or holder since the mail left. Returns the task, or None when none is needed.
    """
    mandate = Mandate.objects.select_for_update().get(pk=mandate.pk)
    about = message.to_email.lower() if message else mandate.email
    earlier = OfficeTask.objects.filter(mandate=mandate, reason=reason)
    same_mail = [earlier.filter(**{name: mail}) for name, mail in (("message", message), ("inbound", inbound)) if mail]
    known = next((found for tasks in (*same_mail, earlier.waiting()) if (found := tasks.first())), None)
    if known is not None:
        return known
    if not mandate.is_in_office(timezone.localdate()) or (mandate.email and about != mandate.email.lower()):
        return None
    task = OfficeTask.objects.create(mandate=mandate, reason=reason, email=about, message=message, inbound=inbound)
    audit.record("office_task.opened", task, kind="mail", reason=str(reason), mandate=mandate.pk)
    return task


@transaction.atomic
def settle_with_address(task: OfficeTask, *, email: str, source: str, checked_on: date, by: User) -> None:
    """Put in the address that is right now. Raises WrongStatus when the task has been settled."""
    task = waiting(task)
    set_address(task.mandate, email=email, source=source, checked_on=checked_on, by=by)
    settle(task, OfficeTask.Way.ADDRESS, by)


@transaction.atomic
def settle_by_ending(task: OfficeTask, *, on: date, by: User) -> None:
    """Record that the holder has left from a day on. Raises WrongStatus when the task has been settled."""
    task = waiting(task)
    end_office(task.mandate, on=on, by=by)
    settle(task, OfficeTask.Way.ENDED, by)


@transaction.atomic
def dismiss(task: OfficeTask, *, by: User) -> None:
    """Record that there is nothing to do. Raises WrongStatus when the task has been settled."""
    settle(waiting(task), OfficeTask.Way.DISMISSED, by)


def waiting(task: OfficeTask) -> OfficeTask:
    task = OfficeTask.objects.select_for_update().get(pk=task.pk)
    if task.settled_at is not None:
        raise WrongStatus(_("Somebody has looked after this already."))
    return task


def settle(task: OfficeTask, how: str, by: User) -> None:
    """Close the task, and others that wait about the same office when the answer answers them too."""
    tasks = [task]
    if how != OfficeTask.Way.DISMISSED:
        tasks += OfficeTask.objects.select_for_update().waiting().filter(mandate=task.mandate).exclude(pk=task.pk)
    for one in tasks:
        one.settled_at, one.settled_by, one.settled_how = timezone.now(), by, how
        one.save(update_fields=["settled_at", "settled_by", "settled_how"])
        audit.record("office_task.settled", one, by=by, how=str(how), mandate=one.mandate_id)
