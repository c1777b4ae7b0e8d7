"""A session that is moved while trainers say yes to it, swap it or leave it, each in a process of its own."""

from datetime import timedelta

import pytest
from django.utils import timezone

from courses.models import AssignedMeeting, Assignment, Meeting, Session, Swap, TrainerOffer
from courses.services import swaps
from courses.services.assignments import assign_trainer
from courses.services.session_meetings import MeetingPlan
from courses.services.sessions import cancel_session, change_session
from courses.services.trainer_answers import accept_trainer_offer, decline_trainer_offer, leave_session
from courses.services.trainer_offers import ask_trainers, lapse_trainer_offers, open_call
from tests.factories.courses import SessionFactory, TrainerFactory
from tests.factories.taushet import StaffFactory
from tests.rivals import at_once

pytestmark = pytest.mark.django_db(transaction=True)


def move(session, staff, days):
    meeting = Meeting.objects.get(session=session)
    later = timedelta(days=days)
    plan = MeetingPlan(meeting.starts_at + later, meeting.ends_at + later, place=meeting.place, pk=meeting.pk)
    change_session(Session.objects.get(pk=session.pk), by=staff, meetings=[plan])


def everybody(session, count):
    trainers = TrainerFactory.create_batch(count)
    for one in trainers:
        one.courses.add(session.course)
    return trainers


def all_agrees(session):
    """Whether hours, offers and the session say the same, whatever came first."""
    meeting = Meeting.objects.get(session=session)
    hours = AssignedMeeting.objects.filter(is_cancelled=False, meeting=meeting)
    standing = Assignment.objects.standing().filter(session=session)
    assert set(hours.values_list("assignment", flat=True)) == set(standing.values_list("pk", flat=True))
    for row in hours:
        assert (row.starts_at, row.ends_at, row.sequence) == (meeting.starts_at, meeting.ends_at, meeting.sequence)
    if standing.exists():
        assert not TrainerOffer.objects.standing().filter(session=session).exists()
    for offer in TrainerOffer.objects.exclude(closed_at=None):
        assert not offer.assignments.waiting().exists()


def test_a_call_is_answered_while_it_is_moved_and_lapses():
    session, staff = SessionFactory(), StaffFactory()
    anne, berit, cecilie = everybody(session, 3)
    day = timezone.localdate(session.first_starts_at) + timedelta(days=1)
    berit.availability_exceptions.create(kind="away", first_on=day, last_on=day)
    call = open_call(session, kind="lead", by=staff)
    work = [
        lambda: move(session, staff, 1),
        lambda: accept_trainer_offer(call, trainer=anne),
        lambda: accept_trainer_offer(call, trainer=berit),
        lambda: decline_trainer_offer(call, trainer=cecilie),
        lambda: lapse_trainer_offers(timezone.now() + timedelta(days=20)),
        lambda: move(session, staff, 1),
    ]

    outcomes = at_once(lambda number: ("done", str(work[number]())), range(len(work)))

    assert not {kind for kind, _answer in outcomes} - {"done", "TrainerOfferClosed"}, outcomes
    assert Assignment.objects.standing().count() <= 1
    all_agrees(session)


def test_a_swap_is_approved_while_the_session_is_moved_to_where_the_colleague_teaches():
    session, staff = SessionFactory(), StaffFactory()
    karim, tone, third = everybody(session, 3)
    other = SessionFactory(course=session.course, first_starts_at=session.first_starts_at + timedelta(days=1))
    assign_trainer(other, trainer=tone, by=staff)
    assignment = assign_trainer(session, trainer=karim, by=staff)
    swap = swaps.ask_colleague(assignment, colleague=tone, by=karim.user)
    swaps.answer_swap(swap, agrees=True, by=tone.user)
    line = SessionFactory(course=session.course, first_starts_at=session.first_starts_at + timedelta(days=3))
    offer = ask_trainers(line, kind="lead", trainers=[karim, third], by=staff)
    work = [
        lambda: swaps.approve_swap(Swap.objects.get(pk=swap.pk), by=staff),
        lambda: move(session, staff, 1),
        lambda: leave_session(Assignment.objects.get(pk=assignment.pk)),
        lambda: swaps.take_back_swap(Swap.objects.get(pk=swap.pk), by=karim.user),
        lambda: accept_trainer_offer(offer, trainer=karim),
        lambda: cancel_session(Session.objects.get(pk=other.pk), by=staff),
    ]

    outcomes = at_once(lambda number: ("done", str(work[number]())), range(len(work)))

    refused = {"TrainerBusy", "TrainerUnfit", "SwapRefused", "AssignmentRefused", "TrainerOfferClosed"}
    assert not {kind for kind, _answer in outcomes} - refused - {"done"}, outcomes
    all_agrees(session)
    assert Assignment.objects.standing().filter(session=session).count() <= 1
    if Swap.objects.get().state == Swap.State.APPROVED:
        assert not Assignment.objects.standing().filter(pk=assignment.pk).exists()
