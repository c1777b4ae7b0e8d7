"""Several municipalities accept at once: one gets the last trainer, the others are told why."""

from collections import Counter
from datetime import timedelta

import pytest
from django.utils import timezone

from courses.exceptions import OfferGone
from courses.models import AssignedMeeting, Booking, CourseRequest, Session
from courses.services.request_offers import OfferPlan, accept_offer, offer_dates
from taushet.models import Message
from tests.factories.courses import CourseFactory, CourseRequestFactory, RequestOfferFactory, TrainerFactory
from tests.factories.taushet import StaffFactory
from tests.rivals import at_once

PROCESSES = 6

pytestmark = pytest.mark.django_db(transaction=True)


def accept(offer):
    return ("session", accept_offer(offer).pk)


def test_one_of_several_requests_gets_the_last_trainer_and_the_others_are_told_why():
    course, trainer = CourseFactory(), TrainerFactory()
    starts = timezone.now() + timedelta(days=40)
    offers = [
        RequestOfferFactory(
            request__course=course, trainer=trainer, starts_at=starts + timedelta(minutes=20 * number), place=""
        )
        for number in range(PROCESSES)
    ]

    outcomes = at_once(accept, offers)

    assert Counter(kind for kind, _answer in outcomes) == {"session": 1, OfferGone.__name__: PROCESSES - 1}
    told = {answer for kind, answer in outcomes if kind == OfferGone.__name__}
    assert all("the trainer has just been given to others. Nothing has been booked." in answer for answer in told)
    assert (Session.objects.count(), Booking.objects.count()) == (1, 1)
    assert AssignedMeeting.objects.filter(trainer=trainer, is_cancelled=False).count() == 1
    states = Counter(CourseRequest.objects.values_list("state", flat=True))
    assert states == {"accepted": 1, "waiting": PROCESSES - 1}
    assert Message.objects.filter(kind="request-offer-changed").count() == PROCESSES - 1


def test_one_offer_accepted_many_times_at_once_is_one_session():
    offer = RequestOfferFactory()

    outcomes = at_once(accept, [offer] * PROCESSES)

    assert outcomes == [("session", Session.objects.get().pk)] * PROCESSES
    assert Booking.objects.count() == 1
    assert Message.objects.filter(kind="booking-confirmed").count() == 1
    assert offer.request.events.filter(kind="accepted").count() == 1


def test_several_staff_who_offer_at_once_stand_in_line():
    asked = CourseRequestFactory()
    trainer = TrainerFactory()
    trainer.courses.add(asked.course)
    seen = asked.events.create(kind="confirmed", side="requester").pk
    starts = timezone.now() + timedelta(days=40)

    def offer(staff):
        plan = OfferPlan(starts, starts + timedelta(hours=3), trainer)
        deadline = timezone.now() + timedelta(days=5)
        terms = {"answer_by": deadline, "format": "on_site", "seats": 12, "seat_price": 0, "seen": seen}
        return ("offer", len(offer_dates(asked, by=staff, plans=[plan], **terms)))

    outcomes = at_once(offer, StaffFactory.create_batch(PROCESSES))

    assert Counter(kind for kind, _answer in outcomes) == {"offer": 1, "RequestChanged": PROCESSES - 1}
    assert asked.offers.count() == 1
