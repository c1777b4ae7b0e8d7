"""What a trainer sees of a question about a session that no longer fits."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from courses.models import Session
from courses.services.session_meetings import MeetingPlan
from courses.services.sessions import change_session
from courses.services.trainer_offers import open_call
from tests.factories.courses import SessionFactory, TrainerFactory
from tests.factories.taushet import StaffFactory, sign_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english")]


def test_page_of_a_call_says_that_it_no_longer_fits_and_takes_an_answer_once_it_does(client):
    session, staff = SessionFactory(), StaffFactory()
    trainer, other = TrainerFactory.create_batch(2)
    for one in (trainer, other):
        one.courses.add(session.course)
    day = timezone.localdate(session.first_starts_at) + timedelta(days=1)
    away = trainer.availability_exceptions.create(kind="away", first_on=day, last_on=day)
    call, meeting = open_call(session, kind="lead", by=staff), session.meetings.get()
    later = timedelta(days=1)
    plan = MeetingPlan(meeting.starts_at + later, meeting.ends_at + later, place=meeting.place, pk=meeting.pk)
    change_session(Session.objects.get(), by=staff, meetings=[plan])
    sign_in(client, trainer.user)
    page = reverse("courses:trainer_offer", args=[call.pk])

    shown = client.get(page)

    assert "This session does not fit you any more." in shown.text
    assert "Yes, I will teach it" not in shown.text
    away.delete()
    assert "Yes, I will teach it" in client.get(page).text
