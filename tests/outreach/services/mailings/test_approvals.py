from dataclasses import replace
from datetime import datetime

import pytest
from django.db import IntegrityError, transaction

from municipalities.services.facts import set_fact
from outreach.exceptions import (
    AlreadyLeft,
    ContentChanged,
    NothingToSend,
    NotPublicReady,
    NotYourTurn,
    OwnMailing,
    WrongStatus,
)
from outreach.models import Approval, Letter
from outreach.services.mailings.approvals import approve_mailing
from outreach.services.mailings.history import history
from outreach.services.mailings.mailings import (
    cancel_mailing,
    change_mailing,
    draft_letters,
    return_mailing,
    submit_mailing,
)
from outreach.services.mailings.mailings import plan_of as services_plan_of
from outreach.services.replies.reply_addresses import reply_address
from taushet.models import AuditEntry, Message
from taushet.services import outbox
from taushet.workdays import OSLO
from tests.factories.outreach import demand_version, indicators, mailing, place, places_of, staff
from tests.factories.taushet import UserFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]


def submitted(*places, author=None, **plan):
    draft = mailing(*places, author=author, **plan)
    return submit_mailing(draft, by=draft.author, seen_hash=draft.content_hash)


def approved(*places, **plan):
    waiting = submitted(*places, **plan)
    approve(waiting)
    waiting.refresh_from_db()
    return waiting


def approve(waiting, approver=None, **changes):
    values = {"seen_hash": waiting.content_hash, "is_public_confirmed": True}
    return approve_mailing(waiting, approver=approver or staff("approve_mailing"), **values | changes)


def plan_of(draft, **changes):
    """The plan of a mailing with changes; `municipalities` and `recipient` change its audience."""
    standing = services_plan_of(draft)
    audience = standing.audience
    if "municipalities" in changes:
        audience = replace(audience, municipalities=tuple(sorted(place.pk for place in changes.pop("municipalities"))))
    if "recipient" in changes:
        audience = replace(audience, roles=(changes.pop("recipient"),))
    if "demand_version" in changes:
        changes["demands"] = (changes.pop("demand_version"),)
    return replace(standing, **{"audience": audience} | changes)


def test_an_approved_letter_is_in_the_outbox_byte_for_byte():
    waiting = submitted(place(name="Øvre Eiker"))
    frozen = waiting.letters.get()

    approve(waiting)

    letter = waiting.letters.get()
    message = Message.objects.get()
    assert letter.message == message
    assert (message.subject, message.text) == (frozen.subject, frozen.text)
    assert (message.to_email, message.to_name, message.language) == (frozen.to_email, "Øvre Eiker kommune", "nb")
    assert (message.kind, message.priority, message.reply_to) == (
        "letter",
        Message.Priority.BULK,
        reply_address(letter),
    )
    assert message.from_email == "Taushet tar liv <krav@localhost>"
    assert letter.status == "queued"


def test_held_letters_stay_behind():
    waiting = submitted(place(plan=None), place(), place())

    approve(waiting)

    assert waiting.letters.counts() == {"held": 1, "queued": 2}
    assert Message.objects.count() == 2


@pytest.mark.parametrize("role", ["author", "last_editor"])
def test_nobody_approves_what_they_wrote_or_last_changed(role):
    waiting = submitted(author=staff("approve_mailing"))
    type(waiting).objects.update(last_editor=staff("approve_mailing"))
    waiting.refresh_from_db()

    with pytest.raises(OwnMailing):
        approve(waiting, approver=getattr(waiting, role))

    assert not waiting.can_be_approved_by(getattr(waiting, role))
    assert (Approval.objects.count(), Message.objects.count()) == (0, 0)


def test_the_database_refuses_an_approval_of_ones_own():
    waiting = submitted()
    values = {"mailing": waiting, "content_hash": waiting.content_hash, "is_public_confirmed": True}
    people = {"author": waiting.author, "last_editor": waiting.author}

    with pytest.raises(IntegrityError, match="approval_by_someone_else"), transaction.atomic():
        Approval.objects.create(approver=waiting.author, **people, **values)
    with pytest.raises(IntegrityError, match="approval_has_hash"), transaction.atomic():
        Approval.objects.create(approver=UserFactory(), **people, **values | {"content_hash": "kort"})
    with pytest.raises(IntegrityError, match="approval_confirms_public"), transaction.atomic():
        Approval.objects.create(approver=UserFactory(), **people, **values | {"is_public_confirmed": False})


def test_whoever_submits_what_another_wrote_cannot_approve_it():
    draft = mailing()
    colleague = staff("approve_mailing")
    waiting = submit_mailing(draft, by=colleague, seen_hash=draft.content_hash)

    with pytest.raises(OwnMailing):
        approve(waiting, approver=colleague)


def test_an_approval_covers_only_what_was_seen():
    waiting = submitted()

    with pytest.raises(ContentChanged):
        approve(waiting, seen_hash="0" * 64)


@pytest.mark.parametrize(
    "change", [{"text": "Noe annet"}, {"to_email": "annen@a.example"}, {"subject": "Annet"}, {"facts": {}}]
)
def test_a_frozen_letter_that_was_changed_cannot_be_approved(change):
    waiting = submitted()
    Letter.objects.update(**change)

    with pytest.raises(ContentChanged):
        approve(waiting)

    assert Message.objects.count() == 0


def test_somebody_must_confirm_that_it_can_become_public():
    with pytest.raises(NotPublicReady):
        approve(submitted(), is_public_confirmed=False)


def jointly(*places):
    """A mailing that both houses send, waiting."""
    version = demand_version(letter="{{ greeting }}\n\n{{ senders }}")
    return submitted(*places, version=version, senders="both")


def test_when_both_houses_send_each_approves():
    waiting = jointly()
    approve(waiting, approver=staff("approve_mailing", house="LDO"))

    waiting.refresh_from_db()
    assert (waiting.status, waiting.houses_left, Message.objects.count()) == ("submitted", ["KSS"], 0)

    approve(waiting, approver=staff("approve_mailing", house="KSS"))

    waiting.refresh_from_db()
    assert (waiting.status, waiting.houses_left, Message.objects.count()) == ("approved", [], 1)
    assert sorted(Approval.objects.values_list("house", flat=True)) == ["KSS", "LDO"]
    assert "Krisesentersekretariatet og Likestillings- og diskrimineringsombudet" in Message.objects.get().text


@pytest.mark.parametrize("house", ["LDO", ""])
def test_a_house_approves_once_and_a_stranger_never(house):
    waiting = jointly()
    approve(waiting, approver=staff("approve_mailing", house="LDO"))
    again = staff("approve_mailing", house=house)

    with pytest.raises(NotYourTurn):
        approve(waiting, approver=again)

    assert (waiting.can_be_approved_by(again), Approval.objects.count()) == (False, 1)


def test_the_author_does_not_approve_for_the_own_house():
    author = staff("approve_mailing", house="KSS")
    waiting = submitted(author=author, version=demand_version(letter="{{ senders }}"), senders="both")

    with pytest.raises(OwnMailing):
        approve(waiting, approver=author)


@pytest.mark.parametrize("step", ["return", "change"])
def test_what_one_house_approved_is_void_when_it_goes_back(step):
    waiting = jointly()
    approve(waiting, approver=staff("approve_mailing", house="LDO"))
    if step == "return":
        return_mailing(waiting, by=UserFactory(), note="Rett")
    else:
        change_mailing(waiting, plan_of(waiting, senders="kss"), by=waiting.author)

    waiting.refresh_from_db()
    assert Approval.objects.get().voided_at is not None
    assert waiting.status == "draft"


def test_a_letter_from_both_says_so_or_is_held():
    draft = mailing(version=demand_version(letter="{{ greeting }}"), senders="both")

    assert [reason["why"] for reason in draft.letters.get().held_for] == ["broken_text"]


def test_a_second_approval_is_refused():
    waiting = submitted()
    approve(waiting)

    with pytest.raises(WrongStatus):
        approve(waiting)

    assert (Approval.objects.count(), Message.objects.count()) == (1, 1)


@pytest.mark.parametrize("step", ["draft", "cancelled"])
def test_only_what_waits_can_be_approved(step):
    draft = mailing()
    if step == "cancelled":
        cancel_mailing(draft, by=draft.author)

    with pytest.raises(WrongStatus):
        approve(draft)


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
    assert "6102" in history(sent)[0].text
    assert "6101" in history(sent)[0].text


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


def test_approving_writes_who_did_what():
    author, approver = UserFactory(), staff("approve_mailing")
    waiting = submitted(author=author)

    approve(waiting, approver=approver)

    logged = AuditEntry.objects.filter(object_type="outreach.mailing").order_by("pk")
    assert list(logged.values_list("action", "actor")) == [
        ("mailing.created", author.pk),
        ("mailing.submitted", author.pk),
        ("mailing.approved", approver.pk),
    ]
