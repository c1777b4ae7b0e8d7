"""Work for the worker. Each task may run twice, so each is one that can."""

from django.tasks import task

from courses.services import bookings


@task()
def expire_holds() -> int:
    return bookings.expire_holds()
