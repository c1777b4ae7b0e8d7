"""What becomes of those who have been asked when the session is changed, and which calls a trainer sees."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Group
from django.utils import timezone

from courses.exceptions import TrainerOfferClosed
from courses.models import Assignment, Session, TrainerOffer
from courses.services.assignments import assign_trainer, withdraw_assignment
from courses.services.session_meetings import MeetingPlan
from courses.services.sessions import change_session
from courses.services.trainer_answers import accept_trainer_offer, leave_session
from courses.services.trainer_fits import calls_that_fit
from courses.services.trainer_offers import ask_trainers, lapse_trainer_offers, open_call
from taushet.models import Message
from tests.factories.courses import SessionFactory, TrainerFactory
from tests.factories.municipalities import MunicipalityFactory
from tests.factories.taushet import StaffFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english")]
DAY = timedelta(days=1)


@pytest.fixture
def staff():
    return StaffFactory(email="asker@test.example", name="Asker", language="en")


@pytest.fixture
def session():
    return SessionFactory(municipality=MunicipalityFactory())


def trainer_of(session, name):
    trainer = TrainerFactory(user__name=name, user__language="en")
    trainer.courses.add(session.course)
    return trainer


def away(trainer, session, days=0):
    day = timezone.localdate(session.first_starts_at) + timedelta(days=days)
    return trainer.availability_exceptions.create(kind="away", first_on=day, last_on=day)


def move(session, staff, by=DAY, **fields):
    meeting = session.meetings.get()
    plan = MeetingPlan(meeting.starts_at + by, meeting.ends_at + by, place=meeting.place, pk=meeting.pk)
    change_session(Session.objects.get(pk=session.pk), by=staff, meetings=[plan], **fields)


def states(offer):
    return dict(offer.assignments.order_by("pk").values_list("trainer__user__name", "state"))


def mails(kind):
    return sorted(Message.objects.filter(kind=kind).values_list("to_name", flat=True))


def test_a_call_that_is_moved_leaves_out_whom_it_no_longer_fits_and_asks_whom_it_has_come_to_fit(session, staff):
    _anne, berit, cecilie = (trainer_of(session, name) for name in ("Anne", "Berit", "Cecilie"))
    away(berit, session, days=1)
    away(cecilie, session)
    call = open_call(session, kind="lead", by=staff, within="week")
    assert mails("trainer-asked") == ["Anne", "Berit"]

    move(session, staff)

    assert states(call) == {"Anne": "offered", "Berit": "unfit", "Cecilie": "offered"}
    assert mails("trainer-asked") == ["Anne", "Anne", "Berit", "Cecilie"]
    told = Message.objects.get(kind="trainer-offer-closed")
    assert (told.to_name, told.subject.startswith("Changed, so you need not answer: ")) == ("Berit", True)
    assert calls_that_fit(berit) == []
    with pytest.raises(TrainerOfferClosed, match="does not fit you any more: is away"):
        accept_trainer_offer(call, trainer=berit)

    move(session, staff, -DAY)

    assert states(call) == {"Anne": "offered", "Berit": "offered", "Cecilie": "unfit"}
    assert accept_trainer_offer(call, trainer=berit).state == "accepted"
    assert call.assignments.count() == 3


def test_one_whom_a_call_did_not_fit_may_answer_once_it_does(session, staff):
    anne, berit = trainer_of(session, "Anne"), trainer_of(session, "Berit")
    day_off = away(berit, session, days=1)
    call = open_call(session, kind="lead", by=staff)
    move(session, staff)
    assert calls_that_fit(berit) == []

    day_off.delete()

    assert calls_that_fit(berit) == [call]
    assert accept_trainer_offer(call, trainer=berit).state == "accepted"
    assert mails("trainer-asked").count(anne.user.name) == 2


def test_a_call_that_fits_none_of_those_it_asked_ends_and_staff_is_told(session, staff):
    away(trainer_of(session, "Anne"), session, days=1)
    call = open_call(session, kind="lead", by=staff)

    move(session, staff)

    call.refresh_from_db()
    assert (call.end, states(call)) == (TrainerOffer.End.NOBODY, {"Anne": "unfit"})
    assert (mails("trainer-staff"), mails("trainer-offer-closed")) == (["Asker"], ["Anne"])


def test_another_language_ends_what_was_asked_of_those_who_do_not_teach_in_it(session, staff):
    trainer_of(session, "Anne")
    both = trainer_of(session, "Berit")
    both.teaches_nn = True
    both.save()
    call = open_call(session, kind="lead", by=staff)

    move(session, staff, timedelta(0), language="nn")

    assert states(call) == {"Anne": "unfit", "Berit": "offered"}
    assert mails("trainer-offer-closed") == ["Anne"]


def test_one_asked_by_name_who_teaches_elsewhere_at_the_new_time_is_passed_over(session, staff):
    anne, berit = trainer_of(session, "Anne"), trainer_of(session, "Berit")
    elsewhere = SessionFactory(course=session.course, first_starts_at=session.first_starts_at + DAY)
    assign_trainer(elsewhere, trainer=anne, by=staff)
    offer = ask_trainers(session, kind="lead", trainers=[anne, berit], by=staff)
    away(berit, session, days=1)

    move(session, staff)

    # Days away were Berit's own to decide about: she was asked by name.
    assert states(offer) == {"Anne": "unfit", "Berit": "offered"}
    with pytest.raises(TrainerOfferClosed, match="does not fit you any more, so others have been asked"):
        accept_trainer_offer(offer, trainer=anne)


def test_one_taken_off_sees_the_calls_that_come_later_and_one_who_left_sees_none(session, staff):
    session.leads_wanted = 2
    session.save()
    anne, berit, _other = (trainer_of(session, name) for name in ("Anne", "Berit", "Cecilie"))
    before = open_call(session, kind="lead", by=staff)
    off = accept_trainer_offer(before, trainer=anne)
    leave_session(accept_trainer_offer(before, trainer=berit))
    days_off = [away(anne, session), away(berit, session)]
    session.leads_wanted = 3
    session.save()
    standing = open_call(session, kind="lead", by=staff)
    withdraw_assignment(off, by=staff)
    assert states(standing) == {"Cecilie": "offered"}
    for one in days_off:
        one.delete()
    assert calls_that_fit(anne) == []  # staff took her off while this one stood

    TrainerOffer.objects.filter(pk=standing.pk).update(made_at=timezone.now())

    assert calls_that_fit(anne) == [standing]
    assert calls_that_fit(berit) == []
    assert accept_trainer_offer(standing, trainer=anne).state == "accepted"


@pytest.mark.parametrize("gone", ["inactive", "other role"])
def test_staff_hears_of_an_offer_whose_maker_is_gone(session, staff, gone):
    trainer_of(session, "Anne")
    StaffFactory(name="Colleague", language="en")
    call = open_call(session, kind="lead", by=staff)
    if gone == "inactive":
        staff.is_active = False
        staff.save()
    else:
        staff.groups.set(Group.objects.filter(name="finance"))

    lapse_trainer_offers(call.answer_by)

    assert mails("trainer-staff") == ["Colleague"]


def test_the_maker_alone_hears_of_an_offer_while_at_work(session, staff):
    StaffFactory(name="Colleague")
    anne = trainer_of(session, "Anne")

    accept_trainer_offer(ask_trainers(session, kind="lead", trainers=[anne], by=staff), trainer=anne)

    assert mails("trainer-staff") == ["Asker"]
    assert Assignment.objects.standing().count() == 1
