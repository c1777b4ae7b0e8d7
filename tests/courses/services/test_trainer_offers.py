"""Asking trainers: in turn and in a call, with deadlines that lapse, and what each is told."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from courses.exceptions import NeedsReason, NoNeed, TrainerBusy, TrainerOfferClosed, TrainerOfferRefused, TrainerUnfit
from courses.models import AssignedMeeting, Assignment, BusyCalendar, Session, Trainer, TrainerOffer
from courses.registrations.staffing import still_asked
from courses.services.assignments import assign_trainer, withdraw_assignment
from courses.services.cancel_preview import who_is_told
from courses.services.erasing import erase_override_reasons, erase_trainer_answers
from courses.services.session_meetings import MeetingPlan
from courses.services.sessions import cancel_session, change_session
from courses.services.staffing import lacking
from courses.services.trainer_answers import (
    accept_trainer_offer,
    be_out_today,
    decline_trainer_offer,
    leave_session,
    seen_of,
)
from courses.services.trainer_fits import calls_that_fit
from courses.services.trainer_offers import (
    answer_before,
    ask_trainers,
    lapse_trainer_offers,
    open_call,
    take_back_offer,
)
from courses.services.trainers import dismiss_trainer
from taushet.models import AuditEntry, Message
from taushet.workdays import OSLO
from tests.factories.busy import BusyCalendarFactory, BusyPeriodFactory
from tests.factories.courses import SessionFactory, TrainerFactory
from tests.factories.municipalities import MunicipalityFactory
from tests.factories.taushet import StaffFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english")]

State, End = Assignment.State, TrainerOffer.End


@pytest.fixture
def staff():
    return StaffFactory(email="asker@test.example", language="en")


@pytest.fixture
def session():
    return SessionFactory(municipality=MunicipalityFactory())


def trainer_of(session, name="Kari", *, second=False, **fields):
    trainer = TrainerFactory(user__name=name, user__language="en", **fields)
    (trainer.second_courses if second else trainer.courses).add(session.course)
    return trainer


def three(session):
    return [trainer_of(session, name) for name in ("Anne", "Berit", "Cecilie")]


def teach_elsewhere(trainer, session, staff):
    other = SessionFactory(course=session.course, first_starts_at=session.first_starts_at)
    assign_trainer(other, trainer=trainer, by=staff)


def states(offer):
    return dict(offer.assignments.order_by("pk").values_list("trainer__user__name", "state"))


def mails(kind):
    return sorted(Message.objects.filter(kind=kind).values_list("to_name", flat=True))


def test_one_who_is_asked_says_yes(session, staff):
    trainer = trainer_of(session)

    offer = ask_trainers(session, kind="lead", trainers=[trainer], by=staff)
    assert lacking().get() == session
    assert mails("trainer-asked") == ["Kari"]
    assignment = accept_trainer_offer(offer, trainer=trainer, seen=seen_of(session.meetings.all()))

    assert accept_trainer_offer(offer, trainer=trainer) == assignment
    assert AssignedMeeting.objects.get(assignment=assignment, is_cancelled=False).trainer == trainer
    offer.refresh_from_db()
    assert (offer.end, lacking().count()) == (End.FILLED, 0)
    told = Message.objects.filter(kind="trainer-staff").get()
    assert told.to_email == staff.email
    assert (mails("trainer"), mails("trainer-offer-closed")) == (["Kari"], [])
    assert AuditEntry.objects.get(action="trainer.accepted").actor == trainer.user


def test_several_are_asked_in_order_as_each_says_no_or_lets_the_time_pass(session, staff):
    anne, berit, cecilie = three(session)
    offer = ask_trainers(session, kind="lead", trainers=[anne, berit, cecilie], within="day", by=staff)
    assert states(offer) == {"Anne": "offered", "Berit": "next", "Cecilie": "next"}

    decline_trainer_offer(offer, trainer=anne)
    decline_trainer_offer(offer, trainer=anne)
    assert states(offer) == {"Anne": "declined", "Berit": "offered", "Cecilie": "next"}
    until = offer.assignments.get(trainer=berit).answer_by
    assert lapse_trainer_offers(until - timedelta(seconds=1)) == 0
    assert lapse_trainer_offers(until) == 1
    assert lapse_trainer_offers(until) == 0

    assert states(offer) == {"Anne": "declined", "Berit": "lapsed", "Cecilie": "offered"}
    assert mails("trainer-asked") == ["Anne", "Berit", "Cecilie"]
    assert mails("trainer-offer-closed") == ["Berit"]
    with pytest.raises(TrainerOfferClosed, match="The time to answer is over"):
        accept_trainer_offer(offer, trainer=berit)
    decline_trainer_offer(offer, trainer=cecilie)
    offer.refresh_from_db()
    assert offer.end == End.NOBODY
    [told] = Message.objects.filter(kind="trainer-staff")
    assert told.subject.startswith("Nobody has said yes: ")


def test_whoever_is_busy_or_gone_when_the_turn_comes_is_left_out(session, staff):
    anne, berit, cecilie = three(session)
    dagny = trainer_of(session, "Dagny")
    offer = ask_trainers(session, kind="lead", trainers=[anne, berit, cecilie, dagny], by=staff)
    assign_trainer(
        SessionFactory(course=session.course, first_starts_at=session.first_starts_at), trainer=berit, by=staff
    )
    dismiss_trainer(cecilie.user, by=staff)

    decline_trainer_offer(offer, trainer=anne)

    assert states(offer) == {"Anne": "declined", "Berit": "unfit", "Cecilie": "unfit", "Dagny": "offered"}
    dismiss_trainer(dagny.user, by=staff)
    offer.refresh_from_db()
    assert offer.end == End.NOBODY


def test_a_call_goes_to_all_whom_it_fits_and_the_first_yes_wins(session, staff):
    anne, berit, _cecilie = three(session)
    trainer_of(session, "Only second", second=True)
    trainer_of(session, "Not impartial").impartial_in.add(session.municipality)
    trainer_of(session, "Only nynorsk", teaches_nb=False, teaches_nn=True)
    trainer_of(session, "Away").availability_exceptions.create(
        kind="away", first_on=timezone.localdate(), last_on=timezone.localdate() + timedelta(days=60)
    )
    busy = trainer_of(session, "Busy")
    assign_trainer(
        SessionFactory(course=session.course, first_starts_at=session.first_starts_at), trainer=busy, by=staff
    )

    call = open_call(session, kind="lead", by=staff)
    assert mails("trainer-asked") == ["Anne", "Berit", "Cecilie"]
    late = trainer_of(session, "Late")
    assert [calls_that_fit(one) for one in (anne, late, busy)] == [[call], [call], []]
    elsewhere = BusyCalendarFactory(trainer=late)
    assert calls_that_fit(late) == [call]
    taken = BusyPeriodFactory(calendar=elsewhere, starts_at=session.first_starts_at, ends_at=session.last_ends_at)
    assert calls_that_fit(late) == []
    taken.delete()
    BusyCalendar.objects.update(last_good_at=timezone.now() - timedelta(hours=7))
    assert calls_that_fit(late) == []
    elsewhere.delete()
    decline_trainer_offer(call, trainer=anne)
    accept_trainer_offer(call, trainer=late)

    assert states(call) == {"Anne": "declined", "Berit": "passed", "Cecilie": "passed", "Late": "accepted"}
    assert mails("trainer-offer-closed") == ["Berit", "Cecilie"]
    assert mails("trainer") == ["Busy", "Late"]
    with pytest.raises(TrainerOfferClosed, match="Somebody else was first"):
        accept_trainer_offer(call, trainer=berit)
    with pytest.raises(TrainerOfferClosed):
        decline_trainer_offer(call, trainer=berit)
    assert calls_that_fit(berit) == []


def test_a_call_that_does_not_fit_any_more_is_refused_in_words(session, staff):
    anne, berit, _cecilie = three(session)
    call = open_call(session, kind="lead", by=staff)
    anne.impartial_in.add(session.municipality)
    teach_elsewhere(berit, session, staff)

    with pytest.raises(TrainerOfferClosed, match="must not teach in this municipality, to be impartial"):
        accept_trainer_offer(call, trainer=anne)
    with pytest.raises(TrainerBusy, match="Berit already teaches"):
        accept_trainer_offer(call, trainer=berit)

    assert not session.assignments.standing().exists()
    assert states(call)["Berit"] == "offered"


def test_a_call_ends_by_the_clock_and_staff_is_told_once(session, staff):
    anne, *_others = three(session)
    call = open_call(session, kind="lead", by=staff)

    assert lapse_trainer_offers(call.answer_by) == 3
    assert lapse_trainer_offers(call.answer_by) == 0
    Assignment.objects.filter(offer=call).update(answer_by=timezone.now())
    TrainerOffer.objects.filter(pk=call.pk).update(answer_by=timezone.now())
    lapse_trainer_offers()

    call.refresh_from_db()
    assert call.end == End.NOBODY
    assert mails("trainer-offer-closed") == []
    assert len(mails("trainer-staff")) == 1
    assert calls_that_fit(anne) == []


def test_needs_of_each_kind_are_filled_by_themselves(staff):
    session = SessionFactory(leads_wanted=2, seconds_wanted=1)
    anne, berit, cecilie = three(session)
    second = trainer_of(session, "Sigrid", second=True)
    leads, seconds = (
        open_call(session, kind="lead", by=staff),
        ask_trainers(session, kind="second", trainers=[second], by=staff),
    )

    accept_trainer_offer(leads, trainer=anne)
    accept_trainer_offer(seconds, trainer=second)
    leads.refresh_from_db()
    assert leads.is_standing
    accept_trainer_offer(leads, trainer=berit)

    with pytest.raises(TrainerOfferClosed):
        accept_trainer_offer(leads, trainer=cecilie)
    assert sorted(session.assignments.standing().values_list("trainer__user__name", "kind")) == [
        ("Anne", "lead"),
        ("Berit", "lead"),
        ("Sigrid", "second"),
    ]
    with pytest.raises(NoNeed):
        ask_trainers(session, kind="lead", trainers=[cecilie], by=staff)


def test_who_does_not_fit_is_asked_only_with_a_reason_and_impartiality_is_checked_again(session, staff):
    trainer = trainer_of(session)
    trainer.impartial_in.add(session.municipality)

    with pytest.raises(NeedsReason, match="to be impartial"):
        ask_trainers(session, kind="lead", trainers=[trainer], by=staff)
    with pytest.raises(TrainerOfferRefused, match="It fits nobody now"):
        open_call(session, kind="lead", by=staff)
    offer = ask_trainers(session, kind="lead", trainers=[trainer], by=staff, reason="Avklart med kommunen.")
    with pytest.raises(TrainerOfferRefused, match="has been asked already"):
        ask_trainers(session, kind="lead", trainers=[trainer], by=staff, reason="En gang til.")
    with pytest.raises(TrainerUnfit):
        ask_trainers(session, kind="lead", trainers=[TrainerFactory()], by=staff)
    accept_trainer_offer(offer, trainer=trainer)

    assignment = session.assignments.standing().get()
    assert (assignment.overridden, assignment.override_reason) == (["impartial"], "Avklart med kommunen.")
    other = SessionFactory(
        course=session.course, municipality=MunicipalityFactory(), first_starts_at=timezone.now() + timedelta(days=50)
    )
    offer = ask_trainers(other, kind="lead", trainers=[trainer], by=staff)
    trainer.impartial_in.add(other.municipality)
    with pytest.raises(TrainerOfferClosed, match="to be impartial"):
        accept_trainer_offer(offer, trainer=trainer)


def test_giving_the_session_away_cancelling_it_and_taking_back_end_what_is_asked(session, staff):
    anne, berit, _cecilie = three(session)
    first = ask_trainers(session, kind="lead", trainers=[anne, berit], by=staff)
    take_back_offer(first, by=staff)
    with pytest.raises(TrainerOfferClosed, match="ended already"):
        take_back_offer(first, by=staff)
    assert states(first) == {"Anne": "taken_back", "Berit": "taken_back"}
    assert mails("trainer-offer-closed") == ["Anne"]

    call = open_call(session, kind="lead", by=staff)
    assignment = assign_trainer(session, trainer=berit, by=staff)
    assert set(states(call).values()) == {"passed"}
    assert mails("trainer-offer-closed") == ["Anne", "Anne", "Cecilie"]
    withdraw_assignment(assignment, by=staff)
    assert lacking().get() == session
    open_call(session, kind="lead", by=staff)
    assert Message.objects.filter(kind="trainer-asked", to_name="Berit").count() == 2

    told = {line.role: line.count for line in who_is_told([session])}
    assert told == {"Trainers who have been asked": 3}
    cancel_session(Session.objects.get(pk=session.pk), by=staff)
    assert TrainerOffer.objects.filter(end=End.OFF).count() == 1
    assert not Assignment.objects.waiting().exists()


def test_a_moved_session_asks_anew_and_the_old_mail_never_leaves(session, staff):
    trainer = trainer_of(session)
    offer = ask_trainers(session, kind="lead", trainers=[trainer], by=staff)
    meeting = session.meetings.get()
    seen = seen_of([meeting])
    later = timedelta(days=1)
    plan = MeetingPlan(meeting.starts_at + later, meeting.ends_at + later, place="Biblioteket", pk=meeting.pk)

    change_session(session, by=staff, meetings=[plan])

    old, new = Message.objects.filter(kind="trainer-asked").order_by("pk")
    assert (still_asked(old).action, still_asked(new).action) == ("cancel", "send")
    assert "Biblioteket" in new.text
    with pytest.raises(TrainerOfferClosed, match="has changed since you opened"):
        accept_trainer_offer(offer, trainer=trainer, seen=seen)
    change_session(session, by=staff, meetings=[plan], leads_wanted=0)
    offer.refresh_from_db()
    assert offer.end == End.FILLED


def test_leaving_reopens_the_need_and_tells_staff_without_the_word(session, staff):
    trainer = trainer_of(session)
    assignment = assign_trainer(session, trainer=trainer, by=staff)

    leave_session(assignment, word="Spør Berit.")

    assignment.refresh_from_db()
    assert (assignment.state, assignment.leaving_word) == ("withdrawn", "Spør Berit.")
    assert lacking().get() == session
    told = Message.objects.get(kind="trainer-staff")
    assert told.to_email == staff.email
    assert "Spør Berit." not in told.text + told.subject
    assert AssignedMeeting.objects.get().is_cancelled
    assert AuditEntry.objects.get(action="trainer.left").actor == trainer.user


def test_answers_go_after_a_year_and_words_after_two(session, staff):
    anne, berit, _cecilie = three(session)
    offer = ask_trainers(session, kind="lead", trainers=[anne, berit], by=staff)
    decline_trainer_offer(offer, trainer=anne)
    leave_session(accept_trainer_offer(offer, trainer=berit), word="Spør Cecilie.")
    over = session.last_ends_at

    assert erase_trainer_answers(over + timedelta(days=360)) == 0
    assert erase_trainer_answers(over + timedelta(days=370)) == 1
    assert erase_override_reasons(over + timedelta(days=720)) == 0
    assert erase_override_reasons(over + timedelta(days=740)) == 1

    assert list(session.assignments.values_list("trainer", "leaving_word")) == [(berit.pk, "")]


def test_out_today_ends_what_is_left_of_today_and_keeps_what_has_been_taught(staff):
    midday = timezone.localtime().replace(hour=12, minute=0, second=0, microsecond=0)
    session = SessionFactory(first_starts_at=midday, last_ends_at=midday + timedelta(hours=3), meetings=[])
    now = timezone.now()
    taught = session.meetings.create(starts_at=now - timedelta(minutes=2), ends_at=now - timedelta(minutes=1))
    running = session.meetings.create(starts_at=now - timedelta(seconds=30), ends_at=now + timedelta(seconds=40))
    Session.objects.filter(pk=session.pk).update(first_starts_at=taught.starts_at, last_ends_at=running.ends_at)
    trainer = trainer_of(session)
    elsewhere = SessionFactory(course=session.course)
    assign_trainer(elsewhere, trainer=trainer, by=staff)
    assignment = assign_trainer(Session.objects.get(pk=session.pk), trainer=trainer, by=staff)
    AssignedMeeting.objects.create(
        assignment=assignment, meeting=taught, trainer=trainer, starts_at=taught.starts_at, ends_at=taught.ends_at
    )

    assert be_out_today(trainer) == [session]
    assert be_out_today(trainer) == []

    rows = assignment.assigned_meetings.order_by("starts_at")
    assert list(rows.values_list("meeting", "is_cancelled")) == [(taught.pk, False), (running.pk, True)]
    assert elsewhere.assignments.standing().count() == 1
    told = Message.objects.get(kind="trainer-staff")
    assert told.subject.startswith("Urgent: a trainer cannot come today")
    assert not any(word in (told.text + told.subject).lower() for word in ("ill ", "sick", "health"))


@pytest.mark.parametrize(
    ("within", "asked", "until"),
    [
        ("hours", (2026, 10, 24, 22), (2026, 10, 25, 0)),
        ("day", (2026, 10, 23, 20), (2026, 10, 27, 7)),  # Friday night: Monday at 8, so Tuesday at 8, in winter time
        ("day", (2026, 10, 22, 8), (2026, 10, 23, 8)),
        ("two_days", (2026, 3, 31, 10), (2026, 4, 7, 10)),  # Easter lies between
        ("week", (2026, 10, 20, 10), (2026, 10, 27, 11)),  # the clocks are put back between
    ],
)
def test_days_to_answer_are_working_days_by_the_clock_of_oslo(within, asked, until):
    session = Session(first_starts_at=datetime(2027, 1, 1, tzinfo=UTC), last_ends_at=datetime(2027, 1, 2, tzinfo=UTC))

    assert answer_before(within, session, datetime(*asked, tzinfo=UTC)) == datetime(*until, tzinfo=UTC)


def test_nobody_has_longer_to_answer_than_the_session_takes():
    now = timezone.now()
    ahead = Session(first_starts_at=now + timedelta(hours=1), last_ends_at=now + timedelta(hours=4))
    begun = Session(first_starts_at=now - timedelta(minutes=5), last_ends_at=now + timedelta(hours=1))

    assert answer_before("hours", ahead, now) == ahead.first_starts_at
    assert answer_before("week", ahead, now) == ahead.first_starts_at
    assert answer_before("hours", begun, now) == begun.last_ends_at


@pytest.mark.parametrize("count", [1, 3])
def test_queries_for_calls_do_not_grow(staff, count, django_assert_num_queries):
    sessions = [SessionFactory(municipality=MunicipalityFactory()) for _number in range(count)]
    trainer = TrainerFactory()
    trainer.courses.set([one.course for one in sessions])
    for one in sessions:
        open_call(one, kind="lead", by=staff)
    trainer = Trainer.objects.select_related("user", "home").get(pk=trainer.pk)

    with django_assert_num_queries(9):
        found = calls_that_fit(trainer)

    assert len(found) == count


def test_session_moved_earlier_leaves_no_time_to_answer_beyond_its_start(session, staff):
    offer = ask_trainers(session, kind="lead", trainers=[trainer_of(session)], within="week", by=staff)
    second = trainer_of(session, "Berit")
    call = open_call(session, kind="lead", by=staff, within="week")
    meeting = session.meetings.get()
    starts_at = timezone.now().replace(second=0, microsecond=0) + timedelta(hours=30)
    plan = MeetingPlan(pk=meeting.pk, starts_at=starts_at, ends_at=starts_at + timedelta(hours=2), place=meeting.place)

    change_session(session, by=staff, meetings=[plan])

    call.refresh_from_db()
    until = {offer.assignments.get().answer_by, call.assignments.get(trainer=second).answer_by, call.answer_by}
    assert until == {starts_at}
    assert f"{starts_at.astimezone(OSLO):%H:%M}" in Message.objects.filter(kind="trainer-asked").first().text


def test_one_who_no_longer_teaches_answers_no_call(session, staff):
    trainer_of(session)
    call = open_call(session, kind="lead", by=staff)
    later = trainer_of(session, "Berit")
    dismiss_trainer(later.user, staff)

    with pytest.raises(TrainerOfferClosed):
        accept_trainer_offer(call, trainer=later)

    assert not AssignedMeeting.objects.exists()
