from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from courses.models import Booking, Meeting, Participant, Session
from courses.services.assignments import assign_trainer, withdraw_assignment
from courses.services.feeds import TRAINER_FEED
from courses.services.trainers import register_trainer
from taushet.models import AuditEntry, SecretLink
from taushet.services.links import find_link, issue_link, revoke_link
from tests.factories.courses import BookingFactory, MeetingFactory, ParticipantFactory, SessionFactory
from tests.factories.municipalities import CountyFactory, MunicipalityFactory
from tests.factories.taushet import StaffFactory, TrainerUserFactory, UserFactory, sign_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def trainer(client):
    trainer = register_trainer(TrainerUserFactory(), courses=[])
    sign_in(client, trainer.user)
    return trainer


def teach(trainer, **fields):
    session = SessionFactory(municipality=MunicipalityFactory(), **fields)
    trainer.courses.add(session.course)
    assign_trainer(session, trainer=trainer, by=UserFactory())
    return session


def test_home_lists_own_sessions_only(client, trainer):
    mine = teach(trainer)
    SessionFactory()

    response = client.get(reverse("courses:trainer_home"))

    assert [session for session, _texts in response.context["upcoming"]] == [mine]


def test_home_opens_at_the_month_of_the_next_meeting(client, trainer):
    session = teach(trainer)

    month = client.get(reverse("courses:trainer_home")).context["month"]

    day = timezone.localdate(session.first_starts_at)
    assert month.first == day.replace(day=1)
    [square] = [square for week in month.weeks for square in week if square.meetings]
    assert (square.on, square.is_in_month) == (day, True)


def test_month_can_be_turned_by_link_and_by_htmx(client, trainer):
    teach(trainer)

    page = client.get(reverse("courses:trainer_home"), {"maned": "2026-02"})
    part = client.get(reverse("courses:trainer_home"), {"maned": "2026-02"}, headers={"hx-request": "true"})

    month = page.context["month"]
    assert (month.first.isoformat(), month.previous.isoformat(), month.next.isoformat()) == (
        "2026-02-01",
        "2026-01-01",
        "2026-03-01",
    )
    assert b"?maned=2026-01" in page.content
    assert part.content.lstrip().startswith(b'<section id="month"')


@pytest.mark.parametrize("value", ["", "2026-13", "tull", "0001-01", "9999-12", "2026-02-01"])
def test_month_that_is_none_is_the_usual_one(client, trainer, value):
    response = client.get(reverse("courses:trainer_home"), {"maned": value})

    assert response.context["month"].first == timezone.localdate().replace(day=1)


def test_meeting_over_midnight_stands_on_both_days(client, trainer):
    session = teach(trainer)
    evening = timezone.make_aware(timezone.datetime(2027, 3, 27, 22))
    Meeting.objects.update(starts_at=evening, ends_at=evening + timedelta(hours=4))

    month = client.get(reverse("courses:trainer_home"), {"maned": "2027-03"}).context["month"]

    days = [square.on.day for week in month.weeks for square in week if square.meetings]
    assert days == [27, 28]
    assert session.meetings.count() == 1


@pytest.mark.parametrize("count", [1, 3])
def test_home_queries_do_not_grow(client, trainer, count, django_assert_num_queries):
    for number in range(count):
        teach(trainer, first_starts_at=timezone.now() + timedelta(days=10 + number))

    with django_assert_num_queries(13):
        response = client.get(reverse("courses:trainer_home"))

    assert len(response.context["upcoming"]) == count


def test_session_page_shows_participants_and_records_it(client, trainer):
    session = teach(trainer)
    booking = BookingFactory(session=session, municipality=session.municipality, contact_name="Kari Kontakt")
    kari = ParticipantFactory(booking=booking, name="Åse Ås", role="Lærer", workplace="NAV Ås", email="ase@as.test")
    ParticipantFactory(booking=booking, state=Participant.State.WITHDRAWN)
    ParticipantFactory(booking__session=session, booking__state=Booking.State.CANCELLED)
    ParticipantFactory()

    response = client.get(reverse("courses:trainer_session", args=[session.pk]))

    assert list(response.context["participants"]) == [kari]
    for text in ("Åse Ås", "Lærer", "NAV Ås", "Kari Kontakt"):
        assert text in response.content.decode()
    assert "ase@as.test" not in response.content.decode()
    entry = AuditEntry.objects.get(action="participants.seen")
    assert (entry.actor, entry.object_id) == (trainer.user, str(session.pk))
    assert "no-store" in response.headers["Cache-Control"]


@pytest.mark.parametrize("count", [1, 3])
def test_session_page_queries_do_not_grow(client, trainer, count, django_assert_num_queries):
    session = teach(trainer)
    for _number in range(count):
        ParticipantFactory(booking=BookingFactory(session=session, municipality=session.municipality))
    MeetingFactory.create_batch(count, session=session, starts_at=session.first_starts_at)

    with django_assert_num_queries(9):
        client.get(reverse("courses:trainer_session", args=[session.pk]))


@pytest.mark.parametrize("name", ["trainer_session", "trainer_session_calendar"])
def test_other_trainers_session_is_404(client, trainer, name):
    session = SessionFactory()

    assert client.get(reverse(f"courses:{name}", args=[session.pk])).status_code == 404


def test_session_page_shows_the_name_that_stands_on_lists(client, trainer, monkeypatch):
    session = teach(trainer)
    ParticipantFactory(booking=BookingFactory(session=session), name="Åse Ødegård")
    monkeypatch.setattr(Participant, "listed_name", "Å.")

    page = client.get(reverse("courses:trainer_session", args=[session.pk])).text

    assert "<strong>Å.</strong>" in page
    assert "Åse Ødegård" not in page


def test_trainer_who_is_taken_off_loses_the_participants(client, trainer):
    session = teach(trainer)
    withdraw_assignment(session.assignments.get(), by=UserFactory())

    assert client.get(reverse("courses:trainer_session", args=[session.pk])).status_code == 404
    assert AuditEntry.objects.filter(action="participants.seen").count() == 0


def test_session_calendar_file(client, trainer):
    session = teach(trainer)

    response = client.get(reverse("courses:trainer_session_calendar", args=[session.pk]))

    assert response.headers["Content-Type"] == "text/calendar; charset=utf-8"
    assert f"UID:{session.meetings.get().uid}" in response.content.decode()


@pytest.mark.parametrize("name", ["trainer_home", "trainer_feed"])
def test_pages_ask_strangers_to_sign_in_and_refuse_the_rest(client, name):
    url = reverse(f"courses:{name}")

    assert client.get(url).headers["Location"].startswith(reverse("account_login"))
    sign_in(client, UserFactory())
    assert client.get(url).status_code == 403
    sign_in(client, StaffFactory())
    assert client.get(url).status_code == 403


def test_trainer_without_a_row_is_told_what_is_missing(client):
    sign_in(client, TrainerUserFactory())

    response = client.get(reverse("courses:trainer_home"))

    assert response.status_code == 403
    assert "ikke registrert som aktiv kursholder" in response.content.decode()


def test_trainer_who_is_no_longer_active_is_refused(client, trainer):
    session = teach(trainer)
    trainer.is_active = False
    trainer.save()

    assert client.get(reverse("courses:trainer_session", args=[session.pk])).status_code == 403


def test_feed_page_shows_the_address_and_a_link_for_the_device(client, trainer):
    response = client.get(reverse("courses:trainer_feed"))

    token = issue_link(TRAINER_FEED, trainer.pk)
    assert response.context["address"] == f"http://localhost:8000/kalender/{token}.ics"
    assert f'href="webcal://localhost:8000/kalender/{token}.ics"' in response.content.decode()
    assert "no-store" in response.headers["Cache-Control"]


def test_new_address_in_one_click(client, trainer):
    old = issue_link(TRAINER_FEED, trainer.pk)

    response = client.post(reverse("courses:trainer_feed_renew"))

    assert response.headers["Location"] == reverse("courses:trainer_feed")
    assert find_link(TRAINER_FEED, old).revoked_at is not None
    assert issue_link(TRAINER_FEED, trainer.pk) != old
    assert client.get(reverse("courses:trainer_feed_renew")).status_code == 405


def test_closed_address_is_not_opened_by_looking(client, trainer):
    revoke_link(TRAINER_FEED, trainer.pk)

    response = client.get(reverse("courses:trainer_feed"))

    assert response.context["address"] is None
    assert SecretLink.objects.filter(revoked_at=None).count() == 0


def test_past_sessions_stay_for_three_months(client, trainer):
    session = teach(trainer)
    Session.objects.update(
        first_starts_at=timezone.now() - timedelta(days=80, hours=3),
        last_ends_at=timezone.now() - timedelta(days=80),
        state=Session.State.HELD,
    )

    response = client.get(reverse("courses:trainer_home"))

    assert [one for one, _texts in response.context["past"]] == [session]
    assert response.context["upcoming"] == []


PROFILE = {"teaches_nn": "on", "habilitet-TOTAL_FORMS": "2", "habilitet-INITIAL_FORMS": "0"}


def test_trainer_says_where_and_how_much(client, trainer):
    home, employer, county = MunicipalityFactory(), MunicipalityFactory(), CountyFactory()
    said = {
        "counties": [county.pk],
        "home": home.pk,
        "most_a_week": "2",
        "most_a_month": "",
        "habilitet-0-municipality": employer.pk,
        "habilitet-1-municipality": "",
        "fee": "9000",
    }

    response = client.post(reverse("courses:trainer_profile"), PROFILE | said)

    trainer.refresh_from_db()
    assert response.status_code == 302
    assert (trainer.teaches_nb, trainer.teaches_nn) == (False, True)
    assert (trainer.home, trainer.most_a_week, trainer.most_a_month) == (home, 2, None)
    assert list(trainer.counties.all()) == [county]
    assert list(trainer.impartial_in.all()) == [employer]
    assert trainer.fee is None
    assert AuditEntry.objects.get(action="trainer.profile_changed").actor == trainer.user


def test_profile_shows_what_is_said_and_lets_it_be_taken_back(client, trainer):
    employer = MunicipalityFactory()
    trainer.impartial_in.add(employer)

    form = client.get(reverse("courses:trainer_profile")).context["places"]
    assert [row.initial.get("municipality") for row in form] == [employer.pk, None]

    client.post(reverse("courses:trainer_profile"), PROFILE | {"habilitet-INITIAL_FORMS": "1"})
    assert list(trainer.impartial_in.all()) == []


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"most_a_week": "0"}, "most_a_week"),
        ({"most_a_month": "mange"}, "most_a_month"),
        ({"home": "9999"}, "home"),
        ({"teaches_nn": ""}, "teaches_nb"),
    ],
)
def test_profile_that_cannot_be_is_refused_beside_the_field(client, trainer, wrong, field):
    response = client.post(reverse("courses:trainer_profile"), PROFILE | wrong)

    trainer.refresh_from_db()
    assert list(response.context["form"].errors) == [field]
    assert trainer.teaches_nn is False


def test_place_that_is_none_is_refused(client, trainer):
    response = client.post(reverse("courses:trainer_profile"), PROFILE | {"habilitet-0-municipality": "9999"})

    assert response.status_code == 200
    assert list(response.context["places"][0].errors) == ["municipality"]
