"""The host that does not tell what it is about (design rule 9)."""

import pytest

from courses.services.feeds import TRAINER_FEED
from taushet.services.links import issue_link, link_address, page_address
from tests.factories.courses import BookingFactory, ParticipantFactory, TrainerFactory

pytestmark = pytest.mark.django_db

HOST = "kalender.example"


@pytest.fixture(autouse=True)
def two_hosts(settings):
    settings.BASE_URL = "http://localhost:8000"
    settings.NEUTRAL_HOST, settings.NEUTRAL_URL = HOST, f"https://{HOST}"


@pytest.mark.parametrize("path", ["/", "/kurs/", "/krav/", "/kommuner/", "/konto/login/", "/stab/", "/kursholder/"])
def test_pages_that_tell_are_not_there(client, path):
    assert client.get(path, headers={"host": HOST}).status_code == 404


@pytest.mark.parametrize(
    "host", ["KALENDER.example", f"{HOST}.", f"{HOST}:443", f"{HOST}:8443", "Kalender.Example.:80"]
)
def test_the_host_is_known_however_it_is_written(client, host):
    page = client.get("/kurs/", headers={"host": host})

    assert page.status_code == 404
    assert "Taushet tar liv" not in page.text


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST.", "localhost:8000", "localhost:443"])
def test_the_main_host_stays_the_main_one_however_it_is_written(client, host):
    assert client.get("/kurs/", headers={"host": host}).status_code == 200


@pytest.mark.parametrize("neutral", ["localhost:8000", "LOCALHOST.:8000"])
def test_a_neutral_host_that_is_the_main_one_closes_nothing(client, settings, neutral):
    settings.NEUTRAL_HOST = neutral

    assert client.get("/kurs/", headers={"host": "localhost:8000"}).status_code == 200


def test_two_ports_of_one_machine_are_two_hosts(client, settings):
    settings.NEUTRAL_HOST = "localhost:8001"

    answers = [client.get("/kurs/", headers={"host": f"localhost:{port}"}).status_code for port in (8000, 8001)]

    assert answers == [200, 404]


def test_a_host_that_is_nobodys_is_refused_in_plain_words(client):
    client.raise_request_exception = False

    assert client.get("/kurs/", headers={"host": "evil.example"}).status_code == 400


def test_private_feed_and_secret_pages_are_there(client):
    trainer, booking = TrainerFactory(), BookingFactory()
    participant = ParticipantFactory(booking=booking)
    links = {TRAINER_FEED: trainer.pk, "booking": booking.pk, "signup": booking.pk, "participant": participant.pk}

    addresses = [link_address(purpose, issue_link(purpose, pk)) for purpose, pk in links.items()]

    for address in addresses:
        assert address.startswith(f"https://{HOST}/")
        path = address.removeprefix(f"https://{HOST}")
        assert client.get(path, headers={"host": HOST}).status_code == 200


def test_browser_is_sent_from_one_host_to_the_other(client):
    booking = BookingFactory()

    assert page_address("booking", issue_link("booking", booking.pk)).startswith(f"https://{HOST}/bestilling/")
