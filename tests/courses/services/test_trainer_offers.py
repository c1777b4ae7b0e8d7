"""Asking trainers: in turn and in a call, with deadlines that lapse, and what each is told."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from courses.exceptions import NeedsReason, NoNeed, TrainerBusy, TrainerOfferClosed, TrainerOfferRefused, TrainerUnfit
from courses.models import AssignedMeeting, Assignment, Session, Trainer, TrainerOffer
from courses.registrations.staffing import still_asked
from courses.services.assignments import assign_trainer, withdraw_assignment
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
from tests.factories.courses import SessionFactory, TrainerFactory
from tests.factories.municipalities import MunicipalityFactory
from tests.factories.taushet import StaffFactory, UserFactory

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
