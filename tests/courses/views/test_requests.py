import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from courses.forms.courses import CourseForm
from courses.models import Booking, ConfirmedAddress, CourseRequest
from courses.services.request_offers import take_back_offer
from courses.services.requests import confirm_request, withdraw_request
from taushet.models import Message, SecretLink
from taushet.services.links import issue_link
from tests.factories.courses import CourseFactory, CourseRequestFactory, RequestOfferFactory
from tests.factories.municipalities import MunicipalityFactory
from tests.factories.taushet import StaffFactory, UserFactory

pytestmark = pytest.mark.django_db

FORM = "/kurs/foresporsel/"


def in_days(days):
    return (timezone.localdate() + timedelta(days=days)).isoformat()


def filled(client, **changes):
    """Open the form and return what it sends, filled in for two municipalities and two alternatives."""
    page = client.get(FORM).content.decode()
    return {
        "request_key": re.search(r'name="request_key" value="([^"]+)"', page)[1],
        "course": CourseFactory().pk,
        "municipality": MunicipalityFactory().number,
        "seats": "12",
        "format": "on_site",
        "audience": "leaders",
        "taught_in": "nb",
        "contact_name": "Kari Nordmann",
        "contact_email": "kari@bodo.test",
        "contact_phone": "22 33 11 60",
        "payer_kind": "each",
        "naboer-TOTAL_FORMS": "2",
        "naboer-INITIAL_FORMS": "0",
        "naboer-0-municipality": MunicipalityFactory(name="Meløy").number,
        "naboer-0-seats": "5",
        "tider-TOTAL_FORMS": "3",
        "tider-INITIAL_FORMS": "0",
        "tider-0-first_on": in_days(20),
        "tider-0-last_on": in_days(24),
        "tider-0-part": "morning",
        "tider-1-first_on": in_days(40),
        "tider-1-part": "any",
        "tider-2-part": "any",
    } | changes


def link(purpose, asked, name="request_detail", *args):
    return reverse(f"courses:{name}", args=[issue_link(purpose, asked.pk), *args])


def text_of(response):
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


def test_stranger_asks_and_lands_on_a_page_that_says_what_is_left(client):
    response = client.post(FORM, filled(client), follow=True)

    asked = CourseRequest.objects.get()
    assert response.redirect_chain == [(link("request-receipt", asked), 302)]
    assert "Ett steg igjen: bekreft e-postadressen din" in text_of(response)
    assert [party.seats for party in asked.parties.all()] == [12, 5]
    assert asked.contact_phone == "+4722331160"


def test_same_form_sent_twice_is_one_request(client):
    form = filled(client)

    first, second = client.post(FORM, form), client.post(FORM, form)

    assert first.url == second.url
    assert CourseRequest.objects.count() == 1


def test_form_sent_again_after_it_was_confirmed_opens_nothing(client):
    form = filled(client)
    client.post(FORM, form)
    confirm_request(CourseRequest.objects.get())

    response = client.post(FORM, form, follow=True)

    assert response.redirect_chain == [(FORM, 302)]
    assert "Denne forespørselen er sendt allerede." in text_of(response)


def test_known_address_reaches_us_but_a_browser_gets_no_whole_page(client):
    ConfirmedAddress.objects.create(email="kari@bodo.test")

    response = client.post(FORM, filled(client), follow=True)

    assert CourseRequest.objects.get().state == "waiting"
    assert "Forespørselen har nådd oss" in text_of(response)
    assert "Dette ba dere om" not in text_of(response)


def test_one_who_is_signed_in_lands_on_the_whole_page(client):
    client.force_login(UserFactory(email="kari@bodo.test"))

    response = client.post(FORM, filled(client), follow=True)

    assert response.redirect_chain == [(link("request", CourseRequest.objects.get()), 302)]
    assert "Dette ba dere om" in text_of(response)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"tider-0-first_on": in_days(-1)}, "Denne dagen er over. Velg en som ikke har vært ennå."),
        ({"tider-0-last_on": in_days(19)}, "Den siste dagen kommer før den første. Endre en av dem."),
        ({"tider-0-first_on": "31.02.2027"}, "Dette er ikke en dato. Skriv den som 12.03.2027."),
        (
            {"tider-1-first_on": ""},
            "Gi minst to alternativer, så vi kan finne en kursholder til ett av dem.",
        ),
        ({"tider-1-first_on": in_days(22)}, "To av alternativene gjelder de samme dagene. Endre det ene."),
        ({"payer_kind": "company"}, "Skriv navnet på selskapet eller stiftelsen som betaler."),
        (
            {"payer_kind": "foundation", "payer_name": "Stiftelsen", "payer_organisation_number": "974760674"},
            "Kontrollsifferet stemmer ikke, så ett av sifrene må være feil. Sjekk nummeret en gang til.",
        ),
        ({"format": "online"}, "Dette kurset kan holdes slik: på stedet."),
        ({"seats": "mange"}, "Skriv et helt tall med sifre, for eksempel 4."),
        ({"naboer-0-seats": ""}, "Skriv omtrent hvor mange som skal delta."),
        ({"note": "x" * 1001}, "Dette er for langt: 1001 tegn, og det er plass til 1000."),
        ({"request_key": "falsk"}, "Skjemaet var ikke helt da det kom fram. Se over det og send det en gang til."),
    ],
)
def test_what_is_wrong_is_said_and_what_was_typed_stays(client, changes, sentence):
    response = client.post(FORM, filled(client, **changes))

    assert response.status_code == 200
    assert sentence in text_of(response)
    assert 'value="Kari Nordmann"' in response.text
    assert CourseRequest.objects.count() == 0
    assert Message.objects.count() == 0


def test_same_municipality_twice_is_refused(client):
    form = filled(client)

    response = client.post(FORM, form | {"naboer-0-municipality": form["municipality"]})

    assert "Den samme kommunen står der to ganger. Ta bort den ene." in text_of(response)


def test_too_many_tries_from_one_place_are_stopped(client, monkeypatch):
    monkeypatch.setattr("courses.views.requests.REQUESTS_AN_HOUR", 1)
    client.post(FORM, filled(client))

    assert client.post(FORM, filled(client)).status_code == 429
    assert CourseRequest.objects.count() == 1


def test_form_starts_with_what_its_address_says_and_leaves_out_what_is_wrong(client):
    course, place = CourseFactory(), MunicipalityFactory(language_form="nn")

    form = client.get(f"{FORM}?kurs={course.slug}&kommune={place.number}&rader=6").context["form"]
    wrong = client.get(f"{FORM}?kurs=finnes-ikke&kommune=abc&rader=tusen")

    assert (form.initial["course"], form.initial["municipality"], form.initial["taught_in"]) == (
        course.pk,
        place.number,
        "nn",
    )
    assert wrong.status_code == 200
    assert set(wrong.context["form"].initial) == {"taught_in"}


def test_link_in_the_mail_asks_first_and_a_post_confirms_once(client):
    client.post(FORM, filled(client))
    asked = CourseRequest.objects.get()
    page = link("request-confirm", asked)

    client.get(link("request-confirm", asked, "request_confirm"))
    asked.refresh_from_db()
    assert asked.state == "unproved"
    response = client.post(link("request-confirm", asked, "request_confirm"), follow=True)
    again = client.post(link("request-confirm", asked, "request_confirm"), follow=True)

    asked.refresh_from_db()
    assert asked.state == "waiting"
    assert response.redirect_chain == again.redirect_chain == [(link("request", asked), 302)]
    assert client.get(page).status_code == 404


def test_page_is_neutral_kept_by_nobody_and_says_nothing_to_a_wrong_token(client):
    asked = CourseRequestFactory(course__title_nb="Når hjemmet er farlig")

    response = client.get(link("request", asked))

    assert "hjemmet" not in response.text
    assert "Taushet tar liv" not in response.text
    assert response.headers["Cache-Control"] == "private, no-store"
    assert client.get("/foresporsel/feil/").status_code == 404


def test_page_shows_offers_history_and_no_staff_names(client):
    offer = RequestOfferFactory(made_by=StaffFactory(name="Anne Aas"))
    offer.request.events.create(kind="offered", side="staff", by=offer.made_by, offer=offer, word="Vi kan denne dagen.")

    page = text_of(client.get(link("request", offer.request)))

    assert "Tilbød en dato" in page
    assert "Vi kan denne dagen." in page
    assert "Anne Aas" not in page
    assert "Svar innen" in page


def test_accepting_asks_first_and_then_shows_the_bookings(client):
    offer = RequestOfferFactory()
    page = link("request", offer.request, "request_accept", offer.pk)

    client.get(page)
    assert Booking.objects.count() == 0
    response = client.post(page, follow=True)
    again = client.post(page, follow=True)

    booking = Booking.objects.get()
    assert response.redirect_chain == again.redirect_chain == [(link("request", offer.request), 302)]
    assert reverse("courses:booking_detail", args=[issue_link("booking", booking.pk)]) in response.text


def test_date_that_is_answered_offers_no_button(client):
    offer = RequestOfferFactory()
    other = RequestOfferFactory(request=offer.request)
    client.post(link("request", offer.request, "request_accept", offer.pk))

    pages = [client.get(link("request", offer.request, "request_accept", one.pk)) for one in (offer, other)]

    mains = [page.text.split("<main")[1] for page in pages]
    assert ["Denne er besvart" in main for main in mains] == [True, True]
    assert [link("request", offer.request) in main for main in mains] == [True, True]
    assert ["<form" in main for main in mains] == [False, False]


def test_accepting_what_was_taken_back_says_why(client):
    offer = RequestOfferFactory()
    take_back_offer(offer, by=StaffFactory())

    response = client.post(link("request", offer.request, "request_accept", offer.pk))

    assert response.status_code == 409
    assert "Vi måtte trekke dette tilbudet." in text_of(response)
    assert Booking.objects.count() == 0


def test_offer_of_another_request_cannot_be_accepted(client):
    offer, other = RequestOfferFactory(), CourseRequestFactory()

    assert client.post(link("request", other, "request_accept", offer.pk)).status_code == 404
    assert Booking.objects.count() == 0


def test_receipt_opens_no_step(client):
    offer = RequestOfferFactory()

    for name, *args in (("request_accept", offer.pk), ("request_again",), ("request_withdraw",)):
        assert client.post(link("request-receipt", offer.request, name, *args)).status_code == 404


def test_receipt_closes_after_a_day(client):
    asked = CourseRequestFactory(state="unproved")
    page = link("request-receipt", asked)
    SecretLink.objects.update(created_at=timezone.now() - timedelta(hours=25))

    assert client.get(page).status_code == 404


def test_asking_again_needs_a_word(client):
    offer = RequestOfferFactory()
    page = link("request", offer.request, "request_again")

    empty = client.post(page, {"word": " "})
    client.post(page, {"word": "Heller i mars.\r\nEller april."})

    offer.request.refresh_from_db()
    assert "Skriv med noen ord hva som ville passe bedre" in text_of(empty)
    assert offer.request.state == "waiting"
    assert offer.request.events.get().word == "Heller i mars.\nEller april."


@pytest.mark.parametrize("name", ["request_again", "request_withdraw"])
def test_steps_of_a_closed_request_show_what_happened_instead(client, name):
    asked = RequestOfferFactory().request
    page = link("request", asked, name)
    form = {"word": "Vi har funnet et annet kurs."}
    open_page = client.get(page)
    withdraw_request(asked, word=form["word"])

    for closed, status in ((client.get(page), 200), (client.post(page, form), 409 if name == "request_again" else 302)):
        main = closed.text.split("<main")[-1]
        assert closed.status_code == status
        assert status == 302 or ("Vi har funnet et annet kurs." in main and "<form" not in main)
    assert "<form" in open_page.text.split("<main")[1]


def test_withdrawing_asks_first(client):
    asked = CourseRequestFactory()
    page = link("request", asked, "request_withdraw")

    client.get(page)
    asked.refresh_from_db()
    assert asked.state == "waiting"
    response = client.post(page, follow=True)

    asked.refresh_from_db()
    assert asked.state == "withdrawn"
    assert "Forespørselen er trukket." in text_of(response)


def test_pages_speak_the_language_of_the_request(client):
    asked = CourseRequestFactory(language="nn")

    assert "Dette bad de om" in client.get(link("request", asked)).text


def test_erased_request_opens_nothing(client):
    asked = CourseRequestFactory(erased_at=timezone.now())

    assert client.get(link("request", asked)).status_code == 404


def test_public_pages_lead_to_the_form(client):
    course = CourseFactory()
    place = MunicipalityFactory()

    assert f'href="{FORM}"' in client.get("/kurs/").text
    assert f'href="{FORM}?kurs={course.slug}"' in client.get(course.get_absolute_url()).text
    assert f'href="{FORM}"' in client.get("/").text
    assert f'href="{FORM}?kommune={place.number}"' in client.get(place.get_absolute_url()).text


def test_price_and_payer_are_shown_before_the_click(client):
    offer = RequestOfferFactory(seat_price=450, request__payer_kind="host")

    page = text_of(client.get(link("request", offer.request, "request_accept", offer.pk)))

    assert "Det koster 5 400 kroner til sammen. Kommunen der kurset holdes, betaler for alle." in page.replace(
        "\xa0", " "
    )


def test_no_course_takes_the_address_of_the_form(client):
    form = CourseForm({"slug": "foresporsel"})

    assert form.errors["slug"] == ["Denne adressen er allerede i bruk."]
