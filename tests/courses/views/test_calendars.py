import gzip
import logging
import re
from datetime import timedelta

import icalendar
import pytest
from django.contrib.auth.models import Group
from django.urls import reverse
from django.utils import timezone

from courses.models import Assignment, Meeting, Participant, Session
from courses.services.assignments import assign_trainer, withdraw_assignment
from courses.services.calendars import cancel_invitations, invite
from courses.services.feeds import TRAINER_FEED, renew_feed
from courses.services.trainers import dismiss_trainer, register_trainer
from taushet.models import User
from taushet.roles import TRAINER
from taushet.services.links import issue_link, renew_link, revoke_link
from tests.factories.courses import BookingFactory, MeetingFactory, ParticipantFactory, SessionFactory
from tests.factories.municipalities import MunicipalityFactory
from tests.factories.taushet import TrainerUserFactory, UserFactory

pytestmark = pytest.mark.django_db

CONTENT_TYPE = "text/calendar; charset=utf-8"


@pytest.fixture
def session():
    return SessionFactory(course__title_nb="Når hjemmet er farlig", municipality=MunicipalityFactory(name="Bodø"))


@pytest.fixture
def trainer(session):
    return register_trainer(TrainerUserFactory(), courses=[session.course])


def feed_path(trainer):
    return reverse("courses:feed", args=[issue_link(TRAINER_FEED, trainer.pk)])


def events(response):
    return icalendar.Calendar.from_ical(response.content).walk("VEVENT")


def test_feed_shows_what_the_trainer_teaches(client, session, trainer):
    meeting = session.meetings.get()
    Meeting.objects.update(join_url="https://mote.example/kurs", address="Storgata 1")
    assign_trainer(session, trainer=trainer, by=UserFactory())
    SessionFactory()

    response = client.get(feed_path(trainer))

    assert response.status_code == 200
    assert response.headers["Content-Type"] == CONTENT_TYPE
    assert response.headers["Cache-Control"] == "private, no-cache"
    assert response.headers["Referrer-Policy"] == "no-referrer"
    assert response.headers["X-Robots-Tag"] == "noindex"
    assert "Content-Disposition" not in response.headers
    [event] = events(response)
    assert (event["uid"], event["summary"], event["status"]) == (
        meeting.uid,
        "Når hjemmet er farlig – Bodø",
        "CONFIRMED",
    )
    assert event["location"] == "Rådhuset, Storgata 1, Bodø"
    assert str(event["description"]).startswith("Bli med her: https://mote.example/kurs\n")
    assert b"METHOD" not in response.content


def test_feed_has_nobody_in_it(client, session, trainer):
    booking = BookingFactory(session=session, contact_name="Kari Nordmann", contact_email="kari@bodo.test")
    ParticipantFactory(booking=booking, name="Ola Nordmann", email="ola@bodo.test")
    assign_trainer(session, trainer=trainer, by=UserFactory())

    content = client.get(feed_path(trainer)).content.decode()

    assert not re.search(r"Nordmann|@bodo\.test|ATTENDEE|ORGANIZER|mailto", content)


def test_feed_that_is_known_answers_304_without_reading_a_meeting(client, session, trainer, django_assert_num_queries):
    assign_trainer(session, trainer=trainer, by=UserFactory())
    path = feed_path(trainer)
    first = client.get(path)

    with django_assert_num_queries(5):  # the link, the trainer, what was left, the validator, the titles
        second = client.get(path, headers={"if-none-match": first.headers["ETag"]})

    assert (second.status_code, second.content) == (304, b"")
    for name in ("ETag", "Cache-Control", "Referrer-Policy"):
        assert second.headers[name] == first.headers[name]


def test_same_feed_is_the_same_bytes(client, session, trainer):
    assign_trainer(session, trainer=trainer, by=UserFactory())

    first, second = client.get(feed_path(trainer)), client.get(feed_path(trainer))

    assert first.content == second.content
    assert first.headers["ETag"] == second.headers["ETag"]


def test_every_change_gives_a_new_validator(client, session, trainer):
    assign_trainer(session, trainer=trainer, by=UserFactory())
    tags = [client.get(feed_path(trainer)).headers["ETag"]]

    def changed(**fields):
        for name, value in fields.items():
            setattr(session, name, value)
        session.save()
        tags.append(client.get(feed_path(trainer)).headers["ETag"])

    Meeting.objects.update(sequence=1, changed_at=timezone.now(), place="Biblioteket")
    tags.append(client.get(feed_path(trainer)).headers["ETag"])
    changed(state=Session.State.DRAFT)
    session.course.title_nb = "Når hjemmet ikke er trygt"
    session.course.save()
    tags.append(client.get(feed_path(trainer)).headers["ETag"])
    changed(state=Session.State.CANCELLED, cancelled_at=timezone.now())
    changed(cancelled_at=timezone.now() - timedelta(days=31))
    Meeting.objects.update(changed_at=timezone.now() - timedelta(days=31))
    tags.append(client.get(feed_path(trainer)).headers["ETag"])

    assert len(set(tags)) == len(tags) - 1  # the last but one still showed it, since its meeting changed lately
    assert tags[-2] == tags[-3]


def test_cancelled_session_stays_for_thirty_days(client, session, trainer):
    assign_trainer(session, trainer=trainer, by=UserFactory())
    Session.objects.update(state=Session.State.CANCELLED, cancelled_at=timezone.now() - timedelta(days=29))
    Meeting.objects.update(state=Meeting.State.CANCELLED, sequence=1, changed_at=timezone.now() - timedelta(days=29))

    [event] = events(client.get(feed_path(trainer)))
    Session.objects.update(cancelled_at=timezone.now() - timedelta(days=31))
    Meeting.objects.update(changed_at=timezone.now() - timedelta(days=31))

    assert (event["status"], event["transp"], event["sequence"]) == ("CANCELLED", "TRANSPARENT", 1)
    assert event["summary"] == "AVLYST: Når hjemmet er farlig – Bodø"
    assert events(client.get(feed_path(trainer))) == []


def test_draft_is_tentative(client, session, trainer):
    assign_trainer(session, trainer=trainer, by=UserFactory())
    Session.objects.update(state=Session.State.DRAFT)

    [event] = events(client.get(feed_path(trainer)))

    assert event["status"] == "TENTATIVE"


def test_session_a_trainer_has_left_stands_as_cancelled_for_thirty_days(client, session, trainer):
    Meeting.objects.update(join_url="https://mote.example/")
    assignment = assign_trainer(session, trainer=trainer, by=UserFactory())
    before = client.get(feed_path(trainer))
    [own] = events(before)
    withdraw_assignment(assignment, by=UserFactory())

    after = client.get(feed_path(trainer), headers={"if-none-match": before.headers["ETag"]})

    assert after.status_code == 200
    [event] = events(after)
    assert (event["UID"], event["SEQUENCE"]) == (own["UID"], own["SEQUENCE"] + 1)
    assert (event["STATUS"], event["TRANSP"]) == ("CANCELLED", "TRANSPARENT")
    assert event["SUMMARY"] == f"IKKE LENGER DITT: {own['SUMMARY']}"
    assert b"mote.example" not in after.content
    same = client.get(feed_path(trainer), headers={"if-none-match": after.headers["ETag"]})
    assert same.status_code == 304
    again = assign_trainer(session, trainer=trainer, by=UserFactory())
    numbers = [own["SEQUENCE"], event["SEQUENCE"]]
    [event] = events(client.get(feed_path(trainer)))
    numbers.append(event["SEQUENCE"])
    assert event["STATUS"] == "CONFIRMED"
    withdraw_assignment(again, by=UserFactory())
    [event] = events(client.get(feed_path(trainer)))
    assert (event["STATUS"], [*numbers, event["SEQUENCE"]]) == ("CANCELLED", [0, 1, 2, 3])
    Assignment.objects.update(changed_at=timezone.now() - timedelta(days=31))
    assert events(client.get(feed_path(trainer))) == []


def test_sessions_for_others_of_the_same_sums_are_a_new_calendar(client, session, trainer):
    moment = timezone.now()
    sessions = [SessionFactory(course=session.course, first_starts_at=moment + timedelta(days=n)) for n in range(1, 5)]
    Meeting.objects.update(changed_at=moment)
    outer, inner = (sessions[0], sessions[3]), (sessions[1], sessions[2])
    before = [assign_trainer(one, trainer=trainer, by=UserFactory()) for one in outer]
    tag = client.get(feed_path(trainer)).headers["ETag"]
    for assignment in before:
        withdraw_assignment(assignment, by=UserFactory())
    for one in inner:
        assign_trainer(one, trainer=trainer, by=UserFactory())

    after = client.get(feed_path(trainer), headers={"if-none-match": tag})

    assert after.status_code == 200


@pytest.mark.parametrize(("days", "count"), [(-91, 0), (-89, 1), (540, 1), (549, 0)])
def test_feed_has_a_window(client, session, trainer, days, count):
    assign_trainer(session, trainer=trainer, by=UserFactory())
    start = timezone.now() + timedelta(days=days)
    Meeting.objects.update(starts_at=start, ends_at=start + timedelta(hours=1))

    assert len(events(client.get(feed_path(trainer)))) == count


def test_feed_speaks_the_trainers_language(client, session, trainer):
    Meeting.objects.update(join_url="https://mote.example/")
    session.course.title_nn = "Når heimen er farleg"
    session.course.save()
    User.objects.filter(pk=trainer.user_id).update(language="nn")
    assign_trainer(session, trainer=trainer, by=UserFactory())

    [event] = events(client.get(feed_path(trainer)))

    assert event["summary"] == "Når heimen er farleg – Bodø"
    assert "Les meir: " in event["description"]


def test_unknown_address_is_404_and_no_page(client):
    response = client.get(reverse("courses:feed", args=["x" * 43]))

    assert (response.status_code, response.headers["Content-Type"]) == (404, "text/plain; charset=utf-8")


def test_old_address_is_gone_once_there_is_a_new_one(client, trainer):
    old = feed_path(trainer)
    renew_feed(trainer, by=trainer.user)

    assert client.get(old).status_code == 410
    assert client.get(feed_path(trainer)).status_code == 200


def test_address_dies_with_the_person_or_the_trainer(client, trainer):
    path = feed_path(trainer)

    User.objects.filter(pk=trainer.user_id).update(is_active=False)
    assert client.get(path).status_code == 410
    User.objects.filter(pk=trainer.user_id).update(is_active=True)
    assert client.get(path).status_code == 200
    trainer.user.groups.clear()
    assert client.get(path).status_code == 410
    trainer.user.groups.add(Group.objects.get(name=TRAINER))
    assert client.get(path).status_code == 200
    dismiss_trainer(trainer.user, None)
    assert client.get(path).status_code == 410


def test_feed_never_logs_its_address(client, trainer, caplog):
    path = feed_path(trainer)
    revoke_link(TRAINER_FEED, trainer.pk)

    with caplog.at_level(logging.DEBUG):
        client.get(path)
        client.get(reverse("courses:feed", args=["x" * 43]))

    assert "kalender" not in caplog.text


def test_trouble_is_503_so_that_calendars_keep_what_they_have(client, trainer, monkeypatch):
    monkeypatch.setattr("courses.services.feeds.write_feed", lambda *args, **kwargs: 1 / 0)

    response = client.get(feed_path(trainer))

    assert (response.status_code, response.headers["Retry-After"]) == (503, "600")


@pytest.mark.parametrize("address", ["private", "/kurs/kalender.ics"])
def test_trouble_with_the_database_is_503_too_and_no_page(client, trainer, monkeypatch, address):
    path = feed_path(trainer) if address == "private" else address
    monkeypatch.setattr("courses.services.feeds._validator", lambda *args, **kwargs: 1 / 0)
    monkeypatch.setattr("courses.views.calendars.links.hash_token", lambda token: 1 / 0)

    response = client.get(path)

    assert (response.status_code, response.headers["Content-Type"]) == (503, "text/plain; charset=utf-8")


def test_feed_is_written_so_often_an_hour_and_no_more(client, trainer, monkeypatch):
    monkeypatch.setattr("courses.views.calendars.READS_AN_HOUR", 2)
    path = feed_path(trainer)
    first = client.get(path)
    client.get(path)

    refused = client.get(path)
    known = client.get(path, headers={"if-none-match": first.headers["ETag"]})

    assert (refused.status_code, refused.headers["Retry-After"], known.status_code) == (429, "600", 304)


def test_feed_ignores_the_accept_header_and_query_and_takes_head(client, session, trainer):
    assign_trainer(session, trainer=trainer, by=UserFactory())

    got = client.get(feed_path(trainer) + "?trainer=1", headers={"accept": "image/png"})
    head = client.head(feed_path(trainer))

    assert got.status_code == head.status_code == 200
    assert head.content == b""
    assert head.headers["ETag"] == got.headers["ETag"]
    assert client.post(feed_path(trainer)).status_code == 405


def test_feed_is_packed_for_those_who_can_unpack(client, session, trainer):
    assign_trainer(session, trainer=trainer, by=UserFactory())

    plain = client.get(feed_path(trainer))
    packed = client.get(feed_path(trainer), headers={"accept-encoding": "gzip"})

    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.content) == plain.content


@pytest.mark.parametrize("count", [1, 3])
def test_feed_queries_do_not_grow(client, session, trainer, count, django_assert_num_queries):
    assign_trainer(session, trainer=trainer, by=UserFactory())
    for number in range(1, count):
        other = SessionFactory(
            course=session.course,
            first_starts_at=session.first_starts_at + timedelta(days=number),
            municipality=MunicipalityFactory(),
        )
        assign_trainer(other, trainer=trainer, by=UserFactory())
    path = feed_path(trainer)

    with django_assert_num_queries(8 + 1):  # the latter counts the reads of the hour
        response = client.get(path)

    assert len(events(response)) == count


def test_public_calendar_shows_announced_sessions_only(client, session):
    Meeting.objects.update(join_url="https://mote.example/kurs")
    SessionFactory(state=Session.State.DRAFT)
    SessionFactory(closed_to=MunicipalityFactory())

    response = client.get("/kurs/kalender.ics")

    [event] = events(response)
    assert event["uid"] == session.meetings.get().uid
    assert event["url"] == f"http://localhost:8000{session.get_absolute_url()}"
    assert event["transp"] == "TRANSPARENT"
    assert b"mote.example" not in response.content
    assert client.get("/kurs/kalender.ics", headers={"if-none-match": response.headers["ETag"]}).status_code == 304


def test_session_file_has_an_event_for_every_meeting(client, session):
    MeetingFactory(session=session, starts_at=session.first_starts_at + timedelta(days=1))

    response = client.get(f"{session.get_absolute_url()}kalender.ics")

    assert [event["uid"] for event in events(response)] == list(session.meetings.values_list("uid", flat=True))
    day = timezone.localdate(session.first_starts_at)
    assert response.headers["Content-Disposition"] == f'attachment; filename="kurs-{day:%Y-%m-%d}.ics"'
    assert response.headers["Content-Type"] == CONTENT_TYPE
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert client.head(f"{session.get_absolute_url()}kalender.ics").status_code == 200


@pytest.mark.parametrize("fields", [{"state": Session.State.DRAFT}, {"closed_to": True}])
def test_session_file_of_a_hidden_session_is_404(client, session, fields):
    if "closed_to" in fields:
        fields = {"closed_to": MunicipalityFactory()}
    Session.objects.update(**fields)

    assert client.get(f"{session.get_absolute_url()}kalender.ics").status_code == 404


def test_participant_file_is_neutral(client, session):
    participant = ParticipantFactory(booking__session=session)
    path = f"/deltaker/{issue_link('participant', participant.pk)}/kalender.ics"

    response = client.get(path)

    [event] = events(response)
    assert event["summary"] == "Kurs – Bodø"
    assert "farlig" not in response.content.decode() + response.headers["Content-Disposition"]
    assert event["uid"] == session.meetings.get().uid
    assert response.headers["Cache-Control"] == "private, no-store"


def test_participant_file_is_never_older_than_the_mail(client, session):
    participant = ParticipantFactory(booking__session=session, email="ola@bodo.test")
    for _round in range(2):
        [message] = invite(participant.booking, email=participant.email, participant=participant)
        if not _round:
            cancel_invitations(participant=participant)

    [event] = events(client.get(f"/deltaker/{issue_link('participant', participant.pk)}/kalender.ics"))

    [sent] = icalendar.Calendar.from_ical(message.calendar).walk("VEVENT")
    assert event["sequence"] == sent["sequence"] == 2


def test_participant_file_needs_the_right_and_living_link(client, session):
    participant = ParticipantFactory(booking__session=session)
    path = f"/deltaker/{issue_link('participant', participant.pk)}/kalender.ics"
    booking_token = issue_link("booking", participant.booking_id)

    assert client.get(f"/deltaker/{booking_token}/kalender.ics").status_code == 404
    assert client.get(f"/deltaker/{'x' * 43}/kalender.ics").status_code == 404
    renew_link("participant", participant.pk)
    assert client.get(path).status_code == 404


def test_participant_who_left_gets_no_file(client, session):
    participant = ParticipantFactory(booking__session=session, state=Participant.State.WITHDRAWN)

    assert client.get(f"/deltaker/{issue_link('participant', participant.pk)}/kalender.ics").status_code == 404


def test_booker_file_shows_the_course_name_only_when_chosen(client, session):
    booking = BookingFactory(session=session, shows_course_name=True)

    [event] = events(client.get(f"/bestilling/{issue_link('booking', booking.pk)}/kalender.ics"))

    assert event["summary"] == "Når hjemmet er farlig – Bodø"
