"""Leaving a session, while staff is at it too."""

import pytest
from django.db import connection
from django.urls import reverse

from courses.services.assignments import assign_trainer, withdraw_assignment
from tests.factories.courses import SessionFactory, TrainerFactory
from tests.factories.taushet import StaffFactory, sign_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english")]


def test_one_who_is_taken_off_between_two_queries_of_leaving_is_told_so(client):
    staff, session, trainer = StaffFactory(), SessionFactory(), TrainerFactory()
    trainer.courses.add(session.course)
    assignment = assign_trainer(session, trainer=trainer, by=staff)
    sign_in(client, trainer.user)
    taken_off = []

    def take_off(execute, sql, *rest):
        found = execute(sql, *rest)
        if "courses_assignment" in sql and not taken_off:  # the page has just found the session among the own ones
            taken_off.append(True)
            withdraw_assignment(assignment, by=staff)
        return found

    with connection.execute_wrapper(take_off):
        answer = client.post(reverse("courses:trainer_leave", args=[session.pk]), {"word": ""}, follow=True)

    assert answer.status_code == 200
    assert "You have been taken off this session already." in answer.content.decode()
