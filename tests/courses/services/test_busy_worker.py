"""A real worker meets calendars that mean harm, and the pages answer all the while."""

import time
from datetime import timedelta

import pytest
from django.utils import timezone

from courses.models import BusyCalendar
from courses.services.busy_reading import enqueue_due
from tests.factories.busy import BusyCalendarFactory, ics
from tests.servers.calendars import bomb, large
from tests.servers.workers import nursery, wait_until

pytestmark = pytest.mark.django_db(transaction=True)

AT_MOST = 15


def test_hostile_calendars_are_refused_in_time_while_pages_answer(shelf, client):
    now = timezone.now()
    every_second = ics(("1", now, now + timedelta(seconds=1), "RRULE:FREQ=SECONDLY"))
    many = ics(*[(str(number), now, now + timedelta(hours=1)) for number in range(100_000)])
    shelf.answers |= {"/large": large, "/bomb": bomb, "/second": every_second, "/many": many}
    for path in shelf.answers:
        BusyCalendarFactory(address=shelf.address(path), last_tried_at=None, last_good_at=None)
    slowest = 0.0

    def is_done():
        nonlocal slowest
        started = time.monotonic()
        assert client.get("/helse/").status_code == 200
        slowest = max(slowest, time.monotonic() - started)
        return not BusyCalendar.objects.filter(last_tried_at=None).exists()

    enqueue_due()
    with nursery() as worker, worker():
        wait_until(is_done, 5 * AT_MOST)

    failures = dict(BusyCalendar.objects.order_by("pk").values_list("pk", "failure"))
    assert list(failures.values()) == ["too_large", "too_large", "too_much", "too_large"]
    waited = BusyCalendar.objects.values_list("next_try_at", "last_tried_at")
    assert max(ended_at - began_at for ended_at, began_at in waited) < timedelta(minutes=30, seconds=AT_MOST)
    assert slowest < 2
