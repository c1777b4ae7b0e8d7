"""The page where trainers put in the calendars they keep elsewhere."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from courses.models import BusyCalendar
from taushet.services.jobs import run_all_due_jobs
from tests.factories.busy import BusyCalendarFactory, BusyPeriodFactory, ics
from tests.factories.courses import TrainerFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english")]

PAGE = "/kursholder/egne-kalendere/"


@pytest.fixture
def trainer(client):
    trainer = TrainerFactory()
    client.force_login(trainer.user)
    return trainer


def words(response):
    return " ".join(response.content.decode().replace("\N{NO-BREAK SPACE}", " ").split())


def test_trainer_puts_in_a_calendar_reads_it_and_removes_it(client, trainer, shelf):
    now = timezone.now()
    shelf.answers["/hemmelig.ics"] = ics(("1", now + timedelta(days=1), now + timedelta(days=1, hours=1)))
    given = {"kind": "ics", "address": shelf.address("/hemmelig.ics"), "user": "", "password": ""}

    page = client.post(PAGE, given, follow=True)
    assert "127.0.0.1 Being read" in words(page).replace('<span class="ds-tag" data-color="info">', "")
    assert "staff see “Perhaps” where you can teach" in words(page)
    run_all_due_jobs()
    page = words(client.get(PAGE))
    assert "Perhaps" not in page

    assert "1 coming period when you are busy" in page
    assert "Up to date" in page
    assert "hemmelig" not in page
    calendar = trainer.busy_calendars.get()
    asked = client.post(reverse("courses:trainer_busy_read", args=[calendar.pk]), follow=True)
    assert "We have just read it." in words(asked)
    client.post(reverse("courses:trainer_busy_remove", args=[calendar.pk]))
    assert not BusyCalendar.objects.exists()
    assert "You have put in none yet." in words(client.get(PAGE))


def test_failure_is_told_with_what_to_do_and_how_old_the_copy_is(client, trainer):
    then = timezone.now() - timedelta(days=3)
    calendar = BusyCalendarFactory(
        trainer=trainer,
        failure="sign_in",
        last_good_at=then,
        next_try_at=timezone.now() + timedelta(hours=1),
        skipped=2,
    )
    BusyPeriodFactory(calendar=calendar, starts_at=then, ends_at=then + timedelta(hours=1))

    page = words(client.get(PAGE))

    assert "The server does not let us in.</strong> Has the password been changed?" in page
    assert "Not read since" in page
    assert "0 coming periods when you are busy · 2 entries could not be understood and do not count" in page


def test_wrong_address_is_told_and_the_password_not_shown_again(client, trainer):
    given = {"kind": "caldav", "address": "http://kalender.test/", "user": "kari", "password": "hemmelig"}

    page = words(client.post(PAGE, given))

    assert "The address must begin with https:// or webcal://." in page
    assert 'value="kari"' in page
    assert "hemmelig" not in page
    assert not BusyCalendar.objects.exists()


def test_calendars_of_others_are_not_there(client, trainer):
    other = BusyCalendarFactory()

    assert "kalender.test" not in words(client.get(PAGE))
    for name in ("read", "remove"):
        assert client.post(reverse(f"courses:trainer_busy_{name}", args=[other.pk])).status_code == 404
    assert BusyCalendar.objects.get() == other


@pytest.mark.parametrize("count", [1, 3])
def test_queries_do_not_grow(client, trainer, count, django_assert_num_queries):
    BusyCalendarFactory.create_batch(count, trainer=trainer)

    with django_assert_num_queries(5):
        page = client.get(PAGE)

    assert len(page.context["calendars"]) == count
