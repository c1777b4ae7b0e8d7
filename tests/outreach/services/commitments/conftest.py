"""A reply of a mayor that promises something."""

from datetime import date

import pytest

from outreach.models import Demand, Mandate
from outreach.services.commitments.changes import change_commitment, confirm_change
from outreach.services.commitments.commitments import confirm_commitment, enter_commitment
from outreach.services.offices.offices import set_mayor
from outreach.services.replies.sorting import sort_reply, verify_sender
from tests.factories.outreach import place
from tests.factories.replies import answer_to, receive, sent_letters
from tests.factories.taushet import UserFactory

QUOTE = "Vi skal vedta en handlingsplan innen 1. mars"
TEXT = (
    "Hei.\n\nVi skal vedta en\nhandlingsplan innen 1. mars 2027.\n\nFra: Taushet\nSendt: da\n\nDere må vedta en plan."
)


@pytest.fixture
def town():
    town = place(number="6101")
    mayor = {"first_name": "Kari", "last_name": "Ås", "party": "Ap", "email": "ordforer@k.example"}
    set_mayor(town, **mayor, source="nett", checked_on="2026-11-01", by=None)
    Mandate.objects.update(starts_on=date(2023, 10, 1))
    return town


@pytest.fixture
def reply(client, town):
    (letter,) = sent_letters(town, recipient="mayor")
    (reply,) = receive(client, answer_to(letter, text=TEXT))
    sort_reply(reply, kind="answer", letters=[letter.pk], by=UserFactory())
    return verify_sender(reply, how="Ringte", by=UserFactory())


def judge(commitment, status, **shown):
    """Two people agree on how it stands."""
    values = {"reason": "Vedtatt", "evidence": "Møteboka", "is_early_meant": True} | shown
    change = change_commitment(commitment, status=status, by=UserFactory(), **values)
    return confirm_change(change, by=UserFactory())


def enter(reply, by=None, **changes):
    values = {
        "quote": QUOTE,
        "mandate": Mandate.objects.get(role="mayor"),
        "demand": Demand.objects.get(number=1),
        "municipality": reply.letters.first().municipality,
        "due_on": date(2027, 3, 1),
    }
    return enter_commitment(reply, **values | changes, by=by or UserFactory())


def confirmed(reply, **changes):
    return confirm_commitment(enter(reply, **changes), by=UserFactory())
