"""What is submitted stands as it is: a change makes it a draft again, and voids what was approved."""

from datetime import datetime

import pytest

from municipalities.services.facts import set_fact
from outreach.exceptions import (
    AlreadyLeft,
    ContentChanged,
    NothingToSend,
    WrongStatus,
)
from outreach.models import Approval, Letter
from outreach.services.mailings.history import history
from outreach.services.mailings.mailings import (
    cancel_mailing,
    change_mailing,
    draft_letters,
    return_mailing,
    submit_mailing,
)
from taushet.models import AuditEntry, Message
from taushet.workdays import OSLO
from tests.factories.outreach import demand_version, indicators, mailing, place, places_of
from tests.factories.taushet import UserFactory
from tests.outreach.services.mailings.test_approvals import approve, approved, plan_of, submitted

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]


def test_facts_that_change_before_submitting_show_the_letters_again():
    asker = place(plan="no")
    draft = mailing(asker)
    seen = draft.content_hash
    set_fact(asker, indicators()[0], value="yes", observed_on=datetime(2026, 11, 20).date(), source="Møtebok")

    with pytest.raises(ContentChanged):
        submit_mailing(draft, by=draft.author, seen_hash=seen)

    draft.refresh_from_db()
    assert (draft.status, "Plan: ja" in draft.letters.get().text) == ("draft", True)
    assert submit_mailing(draft, by=draft.author, seen_hash=draft.content_hash).status == "submitted"


def test_nothing_but_held_letters_cannot_be_submitted():
    draft = mailing(place(plan=None))

    with pytest.raises(NothingToSend):
        submit_mailing(draft, by=draft.author, seen_hash=draft.content_hash)


def test_submitted_letters_are_frozen():
    asker = place(plan="no")
    waiting = submitted(asker)
    set_fact(asker, indicators()[0], value="yes", observed_on=datetime(2026, 11, 20).date(), source="Møtebok")

    with pytest.raises(WrongStatus):
        draft_letters(waiting)

    approve(waiting)
    assert "Plan: nei" in Message.objects.get().text


def test_a_change_after_submitting_needs_a_new_submission():
    waiting = submitted(place(), place())
    seen = waiting.content_hash

    changed = change_mailing(waiting, plan_of(waiting, municipalities=tuple(places_of(waiting)[:1])), by=waiting.author)

    assert (changed.status, changed.letters.count()) == ("draft", 1)
    with pytest.raises(WrongStatus):
        approve(changed, seen_hash=seen)


@pytest.mark.parametrize("change", ["schedule", "recipients", "wording"])
def test_a_change_after_approval_voids_it_and_takes_the_letters_back(change):
    sent = approved(place(), send_at=datetime(2026, 11, 30, 9, tzinfo=OSLO))
    editor = UserFactory()
    changes = {
        "schedule": {"send_at": datetime(2026, 12, 1, 9, tzinfo=OSLO)},
        "recipients": {"municipalities": (*places_of(sent), place())},
        "wording": {"demand_version": demand_version(letter="{{ greeting }},")},
    }[change]

    draft = change_mailing(sent, plan_of(sent, **changes), by=editor)

    assert (draft.status, draft.last_editor) == ("draft", editor)
    assert Approval.objects.get().voided_at is not None
    assert set(Message.objects.values_list("state", flat=True)) == {"cancelled"}
    assert draft.letters.filter(status="cancelled", message__isnull=False).count() == 1
    assert draft.letters.filter(status="ready").count() == (2 if change == "recipients" else 1)


def test_the_log_tells_what_changed():
    sent = approved(place(number="6101"), send_at=datetime(2026, 11, 30, 9, tzinfo=OSLO))
    extra = place(number="6102")

    change_mailing(sent, plan_of(sent, municipalities=(extra,), title="Vinter"), by=sent.author)

    entry = AuditEntry.objects.get(action="mailing.changed")
    before, after = (
        {"level": "local", "roles": ["mailbox"], "municipalities": [number]} for number in ("6101", "6102")
    )
    assert entry.detail == {"changes": {"title": True, "audience": [before, after]}}
    assert [line.who for line in history(sent)][-1] == sent.author
    told = history(sent)[0].text
    assert (f": {extra.name}." in told, f": {places_of(sent)[0].name}." in told) == (True, True)
    was, other = sent.demand_version, demand_version(2)
    change_mailing(sent, plan_of(sent, demands=(other,)), by=sent.author)
    assert f"«{was.demand.number}. {was.title}» → «2. {other.title}»" in history(sent)[0].text


def test_nothing_changed_keeps_the_approval():
    sent = approved()

    assert change_mailing(sent, plan_of(sent), by=UserFactory()).status == "approved"
    assert Approval.objects.get().voided_at is None


def test_what_has_left_cannot_be_changed_but_the_rest_can_be_stopped():
    sent = approved(place(), place())
    first, second = sent.letters.all()
    Message.objects.filter(pk=first.message_id).update(state="sent")
    Letter.objects.filter(pk=first.pk).update(status="sent")

    with pytest.raises(AlreadyLeft):
        change_mailing(sent, plan_of(sent, title="Annet"), by=sent.author)
    cancelled = cancel_mailing(sent, by=sent.author)

    assert cancelled.status == "cancelled"
    assert [letter.status for letter in sent.letters.order_by("pk")] == ["sent", "cancelled"]
    assert Message.objects.get(pk=second.message_id).state == "cancelled"


def test_a_draft_is_cancelled_with_its_letters():
    draft = mailing(place(), place(plan=None))

    cancel_mailing(draft, by=draft.author)

    assert draft.letters.counts() == {"cancelled": 2}
    with pytest.raises(WrongStatus):
        cancel_mailing(draft, by=draft.author)


def test_a_returned_mailing_is_a_draft_with_a_note():
    waiting = submitted()

    returned = return_mailing(waiting, by=UserFactory(), note="Rett årstallet")

    assert (returned.status, returned.return_note) == ("draft", "Rett årstallet")
    assert submit_mailing(returned, by=returned.author, seen_hash=returned.content_hash).return_note == ""
