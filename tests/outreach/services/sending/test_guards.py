"""What changes between approval and sending: nothing leaves that is not what was approved, to whom it was approved."""

from datetime import date, datetime, timedelta

import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse
from django.utils import timezone

from municipalities.models import Fact
from municipalities.services.facts import forget_fact, set_fact
from outreach.exceptions import AlreadyLeft, ContentChanged, OwnMailing, WrongStatus
from outreach.models import Letter, Mandate, OfficeTask, Politician, Redelivery
from outreach.services.commitments.following import follow_mailing
from outreach.services.mailings.history import history
from outreach.services.mailings.mailings import cancel_mailing, change_mailing, submit_mailing
from outreach.services.offices.office_tasks import open_task
from outreach.services.offices.offices import set_address
from outreach.services.sending.changes import ENDED, OTHER_FORM, waiting_on_changed_facts
from outreach.services.sending.redelivering import approve_redelivery, propose_redelivery
from outreach.services.sending.sending import NOT_AS_APPROVED, OTHER_FACT, OTHER_HOLDER, QUIET, SECOND, check_letter
from outreach.services.sending.steering import UNTIL_RESUMED, pause_mailing, resume_mailing
from taushet.models import Message
from taushet.services.sending import send_all_due
from taushet.workdays import OSLO
from tests.factories.outreach import PoliticianFactory, demand_version, indicators, mailing, place, staff
from tests.factories.taushet import StaffFactory, sign_in
from tests.outreach.services.mailings.test_approvals import approve, approved, plan_of, submitted
from tests.outreach.services.mailings.test_occasions import bounced, correct, mayor, sent_to, to_mayors, with_mayor

pytestmark = [pytest.mark.django_db]


def redelivered(clock, email="ny@kommune.example"):
    """A letter that failed, and is under way to a corrected address."""
    letter = bounced(clock)
    correct(letter, email)
    return letter, approve_redelivery(propose_redelivery(letter, by=staff()), approver=staff())


def test_a_letter_to_a_corrected_address_waits_and_goes_on_with_its_mailing(clock, mailbox):
    letter, redelivery = redelivered(clock)
    pause_mailing(letter.mailing, by=staff())
    assert Message.objects.get(pk=redelivery.message_id).due_at == UNTIL_RESUMED
    send_all_due()
    assert len(mailbox.messages) == 1

    resume_mailing(letter.mailing, by=staff(), rate=None)
    send_all_due()

    letter.refresh_from_db()
    assert letter.status == "sent"
    assert sent_to(mailbox)[1:] == ["ny@kommune.example"]


def test_a_letter_to_a_corrected_address_is_cancelled_with_its_mailing_and_none_is_approved_after(clock, mailbox):
    letter, redelivery = redelivered(clock)
    Redelivery.objects.create(letter=letter, to_email="x@y.example", content_hash="0" * 64, proposed_by=staff())

    cancel_mailing(letter.mailing, by=staff())

    assert Message.objects.get(pk=redelivery.message_id).state == "cancelled"
    waiting = Redelivery.objects.get(message=None)
    assert waiting.withdrawn_at is not None
    for late in (lambda: approve_redelivery(waiting, approver=staff()), lambda: propose_redelivery(letter, by=staff())):
        with pytest.raises(WrongStatus):
            late()
    clock.now += timedelta(hours=1)
    send_all_due()
    letter.refresh_from_db()
    assert letter.status == "cancelled"
    assert len(mailbox.messages) == 1


def test_a_mailing_is_edited_while_a_letter_of_it_waits_for_a_corrected_address_and_not_once_it_left(clock, mailbox):
    letter, redelivery = redelivered(clock)
    mailing = change_mailing(letter.mailing, plan_of(letter.mailing, title="Ny"), by=staff())
    assert (mailing.status, Message.objects.get(pk=redelivery.message_id).state) == ("draft", "cancelled")
    assert mailing.letters.counts() == {"cancelled": 1, "ready": 1}
    assert mailing.letters.get(status="ready").to_email == "ny@kommune.example"

    letter, _redelivery = redelivered(clock, "ny@nabo.example")
    send_all_due()
    with pytest.raises(AlreadyLeft):
        change_mailing(letter.mailing, plan_of(letter.mailing, title="Ny"), by=staff())


@pytest.mark.parametrize(
    "change",
    [
        {"politician": lambda: PoliticianFactory(first_name="Kari", last_name="Nordmann")},
        {"party": lambda: "Sp"},
        {"title": lambda: "Ordfører"},
        {"role": lambda: "deputy_mayor"},
        "name",
    ],
)
def test_a_letter_is_held_when_the_holder_of_the_office_is_another_than_it_was_written_to(clock, mailbox, change):
    sent = to_mayors(with_mayor("Kari"), with_mayor("Ola"))
    kari = sent.letters.get(to_name__startswith="Kari")
    if change == "name":
        Politician.objects.filter(pk=kari.mandate.politician_id).update(last_name="Nordland")
    else:
        Mandate.objects.filter(pk=kari.mandate_id).update(**{name: value() for name, value in change.items()})

    assert check_letter(kari.message).reason == OTHER_HOLDER
    send_all_due()

    assert sent.letters.counts() == {"sent": 1, "stopped": 1}
    assert [address.partition("@")[0] for address in sent_to(mailbox)] == ["ola"]


def test_a_letter_is_held_when_a_fact_in_it_has_changed_and_the_page_and_the_log_tell_which(clock, mailbox):
    corrected, unknown, wrong, seen_again, untouched = places = [place() for _number in range(5)]
    plan, _courses = indicators()
    sent = approved(*places)
    assert waiting_on_changed_facts(sent) == []
    clock.now += timedelta(minutes=5)
    set_fact(corrected, plan, value="yes", observed_on=date(2026, 11, 20), source="Ringt")
    forget_fact(unknown, plan)
    set_fact(seen_again, plan, value="no", observed_on=date(2026, 11, 20), source="Ringt")

    Fact.objects.current().filter(municipality=wrong).update(source="Ringt", entered_at=clock.now)

    told = {letter.municipality_id: facts for letter, facts in waiting_on_changed_facts(sent)}
    assert told == {
        corrected.pk: ["Handlingsplan: Nei → Ja"],
        unknown.pk: ["Handlingsplan: Nei → –"],
        wrong.pk: ["Handlingsplan: Nei → Nei"],
    }
    assert check_letter(sent.letters.get(municipality=corrected).message).reason == OTHER_FACT
    send_all_due()

    gone = set(sent.letters.filter(status="sent").values_list("municipality", flat=True))
    assert gone == {seen_again.pk, untouched.pk}
    assert sent.letters.counts()["stopped"] == 3
    log = " ".join(line.text for line in history(sent))
    assert f"{corrected.pk} action-plan: [-no-]{{+yes+}}" in log


@pytest.mark.parametrize(
    "change",
    [
        {"html": "<p>Noe annet</p>"},
        {"reply_to": "annen@a.example"},
        {"headers": {"Bcc": "annen@a.example"}},
        {"calendar": "BEGIN:VCALENDAR", "calendar_method": "REQUEST"},
    ],
)
def test_what_leaves_is_what_was_put_in_the_outbox_beside_the_text_too(clock, mailbox, change):
    sent = approved(place(), place())
    letter = sent.letters.first()
    Message.objects.filter(pk=letter.message_id).update(**change)

    assert check_letter(Message.objects.get(pk=letter.message_id)).reason == NOT_AS_APPROVED
    send_all_due()

    assert sent.letters.counts() == {"sent": 1, "stopped": 1}
    assert len(mailbox.messages) == 1


def test_who_corrected_the_address_does_not_approve_the_letter_to_it(clock, mailbox):
    letter, corrector, earlier = bounced(clock), staff(), staff()
    values = {"source": "telefon", "checked_on": date(2026, 11, 23)}
    for email, by in (("feil@kommune.example", earlier), ("ny@kommune.example", corrector)):
        clock.now += timedelta(minutes=1)
        set_address(letter.mandate, email=email, by=by, **values)
    clock.now += timedelta(minutes=1)
    set_address(letter.mandate, email="ny@kommune.example", by=earlier, **values | {"source": "nettsiden"})
    proposed = propose_redelivery(letter, by=staff())

    with pytest.raises(OwnMailing, match="rettet adressen"):
        approve_redelivery(proposed, approver=corrector)

    assert approve_redelivery(proposed, approver=earlier).approved_by == earlier


def test_a_corrected_address_that_is_somebody_elses_is_asked_about_and_gets_no_second_letter(clock, mailbox, client):
    kari, ola, _eva = with_mayor("Kari"), with_mayor("Ola"), with_mayor("Eva")
    sent = to_mayors(kari, ola)
    send_all_due()
    letter = sent.letters.get(to_name__startswith="Kari")
    Message.objects.filter(pk=letter.message_id).update(state="failed", state_reason="552 5.2.2 Mailbox full")
    Letter.objects.filter(pk=letter.pk).update(status="failed")
    letter.refresh_from_db()
    task = open_task(letter.mandate, "bounce", message=Message.objects.get(pk=letter.message_id))
    sign_in(client, StaffFactory())
    again = reverse("outbox_send_again", args=[letter.message_id])
    for shown in (task.get_absolute_url(), reverse("outreach:mailing_sending", args=[sent.pk])):
        assert again in client.get(shown).text  # a full mailbox is no dead address
    correct_it = reverse("outreach:office_task_address", args=[task.pk])
    of_ola, of_eva = (Mandate.objects.get(politician__first_name=name) for name in ("Ola", "Eva"))
    values = {"source": "ringte", "checked_on": "2026-11-23"}
    for other in (of_ola, of_eva):
        asked = client.post(correct_it, values | {"email": other.email.title()})
        assert (list(asked.context["address"].errors), str(other) in asked.text) == (["is_shared"], True)
        assert OfficeTask.objects.get().settled_at is None

    correct(letter, of_ola.email)
    with pytest.raises(WrongStatus, match="Ola Nordmann"):
        propose_redelivery(letter, by=staff())
    client.post(correct_it, values | {"email": of_eva.email, "is_shared": "on"})
    letter.mandate.refresh_from_db()
    assert letter.mandate.email == of_eva.email
    sign_in(client, StaffFactory()).user_permissions.add(Permission.objects.get(codename="approve_mailing"))
    proposed = propose_redelivery(letter, by=staff())
    approve_it = reverse("outreach:letter_redeliver_approve", args=[sent.pk, letter.pk])
    for said in ({"shared_with": f"{of_eva.pk}"}, {"is_shared": "on", "shared_with": ""}):
        refused = client.post(approve_it, said, follow=True)
        assert str(of_eva) in refused.text
        proposed.refresh_from_db()
        assert proposed.approved_at is None
    client.post(approve_it, {"is_shared": "on", "shared_with": f"{of_eva.pk}"})
    proposed.refresh_from_db()
    assert proposed.approved_at is not None

    message = Message.objects.get(pk=proposed.message_id)
    assert check_letter(message).reason != SECOND
    there = {"to_email": of_eva.email, "content_hash": "0" * 64, "proposed_by": staff(), "approved_by": staff()}
    first = Message.objects.get(pk=letter.message_id)  # another letter has gone there meanwhile
    Redelivery.objects.create(
        letter=sent.letters.get(mandate=of_ola), message=first, approved_at=timezone.now(), **there
    )
    assert check_letter(message).reason == SECOND


def test_an_address_gets_a_demand_once_whichever_office_it_is_written_to(clock, mailbox, settings):
    version, municipality = demand_version(), place()
    approved(municipality, version=version)
    mandate = mayor(municipality, "Kari", f"POST@k{municipality.number}.example")

    def held():
        return [letter.held_codes for letter in mailing(municipality, version=version, recipient="mayor").letters.all()]

    assert held() == [" already_sent "]
    own = mailing(municipality, version=demand_version(number=2), recipient="mayor").letters.get()
    assert own.held_codes == " quiet_period "
    settings.OUTREACH_QUIET_DAYS = 0
    correct_address = "kari@elsewhere.example"
    set_address(mandate, email=correct_address, source="telefon", checked_on=date(2026, 11, 23), by=None)
    to_kari = to_mayors(municipality, version=version)
    send_all_due()
    assert sent_to(mailbox) == [f"post@k{municipality.number}.example", correct_address]
    assert to_kari.letters.counts() == {"sent": 1}
    mayor(municipality, "Ola", correct_address)  # who comes after her has not had it
    clock.now += timedelta(days=1)
    assert held() == [""]


def test_two_mailings_to_one_address_cannot_both_be_approved(clock, mailbox):
    version, municipality = demand_version(), place()
    mayor(municipality, "Kari", f"post@k{municipality.number}.example")
    first, second = (
        submitted(municipality, version=version),
        submitted(municipality, version=version, recipient="mayor"),
    )
    approve(first)

    with pytest.raises(ContentChanged):
        approve(second)


def noisy(settings, *mailings):
    """Approve mailings at the same instant, so that none of the approvals knows of the other."""
    settings.OUTREACH_QUIET_DAYS, kept = 0, settings.OUTREACH_QUIET_DAYS
    for waiting in mailings:
        approve(waiting)
    settings.OUTREACH_QUIET_DAYS = kept


def test_an_office_has_its_quiet_though_two_mailings_were_frozen_before_either_left(clock, mailbox, settings):
    town, other = place(number="6101"), place(number="6102")
    mayor(town, "Kari", "POST@k6101.example")  # the same mail-box as that of the municipality
    first = submitted(town, version=demand_version(1))
    second = submitted(town, other, version=demand_version(2))
    third = submitted(town, version=demand_version(3), recipient="mayor")
    approve(first)
    for late in (second, third):
        with pytest.raises(ContentChanged, match="14 dagene"):
            approve(late)
    noisy(settings, second, third)

    send_all_due()
    assert sorted(sent_to(mailbox)) == ["post@k6101.example", "post@k6102.example"]
    assert "venter" in str(second.letters.get(municipality=town).stop_reason)
    clock.now += timedelta(minutes=3)
    send_all_due()

    waiting = Message.objects.filter(state="queued")
    assert set(waiting.values_list("state_reason", "due_at")) == {(QUIET, datetime(2026, 12, 8, 8, tzinfo=OSLO))}
    assert (waiting.count(), len(mailbox.messages)) == (2, 2)
    clock.set(2026, 12, 8, 8)
    send_all_due()
    clock.now += timedelta(minutes=3)
    send_all_due()
    assert sent_to(mailbox)[2:] == ["post@k6101.example"]  # one of the two, and its quiet begins
    assert Message.objects.get(state="queued").due_at == datetime(2026, 12, 23, 8, tzinfo=OSLO)


def test_a_correction_leaves_in_the_quiet_and_keeps_other_letters_back(clock, mailbox, settings):
    town = place()
    first = approved(town, version=demand_version(1))
    send_all_due()
    clock.now += timedelta(hours=1)
    faults = {"nb": "Vi skrev feil.", "nn": "Vi skreiv feil."}
    erratum = follow_mailing(first, occasion="erratum", by=staff("add_mailing"), faults=faults)
    approve(submit_mailing(erratum, by=erratum.author, seen_hash=erratum.content_hash))
    send_all_due()

    assert len(mailbox.messages) == 2
    settings.OUTREACH_QUIET_DAYS = 0
    late = submitted(town, version=demand_version(2))
    settings.OUTREACH_QUIET_DAYS = 14
    with pytest.raises(ContentChanged):
        approve(late)
    noisy(settings, late)
    send_all_due()
    assert len(mailbox.messages) == 2


@pytest.mark.parametrize("both", [True, False])
def test_a_municipality_that_has_ended_or_chosen_another_form_gets_no_letter(clock, mailbox, both):
    ended, changed, neutral, kept = places = [place() for _number in range(4)]
    wording = demand_version(letter="{{ greeting }}\n\nPlan {{ note('action-plan') }}\n\n{{ senders }}")
    waiting = submitted(*places, version=wording, senders="both" if both else "kss")
    for house in ("KSS", "LDO") if both else ("",):
        approve(waiting, approver=staff("approve_mailing", house=house))
    type(ended).objects.filter(pk=ended.pk).update(valid_to=date(2026, 11, 23))
    for town, form in ((changed, "nn" if changed.letter_language == "nb" else "nb"), (neutral, "neutral")):
        type(town).objects.filter(pk=town.pk).update(language_form=form)

    send_all_due()

    stopped = {one.municipality: one.message.state_reason for one in waiting.letters.filter(status="stopped")}
    assert stopped == {ended: ENDED} | ({changed: OTHER_FORM} if both else {})
    assert waiting.letters.filter(status="sent", municipality__in=[neutral, kept]).count() == 2
