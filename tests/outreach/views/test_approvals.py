"""Submitting, approving, sending back and cancelling on the page of a mailing."""

from datetime import datetime
from unittest.mock import ANY

import pytest
from django.urls import reverse

from municipalities.services.facts import set_fact
from outreach.models import Approval, Mailing
from outreach.services.mailings.mailings import change_mailing, submit_mailing
from taushet.models import AuditEntry, Message
from taushet.roles import APPROVER, CAMPAIGN
from taushet.workdays import OSLO
from tests.factories.outreach import demand_version, indicators, mailing, place, staff
from tests.factories.taushet import StaffFactory, UserFactory, sign_in
from tests.outreach.services.mailings.test_approvals import approved, plan_of, submitted
from tests.outreach.views.test_mailings import go

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]


@pytest.fixture
def approver(client, clock):
    return sign_in(client, StaffFactory(house="LDO", roles=[CAMPAIGN, APPROVER]))


def test_submitting_freezes_what_was_seen(client, author, said):
    draft = mailing(author=author)

    response = client.post(go(draft, "mailing_submit"), {"seen_hash": draft.content_hash}, follow=True)

    draft.refresh_from_db()
    assert said(response) == ["The letters are frozen. A colleague can approve them now."]
    assert draft.status == "submitted"
    assert response.context["can_approve"] is False


def test_submitting_twice_submits_once(client, author, said):
    draft = mailing(author=author)
    seen = {"seen_hash": draft.content_hash}
    client.post(go(draft, "mailing_submit"), seen, follow=True)

    response = client.post(go(draft, "mailing_submit"), seen, follow=True)

    assert said(response) == ["This cannot be done now. The mailing is: Waiting for approval."]
    assert AuditEntry.objects.filter(action="mailing.submitted").count() == 1


def test_what_was_not_seen_is_not_submitted(client, author, said):
    asker = place(plan="no")
    draft = mailing(asker, author=author)
    set_fact(asker, indicators()[0], value="yes", observed_on=datetime(2026, 11, 20).date(), source="Møtebok")

    response = client.post(go(draft, "mailing_submit"), {"seen_hash": draft.content_hash}, follow=True)

    assert said(response) == [
        "Facts or addresses have changed since you read the letters. They are drafted anew: read them again."
    ]
    assert Mailing.objects.get().status == "draft"


def test_approving_puts_the_letters_in_the_outbox(client, approver, said):
    waiting = submitted()
    answer = {"seen_hash": waiting.content_hash, "is_public_confirmed": "on"}

    response = client.post(go(waiting, "mailing_approve"), answer, follow=True)

    assert said(response) == ["The mailing is approved, and the letters are in the outbox."]
    assert Approval.objects.get().approver == approver
    assert waiting.letters.get().status == "queued"


def test_approving_twice_sends_once(client, approver, said):
    waiting = submitted()
    answer = {"seen_hash": waiting.content_hash, "is_public_confirmed": "on"}
    client.post(go(waiting, "mailing_approve"), answer, follow=True)

    response = client.post(go(waiting, "mailing_approve"), answer, follow=True)

    assert said(response) == ["This mailing is not waiting for approval."]
    assert (Approval.objects.count(), Message.objects.count()) == (1, 1)


def test_the_author_cannot_approve(client, approver, said):
    waiting = submitted(author=approver)
    page = client.get(waiting.get_absolute_url())

    answer = {"seen_hash": waiting.content_hash, "is_public_confirmed": "on"}
    response = client.post(go(waiting, "mailing_approve"), answer, follow=True)

    assert (page.context["can_approve"], go(waiting, "mailing_approve") in page.text) == (False, False)
    assert said(response) == ["Someone else has to approve your mailing."]
    assert Message.objects.count() == 0


def test_what_changed_since_it_was_seen_is_not_approved(client, approver, said):
    waiting = submitted(place())
    seen = waiting.content_hash
    changed = change_mailing(waiting, plan_of(waiting, send_at=datetime(2026, 12, 1, 9, tzinfo=OSLO)), by=UserFactory())
    submit_mailing(changed, by=changed.author, seen_hash=changed.content_hash)

    answer = {"seen_hash": seen, "is_public_confirmed": "on"}
    response = client.post(go(waiting, "mailing_approve"), answer, follow=True)

    assert said(response) == ["The mailing has changed since you opened it. Read it again."]
    assert Message.objects.count() == 0


@pytest.mark.parametrize(
    ("answer", "errors"),
    [
        ({}, {"is_public_confirmed": ["Confirm that the letters can become public."]}),
        ({"is_public_confirmed": "on", "seen_hash": "a" * 65}, {"seen_hash": ANY}),
    ],
)
def test_a_half_answer_approves_nothing_and_is_told_on_the_page_itself(client, approver, answer, errors):
    waiting = submitted()

    asked = {"seen_hash": waiting.content_hash} | answer
    response = client.post(go(waiting, "mailing_approve"), asked)

    assert (response.context["mailing"], response.context["approval_form"].errors) == (waiting, errors)
    assert (Mailing.objects.get().status, Message.objects.count()) == ("submitted", 0)


def test_the_first_house_of_two_is_told_that_the_other_is_left(client, approver, said):
    other = staff("approve_mailing", house="KSS", name="Kaja Krogh")
    staff("view_mailing", house="KSS", name="Ser Bare")
    waiting = submitted(version=demand_version(letter="{{ senders }}"), senders="both")
    before = client.get(waiting.get_absolute_url())

    answer = {"seen_hash": waiting.content_hash, "is_public_confirmed": "on"}
    response = client.post(go(waiting, "mailing_approve"), answer, follow=True)

    assert before.context["houses_left"] == [
        "Krisesentersekretariatet",
        "The Equality and Anti-Discrimination Ombud",
    ]
    assert said(response) == ["You have approved it. The letters leave when the other house has approved too."]
    assert (response.context["houses_left"], response.context["can_approve"]) == (["Krisesentersekretariatet"], False)
    given, left = sorted(response.context["turns"], key=lambda turn: turn.approval is None)
    assert (given.approval.house, given.people) == ("LDO", [])
    assert (left.house, left.people) == ("Krisesentersekretariatet", [other])
    assert response.context["log"][0].text == (
        "The mailing was approved for The Equality and Anti-Discrimination Ombud."
    )
    assert waiting.get_absolute_url() not in client.get(reverse("today")).text


def test_sending_back_says_why(client, approver, said):
    waiting = submitted()

    wrong = client.post(go(waiting, "mailing_return"), {"note": "Rett alt. " * 60})
    back = client.post(go(waiting, "mailing_return"), {"note": "Rett årstallet"}, follow=True)

    assert wrong.context["return_form"].errors == {
        "note": ["This is too long: 599 characters, and there is room for 500."]
    }
    assert "Rett alt. Rett alt." in wrong.text
    assert said(back) == ["The mailing is sent back."]
    assert "Rett årstallet" in back.text
    assert Mailing.objects.get().status == "draft"


def test_cancelling_asks_first(client, author, said):
    sent = approved(place(), place())

    asked = client.get(go(sent, "mailing_cancel"))
    assert (asked.status_code, Mailing.objects.get().status) == (200, "approved")

    done = client.post(go(sent, "mailing_cancel"), follow=True)
    again = client.post(go(sent, "mailing_cancel"), follow=True)

    assert said(done) == ["The mailing is cancelled. What has not left does not leave."]
    assert said(again) == ["This cannot be done now. The mailing is: Cancelled."]
    assert sent.letters.counts() == {"cancelled": 2}
