"""Calendars that trainers keep elsewhere."""

import factory
from django.utils import timezone

from courses.models import BusyCalendar, BusyPeriod
from courses.services.busy_access import Access

from .courses import TrainerFactory


class BusyCalendarFactory(factory.django.DjangoModelFactory):
    """A calendar that was read a moment ago; `address`, `user` and `password` say what opens it."""

    class Meta:
        model = BusyCalendar

    class Params:
        address = "https://kalender.test/kari.ics"
        user = ""
        password = ""

    trainer = factory.SubFactory(TrainerFactory)
    kind = BusyCalendar.Kind.ICS
    sealed_access = factory.LazyAttribute(lambda one: Access(one.address, one.user, one.password).sealed())
    last_tried_at = last_good_at = expanded_at = next_try_at = factory.LazyFunction(timezone.now)


class BusyPeriodFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = BusyPeriod

    calendar = factory.SubFactory(BusyCalendarFactory)
    trainer = factory.SelfAttribute("calendar.trainer")


def ics(*events, head=()):
    """Return a calendar file; an event is its UID, start and end in UTC, and further lines."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", *head]
    for uid, starts_at, ends_at, *more in events:
        hours = f"DTSTART:{starts_at:%Y%m%dT%H%M%SZ}", f"DTEND:{ends_at:%Y%m%dT%H%M%SZ}"
        lines += ["BEGIN:VEVENT", f"UID:{uid}", "DTSTAMP:20260101T000000Z", *hours, *more, "END:VEVENT"]
    return "\r\n".join([*lines, "END:VCALENDAR", ""]).encode()
