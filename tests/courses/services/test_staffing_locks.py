"""Whoever staffs a session holds up others who staff it, but nobody who only writes a row that points at it."""

import threading

import pytest
from django.db import OperationalError, connection, transaction

from courses.models import Assignment, Session, Swap
from courses.services import swaps
from courses.services.assignments import assign_trainer, locked_trainer
from courses.services.sessions import open_session
from courses.services.staffing import lock_session
from tests.factories.courses import SessionFactory, TrainerFactory
from tests.factories.taushet import StaffFactory

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.postgres]


def can_lock(row, strength):
    """Whether another connection gets a lock on a row at once."""
    found = []

    def ask():
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                table = connection.ops.quote_name(row._meta.db_table)
                cursor.execute(f"SELECT 1 FROM {table} WHERE id = %s FOR {strength} NOWAIT", [row.pk])
            found.append(True)
        except OperationalError:
            found.append(False)
        finally:
            connection.close()

    thread = threading.Thread(target=ask)
    thread.start()
    thread.join(10)
    return found[0]


def approved(session, trainers, staff):
    swap = swaps.ask_colleague(Assignment.objects.get(), colleague=trainers[1], by=trainers[0].user)
    return lambda: swaps.approve_swap(swaps.answer_swap(swap, agrees=True, by=trainers[1].user), by=staff)


@pytest.mark.parametrize("act", ["lock", "open", "swap"])
def test_what_points_at_a_session_can_be_written_while_it_is_staffed(act):
    session, staff = SessionFactory(state=Session.State.DRAFT), StaffFactory()
    trainers = TrainerFactory.create_batch(2)
    for one in trainers:
        one.courses.add(session.course)
    assignment = assign_trainer(session, trainer=trainers[0], by=staff)
    do = {
        "lock": lambda: (lock_session(session.pk), locked_trainer(trainers[0].pk)),
        "open": lambda: open_session(session, by=staff),
        "swap": approved(session, trainers, staff),
    }[act]
    held = {"lock": [session, trainers[0]], "open": [session], "swap": [session, assignment, *trainers, Swap.objects]}

    with transaction.atomic():
        do()

        rows = [Swap.objects.get() if row is Swap.objects else row for row in held[act]]
        assert {(can_lock(row, "KEY SHARE"), can_lock(row, "NO KEY UPDATE")) for row in rows} == {(True, False)}
