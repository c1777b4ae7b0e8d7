from datetime import timedelta

import pytest
from django.utils import timezone

from courses.models import AssignedMeeting, Assignment, Session, Swap, Trainer, TrainerOffer
from courses.registrations.road import swaps_to_decide
from courses.services import swaps
from courses.services.assignments import NeedsReason, TrainerBusy, assign_trainer, withdraw_assignment
from courses.services.swaps import SwapRefused
from courses.services.trainer_invitations import choose_calendar
from courses.services.trainer_offers import ask_trainers, open_call
from courses.services.trainers import register_trainer
from taushet.models import Message
from tests.factories.courses import CourseFactory, SessionFactory
from tests.factories.taushet import StaffFactory, TrainerUserFactory
from tests.rivals import at_once

State = Swap.State


@pytest.fixture
def course(db):
    return CourseFactory()


@pytest.fixture
def staff(db):
    return StaffFactory()


@pytest.fixture
def karim(course):
    return register_trainer(TrainerUserFactory(email="karim@kurs.test", name="Karim"), courses=[course])


@pytest.fixture
def tone(course):
    return register_trainer(TrainerUserFactory(email="tone@kurs.test", name="Tone"), courses=[course])


@pytest.fixture
def assignment(course, karim, staff):
    return assign_trainer(SessionFactory(course=course), trainer=karim, by=staff)


@pytest.fixture
def agreed(assignment, tone):
    swap = swaps.ask_colleague(assignment, colleague=tone, note="Passer det?", by=assignment.trainer.user)
    return swaps.answer_swap(swap, agrees=True, by=tone.user)


def mails(after=0):
    """Return whom the mails went to, in order, with what carried a calendar."""
    found = Message.objects.filter(pk__gt=after).order_by("pk")
    return [(mail.to_email.partition("@")[0], mail.calendar_method) for mail in found]


def last():
    return Message.objects.order_by("-pk").values_list("pk", flat=True).first() or 0


def teachers(session):
    return [str(one.trainer) for one in session.assignments.standing().select_related("trainer__user")]


def test_yes_of_staff_frees_the_one_and_gives_the_other_and_tells_each_once(assignment, agreed, tone, staff):
    choose_calendar(tone, Trainer.CalendarBy.INVITATIONS, by=tone.user)
    assert mails()[-1] == ("tone", "")
    assert (len(list(swaps_to_decide(staff))), teachers(assignment.session)) == (1, ["Karim"])
    before = last()

    swaps.approve_swap(agreed, by=staff)

    assert teachers(assignment.session) == ["Tone"]
    assert mails(before) == [("tone", "REQUEST"), ("karim", "")]
    held = AssignedMeeting.objects.filter(is_cancelled=False)
    assert [row.trainer for row in held] == [tone]
    agreed.refresh_from_db()
    assert (agreed.state, agreed.decided_by) == (State.APPROVED, staff)
    assert list(swaps_to_decide(staff)) == []
    with pytest.raises(SwapRefused):
        swaps.approve_swap(agreed, by=staff)


def test_a_swap_keeps_the_kind_and_leaves_the_offer_for_a_further_trainer_alone(assignment, tone, course, staff):
    session = assignment.session
    Session.objects.filter(pk=session.pk).update(leads_wanted=0, seconds_wanted=2)
    Assignment.objects.update(kind="second")
    [anne, berit] = [register_trainer(TrainerUserFactory(name=name), courses=[course]) for name in ("Anne", "Berit")]
    offer = ask_trainers(session, kind="second", trainers=[anne, berit], by=staff)
    call = open_call(session, kind="second", by=staff)
    swap = swaps.ask_colleague(assignment, colleague=tone, by=assignment.trainer.user)
    swap = swaps.answer_swap(swap, agrees=True, by=tone.user)
    before = last()

    given = swaps.approve_swap(swap, by=staff)

    assert (given.kind, teachers(session)) == ("second", ["Tone"])
    assert [mails(before)[0], mails(before)[-1]] == [("tone", ""), ("karim", "")]
    assert set(TrainerOffer.objects.standing()) == {offer, call}
    assert sorted(str(row.trainer) for row in offer.assignments.waiting()) == ["Anne", "Berit"]
    assert len(mails(before)) == 2


def test_nothing_changes_when_the_colleague_has_become_busy(assignment, agreed, tone, course, staff):
    elsewhere = SessionFactory(course=course, first_starts_at=assignment.session.first_starts_at + timedelta(hours=1))
    assign_trainer(elsewhere, trainer=tone, by=staff)
    before = last()

    with pytest.raises(TrainerBusy):
        swaps.approve_swap(agreed, by=staff)

    agreed.refresh_from_db()
    assert (agreed.state, teachers(assignment.session), mails(before)) == (State.AGREED, ["Karim"], [])


def test_what_speaks_against_the_colleague_takes_a_reason(assignment, agreed, tone, staff):
    Trainer.objects.filter(pk=tone.pk).update(teaches_nb=False, teaches_nn=True)

    with pytest.raises(NeedsReason):
        swaps.approve_swap(agreed, by=staff)
    new = swaps.approve_swap(agreed, reason="Gruppen vil ha nynorsk.", by=staff)

    assert (new.trainer, new.override_reason) == (tone, "Gruppen vil ha nynorsk.")


def test_no_of_the_colleague_and_of_staff_and_taking_back_leave_it_and_tell(assignment, tone, staff):
    karim = assignment.trainer
    before = last()
    first = swaps.ask_colleague(assignment, colleague=tone, by=karim.user)
    with pytest.raises(SwapRefused):
        swaps.ask_colleague(assignment, colleague=tone, by=karim.user)
    swaps.answer_swap(first, agrees=False, words="Jeg er på ferie.", by=tone.user)
    second = swaps.ask_colleague(assignment, colleague=tone, by=karim.user)
    swaps.take_back_swap(second, by=karim.user)
    third = swaps.ask_colleague(assignment, colleague=tone, by=karim.user)
    swaps.answer_swap(third, agrees=True, by=tone.user)
    swaps.refuse_swap(third, by=staff)

    told = [who for who, _calendar in mails(before)]
    assert told == ["tone", "karim", "tone", "tone", "tone", "karim", "tone"]
    assert teachers(assignment.session) == ["Karim"]
    for decide in (swaps.approve_swap, swaps.refuse_swap, swaps.take_back_swap):
        with pytest.raises(SwapRefused):
            decide(third, by=staff)


def test_colleague_who_cannot_and_session_that_has_begun_are_refused(assignment, tone, course, staff):
    karim = assignment.trainer
    tone.courses.clear()
    with pytest.raises(SwapRefused):
        swaps.ask_colleague(assignment, colleague=tone, by=karim.user)
    tone.courses.add(course)
    session = assignment.session
    type(session).objects.filter(pk=session.pk).update(first_starts_at=timezone.now() - timedelta(minutes=1))

    with pytest.raises(SwapRefused):
        swaps.ask_colleague(assignment, colleague=tone, by=karim.user)


def test_swap_of_a_session_that_was_taken_away_is_over(assignment, agreed, staff):
    withdraw_assignment(assignment, by=staff)

    with pytest.raises(SwapRefused):
        swaps.approve_swap(agreed, by=staff)
    assert list(swaps_to_decide(staff)) == []


def test_words_go_ninety_days_after_the_session(assignment, agreed):
    over = assignment.session.last_ends_at

    assert swaps.forget_swap_words(over + timedelta(days=89)) == 0
    assert swaps.forget_swap_words(over + timedelta(days=91)) == 1
    agreed.refresh_from_db()
    assert agreed.note == ""


def approve_or_assign(thing):
    kind, row, by = thing
    if kind == "approve":
        swaps.approve_swap(row, by=by)
    else:
        assign_trainer(row[0], trainer=row[1], by=by)
    return kind


@pytest.mark.django_db(transaction=True)
def test_swap_and_another_assignment_of_the_colleague_at_once_never_overlap(course, staff, karim, tone):
    for day in range(4):
        start = timezone.now() + timedelta(days=30 + 3 * day)
        session = SessionFactory(course=course, first_starts_at=start)
        elsewhere = SessionFactory(course=course, first_starts_at=start + timedelta(hours=2))
        assignment = assign_trainer(session, trainer=karim, by=staff)
        swap = swaps.ask_colleague(assignment, colleague=tone, by=karim.user)
        swaps.answer_swap(swap, agrees=True, by=tone.user)

        outcomes = at_once(approve_or_assign, [("approve", swap, staff), ("assign", (elsewhere, tone), staff)])

        won = [one for one in outcomes if one in {"approve", "assign"}]
        lost = [one[0] for one in outcomes if one not in {"approve", "assign"}]
        assert (len(won), lost) == (1, ["TrainerBusy"]), outcomes
        expected = ["Tone"] if won == ["approve"] else ["Karim"]
        assert teachers(session) == expected
        assert Assignment.objects.standing().filter(trainer=tone, session__in=[session, elsewhere]).count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_of_staff_who_approve_at_once_move_it_once(assignment, agreed, staff):
    outcomes = at_once(approve_or_assign, [("approve", agreed, staff)] * 2)

    assert sorted(one if isinstance(one, str) else one[0] for one in outcomes) == ["SwapRefused", "approve"]
    assert teachers(assignment.session) == ["Tone"]
