"""What our own mail receiver is believed to say, and a letter to a mayor."""

import pytest

from outreach.services.offices.offices import set_mayor
from tests.factories.outreach import place
from tests.factories.replies import OURS, sent_letters


@pytest.fixture
def trusting(settings):
    settings.AUTHSERV_IDS = frozenset({OURS})


def letter_to_mayor():
    town = place(number="6101")
    mayor = {"first_name": "Kari", "last_name": "Ås", "party": "Ap", "email": "ordforer@k.example"}
    set_mayor(town, **mayor, source="nett", checked_on="2026-11-01", by=None)
    return sent_letters(town, recipient="mayor")[0]
