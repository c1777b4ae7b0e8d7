"""Trainers who answer, the clock and staff, in processes of their own at the same moment."""

from collections import Counter
from datetime import timedelta

import pytest
from django.utils import timezone

from courses.models import AssignedMeeting, Assignment, Meeting, Session, TrainerOffer
from courses.services.assignments import assign_trainer, withdraw_assignment
from courses.services.trainer_answers import accept_trainer_offer, be_out_today, decline_trainer_offer
from courses.services.trainer_offers import ask_trainers, lapse_trainer_offers, open_call, take_back_offer
from courses.services.trainers import dismiss_trainer
from taushet.models import Message
from tests.factories.courses import CourseFactory, SessionFactory, TrainerFactory
from tests.factories.taushet import StaffFactory
from tests.rivals import at_once

pytestmark = pytest.mark.django_db(transaction=True)

FIRST = "Somebody else was first, so the session has its trainer. Thank you all the same."


def trainers_of(course, count):
    trainers = TrainerFactory.create_batch(count)
    for trainer in trainers:
        trainer.courses.add(course)
    return trainers


@pytest.mark.parametrize("count", [2, 6])
def test_one_of_those_who_accept_the_last_place_at_once_gets_it_and_the_others_are_told(count):
    session = SessionFactory()
    rivals = trainers_of(session.course, count)
    call = open_call(session, kind="lead", by=StaffFactory())

    outcomes = at_once(lambda one: ("yes", accept_trainer_offer(call, trainer=one).trainer_id), rivals)

    assert Counter(kind for kind, _answer in outcomes) == {"yes": 1, "TrainerOfferClosed": count - 1}
    assert {answer for kind, answer in outcomes if kind != "yes"} == {FIRST}
    winner = session.assignments.standing().get().trainer
    losers = {one.user.email for one in rivals} - {winner.user.email}
    told = Message.objects.filter(kind="trainer-offer-closed").values_list("to_email", flat=True)
    assert sorted(told) == sorted(losers)
    # Only the one who got it hears of hours and calendar.
    assert list(Message.objects.filter(kind="trainer").values_list("to_email", flat=True)) == [winner.user.email]
    assert not Message.objects.filter(to_email__in=losers).exclude(calendar="").exists()
    assert list(AssignedMeeting.objects.values_list("trainer", flat=True)) == [winner.pk]


def test_a_trainer_who_accepts_two_overlapping_sessions_at_once_gets_one():
    course, staff = CourseFactory(), StaffFactory()
    [trainer] = trainers_of(course, 1)
    starts = timezone.now() + timedelta(days=30)
    sessions = [SessionFactory(course=course, first_starts_at=starts + timedelta(hours=number)) for number in range(2)]
    offers = [ask_trainers(one, kind="lead", trainers=[trainer], by=staff) for one in sessions]

    outcomes = at_once(lambda one: ("yes", accept_trainer_offer(one, trainer=trainer).pk), offers)

    assert Counter(kind for kind, _answer in outcomes) == {"yes": 1, "TrainerBusy": 1}
    assert AssignedMeeting.objects.filter(is_cancelled=False).count() == 1


def test_what_lapses_is_passed_on_exactly_once_however_many_clocks_tick():
    staff, sessions = StaffFactory(), SessionFactory.create_batch(3)
    offers = [ask_trainers(one, kind="lead", trainers=trainers_of(one.course, 2), by=staff) for one in sessions]
    late = timezone.now() + timedelta(days=20)

    outcomes = at_once(lambda _number: ("lapsed", lapse_trainer_offers(late)), range(5))

    assert sum(count for _kind, count in outcomes) == len(offers)
    for offer in offers:
        assert list(offer.assignments.order_by("place_in_line").values_list("state", flat=True)) == [
            "lapsed",
            "offered",
        ]
    assert Message.objects.filter(kind="trainer-asked").count() == 2 * len(offers)
    assert Message.objects.filter(kind="trainer-offer-closed").count() == len(offers)


def test_a_yes_at_the_last_second_a_lapse_a_no_and_staff_leave_one_trainer_at_most():
    session, staff = SessionFactory(), StaffFactory()
    one, two, three = trainers_of(session.course, 3)
    offer = ask_trainers(session, kind="lead", trainers=[one, two], by=staff)
    late = timezone.now() + timedelta(days=20)
    work = [
        lambda: accept_trainer_offer(offer, trainer=one).state,
        lambda: decline_trainer_offer(offer, trainer=one),
        lambda: lapse_trainer_offers(late),
        lambda: assign_trainer(session, trainer=three, by=staff).state,
        lambda: take_back_offer(offer, by=staff).end,
    ]

    outcomes = at_once(lambda number: ("done", str(work[number]())), range(len(work)))

    assert not {kind for kind, _answer in outcomes} - {"done", "TrainerOfferClosed"}, outcomes
    # Staff may give away more than is lacking, trainers may not take it.
    standing = set(session.assignments.standing().values_list("trainer", flat=True))
    assert standing in ({three.pk}, {one.pk, three.pk})
    assert not Assignment.objects.waiting().exists()
    assert not TrainerOffer.objects.standing().exists()


def test_one_who_is_out_today_presses_twice_while_staff_is_at_the_same_sessions():
    staff, course = StaffFactory(), CourseFactory()
    [trainer] = trainers_of(course, 1)
    now = timezone.now()
    for start, end in ((-60, 20), (20, 25), (25, 30)):
        hours = {"starts_at": now + timedelta(seconds=start), "ends_at": now + timedelta(seconds=end)}
        session = SessionFactory(course=course)
        meeting = session.meetings.get()
        Meeting.objects.filter(pk=meeting.pk).update(**hours)
        Session.objects.filter(pk=session.pk).update(first_starts_at=hours["starts_at"], last_ends_at=hours["ends_at"])
        row = Assignment.objects.create(session=session, trainer=trainer, kind="lead", state="accepted")
        AssignedMeeting.objects.create(assignment=row, meeting=meeting, trainer=trainer, sequence=0, **hours)
    work = [lambda: be_out_today(trainer), lambda: be_out_today(trainer), lambda: [withdraw_assignment(row, by=staff)]]

    outcomes = at_once(lambda number: ("done", len(work[number]())), range(3))

    # Staff may come too late; whoever presses again is never refused.
    assert Counter(kind for kind, _count in outcomes)["done"] >= 2
    assert not {kind for kind, _count in outcomes} - {"done", "AssignmentRefused"}, outcomes
    assert sum(count for kind, count in outcomes if kind == "done") == 3
    assert not Assignment.objects.standing().exists()


def test_one_who_is_dismissed_while_saying_yes_does_not_stand_in_anybodys_way():
    staff, course = StaffFactory(), CourseFactory()
    [trainer] = trainers_of(course, 1)
    offer = ask_trainers(SessionFactory(course=course), kind="lead", trainers=[trainer], by=staff)
    work = [lambda: accept_trainer_offer(offer, trainer=trainer), lambda: dismiss_trainer(trainer.user, staff)]

    outcomes = at_once(lambda number: ("done", str(work[number]())), range(2))

    assert not {kind for kind, _answer in outcomes} - {"done", "TrainerOfferClosed"}, outcomes
    assert not Assignment.objects.waiting().exists()
