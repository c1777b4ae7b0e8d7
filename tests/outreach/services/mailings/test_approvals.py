from dataclasses import replace

import pytest
from django.db import IntegrityError, transaction

from outreach.exceptions import (
    ContentChanged,
    NotPublicReady,
    NotYourTurn,
    OwnMailing,
    WrongStatus,
)
from outreach.models import Approval, Letter
from outreach.services.mailings.approvals import approve_mailing
from outreach.services.mailings.approvers import turns
from outreach.services.mailings.edits import edit_letter
from outreach.services.mailings.mailings import (
    cancel_mailing,
    change_mailing,
    return_mailing,
    submit_mailing,
)
from outreach.services.mailings.mailings import plan_of as services_plan_of
from outreach.services.mailings.schedules import set_schedule
from outreach.services.replies.reply_addresses import reply_address
from taushet.models import AuditEntry, Message
from tests.factories.outreach import demand_version, mailing, place, staff
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


@pytest.mark.parametrize("change", ["letter", "plan", "sending"])
def test_whoever_changed_it_cannot_approve_it_though_another_submits_it(client, change):
    waiting = submitted()
    editor, third = staff("change_mailing", "approve_mailing"), staff("change_mailing", "approve_mailing")
    if change == "letter":
        letter = waiting.letters.get()
        words = {"subject": letter.subject, "text": letter.text + "Med skam.\n", "seen_hash": letter.content_hash}
        edit_letter(letter, by=editor, **words)
    elif change == "plan":
        change_mailing(waiting, plan_of(waiting, title="Vinter"), by=editor)
    else:
        waiting = return_mailing(waiting, by=third, note="Saktere")
        set_schedule(waiting, by=editor, embargo_until=None, rate=60, attach_pdf=False)
    waiting.refresh_from_db()
    waiting = submit_mailing(waiting, by=waiting.author, seen_hash=waiting.content_hash)

    assert (waiting.last_editor, waiting.can_be_approved_by(editor)) == (editor, False)
    client.force_login(editor)
    crafted = {"seen_hash": waiting.content_hash, "is_public_confirmed": "on"}
    client.post(f"{waiting.get_absolute_url()}godkjenn/", crafted)
    with pytest.raises(OwnMailing):
        approve(waiting, approver=editor)
    assert [turn.people for turn in turns(waiting)] == [[third]]
    approve(waiting, approver=third)

    # What the editor wrote has been approved by another: a later change by somebody else is not the editor's.
    waiting.refresh_from_db()
    later = change_mailing(waiting, plan_of(waiting, title="Vår"), by=third)
    later = submit_mailing(later, by=later.author, seen_hash=later.content_hash)
    with pytest.raises(OwnMailing):
        approve(later, approver=third)
    approve(later, approver=editor)


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


def test_nobody_approves_for_both_houses_by_changing_house():
    waiting = jointly()
    same = staff("approve_mailing", house="LDO")
    approval = approve(waiting, approver=same)
    type(same).objects.filter(pk=same.pk).update(house="KSS")
    same = type(same).objects.get(pk=same.pk)

    with pytest.raises(OwnMailing):
        approve(waiting, approver=same)
    assert same not in turns(waiting)[0].people + turns(waiting)[1].people
    assert not waiting.can_be_approved_by(same)
    approval.pk, approval.house = None, "KSS"
    with pytest.raises(IntegrityError, match=r"approval_one_standing_per_person|approver_id"), transaction.atomic():
        approval.save(force_insert=True)


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
