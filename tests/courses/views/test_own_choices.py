import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from courses.models import Adaptation, Booking, Meeting, Participant, Session
from courses.services.adaptations import tell_adaptation
from courses.services.assignments import assign_trainer
from courses.services.protection import protect_name
from courses.services.trainers import register_trainer
from taushet.models import AuditEntry
from taushet.services.links import issue_link
from tests.factories.courses import BookingFactory, ParticipantFactory, SessionFactory
from tests.factories.taushet import StaffFactory, TrainerUserFactory, UserFactory, sign_in

pytestmark = pytest.mark.django_db

FOOD = {"food": "Nøtter", "interpreter": "", "other": ""}


def own(participant, name):
    return reverse(f"courses:{name}", args=[issue_link("participant", participant.pk)])


def text_of(response):
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


def test_need_is_kept_with_a_tick_only(client):
    participant = ParticipantFactory()
    path = own(participant, "participant_adaptation")

    page = client.get(path)
    refused = client.post(path, FOOD)
    assert Adaptation.objects.count() == 0
    kept = client.post(path, FOOD | {"consent": "on"}, follow=True)

    assert re.search(r'<input type="checkbox" name="consent"[^>]*checked', page.content.decode()) is None
    assert "Kryss av for at vi kan lagre det." in text_of(refused)
    assert 'value="Nøtter"' in refused.content.decode()
    assert "Kan ikke spise: Nøtter" in text_of(kept)


def test_a_tick_alone_says_nothing(client):
    participant = ParticipantFactory()

    response = client.post(own(participant, "participant_adaptation"), {"consent": "on", "food": "", "other": ""})

    assert "Kryss av eller skriv hva vi skal ordne." in text_of(response)
    assert Adaptation.objects.count() == 0


@pytest.mark.parametrize(("field", "value"), [("other", "x" * 121), ("food", "a\nb"), ("interpreter", "x" * 61)])
def test_long_or_broken_text_is_refused_and_kept(client, field, value):
    participant = ParticipantFactory()

    response = client.post(own(participant, "participant_adaptation"), FOOD | {"consent": "on", field: value})

    assert 'aria-invalid="true"' in response.content.decode()
    assert Adaptation.objects.count() == 0


def test_one_click_deletes_what_was_told(client):
    participant = tell_adaptation(ParticipantFactory(), food="Nøtter").participant

    response = client.post(own(participant, "participant_adaptation_delete"), follow=True)

    assert "Det er slettet." in text_of(response)
    assert Adaptation.objects.count() == 0


def test_own_page_repeats_nothing_to_somebody_whose_link_went_by_paper(client):
    participant = tell_adaptation(ParticipantFactory(email=""), food="Nøtter").participant

    page = client.get(own(participant, "participant_detail"))
    form = client.get(own(participant, "participant_adaptation"))

    assert "Trekk samtykket og slett" in text_of(page)
    assert "Nøtter" not in page.content.decode() + form.content.decode()


def sign_up_form(client, path, **fields):
    key = re.search(r'name="request_key" value="([^"]+)"', client.get(path).content.decode())[1]
    return {
        "request_key": key,
        "name": "Kari Nordmann",
        "email": "kari@bodo.test",
        "workplace": "",
        "role": "",
    } | fields


def test_need_is_told_while_signing_up(client):
    path = reverse("courses:participant_signup", args=[issue_link("signup", BookingFactory().pk)])
    form = sign_up_form(client, path, **{"behov-food": "Nøtter", "behov-sign_language": "on"})

    refused = client.post(path, form)
    assert Participant.objects.count() == 0
    client.post(path, form | {"behov-consent": "on"})

    assert "Kryss av for at vi kan lagre det." in text_of(refused)
    assert Adaptation.objects.get(participant__email="kari@bodo.test").wishes == [
        "Tegnspråktolk",
        "Kan ikke spise: Nøtter",
    ]


def test_needs_of_somebody_known_already_are_not_kept_and_that_is_said_to_all(client):
    booking = BookingFactory(seats=3)
    ParticipantFactory(booking=booking, email="kari@bodo.test")
    path = reverse("courses:participant_signup", args=[issue_link("signup", booking.pk)])
    wish = {"behov-food": "Nøtter", "behov-consent": "on"}
    said = "Er du på listen fra før, gjør det ikke det"

    known = client.post(path, sign_up_form(client, path, **wish), follow=True)
    new = client.post(path, sign_up_form(client, path, email="per@bodo.test", **wish), follow=True)
    without = client.post(path, sign_up_form(client, path, email="eli@bodo.test"), follow=True)

    assert [said in text_of(page) for page in (known, new, without)] == [True, True, False]
    assert list(Adaptation.objects.values_list("participant__email", flat=True)) == ["per@bodo.test"]


def test_sign_up_without_needs_keeps_none(client):
    path = reverse("courses:participant_signup", args=[issue_link("signup", BookingFactory().pk)])

    client.post(path, sign_up_form(client, path))

    assert Participant.objects.count() == 1
    assert Adaptation.objects.count() == 0


@pytest.fixture
def teaching():
    trainer = register_trainer(TrainerUserFactory(), courses=[])
    session = SessionFactory()
    trainer.courses.add(session.course)
    assign_trainer(session, trainer=trainer, by=UserFactory())
    participant = ParticipantFactory(booking=BookingFactory(session=session), name="Kari Nordmann")
    tell_adaptation(participant, food="Nøtter")
    return trainer, session, participant


def bring_near(session):
    start = timezone.now() + timedelta(days=6)
    Session.objects.filter(pk=session.pk).update(first_starts_at=start, last_ends_at=start + timedelta(hours=3))
    Meeting.objects.filter(session=session).update(starts_at=start, ends_at=start + timedelta(hours=3))


def test_trainer_sees_who_needs_what_close_to_the_course_and_on_the_record(client, teaching):
    trainer, session, _participant = teaching
    sign_in(client, trainer.user)
    path = reverse("courses:trainer_adaptations", args=[session.pk])

    early = client.get(path)
    early_page = client.get(reverse("courses:trainer_session", args=[session.pk]))
    bring_near(session)
    near = client.get(path)
    near_page = client.get(reverse("courses:trainer_session", args=[session.pk]))

    assert (early.status_code, near.status_code) == (404, 200)
    assert (path in early_page.content.decode(), path in near_page.content.decode()) == (False, True)
    assert "Kari Nordmann Kan ikke spise: Nøtter" in text_of(near)
    entry = AuditEntry.objects.get(action="adaptations.seen")
    assert (entry.actor, entry.object_id, entry.detail) == (trainer.user, str(session.pk), {"count": 1})


def test_another_trainer_finds_nothing(client, teaching):
    bring_near(teaching[1])
    sign_in(client, register_trainer(TrainerUserFactory(), courses=[]).user)

    assert client.get(reverse("courses:trainer_adaptations", args=[teaching[1].pk])).status_code == 404


@pytest.mark.parametrize(
    ("role", "status"), [("campaign", 200), ("administrator", 200), ("finance", 403), ("approver", 403)]
)
def test_staff_who_arrange_see_it_and_others_do_not(client, teaching, role, status):
    sign_in(client, StaffFactory(roles=[role]))

    response = client.get(reverse("courses:staff_adaptations", args=[teaching[1].pk]))

    assert response.status_code == status
    assert ("Nøtter" in response.content.decode()) == (status == 200)


def test_list_of_needs_says_the_alias(client, teaching):
    protect_name(teaching[2], alias="Fjellrev")
    sign_in(client, StaffFactory(roles=["campaign"]))

    page = text_of(client.get(reverse("courses:staff_adaptations", args=[teaching[1].pk])))

    assert ("Fjellrev" in page, "Kari" in page) == (True, False)


@pytest.mark.parametrize("count", [1, 3])
def test_list_of_needs_takes_as_many_queries_for_one_as_for_three(client, count, django_assert_num_queries):
    booking = BookingFactory(seats=5)
    for _number in range(count):
        tell_adaptation(ParticipantFactory(booking=booking), food="Nøtter")
    sign_in(client, StaffFactory(roles=["administrator"]))
    path = reverse("courses:staff_adaptations", args=[booking.session_id])
    client.get(path)

    with django_assert_num_queries(9):
        response = client.get(path)

    assert len(response.context["rows"]) == count


def test_booker_and_exports_learn_of_no_need(client, teaching):
    _trainer, session, participant = teaching
    booker = client.get(reverse("courses:booking_detail", args=[issue_link("booking", participant.booking_id)]))
    sign_in(client, StaffFactory(roles=["campaign"]))
    export = client.get(reverse("courses:participant_csv", args=[session.pk]))

    assert "Nøtter" not in booker.content.decode() + b"".join(export).decode()


def test_participant_protects_the_name_and_shows_it_again(client):
    participant = ParticipantFactory(name="Kari Nordmann")

    same = client.post(own(participant, "participant_alias"), {"alias": "kari nordmann"})
    protected = client.post(own(participant, "participant_alias"), {"alias": "Fjellrev"}, follow=True)
    assert Participant.objects.get().listed_name == "Fjellrev"
    client.post(own(participant, "participant_alias_remove"))

    assert "Dette er navnet du vil beskytte." in text_of(same)
    assert "Beskyttet: Andre ser Fjellrev." in text_of(protected)
    assert Participant.objects.get().listed_name == "Kari Nordmann"


def test_participant_chooses_the_name_on_the_certificate(client):
    participant = ParticipantFactory(name="Kari Nordmann")

    client.post(own(participant, "participant_alias"), {"alias": "Fjellrev", "certificate_name": "Kari N."})

    assert Participant.objects.get().name_on_certificate == "Kari N."


def test_page_that_corrects_a_protected_name_says_that_it_stands_on_no_list(client):
    participant = protect_name(ParticipantFactory(name="Kari Nordmann"), alias="Fjellrev")

    page = text_of(client.get(own(participant, "own_correct")))

    assert "det du skriver her, står ikke på noen liste: Andre ser Fjellrev. Kursbeviset blir utstedt til" in page
    assert "Navnet ditt står på" not in page
    assert "Nordmann" not in page


def test_booker_cannot_put_a_protected_name_right(client):
    participant = protect_name(ParticipantFactory(name="Kari Nordmann", email="kari@bodo.test"), alias="Fjellrev")
    path = reverse("courses:participant_replace", args=[issue_link("booking", participant.booking_id), participant.pk])
    page = client.get(path).content.decode()
    key = re.search(r'name="request_key" value="([^"]+)"', page)[1]

    response = client.post(
        path, {"request_key": key, "name": "Ola", "email": "kari@bodo.test", "workplace": "", "role": ""}
    )

    assert "Nordmann" not in page
    assert "kan ikke settes på listen nå." in text_of(response)
    assert "Den du skriver inn her, får plassen, og Fjellrev mister den." in page
    assert "Gi plassen til en annen</button>" in page
    assert Participant.objects.get().name == "Kari Nordmann"


def test_staff_protect_a_name_and_put_in_a_need_for_somebody_who_rings(client):
    participant = ParticipantFactory(name="Kari Nordmann")
    staff = StaffFactory(roles=["campaign"])
    sign_in(client, staff)

    client.post(reverse("courses:staff_participant_alias", args=[participant.pk]), {"alias": "Fjellrev"})
    path = reverse("courses:staff_participant_adaptation", args=[participant.pk])
    refused = client.post(path, FOOD)
    client.post(path, FOOD | {"consent": "on"})

    assert "Spør først." in text_of(refused)
    assert Participant.objects.get().alias == "Fjellrev"
    assert Adaptation.objects.get().food == "Nøtter"
    assert set(AuditEntry.objects.filter(actor=staff).values_list("action", flat=True)) >= {
        "participant.protected",
        "adaptation.told",
    }


def test_participant_and_booker_choose_what_mail_tells(client):
    participant = ParticipantFactory()
    booker = reverse("courses:booking_discretion", args=[issue_link("booking", participant.booking_id)])

    client.post(own(participant, "participant_discretion"), {"shows": "no"})
    client.post(booker, {"shows_course_name": "on"})
    odd = client.post(own(participant, "participant_discretion"), {"shows": "perhaps"})

    assert odd.status_code == 200
    assert Participant.objects.get().shows_course_name is False
    assert Booking.objects.get().shows_course_name is True
    assert Participant.objects.get().shows_course is False


def test_pages_say_the_neutral_title_that_is_really_used(client):
    session = SessionFactory(neutral_title="Fagdag i mars")
    person = ParticipantFactory(booking=BookingFactory(session=session))

    pages = [
        client.get(own(person, "participant_detail")),
        client.get(own(person, "participant_discretion")),
        client.get(reverse("courses:booking_discretion", args=[issue_link("booking", person.booking_id)])),
        client.get(session.get_absolute_url()),
    ]

    assert ["Bare «Fagdag i mars»" in text_of(page) or "bare «Fagdag i mars»" in text_of(page) for page in pages] == [
        True,
        True,
        True,
        True,
    ]
    assert ["«Kurs»" in text_of(page) for page in pages] == [False, False, False, False]
