import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from courses.models import Booking, Participant
from courses.services.welcoming import welcome
from taushet.models import Message
from taushet.services.links import issue_link
from tests.factories.courses import BookingFactory, MeetingFactory, ParticipantFactory, SessionFactory

pytestmark = pytest.mark.django_db


def address(purpose, subject, name, *args):
    return reverse(f"courses:{name}", args=[issue_link(purpose, subject.pk), *args])


def shown_form(client, path, **fields):
    page = client.get(path).content.decode()
    key = re.search(r'name="request_key" value="([^"]+)"', page)[1]
    return {"request_key": key, "name": "Per Hansen", "email": "per@bodo.test", "workplace": "", "role": ""} | fields


def text_of(response):
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


def test_participant_signs_up_and_gets_the_own_page_by_mail(client):
    booking = BookingFactory(seats=2)
    path = address("signup", booking, "participant_signup")
    form = shown_form(client, path)

    first = client.post(path, form, follow=True)
    client.post(path, form)

    participant = Participant.objects.get()
    assert first.redirect_chain == [(path, 302)]
    assert "per@bodo.test er påmeldt. Vi har skrevet dit" in text_of(first)
    assert participant.named_by == "self"
    [message] = Message.objects.all()
    assert f"[[link:participant:{participant.pk}]]" in message.text


def test_contact_who_signs_up_gets_the_own_page_by_mail_too(client):
    booking = BookingFactory(seats=2, contact_email="per@bodo.test")
    path = address("signup", booking, "participant_signup")

    client.post(path, shown_form(client, path))

    assert [(message.kind, message.to_email) for message in Message.objects.all()] == [
        ("participant-link", "per@bodo.test")
    ]


@pytest.mark.parametrize(
    ("seats", "said"), [(1, "Alle plassene i bestillingen har navn."), (3, "per@bodo.test er påmeldt. Vi har skrevet")]
)
def test_the_answer_to_a_sign_up_is_alike_for_known_and_new_addresses(client, seats, said):
    known, new = BookingFactory(seats=seats), BookingFactory(seats=seats)
    paths = [address("signup", booking, "participant_signup") for booking in (known, new)]
    forms = [shown_form(client, path) for path in paths]
    ParticipantFactory(booking=known, email="per@bodo.test", name="Ekte Per", alias="Deltaker A")
    ParticipantFactory(booking=new, email="ola@bodo.test")

    answers = [client.post(path, form, follow=True) for path, form in zip(paths, forms, strict=True)]

    assert [said in text_of(answer) for answer in answers] == [True, True]
    assert [len(answer.redirect_chain) for answer in answers] == ([0, 0] if seats == 1 else [1, 1])


def test_sign_up_that_is_full_keeps_what_was_typed(client):
    booking = BookingFactory(seats=1)
    path = address("signup", booking, "participant_signup")
    form = shown_form(client, path)
    ParticipantFactory(booking=booking)

    posted = client.post(path, form)

    assert "Alle plassene i bestillingen har navn." in text_of(posted)
    assert 'value="Per Hansen"' in posted.content.decode()
    assert 'name="request_key"' not in client.get(path).content.decode()
    assert Participant.objects.count() == 1


def test_address_that_is_signed_up_already_opens_nobody_s_page(client):
    booking = BookingFactory(seats=3)
    ParticipantFactory(booking=booking, email="per@bodo.test", name="Ekte Per")
    path = address("signup", booking, "participant_signup")

    response = client.post(path, shown_form(client, path, name="Nysgjerrig"), follow=True)

    assert response.redirect_chain == [(path, 302)]
    assert "Ekte Per" not in response.content.decode()
    assert [message.kind for message in Message.objects.all()] == ["participant-link"]


@pytest.mark.parametrize("state", [Booking.State.HELD, Booking.State.CANCELLED, Booking.State.EXPIRED])
def test_sign_up_is_closed_unless_the_booking_is_confirmed(client, state):
    booking = BookingFactory()
    path = address("signup", booking, "participant_signup")
    Booking.objects.update(state=state, held_until=booking.session.first_starts_at)

    response = client.get(path)

    assert "Denne påmeldingen er stengt." in text_of(response)


@pytest.mark.parametrize(("field", "value"), [("name", ""), ("email", "per"), ("name", "Per\nHansen")])
def test_bad_sign_up_says_what_is_wrong_beside_the_field(client, field, value):
    path = address("signup", BookingFactory(), "participant_signup")

    response = client.post(path, shown_form(client, path, **{field: value}))

    assert set(response.context["form"].errors) == {field}
    assert not Participant.objects.exists()


def test_own_page_shows_time_place_and_link_and_nobody_else(client):
    session = SessionFactory(meetings=[])
    MeetingFactory(session=session, place="Storsalen", join_url="https://video.example/rom")
    booking = BookingFactory(session=session)
    mine = ParticipantFactory(booking=booking, name="Per Hansen")
    ParticipantFactory(booking=booking, name="Annen Deltaker")

    page = client.get(address("participant", mine, "participant_detail")).content.decode()

    assert "Per Hansen" in page
    assert "Storsalen" in page
    assert 'href="https://video.example/rom"' in page
    assert "Annen Deltaker" not in page
    assert "kalender.ics" in page


def test_one_who_is_taken_off_sees_no_link_to_join(client):
    session = SessionFactory(meetings=[])
    MeetingFactory(session=session, join_url="https://video.example/rom")
    participant = ParticipantFactory(booking__session=session, state=Participant.State.WITHDRAWN)

    page = client.get(address("participant", participant, "participant_detail"))

    assert "Du er ikke påmeldt" in text_of(page)
    assert "video.example" not in page.content.decode()


def test_withdrawing_asks_first(client):
    participant = ParticipantFactory()
    path = address("participant", participant, "participant_withdraw")

    client.get(path)
    participant.refresh_from_db()
    assert participant.state == Participant.State.ACTIVE

    done = client.post(path, follow=True)
    participant.refresh_from_db()
    assert participant.state == Participant.State.WITHDRAWN
    assert "Du er ikke lenger påmeldt." in text_of(done)


def test_token_of_another_participant_is_needed_for_the_other_s_page(client):
    mine, other = ParticipantFactory(), ParticipantFactory(name="Annen Deltaker")

    assert "Annen Deltaker" not in client.get(address("participant", mine, "participant_detail")).content.decode()
    assert client.get(reverse("courses:participant_detail", args=[str(other.pk)])).status_code == 404


def test_booker_replaces_a_name(client):
    participant = ParticipantFactory(name="Kari Nordmann", email="kari@bodo.test")
    path = address("booking", participant.booking, "participant_replace", participant.pk)
    form = shown_form(client, path)

    response = client.post(path, form)

    new = Participant.objects.active().get()
    assert response.url == address("booking", participant.booking, "booking_detail")
    assert (new.name, new.replaces) == ("Per Hansen", participant)


def test_booker_takes_a_name_off(client):
    participant = ParticipantFactory()
    path = address("booking", participant.booking, "participant_remove", participant.pk)

    response = client.post(path)

    participant.refresh_from_db()
    assert participant.state == Participant.State.WITHDRAWN
    assert response.url == address("booking", participant.booking, "booking_detail")
    assert client.get(path).url == response.url


@pytest.mark.parametrize(
    ("fields", "is_told"),
    [
        ({}, True),
        ({"email": ""}, False),
        ({"email": "kari@bodo.test"}, False),
        ({"booking__state": Booking.State.HELD, "booking__held_until": timezone.now() + timedelta(days=1)}, False),
    ],
)
def test_booker_is_asked_and_told_what_happens_before_a_name_is_taken_off(client, fields, is_told):
    participant = ParticipantFactory(booking__contact_email="kari@bodo.test", name="Per Persen", **fields)
    if is_told:
        welcome(participant)
    path = address("booking", participant.booking, "participant_remove", participant.pk)

    page = text_of(client.get(path))

    assert "Vil du fjerne Per Persen fra listen?" in page
    assert ("Per Persen får en e-post om det" in page) is is_told
    assert "Plassen er fortsatt din, og du kan sette inn en annen." in page
    participant.refresh_from_db()
    assert participant.state == Participant.State.ACTIVE
    client.post(path)
    assert Message.objects.filter(kind="participant-removed", to_email=participant.email).exists() is is_told


def test_name_is_not_taken_off_a_course_that_is_over(client):
    over = timezone.now() - timedelta(days=1)
    session = SessionFactory(first_starts_at=over - timedelta(hours=3), last_ends_at=over)
    participant = ParticipantFactory(booking__session=session)

    page = client.post(address("booking", participant.booking, "participant_remove", participant.pk))

    participant.refresh_from_db()
    assert participant.state == Participant.State.ACTIVE
    assert 'role="alert"' in page.text


def test_people_sign_up_without_mail_and_stay_apart(client):
    booking = BookingFactory(seats=2)
    path = address("signup", booking, "participant_signup")

    for name in ("Åse Ødegård", "Ola Ås"):
        form = shown_form(client, path, name=name, email="")
        landed = client.post(path, form, follow=True)
        client.post(path, form)

    assert "be kontakten din om å skrive den ut" in text_of(landed)
    assert list(booking.participants.values_list("name", "email")) == [("Åse Ødegård", ""), ("Ola Ås", "")]
    assert Message.objects.count() == 0
