"""The database itself keeps what has left and what has been approved."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from outreach.models import Approval, Letter
from outreach.services.privacy.objections import object_for
from outreach.services.sending.redelivering import approve_redelivery, propose_redelivery
from taushet.services.sending import send_all_due
from tests.factories.outreach import PoliticianFactory, mailing, place
from tests.factories.replies import commitment_with_file, reply_with_file
from tests.factories.taushet import UserFactory
from tests.outreach.services.mailings.test_approvals import approved
from tests.outreach.services.mailings.test_occasions import bounced, correct

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


def decided(**values):
    """A promise that two people have agreed on."""
    commitment = commitment_with_file(reply_with_file(), mailing(place()))
    commitment.refresh_from_db()
    assert commitment.confirmed_at is not None
    return commitment


def test_what_has_left_and_what_has_been_decided_is_never_taken_away(clock, mailbox):
    letter = bounced(clock)
    correct(letter)
    redelivery = approve_redelivery(propose_redelivery(letter, by=UserFactory()), approver=UserFactory())
    objection = object_for(PoliticianFactory(), source="staff", by=UserFactory(), note="Vil ikke.")
    kept = [letter, letter.mailing.approvals.get(), redelivery, objection, decided()]

    for row in kept:
        with pytest.raises(IntegrityError, match="_is_never_deleted"), transaction.atomic():
            type(row).objects.filter(pk=row.pk)._raw_delete("default")

    for row, change in (
        (redelivery, {"to_email": "annen@a.example"}),
        (redelivery, {"content_hash": "0" * 64}),
        (redelivery, {"approved_by": UserFactory()}),
        (redelivery, {"message_hash": ""}),
        (objection, {"politician": PoliticianFactory()}),
        (objection, {"made_at": timezone.now() - timedelta(days=1)}),
        (objection, {"note": "Noe annet"}),
    ):
        with pytest.raises(IntegrityError, match="_stays_as_it_was"), transaction.atomic():
            type(row).objects.filter(pk=row.pk).update(**change)
    type(objection).objects.update(note="")  # the rule that erases what a person has said
    type(objection).objects.update(withdrawn_at=timezone.now())
    with pytest.raises(IntegrityError, match="objection_stays_as_it_was"), transaction.atomic():
        type(objection).objects.update(withdrawn_at=None)


def test_what_has_not_left_may_be_taken_away():
    draft = mailing(place())

    assert draft.letters.get().delete()
