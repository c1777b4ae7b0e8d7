"""An office gets a demand once, whichever mailing was faster, and a new wording after the quiet period."""

import pytest
from django.db import IntegrityError, transaction

from outreach.exceptions import (
    ContentChanged,
)
from outreach.models import Letter
from taushet.models import Message
from taushet.services import outbox
from tests.factories.outreach import demand_version, mailing, place
from tests.outreach.services.mailings.test_approvals import approve, approved, submitted

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]


def test_an_office_gets_a_demand_once():
    asker, version = place(), demand_version()
    approved(asker, version=version)

    again = mailing(asker, version=version)

    assert [reason["why"] for reason in again.letters.get().held_for] == ["already_sent"]


def test_two_mailings_at_once_send_a_demand_once():
    asker, version = place(), demand_version()
    first, second = (submitted(asker, version=version) for _number in range(2))
    approve(first)

    with pytest.raises(ContentChanged):
        approve(second)

    assert Message.objects.count() == 1


def test_the_database_lets_an_office_get_a_demand_once():
    asker, version = place(), demand_version()
    first, second = (submitted(asker, version=version) for _number in range(2))
    approve(first)
    message = outbox.write_message(kind="letter", to_email="a@a.example", subject="a", text="a", language="nb")

    with pytest.raises(IntegrityError), transaction.atomic():
        second.letters.update(status="queued", message=message)


def test_a_new_wording_may_go_to_the_same_office_after_the_quiet_period(settings, clock):
    asker = place()
    approved(asker, version=demand_version())

    Message.objects.update(state="sent")
    Letter.objects.update(status="sent", settled_at=clock.now)

    def reasons():
        return [reason["why"] for reason in mailing(asker, version=demand_version()).letters.get().held_for]

    assert reasons() == ["quiet_period"]
    clock.set(2026, 12, 7, 9)
    assert reasons() == ["quiet_period"]
    clock.set(2026, 12, 8, 9)
    assert reasons() == []
