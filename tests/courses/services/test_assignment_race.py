from collections import Counter
from datetime import timedelta
from multiprocessing import get_context

import pytest
from django.db import DatabaseError, connections
from django.utils import timezone

from courses.models import AssignedMeeting
from courses.services.assignments import TrainerBusy, assign_trainer
from tests.factories.courses import CourseFactory, SessionFactory, TrainerFactory
from tests.factories.taushet import UserFactory

PROCESSES = 8
ROUNDS = 6


def assign_in_every_round(sessions, trainer, staff, start, answers):
    """Try to give one session of every round to the same trainer, at the same time as the other processes."""
    start.wait()
    for number, session in enumerate(sessions):
        try:
            assign_trainer(session, trainer=trainer, by=staff)
            answers.put((number, "taken"))
        except TrainerBusy:
            answers.put((number, "busy"))
        except DatabaseError as error:
            answers.put((number, repr(error)))


@pytest.mark.django_db(transaction=True)
def test_eight_processes_never_put_a_trainer_in_two_places():
    course, trainer, staff = CourseFactory(), TrainerFactory(), UserFactory()
    trainer.courses.add(course)
    first = timezone.now() + timedelta(days=30)
    context = get_context("fork")
    start, answers = context.Barrier(PROCESSES), context.Queue()
    rivals = []
    for process in range(PROCESSES):
        sessions = [
            SessionFactory(course=course, first_starts_at=first + timedelta(days=day, minutes=20 * process))
            for day in range(ROUNDS)
        ]
        rivals.append(context.Process(target=assign_in_every_round, args=(sessions, trainer, staff, start, answers)))
    connections.close_all()

    for rival in rivals:
        rival.start()
    outcomes = Counter(answers.get(timeout=120) for _attempt in range(PROCESSES * ROUNDS))
    for rival in rivals:
        rival.join(timeout=30)

    for day in range(ROUNDS):
        assert (outcomes.pop((day, "taken"), 0), outcomes.pop((day, "busy"), 0)) == (1, PROCESSES - 1), outcomes
    assert not outcomes
    assert AssignedMeeting.objects.filter(trainer=trainer, is_cancelled=False).count() == ROUNDS
