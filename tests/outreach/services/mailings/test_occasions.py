"""Letters to people: who gets a reminder, who may say no, and what a bounce leads to."""

from datetime import date, datetime

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from outreach.exceptions import NothingToSend, OwnMailing, WrongStatus
from outreach.models import Letter, Mailing, Mandate, Objection
from outreach.services.commitments.following import follow_mailing
from outreach.services.mailings.mailings import change_mailing, draft_letters, submit_mailing
from outreach.services.mailings.schedules import set_schedule
from outreach.services.offices.offices import set_address, set_mayor
from outreach.services.privacy.objections import LINK, object_for, withdraw_objection
from outreach.services.replies.reply_addresses import letter_of_address
from outreach.services.sending.redelivering import approve_redelivery, propose_redelivery, withdraw_redelivery
from outreach.services.sending.sending import LEFT_OFFICE, check_letter
from taushet.models import Message, Suppression
from taushet.services.delivery import suppress
from taushet.services.links import issue_link
from taushet.services.outbox import write_message
from taushet.services.sending import send_all_due
from taushet.workdays import OSLO
from tests.factories.outreach import mailing, place, staff
from tests.outreach.services.mailings.test_approvals import approve, approved, plan_of

pytestmark = [pytest.mark.django_db]


FAULTS = {"nb": "Vi skrev feil årstall.", "nn": "Vi skreiv feil årstal."}
BEGINS = {
    "reminder": (
        "Påminnelse: ",
        [
            "Vi skrev til dere 23. november 2026 og ba om svar. Så langt vi kan se, har vi ikke fått noe.",
            "Vi ber dere svare på denne e-posten. Trenger dere mer tid, er det fint om dere sier når svaret kommer. "
            "Har dere svart allerede, så si fra, så finner vi det fram.",
        ],
    ),
    "erratum": (
        "Rettelse: ",
        ["I brevet vi sendte dere 23. november 2026, var det en feil.", "Vi skrev feil årstall."],
    ),
}


def with_mayor(name="Kari", email=None, **values):
    municipality = place(**values)
    mayor(municipality, name, email or f"{name.lower()}@k{municipality.number}.example")
    return municipality


def mayor(municipality, name, email):
    values = {"party": "Ap", "source": "nettsiden", "checked_on": date(2026, 11, 1), "by": None}
    return set_mayor(municipality, first_name=name, last_name="Nordmann", email=email, **values)


def to_mayors(*places, **plan):
    return approved(*places, recipient="mayor", **plan)


def sent_to(mailbox):
    return [message["To"].addresses[0].addr_spec for message in mailbox.messages]


@pytest.mark.parametrize("occasion", ["reminder", "erratum"])
def test_what_follows_goes_to_exactly_those_who_got_the_first(clock, mailbox, occasion):
    stays, changes, never = with_mayor(), with_mayor("Per"), with_mayor("Ola", plan=None)
    first = to_mayors(stays, changes, never)
    send_all_due()
    clock.set(2026, 12, 18, 10)
    mayor(changes, "Eva", "eva@kommune.example")
    me = staff("add_mailing")

    with pytest.raises(NothingToSend):
        follow_mailing(first, occasion="erratum", by=me, faults={"nb": "Vi skrev feil.", "nn": " "})

    second = follow_mailing(first, occasion=occasion, by=me, faults=FAULTS, request_key="once")

    assert follow_mailing(first, occasion=occasion, by=me, faults=FAULTS, request_key="once") == second
    if occasion == "reminder":  # 20 workdays, or four weeks, are theirs; an embargo until then will do
        early = second.letters.get(mandate__politician__first_name="Kari")
        assert early.held_reasons == ["Ikke før 22. desember 2026: Den som får brev, har fire uker på å svare."]
        opens = datetime(2026, 12, 21, 18, tzinfo=OSLO)  # when offices are closed
        second = set_schedule(second, by=me, embargo_until=opens, rate=None, attach_pdf=False)
        assert second.letters.filter(status="ready").count() == 1
        set_schedule(second, by=me, embargo_until=None, rate=None, attach_pdf=False)
        clock.set(2026, 12, 22, 10)
        second = draft_letters(second)
    with pytest.raises(WrongStatus):
        follow_mailing(first, occasion=occasion, by=me, faults=FAULTS)
    ready, held = second.letters.get(status="ready"), second.letters.filter(status="held")
    assert (ready.municipality, ready.occasion) == (stays, occasion)
    assert [reason["why"] for reason in held.get(municipality=changes).held_for] == ["left_office"]  # nothing to Eva
    before = first.letters.get(municipality=stays)
    assert ready.subject == BEGINS[occasion][0] + before.subject
    assert ready.text.split("\n\n")[1 : 1 + len(BEGINS[occasion][1])] == BEGINS[occasion][1]
    for bare in ("", "I brevet vi sendte dere {{ sent_on }}, var det en feil." if occasion == "erratum" else " "):
        Mailing.objects.filter(pk=second.pk).update(opening_nb=bare)
        with pytest.raises(NothingToSend):
            submit_mailing(second, by=me, seen_hash=draft_letters(second).content_hash)
    Mailing.objects.filter(pk=second.pk).update(opening_nb=second.opening_nb)
    second = draft_letters(second)
    second = submit_mailing(second, by=me, seen_hash=second.content_hash)
    with pytest.raises(OwnMailing):
        approve(second, approver=me)
    approve(second)
    send_all_due()
    assert sent_to(mailbox)[2:] == [ready.to_email]
    sent = second.letters.get(status="sent")
    with pytest.raises(IntegrityError), transaction.atomic():
        second.letters.filter(pk=held.get(municipality=changes).pk).update(
            mandate=sent.mandate, status="sent", message=first.letters.first().message, content_hash="0" * 64
        )


def test_a_correction_can_be_narrowed_to_those_who_got_the_fault_and_never_widened(clock, mailbox):
    right, wrong = place(), place()
    first = approved(right, wrong)
    send_all_due()
    erratum = follow_mailing(first, occasion="erratum", by=staff("add_mailing"), faults=FAULTS)
    assert erratum.letters.filter(status="ready").count() == 2

    narrowed = change_mailing(erratum, plan_of(erratum, municipalities=[wrong, place()]), by=staff())

    assert [letter.municipality for letter in narrowed.letters.all()] == [wrong]
    assert narrowed.letters.get().status == "ready"
    with pytest.raises(WrongStatus):
        follow_mailing(first, occasion="erratum", by=staff("add_mailing"), faults=FAULTS)
    approve(submit_mailing(narrowed, by=narrowed.author, seen_hash=narrowed.content_hash))
    another = follow_mailing(first, occasion="erratum", by=staff("add_mailing"), faults=FAULTS)  # a fault in the others
    assert [letter.municipality for letter in another.letters.filter(status="ready")] == [right]


def test_a_letter_to_one_who_left_is_held_and_the_successor_gets_nothing(clock, mailbox):
    sent = to_mayors(municipality := with_mayor())
    mayor(municipality, "Eva", sent.letters.get().to_email)

    send_all_due()

    letter = sent.letters.get()
    assert (letter.status, letter.message.state_reason) == ("stopped", LEFT_OFFICE)
    assert mailbox.messages == []


def test_a_person_says_no_by_one_click_and_still_gets_booking_mail(clock, mailbox, client):
    sent = to_mayors(municipality := with_mayor(), with_mayor("Per"))
    approved(municipality)
    letter = sent.letters.get(municipality=municipality)
    politician = letter.mandate.politician
    token = issue_link(LINK, politician.pk)
    address = reverse("outreach:objection", args=[token])
    write_message(kind="letter-test", to_email=letter.to_email, subject="Kurs", text="Kurs.", language="nb")

    assert client.get(address).status_code == 200
    assert not Objection.objects.exists()
    for _twice in range(2):
        client.post(address, "List-Unsubscribe=One-Click", content_type="application/x-www-form-urlencoded")
    send_all_due()

    assert Objection.objects.get().politician == politician
    assert sorted(sent_to(mailbox)) == sorted(
        [letter.to_email, f"post@k{municipality.number}.example", sent.letters.get(status="sent").to_email]
    )
    letter.refresh_from_db()
    assert letter.status == "stopped"
    assert Suppression.objects.get().purpose == "outreach"
    assert client.post(reverse("outreach:objection", args=["a" * 43])).status_code == 404
    following = draft_letters(mailing(municipality, recipient="mayor"))
    assert "objected" in [reason["why"] for reason in following.letters.get().held_for]
    withdraw_objection(Objection.objects.get(), by=staff())
    assert not Suppression.objects.exists()


def test_one_click_is_offered_at_personal_addresses_and_never_for_a_post_room(clock, mailbox, settings):
    shared = with_mayor("Per")
    mayor(shared, "Per", f"post@k{shared.number}.example")
    to_mayors(with_mayor(), shared)
    approved(place())

    send_all_due()

    offered = {message["To"].addresses[0].addr_spec: message["List-Unsubscribe"] for message in mailbox.messages}
    personal = next(address for address in offered if address.startswith("kari@"))
    politician = Mandate.objects.get(email=personal).politician
    link = f"{settings.BASE_URL}{reverse('outreach:objection', args=[issue_link(LINK, politician.pk)])}"
    assert offered.pop(personal) == f"<{link}>"
    assert set(offered.values()) == {None}
    posts = {message["List-Unsubscribe-Post"] for message in mailbox.messages}
    assert posts == {"List-Unsubscribe=One-Click", None}
    assert "nei-takk" not in Message.objects.get(to_email=personal).headers["List-Unsubscribe"]
    per = shared_mayor = Mandate.objects.get(email=f"post@k{shared.number}.example", role="mayor").politician
    object_for(per, source="staff", by=staff())
    assert not Suppression.objects.exists()
    assert shared_mayor.objections.get().source == "staff"


def bounced(clock):
    sent = approved(place())
    send_all_due()
    letter = sent.letters.get()
    message = letter.message
    Message.objects.filter(pk=message.pk).update(state="failed")
    Letter.objects.filter(pk=letter.pk).update(status="failed")
    suppress(letter.to_email, "bounce")
    letter.refresh_from_db()
    return letter


def correct(letter, email="ny@kommune.example"):
    set_address(letter.mandate, email=email, source="telefon", checked_on=date(2026, 11, 23), by=None)


def test_the_same_letter_follows_a_corrected_address_once_a_colleague_approves(clock, mailbox):
    letter, me, colleague = bounced(clock), staff(), staff()
    with pytest.raises(WrongStatus):
        propose_redelivery(letter, by=me)
    correct(letter)
    withdraw_redelivery(propose_redelivery(letter, by=me), by=me)
    proposed = propose_redelivery(letter, by=me)
    for again in (lambda: propose_redelivery(letter, by=colleague), lambda: approve_redelivery(proposed, approver=me)):
        with pytest.raises((WrongStatus, OwnMailing)):
            again()

    approve_redelivery(proposed, approver=colleague)
    with pytest.raises(WrongStatus):
        approve_redelivery(proposed, approver=colleague)
    send_all_due()

    letter.refresh_from_db()
    first, second = mailbox.messages
    assert (letter.status, letter.to_email) == ("sent", first["To"].addresses[0].addr_spec)
    assert second["To"].addresses[0].addr_spec == "ny@kommune.example"
    bodies = [message.get_body(["plain"]).get_content().splitlines() for message in (first, second)]
    assert bodies[0] == bodies[1] == letter.text.splitlines()
    assert letter_of_address(second["Reply-To"]) == letter


@pytest.mark.parametrize("mishap", ["address", "office"])
def test_a_corrected_address_is_checked_at_the_last_moment_too(clock, mailbox, mishap):
    letter = bounced(clock)
    correct(letter)
    redelivery = approve_redelivery(propose_redelivery(letter, by=staff()), approver=staff())
    if mishap == "address":
        correct(letter, "enda-nyere@kommune.example")
    else:
        Mandate.objects.update(ends_on=date(2026, 11, 23))

    assert check_letter(redelivery.message).action == "hold"
    send_all_due()
    letter.refresh_from_db()
    assert letter.status == "stopped"
    assert len(mailbox.messages) == 1


def test_a_dead_address_holds_what_waits_for_it_everywhere(clock, mailbox):
    sent = approved(place())
    address = sent.letters.get().to_email
    write_message(kind="letter-test", to_email=address.upper(), subject="Kurs", text="Kurs.", language="nb")

    suppress(address, "bounce")

    assert set(Message.objects.values_list("state", flat=True)) == {"held"}
    assert sent.letters.get().status == "stopped"
