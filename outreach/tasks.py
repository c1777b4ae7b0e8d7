"""Work for the worker. Each task may run twice, so each is one that can."""

from django.tasks import task
from django.utils import timezone

from outreach.services.commitments import commitments, follow_ups


@task()
def review_promises() -> int:
    return commitments.review_after_leaving(timezone.now())


@task()
def open_follow_ups() -> int:
    return follow_ups.open_follow_ups(timezone.now())
