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
