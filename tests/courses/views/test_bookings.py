import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from courses.models import Booking, ConfirmedAddress, Session
from courses.services.booking_changes import cancel_booking
from courses.services.bookings import book_seats, confirm_address
from courses.services.contacts import hand_over
from municipalities.models import Unit
from taushet.models import Message, SecretLink
from taushet.services.links import issue_link, renew_link
from tests.factories.courses import BookingFactory, ParticipantFactory, SessionFactory
from tests.factories.municipalities import MunicipalityFactory, UnitFactory
from tests.factories.taushet import UserFactory

pytestmark = pytest.mark.django_db


def shown_form(client, session):
    """Open a session page and return what its form sends, filled in."""
    page = client.get(session.get_absolute_url()).content.decode()
    key = re.search(r'name="request_key" value="([^"]+)"', page)[1]
    price = re.search(r'name="shown_price" value="([^"]+)"', page)
    return {
        "request_key": key,
        "shown_price": price[1] if price else "",
        "municipality": MunicipalityFactory().number,
        "seats": "2",
        "contact_name": "Kari Nordmann",
        "contact_email": "kari@bodo.test",
        "contact_phone": "22 33 11 60",
        "contact_role": "SLT-koordinator",
    }


def make_hold(session=None, **fields):
    values = {
        "municipality": MunicipalityFactory(),
        "seats": 2,
        "contact_name": "Kari Nordmann",
        "contact_email": "kari@bodo.test",
        "contact_phone": "+4722331160",
        "request_key": f"key-{Booking.objects.count()}",
    }
    return book_seats(session or SessionFactory(), **values | fields)


def page_of(purpose, booking, name="booking_detail"):
    return reverse(f"courses:{name}", args=[issue_link(purpose, booking.pk)])


def text_of(response):
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


def test_new_visitor_books_and_lands_on_a_page_that_says_what_is_left(client):
    session = SessionFactory()

    response = client.post(session.get_absolute_url(), shown_form(client, session), follow=True)

    booking = Booking.objects.get()
    assert response.redirect_chain == [(page_of("booking-receipt", booking), 302)]
    assert response.status_code == 200
    assert "Ett steg igjen: bekreft e-postadressen din" in text_of(response)
    assert booking.language == "nb"


def test_same_form_sent_twice_is_one_booking(client):
    session = SessionFactory()
    form = shown_form(client, session)

    first = client.post(session.get_absolute_url(), form)
    second = client.post(session.get_absolute_url(), form)

    assert first.url == second.url
    assert Booking.objects.count() == 1


def test_too_many_bookings_from_one_network_are_told_so_and_nothing_is_booked(client, settings):
    settings.BOOKINGS_PER_NETWORK = 1
    session = SessionFactory()
    client.post(session.get_absolute_url(), shown_form(client, session))

    form = shown_form(client, session) | {"contact_email": "per@bodo.test"}
    refused = client.post(session.get_absolute_url(), form)

    assert "Det er kommet svært mange bestillinger fra nettet ditt" in text_of(refused)
    assert 'value="per@bodo.test"' in refused.content.decode()
    assert Booking.objects.count() == 1


def test_one_who_is_signed_in_books_however_much_comes_from_the_same_network(client, settings):
    settings.BOOKINGS_PER_NETWORK = 0
    session = SessionFactory()
    client.force_login(UserFactory())

    client.post(session.get_absolute_url(), shown_form(client, session))

    assert Booking.objects.count() == 1


def test_form_sent_again_after_it_was_confirmed_opens_nothing(client):
    session = SessionFactory()
    form = shown_form(client, session)
    client.post(session.get_absolute_url(), form)
    confirm_address(Booking.objects.get())

    response = client.post(session.get_absolute_url(), form, follow=True)

    assert response.redirect_chain == [("/bestilling/", 302)]
    assert "Denne bestillingen er gjort allerede." in text_of(response)
    assert Booking.objects.count() == 1


def test_known_address_is_confirmed_but_a_browser_gets_no_whole_page(client):
    ConfirmedAddress.objects.create(email="kari@bodo.test")
    session = SessionFactory()

    response = client.post(session.get_absolute_url(), shown_form(client, session), follow=True)

    booking = Booking.objects.get()
    assert booking.state == Booking.State.CONFIRMED
    assert response.redirect_chain == [(page_of("booking-receipt", booking), 302)]
    assert "avbestill" not in response.content.decode()
    assert not SecretLink.objects.filter(purpose="booking").exists()


def test_one_who_is_signed_in_lands_on_the_whole_page(client):
    client.force_login(UserFactory(email="kari@bodo.test"))
    session = SessionFactory()

    response = client.post(session.get_absolute_url(), shown_form(client, session))

    assert response.url == page_of("booking", Booking.objects.get())


def test_more_seats_than_free_says_how_many_there_are_and_keeps_the_form(client):
    session = SessionFactory(capacity=5)
    form = shown_form(client, session) | {"seats": "6", "contact_name": "Ola «Olsen»"}

    response = client.post(session.get_absolute_url(), form)

    assert response.status_code == 200
    assert response.context["form"].errors == {
        "seats": [
            "Bare 5 plasser er ledige nå. Ingenting er bestilt ennå. Velg færre plasser eller et annet tidspunkt."
        ]
    }
    assert 'value="Ola «Olsen»"' in response.content.decode()
    assert f'name="request_key" value="{form["request_key"]}"' in response.content.decode()
    assert not Booking.objects.exists()


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"state": "cancelled"}, "Dette kurset er avlyst og tar ikke imot bestillinger."),
        ({"state": "held"}, "Dette kurset har begynt eller er over og tar ikke imot bestillinger."),
        (
            {"first_starts_at": timezone.now() - timedelta(hours=1)},
            "Dette kurset har begynt eller er over og tar ikke imot bestillinger.",
        ),
    ],
)
def test_session_that_closed_meanwhile_says_why_and_keeps_the_form(client, change, sentence):
    session = SessionFactory()
    form = shown_form(client, session)
    Session.objects.filter(pk=session.pk).update(**change)

    response = client.post(session.get_absolute_url(), form)

    assert sentence in text_of(response)
    assert 'value="Kari Nordmann"' in response.content.decode()
    assert not Booking.objects.exists()
    assert sentence in text_of(client.get(session.get_absolute_url()))


def test_session_page_with_its_form_costs_few_queries(client, django_assert_max_num_queries):
    session = SessionFactory(municipality=MunicipalityFactory())
    client.get(session.get_absolute_url())

    with django_assert_max_num_queries(4):
        client.get(session.get_absolute_url())


def test_paying_booking_gets_the_municipality_as_payer(client):
    place = MunicipalityFactory()
    unit = UnitFactory(municipality=place)
    session = SessionFactory(price=1200)
    form = shown_form(client, session) | {
        "municipality": place.number,
        "payer_kind": "municipality",
        "invoice_reference": "4711",
    }

    client.post(session.get_absolute_url(), form)

    booking = Booking.objects.get()
    assert (booking.payer, booking.invoice_reference, booking.seat_price) == (unit, "4711", 1200)


OTHER_PAYER = {
    "payer_kind": "other",
    "payer_name": "Salten krisesenter IKS",
    "payer_organisation_number": "974 760 673",
    "reference_later": "on",
}


def test_paying_booking_can_have_another_payer(client):
    session = SessionFactory(price=1200)
    form = shown_form(client, session) | OTHER_PAYER

    client.post(session.get_absolute_url(), form)

    payer = Booking.objects.get().payer
    assert (payer.name, payer.organisation_number, payer.kind) == ("Salten krisesenter IKS", "974760673", "other")


def test_booking_that_fails_leaves_no_payer_behind(client):
    session = SessionFactory(price=1200, capacity=3)
    form = shown_form(client, session) | OTHER_PAYER
    BookingFactory(session=session, seats=2)

    response = client.post(session.get_absolute_url(), form)

    assert "seats" in response.context["form"].errors
    assert Booking.objects.count() == 1
    assert not Unit.objects.filter(organisation_number="974760673").exists()


def test_wait_that_is_refused_leaves_no_payer_behind(client):
    session = SessionFactory(price=1200, capacity=3)
    form = shown_form(client, session) | OTHER_PAYER

    client.post(reverse("courses:session_wait", args=[session.course.slug, session.pk]), form)

    assert not Booking.objects.exists()
    assert not Unit.objects.filter(organisation_number="974760673").exists()


def test_payer_is_saved_once_for_two_bookings(client):
    session = SessionFactory(price=1200)
    for email in ("kari@bodo.test", "ola@bodo.test"):
        client.post(session.get_absolute_url(), shown_form(client, session) | OTHER_PAYER | {"contact_email": email})

    payer = Unit.objects.get(organisation_number="974760673")
    assert [booking.payer for booking in Booking.objects.all()] == [payer, payer]


def test_opening_the_confirmation_changes_nothing_and_pressing_the_button_does(client):
    booking = make_hold()
    address = page_of("booking-confirm", booking, "booking_confirm")

    opened = client.get(address)
    booking.refresh_from_db()
    assert (opened.status_code, booking.state) == (200, Booking.State.HELD)

    pressed = client.post(address, follow=True)
    booking.refresh_from_db()
    assert booking.state == Booking.State.CONFIRMED
    assert pressed.redirect_chain == [(page_of("booking", booking), 302)]
    assert "Bestillingen er bekreftet" in text_of(pressed)


def test_confirmation_link_leads_on_once_it_is_confirmed(client):
    booking = confirm_address(make_hold())

    response = client.get(page_of("booking-confirm", booking, "booking_confirm"))

    assert response.url == page_of("booking", booking)


def test_confirmation_that_comes_too_late_says_so(client):
    session = SessionFactory(capacity=2)
    booking = make_hold(session)
    address = page_of("booking-confirm", booking, "booking_confirm")
    Booking.objects.update(state=Booking.State.EXPIRED)
    Session.objects.update(seats_taken=0)
    BookingFactory(session=Session.objects.get(), seats=1)

    shown, pressed = client.get(address), client.post(address)

    assert "Plassene er gitt til andre i mellomtiden." in text_of(shown)
    assert pressed.status_code == 409
    assert "Bare 1 plass er ledig nå." in text_of(pressed)


def test_confirmation_of_a_cancelled_course_says_so_and_offers_no_button(client):
    booking = make_hold()
    Session.objects.update(state=Session.State.CANCELLED)

    response = client.get(page_of("booking-confirm", booking, "booking_confirm"))

    assert "Dette kurset er avlyst og tar ikke imot bestillinger." in text_of(response)
    assert b'<button class="ds-button"' not in response.content.partition(b"<main")[2].partition(b"</main>")[0]


def test_link_of_the_browser_dies_with_the_confirmation(client):
    booking = make_hold()
    address = page_of("booking-receipt", booking)
    confirm_address(booking)

    assert client.get(address).status_code == 404


def test_link_of_the_browser_lives_a_day(client):
    ConfirmedAddress.objects.create(email="kari@bodo.test")
    booking = make_hold()
    address = page_of("booking-receipt", booking)
    assert client.get(address).status_code == 200

    SecretLink.objects.update(created_at=timezone.now() - timedelta(hours=25))

    assert client.get(address).status_code == 404


@pytest.mark.parametrize("token", ["x", "A" * 43, "æøå", "..", "0" * 500])
def test_wrong_token_answers_with_help_and_tells_nothing(client, token):
    BookingFactory()

    response = client.get(reverse("courses:booking_detail", args=[token]))

    assert response.status_code == 404
    assert "Denne lenken åpner ingenting" in text_of(response)


def test_token_of_another_purpose_opens_nothing(client):
    booking = confirm_address(make_hold())
    participant = ParticipantFactory(booking=booking)
    tokens = [issue_link(purpose, booking.pk) for purpose in ("signup", "booking-confirm")]

    answers = [
        client.get(reverse("courses:booking_detail", args=[token])).status_code
        for token in [*tokens, issue_link("participant", participant.pk)]
    ]

    assert answers == [404, 404, 404]


def test_token_opens_its_own_booking_only(client):
    mine, other = BookingFactory(), BookingFactory(contact_name="Annen Person")
    stranger = ParticipantFactory(booking=other, name="Fremmed Deltaker")
    token = issue_link("booking", mine.pk)

    page = client.get(reverse("courses:booking_detail", args=[token]))
    replaced = client.get(reverse("courses:participant_replace", args=[token, stranger.pk]))
    removed = client.post(reverse("courses:participant_remove", args=[token, stranger.pk]))

    assert "Annen Person" not in page.content.decode()
    assert (replaced.status_code, removed.status_code) == (404, 404)


def test_renewed_link_closes_the_old_one(client):
    booking = BookingFactory()
    old = page_of("booking", booking)

    renew_link("booking", booking.pk)

    assert client.get(old).status_code == 404
    assert client.get(page_of("booking", booking)).status_code == 200


@pytest.mark.parametrize("purpose", ["booking", "booking-second", "booking-receipt"])
def test_secret_pages_are_kept_by_nobody(client, purpose):
    response = client.get(page_of(purpose, BookingFactory()))

    assert response.headers["Cache-Control"] == "private, no-store"
    assert response.headers["X-Robots-Tag"] == "noindex, nofollow"
    assert response.headers["Referrer-Policy"] == "same-origin"
    assert '<meta name="robots" content="noindex">' in response.content.decode()


def test_secret_pages_name_neither_the_course_nor_the_campaign(client):
    session = SessionFactory(course__title_nb="Når hjemmet er farlig", course__slug="hjemmet-farlig")
    booking = BookingFactory(session=session)
    participant = ParticipantFactory(booking=booking)

    for address in (
        page_of("booking", booking),
        page_of("signup", booking, "participant_signup"),
        page_of("participant", participant, "participant_detail"),
        "/bestilling/",
        "/bestilling/tull/",
    ):
        page = client.get(address).content.decode()
        for word in ("farlig", "Taushet", "Når hjemmet"):
            assert word not in page, (address, word)


def test_page_speaks_the_language_of_the_booking_until_another_is_chosen(client, settings):
    booking = BookingFactory(language="nn")
    address = page_of("booking", booking)

    assert client.get(address).headers["Content-Language"] == "nn"
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    assert client.get(address).headers["Content-Language"] == "en"


def test_erased_booking_opens_nothing(client):
    booking = BookingFactory(erased_at=timezone.now())

    assert client.get(page_of("booking", booking)).status_code == 404


def names_form(page, *rows):
    """What the form with names sends."""
    key = re.search(r'name="request_key" value="([^"]+)"', page)[1]
    form = {"request_key": key, "navn-TOTAL_FORMS": len(rows), "navn-INITIAL_FORMS": 0}
    for number, (name, email) in enumerate(rows):
        form |= {f"navn-{number}-name": name, f"navn-{number}-email": email}
    return form


@pytest.mark.parametrize(
    ("state", "when"), [("held", "når bestillingen er bekreftet."), ("confirmed", "så snart du lagrer.")]
)
def test_page_says_when_those_who_are_named_hear_of_it(client, state, when):
    held = {"held_until": timezone.now() + timedelta(hours=3), "confirmed_at": None} if state == "held" else {}
    booking = BookingFactory(state=state, **held)

    page = client.get(reverse("courses:booking_detail", args=[issue_link("booking", booking.pk)]))

    assert f"De som har e-postadresse, får tid, sted og en egen side {when} Tomme rader hoppes over." in page.text


def test_rows_for_names_say_which_seat_they_are_for_and_are_folded_once_there_are_some(client):
    booking = BookingFactory(seats=4)
    empty = client.get(page_of("booking", booking)).text
    ParticipantFactory.create_batch(2, booking=booking)

    page = client.get(page_of("booking", booking)).text

    assert re.findall(r"<legend[^>]*>(Plass .*?)</legend>", page) == ["Plass 3 av 4", "Plass 4 av 4"]
    assert [bool(re.search(r"<details class=\"[^\"]*names-fold[^>]* open>", text)) for text in (empty, page)] == [
        True,
        False,
    ]
    targets = re.findall(r'href="#([\w-]+)"', re.search(r'<nav class="contents.*?</nav>', page, re.DOTALL)[0])
    assert {name for name in targets if f'id="{name}"' not in page} == set()
    assert {"navn", "endre", "case"} <= set(targets)


def test_booker_puts_in_names(client):
    booking = BookingFactory(seats=3)
    page = page_of("booking", booking)
    form = names_form(client.get(page).content.decode(), ("Per Hansen", "per@bodo.test"), ("", ""), ("Ola", ""))

    first = client.post(page_of("booking", booking, "booking_names"), form, follow=True)
    client.post(page_of("booking", booking, "booking_names"), form)

    assert "2 navn er satt på listen." in text_of(first)
    assert list(booking.participants.values_list("name", flat=True)) == ["Per Hansen", "Ola"]


def test_names_that_are_wrong_stay_in_their_rows(client):
    booking = BookingFactory(seats=3)
    form = names_form(client.get(page_of("booking", booking)).content.decode(), ("", "per@bodo.test"), ("Ola", "feil"))

    response = client.post(page_of("booking", booking, "booking_names"), form)

    page = response.content.decode()
    assert [row.errors for row in response.context["names"]] == [
        {"name": ["Skriv et navn."]},
        {"email": ["Dette er ikke en e-postadresse. La feltet stå tomt om du ikke vet den."]},
    ]
    assert 'value="per@bodo.test"' in page
    assert 'value="feil"' in page
    assert '<a class="ds-link" href="#id_navn-0-name">Plass 1 av 3: Skriv et navn.</a>' in page
    assert not booking.participants.exists()


def test_more_names_than_seats_are_kept_in_the_form(client):
    booking = BookingFactory(seats=1)
    form = names_form(client.get(page_of("booking", booking)).content.decode(), ("Per", ""), ("Ola", ""))

    response = client.post(page_of("booking", booking, "booking_names"), form)

    assert "Flere navn enn det er det ikke plass til." in text_of(response)
    assert 'value="Ola"' in response.content.decode()


def test_names_without_a_management_form_are_no_error_page(client):
    booking = BookingFactory(seats=1)

    assert client.post(page_of("booking", booking, "booking_names"), {}).status_code == 200


def test_seats_are_changed_and_errors_stay_beside_the_field(client):
    session = SessionFactory(capacity=4)
    booking = BookingFactory(session=session, seats=2)
    address = page_of("booking", booking, "booking_seats")

    refused = client.post(address, {"seats": "9"})
    changed = client.post(address, {"seats": "4"})

    assert refused.context["form"].errors == {"seats": ["Bestillingen kan ha høyst 4 plasser. Ingenting er endret."]}
    assert changed.url == page_of("booking", booking)
    booking.refresh_from_db()
    assert booking.seats == 4


def test_cancelling_asks_first(client):
    booking = BookingFactory()
    ParticipantFactory(booking=booking)
    address = page_of("booking", booking, "booking_cancel")

    asked = client.get(address)
    booking.refresh_from_db()
    assert "2 plasser blir gitt tilbake og kan bestilles av andre. 1 deltaker får beskjed på e-post." in text_of(asked)
    assert booking.state == Booking.State.CONFIRMED

    done = client.post(address, follow=True)
    booking.refresh_from_db()
    assert booking.state == Booking.State.CANCELLED
    assert "Bestillingen er avbestilt" in text_of(done)


@pytest.mark.parametrize("name", ["booking_seats", "booking_second_contact", "booking_hand_over"])
def test_link_of_the_browser_cannot_change_the_booking(client, name):
    ConfirmedAddress.objects.create(email="kari@bodo.test")
    booking = make_hold()

    assert client.get(page_of("booking-receipt", booking, name)).status_code == 404


def test_link_of_the_browser_cannot_cancel_what_is_confirmed(client):
    ConfirmedAddress.objects.create(email="kari@bodo.test")
    booking = make_hold()

    client.post(page_of("booking-receipt", booking, "booking_cancel"))

    booking.refresh_from_db()
    assert booking.state == Booking.State.CONFIRMED


def test_link_of_the_browser_shows_no_names_that_others_put_in(client):
    ConfirmedAddress.objects.create(email="kari@bodo.test")
    booking = make_hold()
    ParticipantFactory(booking=booking, name="Egen Påmelding", named_by="self")

    page = client.get(page_of("booking-receipt", booking)).content.decode()

    assert "Egen Påmelding" not in page
    assert "pamelding" not in page


@pytest.mark.parametrize("name", ["booking_second_contact", "booking_hand_over"])
def test_second_contact_does_not_name_others(client, name):
    booking = BookingFactory(second_name="Per", second_email="per@bodo.test")

    assert client.get(page_of("booking-second", booking)).status_code == 200
    assert client.get(page_of("booking-second", booking, name)).status_code == 404


def test_mistyped_address_is_corrected_from_the_first_page(client):
    booking = make_hold(contact_email="kari@bod.test")

    client.post(page_of("booking-receipt", booking, "booking_address"), {"email": "kari@bodo.test"})

    booking.refresh_from_db()
    assert booking.contact_email == "kari@bodo.test"


def test_colleague_takes_the_booking_over(client):
    booking = BookingFactory()
    hand_over(booking, name="Per Hansen", email="per@bodo.test")
    old = page_of("booking", booking)
    address = page_of("booking-handover", booking, "booking_take_over")

    refused = client.post(address, {"phone": "12"})
    done = client.post(address, {"phone": "22331160", "role": ""})

    assert set(refused.context["form"].errors) == {"phone"}
    assert done.url == page_of("booking", booking)
    assert client.get(old).status_code == 404


def test_lost_link_answers_the_same_whether_the_address_is_known_or_not(client):
    BookingFactory(contact_email="kari@bodo.test")

    known = client.post("/bestilling/", {"email": "kari@bodo.test"}, follow=True)
    unknown = client.post("/bestilling/", {"email": "ukjent@bodo.test"}, follow=True)

    assert text_of(known) == text_of(unknown)
    assert [message.to_email for message in Message.objects.all()] == ["kari@bodo.test"]


def test_lost_link_stops_one_who_asks_again_and_again(client, monkeypatch):
    monkeypatch.setattr("courses.views.booking_contacts.LOST_LINKS_AN_HOUR", 2)

    answers = [client.post("/bestilling/", {"email": f"p{number}@bodo.test"}).status_code for number in range(3)]

    assert answers == [302, 302, 429]


@pytest.mark.parametrize("count", [1, 3])
def test_booking_page_queries_do_not_grow(client, django_assert_num_queries, count):
    booking = BookingFactory(seats=5)
    ParticipantFactory.create_batch(count, booking=booking)
    address = page_of("booking", booking)
    issue_link("signup", booking.pk)

    with django_assert_num_queries(12):
        response = client.get(address)

    assert len(response.context["participants"]) == count


def test_cancelled_booking_shows_what_it_was(client):
    booking = BookingFactory()
    cancel_booking(booking)

    page = text_of(client.get(page_of("booking", booking)))

    assert "Bestillingen er avbestilt" in page
    assert "Avbestill " not in page


@pytest.mark.parametrize("state", ["held", "confirmed"])
def test_booking_of_a_cancelled_course_says_so_and_offers_no_change(client, state):
    held_until = timezone.now() + timedelta(hours=5)
    booking = BookingFactory(session=SessionFactory(state="cancelled"), state=state, held_until=held_until)

    response = client.get(page_of("booking", booking))

    assert "Kurset er avlyst" in text_of(response)
    assert "Ett steg gjenstår" not in text_of(response)
    for name in ("booking_seats", "booking_move", "booking_names", "participant_signup"):
        assert page_of("booking", booking, name) not in response.content.decode()
