"""Unanswered letters and promises become tasks for staff by workdays, once for each rule, and nothing is sent."""

from datetime import date, datetime

import pytest
from django.urls import reverse

from outreach.models import Commitment, FollowUp, Letter, Mandate
from outreach.services.commitments.commitments import change_commitment, confirm_commitment, enter_commitment
from outreach.services.commitments.follow_ups import open_follow_ups
from outreach.services.offices.offices import end_office
from outreach.services.replies.sorting import sort_reply, verify_sender
from taushet.models import Message
from taushet.workdays import OSLO
from tests.factories.outreach import place
from tests.factories.replies import answer_to, receive, sent_letters
from tests.factories.taushet import StaffFactory, UserFactory, sign_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demonstration", "clock")]


def at(*day):
    return datetime(*day, 12, tzinfo=OSLO)


def waiting():
    return [row.letter or row.commitment for row in FollowUp.objects.waiting().order_by("pk")]


def test_a_letter_is_followed_up_after_twenty_workdays_unless_it_is_answered(client):
    places = [place(number=f"610{n}") for n in range(1, 6)]
    silent, away, answered, unread, retired = sent_letters(*places)  # on Monday 23 November 2026
    replies = receive(client, answer_to(away, Auto_Submitted="auto-replied"), answer_to(answered), answer_to(unread))
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
    change_commitment(commitment, status=Commitment.Status.KEPT, evidence="Vedtatt", by=UserFactory())
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
    client.post(settle, {"outcome": "by_itself"})
    assert waiting() == [letter]
    client.post(settle, {"outcome": "written"})

    follow_up.refresh_from_db()
    assert (follow_up.outcome, follow_up.settled_by) == ("written", me)
    assert open_follow_ups(at(2027, 2, 1)) == 0
    assert Letter.objects.count() == 1
