import re
from datetime import time, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from courses.forms.availability import week_name
from courses.models import AvailabilityException
from courses.services.assignments import assign_trainer
from courses.services.trainers import register_trainer
from taushet.models import AuditEntry
from tests.factories.busy import BusyCalendarFactory, BusyPeriodFactory
from tests.factories.courses import SessionFactory, TrainerFactory
from tests.factories.taushet import TrainerUserFactory, UserFactory, sign_in

pytestmark = pytest.mark.django_db

WEEK = "/kursholder/tilgjengelighet/"
DAY, FORM = f"{WEEK}dag/", f"{WEEK}skjema/"


@pytest.fixture
def trainer(client):
    trainer = register_trainer(TrainerUserFactory(), courses=[])
    sign_in(client, trainer.user)
    return trainer


def in_days(days):
    return timezone.localdate() + timedelta(days=days)


def next_week():
    today = timezone.localdate()
    return today + timedelta(days=7 - today.weekday())


def hours(**rows):
    """The plain form as posted: `uke` and `dager` are lists of dicts."""
    data = {}
    for prefix in ("uke", "dager"):
        lines = rows.get(prefix, [])
        data |= {f"{prefix}-TOTAL_FORMS": len(lines), f"{prefix}-INITIAL_FORMS": rows.get(f"{prefix}_initial", 0)}
        data |= {f"{prefix}-{n}-{name}": value for n, line in enumerate(lines) for name, value in line.items()}
    return data


def said(trainer):
    rules = [(one.weekday, str(one.starts), str(one.ends)) for one in trainer.availabilities.all()]
    exceptions = trainer.availability_exceptions.all()
    return rules, [(one.kind, one.first_on, one.last_on, one.starts) for one in exceptions]


def test_week_shows_free_time_sessions_holidays_and_days_away(client, trainer):
    trainer.availabilities.create(weekday=0, starts="09:00", ends="15:00")
    trainer.availability_exceptions.create(kind="away", first_on="2027-05-18", last_on="2027-05-19")
    starts = timezone.make_aware(timezone.datetime(2027, 5, 17, 10))
    session = SessionFactory(first_starts_at=starts)
    trainer.courses.add(session.course)
    assign_trainer(session, trainer=trainer, by=UserFactory())

    response = client.get(WEEK, {"uke": "2027-W20"})

    days = response.context["week"].days
    assert [day.on.day for day in days] == [17, 18, 19, 20, 21, 22, 23]
    assert [len(day.free) for day in days] == [1, 0, 0, 0, 0, 0, 0]
    assert [day.holiday for day in days] == ["17. mai", "", "", "", "", "", ""]
    assert [day.is_away for day in days] == [False, True, True, False, False, False, False]
    assert [meeting.session for meeting in days[0].meetings] == [session]
    assert [(bar.kind, bar.x, bar.width) for bar in days[0].bars] == [("free", 12, 24), ("taught", 16, 12)]
    assert "<p>Kan holde kurs kl." in response.text
    assert "no-store" in response.headers["Cache-Control"]


def test_week_shows_the_busy_hours_that_the_calendar_shows(client, trainer):
    trainer.availabilities.create(weekday=0, starts="09:00", ends="15:00")
    calendar = BusyCalendarFactory(trainer=trainer, last_good_at=timezone.now())
    hours = [timezone.make_aware(timezone.datetime(2027, 5, 10, hour)) for hour in (9, 10, 12, 15)]
    BusyPeriodFactory(calendar=calendar, starts_at=hours[1], ends_at=hours[2])
    night, later = (timezone.make_aware(timezone.datetime(2027, 5, day)) for day in (11, 12))
    BusyPeriodFactory(calendar=calendar, starts_at=night, ends_at=later)

    page = client.get(WEEK, {"uke": "2027-W19"})

    monday, tuesday, *_rest = page.context["week"].days
    assert (monday.free, monday.busy) == ([(hours[0], hours[1]), (hours[2], hours[3])], [(hours[1], hours[2])])
    assert [bar.kind for bar in monday.bars] == ["free", "free", "busy"]
    assert tuesday.is_busy_all_day
    assert "Opptatt hele dagen" in page.text
    shown = client.get(reverse("courses:trainer_calendar_week"), {"uke": "2027-W19"}).context["days"]
    assert [[part.entry.span for part in day.parts] for day in shown[:2]] == [monday.busy, tuesday.busy]
    assert [day.free for day in shown[:2]] == [monday.free, tuesday.free]

    BusyCalendarFactory(trainer=trainer, last_good_at=None)
    assert "<p>Kanskje kl." in client.get(WEEK, {"uke": "2027-W19"}).text


def test_lines_of_the_form_are_folded_to_what_they_say_until_something_is_wrong(client, trainer):
    trainer.availabilities.create(weekday=1, starts="08:00", ends="16:00")
    trainer.availability_exceptions.create(kind="away", first_on="2099-07-01", last_on="2099-07-31")

    def lines(page):
        found = re.findall(r'<details class="row-fold"( open)?>\s*<summary>(.*?)</summary>', page.text, re.DOTALL)
        return [(bool(is_open), re.sub("<.*?>", "", text).strip()) for is_open, text in found]

    page = client.get(FORM)
    # The two that stand open are the patterns of what a script adds.
    assert lines(page) == [
        (False, "Tirsdag 08.00–16.00"),
        (False, "En linje til"),
        (True, "Faste tider"),
        (False, "Borte 1.–31.\xa0juli 2099"),
        (False, "En linje til"),
        (True, "Dager"),
    ]
    data = {name: value for form in ("hours", "days") for name, value in typed(page.context[form])}
    wrong = client.post(FORM, data | {"uke-0-ends": "07:00"})
    assert [is_open for is_open, _text in lines(wrong)] == [True, False, True, False, False, True]
    trainer.availabilities.all().delete()
    assert lines(client.get(FORM))[0] == (True, "Faste tider")


def typed(formset):
    """Return what a browser sends of a formset that nobody has touched."""
    yield from ((f"{formset.prefix}-{name}", value) for name, value in formset.management_form.initial.items())
    for form in formset:
        yield from ((f"{form.prefix}-{name}", form[name].value() or "") for name in form.fields)


def test_week_is_turned_by_link_and_by_htmx(client, trainer):
    page = client.get(WEEK, {"uke": "2026-W53"})
    part = client.get(WEEK, {"uke": "2026-W53"}, headers={"hx-request": "true"})

    assert (page.context["previous"], page.context["next"]) == ("2026-W52", "2027-W01")
    assert part.content.lstrip().startswith(b'<section class="week"')


@pytest.mark.parametrize("value", ["", "2026-W54", "2027-W53", "2026-W00", "tull", "0001-W01", "9999-W01"])
def test_week_that_is_none_is_this_one(client, trainer, value):
    week = client.get(WEEK, {"uke": value}).context["week"]

    assert week.monday <= timezone.localdate() <= week.sunday


@pytest.mark.parametrize("count", [1, 3])
def test_queries_of_the_week_do_not_grow(client, trainer, count, django_assert_num_queries):
    for number in range(count):
        trainer.availabilities.create(weekday=number, starts="09:00", ends="15:00")
        trainer.availability_exceptions.create(kind="away", first_on=in_days(number), last_on=in_days(number))
    client.get(WEEK)

    with django_assert_num_queries(10):
        response = client.get(WEEK)

    assert len(response.context["said"]) == count


def test_away_with_one_click_and_back(client, trainer):
    day = next_week()

    answer = client.post(DAY, {"first_on": day.isoformat(), "kind": "away"})

    assert answer.url == f"{WEEK}?uke={week_name(day)}#dag-{day:%Y-%m-%d}"
    assert said(trainer) == ([], [("away", day, day, None)])
    assert AuditEntry.objects.get(action="trainer.hours_changed").actor == trainer.user

    exception = trainer.availability_exceptions.get()
    client.post(f"{WEEK}unntak/{exception.pk}/fjern/", {"first_on": day.isoformat()})
    assert said(trainer) == ([], [])


def test_day_can_become_fixed_hours(client, trainer):
    day = next_week() + timedelta(days=2)

    client.post(DAY, {"first_on": day.isoformat(), "kind": "free", "starts": "08.30", "ends": "12", "every_week": "on"})

    rule = trainer.availabilities.get()
    assert (rule.weekday, rule.starts, rule.ends, rule.valid_from, rule.valid_to) == (
        2, time(8, 30), time(12), day, None,
    )  # fmt: skip
    assert trainer.availability_exceptions.count() == 0


@pytest.mark.parametrize(
    ("wrong", "field", "sentence"),
    [
        ({"starts": "15:00", "ends": "09:00"}, "ends", "Det må slutte etter at det begynner."),
        ({"starts": "09:00"}, "ends", "Skriv også når det slutter, eller la begge tidene stå tomme."),
        ({"ends": "09:00"}, "starts", "Skriv også når det begynner, eller la begge tidene stå tomme."),
        ({"starts": "ni", "ends": "12"}, "starts", "Dette er ikke et klokkeslett. Skriv det slik: 09.00."),
        ({"last_on": "2000-01-01"}, "last_on", "Den siste dagen kan ikke være før den første."),
        ({"kind": ""}, "kind", "Velg en av dem."),
        ({"kind": "away", "every_week": "on"}, "every_week", "Faste tider er tider da du kan holde kurs. Velg det."),
        ({"every_week": "on"}, "starts", "Skriv fra når til når."),
    ],
)
def test_day_that_cannot_be_is_refused_in_its_week(client, trainer, wrong, field, sentence):
    day = next_week()

    response = client.post(DAY, {"first_on": day.isoformat(), "kind": "free"} | wrong)

    assert response.context["form"].errors == {field: [sentence]}
    assert response.context["week"].monday == day
    assert f'href="#id_{day:%Y%m%d}_{field}"' in response.text
    assert said(trainer) == ([], [])


def test_day_that_has_passed_or_is_none_is_refused(client, trainer):
    passed = client.post(DAY, {"first_on": in_days(-1).isoformat(), "kind": "away"})
    none = client.post(DAY, {"first_on": "tull", "kind": "away"}, follow=True)

    assert passed.context["form"].errors == {"first_on": ["Denne dagen er over."]}
    assert [str(message) for message in none.context["messages"]] == [
        "Dette er ikke en dato. Skriv den som 12.03.2027."
    ]
    assert said(trainer) == ([], [])


def test_who_is_away_while_teaching_is_told_that_the_session_stays(client, trainer):
    session = SessionFactory()
    trainer.courses.add(session.course)
    assign_trainer(session, trainer=trainer, by=UserFactory())
    day = timezone.localdate(session.first_starts_at)

    response = client.post(DAY, {"first_on": day.isoformat(), "kind": "away"}, follow=True)

    texts = [str(message) for message in response.context["messages"]]
    assert len(texts) == 2
    assert texts[1].endswith("har fortsatt det oppdraget. Skriv til oss hvis du ikke kan.")


def test_plain_form_replaces_what_was_said(client, trainer):
    old = trainer.availabilities.create(weekday=4, starts="09:00", ends="15:00")
    trainer.availability_exceptions.create(kind="away", first_on=in_days(-9), last_on=in_days(-8))
    trainer.availability_exceptions.create(kind="away", first_on=in_days(8), last_on=in_days(9))
    lines = [
        {"weekday": 4, "starts": "09:00", "ends": "15:00", "DELETE": "on"},
        {"weekday": 0, "starts": "09:00", "ends": "11:30", "valid_from": "2027-01-01", "valid_to": "2027-06-20"},
        {"weekday": "", "starts": "", "ends": ""},
    ]
    days = [{"kind": "free", "first_on": in_days(8).isoformat(), "starts": "17:00", "ends": "20:00"}]

    response = client.post(FORM, hours(uke=lines, uke_initial=1, dager=days, dager_initial=1))

    assert response.status_code == 302
    assert said(trainer) == (
        [(0, "09:00:00", "11:30:00")],
        [("away", in_days(-9), in_days(-8), None), ("free", in_days(8), in_days(8), time(17))],
    )
    assert not trainer.availabilities.filter(pk=old.pk).exists()


def test_plain_form_shows_what_is_said_and_not_what_is_over(client, trainer):
    trainer.availabilities.create(weekday=4, starts="09:00", ends="15:00")
    trainer.availabilities.create(weekday=3, starts="09:00", ends="15:00", valid_to=in_days(-1))
    trainer.availability_exceptions.create(kind="away", first_on=in_days(-9), last_on=in_days(-8))

    context = client.get(FORM).context

    assert [row.initial.get("weekday") for row in context["hours"]] == [4, None]
    assert [row.initial for row in context["days"]] == [{}]


@pytest.mark.parametrize(
    ("lines", "days", "errors"),
    [
        ([{"weekday": "7", "starts": "9", "ends": "12"}], [], {"weekday": ["Velg en ukedag."]}),
        ([{"weekday": "0", "starts": "9", "ends": "9"}], [], {"ends": ["Det må slutte etter at det begynner."]}),
        (
            [{"weekday": "0", "starts": "9", "ends": "12", "valid_from": "2027-03-01", "valid_to": "2027-02-01"}],
            [],
            {"valid_to": ["Den siste dagen kan ikke være før den første."]},
        ),
        ([], [{"kind": "away", "first_on": "2026-01-01"}], {"first_on": ["Denne dagen er over."]}),
        ([], [{"kind": "ferie", "first_on": "2027-07-01"}], None),
    ],
)
def test_lines_that_cannot_be_are_refused(client, trainer, lines, days, errors):
    response = client.post(FORM, hours(uke=lines, dager=days))

    row = response.context["hours" if lines else "days"][0]
    assert row.errors == errors if errors else list(row.errors) == ["kind"]
    assert said(trainer) == ([], [])


def test_exception_of_another_trainer_is_404(client, trainer):
    other = TrainerFactory()
    exception = AvailabilityException.objects.create(
        trainer=other, kind="away", first_on=in_days(1), last_on=in_days(1)
    )

    assert client.post(reverse("courses:trainer_exception_remove", args=[exception.pk])).status_code == 404
    assert AvailabilityException.objects.count() == 1
