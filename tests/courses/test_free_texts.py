"""No field invites anybody's own story: wherever a visitor writes freely, the page says whom to call instead."""

import re

import pytest
from django.urls import reverse

from courses.services import evaluations
from taushet.services.links import issue_link
from tests.courses.services.test_evaluations import new_round
from tests.factories.courses import BookingFactory, ParticipantFactory, RequestOfferFactory, SessionFactory

pytestmark = pytest.mark.django_db


def of_request(name):
    return reverse(f"courses:{name}", args=[issue_link("request", RequestOfferFactory().request_id)])


PAGES = {
    "booking": lambda: SessionFactory().get_absolute_url(),
    "sign-up": lambda: reverse("courses:participant_signup", args=[issue_link("signup", BookingFactory().pk)]),
    "needs": lambda: reverse(
        "courses:participant_adaptation", args=[issue_link("participant", ParticipantFactory().pk)]
    ),
    "request": lambda: reverse("courses:request_create"),
    "ask again": lambda: of_request("request_again"),
    "withdraw": lambda: of_request("request_withdraw"),
    "evaluation": lambda: reverse("courses:evaluation", args=[evaluations.draw_ticket(new_round().pk)]),
}


@pytest.mark.parametrize("page", PAGES)
def test_page_with_a_free_text_says_whom_to_call_instead_once(client, page):
    content = client.get(PAGES[page]()).content.decode()

    main = re.search("<main.*</main>", content, re.DOTALL)[0]
    assert main.count("116 006") == 1
    assert re.search("Ikke skriv om egne|Skriv bare om kurset", main) is not None
