"""School holidays: put in for several counties at once, told as hints where they concern somebody."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import translation

from courses.models import Meeting, SchoolHoliday
from courses.services.availability import make_week
from courses.services.candidates import candidates_for
from courses.services.hours import span_of
from courses.services.periods import week_from
from courses.services.school_holidays import SchoolHolidayRefused, add_school_holidays, school_hints
from courses.services.staff_calendar import staff_days
from courses.services.trainer_calendar import trainer_days
from taushet.models import AuditEntry
from tests.factories.courses import SessionFactory, TrainerFactory
from tests.factories.municipalities import CountyFactory
from tests.factories.taushet import StaffFactory, sign_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english")]

MONDAY = date(2027, 10, 4)
PAGE = "https://fylke.example/skolerute"


@pytest.fixture
def counties():
    names = ("Vestland", "Rogaland", "Agder", "Telemark")
    return [CountyFactory(number=f"9{number}", name=name) for number, name in enumerate(names)]


def put_in(counties, **changes):
    days = {"first_on": MONDAY, "last_on": MONDAY + timedelta(days=4)}
    return add_school_holidays(counties, **{"kind": "autumn", "source": PAGE} | days | changes, by=StaffFactory())


def test_days_are_named_where_somebody_travels_and_speak_against_nobody(counties):
    put_in(counties[:2])
    put_in(counties[2:3], kind="other", last_on=MONDAY)
    west, anywhere = TrainerFactory(), TrainerFactory()
    west.counties.set(counties[:1])
    period = week_from(MONDAY)

    assert [day.school for day in make_week(west, MONDAY).days] == [["Autumn holiday in Vestland"]] * 5 + [[], []]
    assert trainer_days(west, period)[4].school == ["Autumn holiday in Vestland"]
    both = "Autumn holiday in Rogaland and Vestland"
    assert trainer_days(anywhere, period)[0].school == [both, "Schools are closed in Agder"]
    assert staff_days(Meeting.objects.all(), period)[1].school == [both]
    put_in(counties)
    with translation.override("nn"):
        assert school_hints(span_of(MONDAY))[MONDAY][0] == "Haustferie i 4 fylke"
    session = SessionFactory(first_starts_at=span_of(MONDAY)[0] + timedelta(hours=9))
    west.courses.add(session.course)
    assert candidates_for(session)[0].fits


def test_same_holiday_again_is_put_right_and_days_out_of_order_are_refused(counties):
    put_in(counties[:1])
    put_in(counties[:2], last_on=MONDAY + timedelta(days=6), source=f"{PAGE}/ny")

    assert set(SchoolHoliday.objects.values_list("county__name", "last_on", "source")) == {
        ("Vestland", date(2027, 10, 10), f"{PAGE}/ny"),
        ("Rogaland", date(2027, 10, 10), f"{PAGE}/ny"),
    }
    assert AuditEntry.objects.filter(action="school_holiday.added").count() == 3
    with pytest.raises(SchoolHolidayRefused, match="cannot be before the first"):
        put_in(counties, last_on=MONDAY - timedelta(days=1))
    with pytest.raises(SchoolHolidayRefused, match="longer than any school holiday"):
        put_in(counties, last_on=MONDAY + timedelta(days=81))
    with pytest.raises(IntegrityError), transaction.atomic():
        SchoolHoliday.objects.update(last_on=MONDAY - timedelta(days=1))


def test_staff_puts_in_and_takes_out_and_trainers_see_it_in_their_week(client, counties):
    sign_in(client, StaffFactory())
    page = reverse("courses:school_holiday_list")
    data = {"kind": "winter", "first_on": "21.02.2028", "last_on": "25.02.2028", "source": PAGE}

    wrong = client.post(page, data | {"source": "javascript:alert(1)"})
    assert sorted(wrong.context["form"].errors) == ["counties", "source"]
    client.post(page, data | {"counties": [one.pk for one in counties[:2]]})

    shown = client.get(page)
    assert [(one.county.name, one.kind) for one in shown.context["page"]] == [
        ("Rogaland", "winter"),
        ("Vestland", "winter"),
    ]
    trainer = TrainerFactory()
    trainer.counties.set(counties[:1])
    client.force_login(trainer.user)
    assert (
        "Winter holiday in Vestland"
        in client.get(reverse("courses:trainer_availability"), {"uke": "2028-W08"}).content.decode()
    )
    assert (
        "Winter holiday in Vestland"
        in client.get(reverse("courses:trainer_calendar_week"), {"uke": "2028-W08"}).content.decode()
    )
    sign_in(client, StaffFactory())
    client.post(reverse("courses:school_holiday_remove", args=[SchoolHoliday.objects.first().pk]))
    assert SchoolHoliday.objects.count() == 1
    assert AuditEntry.objects.filter(action="school_holiday.removed").count() == 1
