"""Work for the worker. Each task may run twice, so each is one that can."""

from django.tasks import task

from courses.services import bookings, date_alerts


@task()
def expire_holds() -> int:
    return bookings.expire_holds()


@task()
def tell_of_new_dates() -> int:
    return date_alerts.tell_of_new_dates()
