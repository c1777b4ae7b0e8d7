"""Work for the worker. Each task may run twice, so each is one that can."""

from django.tasks import task
from django.utils import timezone

from outreach.services.commitments import follow_ups, succession


@task()
def review_promises() -> int:
    return succession.review_after_leaving(timezone.now())


@task()
def open_follow_ups() -> int:
    return follow_ups.open_follow_ups(timezone.now())
