"""The database itself keeps what has left and what has been approved."""

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from outreach.models import Approval, Letter
from taushet.services.sending import send_all_due
from tests.factories.taushet import UserFactory
from tests.outreach.services.test_approvals import approved

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]


@pytest.fixture
def left():
    approved()
    send_all_due()
    return Letter.objects.get()


@pytest.mark.parametrize(
    "change",
    [
        {"text": "Noe annet"},
        {"subject": "Noe annet"},
        {"to_email": "annen@a.example"},
        {"to_name": "En annen"},
        {"facts": {}},
        {"language": "nn"},
        {"content_hash": "0" * 64},
        {"is_demonstration": True},
    ],
)
def test_a_letter_that_has_left_is_never_edited(left, change):
    with pytest.raises(IntegrityError, match="letter_stays_as_it_left"), transaction.atomic():
        Letter.objects.update(**change)


def test_what_became_of_a_letter_may_become_known_later(left):
    assert Letter.objects.update(status=Letter.Status.FAILED, settled_at=timezone.now()) == 1


@pytest.mark.parametrize(
    "change", [{"content_hash": "0" * 64}, {"approver": UserFactory}, {"is_public_confirmed": False}]
)
def test_an_approval_is_never_edited(change):
    approved()
    values = {name: value() if callable(value) else value for name, value in change.items()}

    with pytest.raises(IntegrityError, match="approval_stays_as_it_was"), transaction.atomic():
        Approval.objects.update(**values)


def test_an_approval_that_is_void_stays_void(clock):
    approved()
    Approval.objects.update(voided_at=timezone.now())

    with pytest.raises(IntegrityError, match="approval_stays_as_it_was"), transaction.atomic():
        Approval.objects.update(voided_at=None)
