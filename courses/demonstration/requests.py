"""Requests of invented people: one new, one that has waited too long, and one with dates to choose from."""

from collections.abc import Callable
from datetime import datetime, time, timedelta

from django.db import transaction
from django.utils import timezone

from courses.models import ConfirmedAddress, Course, CourseRequest, PartOfDay, Trainer
from courses.services.request_fits import moment
from courses.services.request_offers import OfferPlan, offer_dates
from courses.services.requests import Party, Window, ask_for_course
from municipalities.models import Municipality
from taushet.models import User

from .catalogue import LEADERS, SERVICES, working_day

KEY = "demonstrasjon-foresporsel-{}"
CONTACTS = ["Ragnhild Rød", "Bjarte Bø", "Sissel Sand"]


@transaction.atomic
def load(write: Callable[[str], None]) -> None:
    if CourseRequest.objects.filter(request_key=KEY.format(1)).exists():
        return
    ask(1, SERVICES, ["1833"], 20)
    late = ask(2, LEADERS, ["4640", "4645"], 25, taught_in="nn", language="nn", note="Vi har formannskapssalen.")
    long_ago = timezone.now() - timedelta(days=14)
    CourseRequest.objects.filter(pk=late.pk).update(waiting_since=long_ago, confirmed_at=long_ago, created_at=long_ago)
    offer(ask(3, LEADERS, ["1804", "1838", "1837"], 15))
    write("  3 requests for a course at home")


def ask(number: int, slug: str, places: list[str], people: int, **fields) -> CourseRequest:
    name = CONTACTS[number - 1]
    email = f"{name.split()[0].lower()}@demo.example"
    ConfirmedAddress.objects.get_or_create(email=email)
    first = working_day(timezone.localdate() + timedelta(days=40 + number))
    values = {
        "format": "on_site",
        "audience": "leaders",
        "taught_in": "nb",
        "contact_name": name,
        "contact_email": email,
        "contact_phone": "+4780000000",
        "contact_role": "SLT-koordinator",
    }
    return ask_for_course(
        Course.objects.get(slug=slug),
        parties=[Party(Municipality.objects.get(number=place), people) for place in places],
        windows=[
            Window(first, first + timedelta(days=3), PartOfDay.MORNING),
            Window(first + timedelta(days=14), first + timedelta(days=18)),
        ],
        request_key=KEY.format(number),
        is_demonstration=True,
        **values | fields,
    )


def offer(asked: CourseRequest) -> None:
    """Offer two dates, after all that the demonstration's trainers teach on those days."""
    trainer = Trainer.objects.get(user__email="trainer@demo.example")
    starts = [at(window.first_on) for window in asked.windows.all()]
    offer_dates(
        asked,
        by=User.objects.get(email="campaign@demo.example"),
        plans=[OfferPlan(start, start + timedelta(hours=3), trainer, "Tar det gjerne om kvelden.") for start in starts],
        answer_by=moment(timezone.localdate() + timedelta(days=14), time(0)),
        word="Vi kan komme begge disse dagene.",
        format="on_site",
        place="Rådhuset",
        seats=60,
        seat_price=0,
    )


def at(day) -> datetime:
    return moment(day, time(17))
