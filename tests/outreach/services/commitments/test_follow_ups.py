"""Unanswered letters and promises become tasks for staff by workdays, once for each rule, and nothing is sent."""

from datetime import date, datetime

import pytest
from django.urls import reverse

from outreach.exceptions import WrongStatus
from outreach.models import Commitment, FollowUp, Letter, Mailing, Mandate
from outreach.services.commitments.commitments import confirm_commitment, enter_commitment
from outreach.services.commitments.follow_up_mailings import mail_follow_up
from outreach.services.commitments.follow_ups import open_follow_ups
from outreach.services.commitments.following import follow_mailing
from outreach.services.commitments.succession import review_after_leaving, successors_of
from outreach.services.mailings.drafting import draft
from outreach.services.mailings.history import history
from outreach.services.mailings.mailings import cancel_mailing, submit_mailing
from outreach.services.mailings.occasions import follows_its_first
from outreach.services.offices.offices import end_office, set_mailbox
from outreach.services.replies.sorting import sort_reply, verify_sender
from taushet.models import Message
from taushet.services.sending import send_all_due
from taushet.workdays import OSLO
from tests.factories.outreach import demand_version, mailing, place, staff
from tests.factories.replies import answer_to, receive, sent_letters
from tests.factories.taushet import StaffFactory, UserFactory, sign_in
from tests.outreach.services.commitments.conftest import judge
from tests.outreach.services.mailings.test_approvals import approve

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demonstration", "clock")]


def at(*day):
    return datetime(*day, 12, tzinfo=OSLO)


def waiting():
    return [row.letter or row.commitment for row in FollowUp.objects.waiting().order_by("pk")]


def test_a_letter_is_followed_up_after_twenty_workdays_unless_it_is_answered(client):
    places = [place(number=f"610{n}") for n in range(1, 7)]
    silent, away, answered, unread, retired, linked_to_none = sent_letters(*places)  # on Monday 23 November 2026
    replies = receive(client, answer_to(away, Auto_Submitted="auto-replied"), answer_to(answered), answer_to(unread))
    receive(client, answer_to(sender=f"arkiv@{linked_to_none.to_email.partition('@')[2]}"))
    sort_reply(replies[1], kind="answer", letters=[answered.pk], how="Ringte", by=UserFactory())
    end_office(retired.mandate, on=date(2026, 12, 1), by=None)
    before = Message.objects.count()

    # Twenty workdays: Christmas Day, New Year's Day and weekends do not count.
    assert open_follow_ups(at(2026, 12, 21)) == 0
    assert open_follow_ups(at(2026, 12, 22)) == 2
    assert open_follow_ups(at(2026, 12, 23)) == 0

    assert waiting() == [silent, away]
    assert Message.objects.count() == before
    assert "23. november 2026" in FollowUp.objects.first().draft
    (late,) = receive(client, answer_to(silent))
    sign_in(client, StaffFactory())
    page = FollowUp.objects.get(letter=silent).get_absolute_url()
    assert "Noe som kan være et svar, har kommet." in client.get(page).text
    sort_reply(late, kind="answer", letters=[silent.pk], by=UserFactory())
    assert open_follow_ups(at(2026, 12, 28)) == 0
    assert waiting() == [silent, away]  # nobody knows yet who has answered
    verify_sender(late, how="Ringte", by=UserFactory())
    assert open_follow_ups(at(2026, 12, 28)) == 0
    assert waiting() == [away]
    assert FollowUp.objects.get(letter=silent).outcome == "by_itself"


def test_reminders_wait_while_somebody_has_had_another_letter(clock):
    town = place(number="6101")
    (first,) = sent_letters(town)
    clock.set(2026, 12, 18, 10)
    (second,) = sent_letters(town, number=2)

    assert open_follow_ups(at(2026, 12, 23)) == 0
    assert open_follow_ups(at(2027, 1, 5)) == 0
    assert open_follow_ups(at(2027, 1, 6)) == 1  # ten workdays after the second, with the holidays between

    assert waiting() == [first]
    assert second.follow_ups.count() == 0


def promise(client, due_on):
    (letter,) = sent_letters(place(number="6101"))
    (reply,) = receive(client, answer_to(letter, text="Vi lover en plan."))
    sort_reply(reply, kind="answer", letters=[letter.pk], by=UserFactory())
    reply = verify_sender(reply, how="Ringte", by=UserFactory())
    entered = enter_commitment(
        reply,
        quote="Vi lover en plan.",
        mandate=Mandate.objects.get(),
        demand=letter.demand_version.demand,
        municipality=letter.municipality,
        due_on=due_on,
        by=UserFactory(),
    )
    return confirm_commitment(entered, by=UserFactory())


def test_a_promise_is_followed_up_before_and_after_its_day_until_it_is_kept(client):
    commitment = promise(client, date(2027, 3, 29))  # Easter Monday
    before = Message.objects.count()

    opened = [open_follow_ups(at(2027, *day)) for day in ((3, 10), (3, 12), (3, 29), (3, 30), (3, 31), (4, 1))]

    assert opened == [0, 1, 0, 0, 1, 0]
    assert waiting() == [commitment, commitment]
    assert "29. mars 2027" in FollowUp.objects.last().draft
    assert Message.objects.count() == before
    judge(commitment, "kept")
    open_follow_ups(at(2027, 4, 2))
    assert waiting() == []


def test_a_promise_waits_too_while_the_place_has_had_another_letter(client, clock):
    commitment = promise(client, date(2027, 3, 29))
    clock.set(2027, 3, 8, 10)
    sent_letters(commitment.municipality, number=2)

    opened = [open_follow_ups(at(2027, 3, day)) for day in (12, 19, 22, 23)]

    assert opened == [0, 0, 0, 1]  # once ten workdays after the letter are over


def test_staff_put_down_what_came_of_it(client):
    (letter,) = sent_letters()
    open_follow_ups(at(2026, 12, 22))
    me = sign_in(client, StaffFactory())
    follow_up = FollowUp.objects.get()
    settle = reverse("outreach:follow_up_settle", args=[follow_up.pk])

    assert client.get(follow_up.get_absolute_url()).status_code == 200
    assert letter.municipality.display_name in client.get(reverse("outreach:follow_up_list")).content.decode()
    for lacking in ({"outcome": "by_itself", "note": "Kari"}, {"outcome": "called"}, {"note": "Kari"}):
        assert 'aria-invalid="true"' in client.post(settle, lacking).text
    assert waiting() == [letter]
    done = client.post(settle, {"outcome": "called", "note": "Kari svarer i uke 2."}, follow=True)

    follow_up.refresh_from_db()
    assert (follow_up.outcome, follow_up.note, follow_up.settled_by) == ("called", "Kari svarer i uke 2.", me)
    assert letter.to_name in str(next(iter(done.context["messages"])))
    assert "Kari svarer i uke 2." in done.text
    assert reverse("outreach:follow_up_reopen", args=[follow_up.pk]) in done.text  # straight from the list
    assert open_follow_ups(at(2027, 2, 1)) == 0
    assert Letter.objects.count() == 1
    assert list(client.get(reverse("outreach:follow_up_list")).context["done"]) == [follow_up]
    again = client.post(reverse("outreach:follow_up_reopen", args=[follow_up.pk]), follow=True)
    assert waiting() == [letter]
    assert "Kari svarer i uke 2." in again.text
    client.post(settle, {"outcome": "dropped"})
    assert FollowUp.objects.get().outcome == "dropped"
    assert letter.to_name in client.get(reverse("outreach:follow_up_list"), {"state": "settled"}).text


def test_a_follow_up_becomes_a_draft_to_its_one_office_and_leaves_once_approved(client, clock, mailbox):
    silent, other = sent_letters(place(number="6101"), place(number="6102"))
    clock.set(2026, 12, 22, 10)
    assert open_follow_ups(at(2026, 12, 22)) == 2
    me = sign_in(client, StaffFactory())
    follow_up = FollowUp.objects.get(letter=silent)
    address = reverse("outreach:follow_up_mail", args=[follow_up.pk])

    pages = [client.post(address).url for _press in range(2)]

    mailing = Mailing.objects.latest("pk")
    assert pages == [mailing.get_absolute_url()] * 2
    letter = mailing.letters.get()
    assert (letter.mandate, letter.status, letter.occasion) == (silent.mandate, "ready", "reminder")
    assert (letter.text, mailing.status, mailing.author) == (follow_up.draft, "draft", me)
    assert silent.subject in letter.subject
    assert not letter.is_edited
    assert [line.text for line in history(mailing)] == ["Utsendingen ble opprettet."]
    assert draft(mailing, by=me).letters.get().text == follow_up.draft  # drafted anew it says the same
    assert Message.objects.filter(to_email=silent.to_email).count() == 1
    to_all = follow_mailing(silent.mailing, occasion="reminder", by=me)  # that one is written to is in nobody's way
    assert to_all.letters.filter(status="ready").count() == 2
    waits = submit_mailing(mailing, by=me, seen_hash=mailing.content_hash)
    approve(waits)
    send_all_due()
    assert letter.text in mailbox.messages[-1].get_body(("plain",)).get_content().replace("\r\n", "\n")
    open_follow_ups(at(2026, 12, 23))
    assert (waiting(), FollowUp.objects.get(letter=silent).outcome) == ([other], "written")
    (late,) = receive(client, answer_to(mailing.letters.get()))
    sort_reply(late, kind="answer", letters=[letter.pk], how="Ringte", by=me)
    assert open_follow_ups(at(2027, 2, 1)) == 0  # neither the reminder nor the letter it reminds of


def test_a_follow_up_about_a_promise_asks_who_has_promised_while_it_is_open(client, clock):
    commitment = promise(client, date(2027, 3, 29))
    clock.set(2027, 3, 31, 10)
    open_follow_ups(at(2027, 3, 31))
    follow_up = FollowUp.objects.get()
    mailing = mail_follow_up(follow_up, by=UserFactory())

    letter = mailing.letters.get()
    assert (letter.mandate, letter.text, letter.status) == (commitment.mandate, follow_up.draft, "ready")
    assert follows_its_first(letter)
    cancel_mailing(mailing, by=UserFactory())
    judge(commitment, "kept")
    assert not follows_its_first(letter)
    again = mail_follow_up(FollowUp.objects.get(), by=UserFactory())
    assert again != mailing
    end_office(commitment.mandate, on=date(2027, 3, 31), by=None)
    cancel_mailing(again, by=UserFactory())
    with pytest.raises(WrongStatus):
        mail_follow_up(FollowUp.objects.get(), by=UserFactory())
    assert Mailing.objects.latest("pk") == again


def send(draft):
    """Let a draft be approved and leave."""
    waits = submit_mailing(draft, by=draft.author, seen_hash=draft.content_hash)
    approve(waits)
    send_all_due()
    return waits.letters.get()


def test_each_promise_is_asked_about_before_and_after_its_day_also_after_a_reminder(client, clock, mailbox):
    (silent,) = sent_letters(place(number="6101"))
    clock.set(2026, 12, 22, 10)
    open_follow_ups(at(2026, 12, 22))
    letter = send(mail_follow_up(FollowUp.objects.get(), by=UserFactory()))
    (reply,) = receive(client, answer_to(letter, text="Vi lover en plan, og vi lover penger."))
    sort_reply(reply, kind="answer", letters=[letter.pk], how="Ringte", by=UserFactory())
    about = {"mandate": silent.mandate, "demand": silent.demand_version.demand, "municipality": silent.municipality}
    for quote, due_on in (("Vi lover en plan", date(2027, 3, 29)), ("vi lover penger", date(2027, 4, 20))):
        entered = enter_commitment(reply, quote=quote, due_on=due_on, by=UserFactory(), **about)
        confirm_commitment(entered, by=UserFactory())

    sent = []
    for day in ((3, 12), (4, 6), (4, 26), (5, 20)):
        clock.set(2027, *day, 10)
        open_follow_ups(at(2027, *day))
        follow_up = FollowUp.objects.waiting().exclude(commitment=None).first()
        sent.append((follow_up.commitment.quote, follow_up.rule, send(mail_follow_up(follow_up, by=UserFactory()))))

    assert sorted((quote, rule, letter.status) for quote, rule, letter in sent) == [
        ("Vi lover en plan", "due_soon", "sent"),
        ("Vi lover en plan", "overdue", "sent"),
        ("vi lover penger", "due_soon", "sent"),
        ("vi lover penger", "overdue", "sent"),
    ]
    assert {letter.mailing.occasion for _quote, _rule, letter in sent} == {"promise"}
    with pytest.raises(WrongStatus):  # the rules for the promise say when it is asked about again
        follow_mailing(sent[0][2].mailing, occasion="reminder", by=UserFactory())
    page = client.get(silent.municipality.get_absolute_url()).text.replace("\N{NO-BREAK SPACE}", " ")
    assert "23. november 2026" in page  # the day of the first letter, not of what followed it


def test_the_promise_of_who_has_left_is_handed_on_to_whoever_answers_for_it_now(client, clock):
    commitment = promise(client, date(2027, 3, 29))
    town, old = commitment.municipality, commitment.mandate
    end_office(old, on=date(2027, 1, 1), by=None)
    clock.set(2027, 1, 5, 10)
    set_mailbox(town, email="ny@k6101.example", source="nett", checked_on=date(2027, 1, 2), by=None)
    assert review_after_leaving(at(2027, 1, 5)) == 1
    clock.set(2027, 3, 12, 10)
    assert open_follow_ups(at(2027, 3, 12)) == 1
    sign_in(client, StaffFactory())
    follow_up = FollowUp.objects.get()
    page = client.get(follow_up.get_absolute_url())
    assert page.context["why_not"] == "left_office"
    assert reverse("outreach:follow_up_mail", args=[follow_up.pk]) not in page.text
    assert commitment.get_absolute_url() in page.text
    new = Mandate.objects.get(email="ny@k6101.example")
    assert list(successors_of(Commitment.objects.get())) == [new]
    hand_on = reverse("outreach:commitment_hand_on", args=[commitment.pk])
    assert hand_on in client.get(commitment.get_absolute_url()).text

    client.post(hand_on, {"mandate": new.pk})

    commitment.refresh_from_db()
    assert (commitment.status, commitment.successor, commitment.mandate) == ("promised", new, old)
    draft = FollowUp.objects.get().draft
    assert "svaret deres" not in draft
    assert commitment.speaker in draft
    mailing = mail_follow_up(FollowUp.objects.get(), by=UserFactory())
    letter = mailing.letters.get()
    assert (letter.mandate, letter.to_email, letter.text) == (new, "ny@k6101.example", draft)
    assert follows_its_first(letter)
    Commitment.objects.update(hidden_at=clock.now)
    assert not follows_its_first(letter)
    open_follow_ups(at(2027, 3, 15))
    assert waiting() == []
    Commitment.objects.update(hidden_at=None)
    clock.set(2027, 4, 1, 10)
    end_office(new, on=date(2027, 4, 1), by=None)
    assert [review_after_leaving(at(2027, 4, day)) for day in (1, 2)] == [1, 0]


def test_what_both_houses_have_written_both_go_on_with(client, clock):
    version = demand_version(letter="{{ greeting }} {{ senders }}")
    draft = mailing(place(number="6101"), version=version, senders="both", author=UserFactory(house="KSS"))
    waits = submit_mailing(draft, by=draft.author, seen_hash=draft.content_hash)
    for house in ("KSS", "LDO"):
        approve(waits, approver=staff("approve_mailing", house=house))
    send_all_due()
    clock.set(2026, 12, 28, 10)
    open_follow_ups(at(2026, 12, 28))

    following = mail_follow_up(FollowUp.objects.get(), by=UserFactory())

    assert (following.senders, following.houses_left) == ("both", ["KSS", "LDO"])
