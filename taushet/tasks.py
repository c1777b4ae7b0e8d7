"""Work for the worker. Each task may run twice, so each is one that can."""

from django.tasks import task
from django.utils import timezone

from taushet.services import delivery, inbound, mailboxes, recovery, retention


@task()
def handle_delivery_event(event_id: int) -> None:
    delivery.handle_event(event_id)


@task()
def handle_inbound(inbound_id: int) -> str:
    return inbound.handle_inbound(inbound_id)


@task()
def read_mailbox() -> int:
    return mailboxes.read_mailbox(lambda stored: handle_inbound.enqueue(stored.pk))


@task()
def close_dead_codes() -> int:
    return recovery.close_dead_codes()


@task(priority=-50)
def apply_retention() -> dict[str, int]:
    return retention.apply_rules(timezone.now())
