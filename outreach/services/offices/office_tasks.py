"""What to do when a mail tells that an address is dead or that somebody has left: a person finds out."""

from collections.abc import Collection
from datetime import date

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from outreach.exceptions import DeadAddress, WrongStatus
from outreach.models import Letter, Mailing, Mandate, OfficeTask
from outreach.services.offices.offices import end_office, set_address
from taushet.models import InboundMail, Message, Suppression, User
from taushet.services import audit
from taushet.services.delivery import dead_address


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
def settle_with_address(
    task: OfficeTask, *, email: str, source: str, checked_on: date, by: User, also: Collection[int] = ()
) -> None:
    """Put in the address that is right now, for `also` too of the other offices at the address that was wrong.

    Raises DeadAddress for one that no mail goes to since it does not exist; WrongStatus when the task has been settled.
    """
    task = waiting(task)
    if dead_address(email):
        raise DeadAddress(
            _("Mail to this address has come back. If it works after all, choose “Nothing to do” and allow mail to it.")
        )
    for mandate in [task.mandate, *at_same_address(task).filter(pk__in=also)]:
        set_address(mandate, email=email, source=source, checked_on=checked_on, by=by)
        if mandate.pk != task.mandate_id:
            close_all(OfficeTask.objects.filter(mandate=mandate), OfficeTask.Way.ADDRESS, by)
    settle(task, OfficeTask.Way.ADDRESS, by)


def at_same_address(task: OfficeTask):
    """Return the other offices of today that have the address a task is about."""
    others = Mandate.objects.in_office().filter(email__iexact=task.email).exclude(pk=task.mandate_id)
    return others.select_related("politician", "body").order_by("pk") if task.email else others.none()


def letters_to_try_again(task: OfficeTask):
    """Return the letters that did not reach the office, or others that had its address, and can go to the new one."""
    failed = Letter.objects.filter(status=Letter.Status.FAILED, mailing__status=Mailing.Status.APPROVED)
    tried = failed.filter(to_email__iexact=task.email).exclude(mandate__email__iexact=task.email)
    return tried.exclude(mandate__email="").select_related("mailing").order_by("-pk")


def block_of(task: OfficeTask) -> Suppression | None:
    """Return what keeps mail from the address a task is about, if anything does."""
    return dead_address(task.email) if task.email else None


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
    tasks = OfficeTask.objects.filter(pk=task.pk)
    if how != OfficeTask.Way.DISMISSED:
        tasks |= OfficeTask.objects.filter(mandate=task.mandate)
    close_all(tasks, how, by)


def close_all(tasks, how: str, by: User) -> None:
    for one in tasks.waiting().select_for_update():
        one.settled_at, one.settled_by, one.settled_how = timezone.now(), by, how
        one.save(update_fields=["settled_at", "settled_by", "settled_how"])
        audit.record("office_task.settled", one, by=by, how=str(how), mandate=one.mandate_id)
