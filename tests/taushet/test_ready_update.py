"""Updates that are put together once change what Django's would; several of them change all they name, or nothing."""

from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest
from django.db import connection, transaction
from django.utils import timezone

from taushet.models import Attempt, Message
from taushet.ready_update import ReadyUpdate, update_together
from taushet.services.answers import Answer
from taushet.services.settling import ATTEMPT_TAKEN, MESSAGE_SENT, settle
from tests.factories.outbox import write

KIND = ReadyUpdate(lambda reason, pk: (Message.objects.filter(pk=pk), {"state_reason": reason}), "-reason", -1)


@pytest.fixture
def attempt() -> Attempt:
    message = write()
    Message.objects.update(state="sending")
    return message.attempts.create(number=1, worker="w", handed_over_at=timezone.now())


def settle_together(attempt: Attempt, *, kind_finds: int) -> bool:
    now = timezone.now()
    return update_together(
        (MESSAGE_SENT, (now, attempt.message_id)),
        (ATTEMPT_TAKEN, ("250 ok", "", now, attempt.pk)),
        (KIND, ("told", kind_finds)),
    )


def stand(attempt: Attempt) -> tuple:
    message = Message.objects.get(pk=attempt.message_id)
    attempt.refresh_from_db()
    return message.state, message.state_reason, attempt.outcome, attempt.detail


@pytest.mark.django_db(transaction=True)
def test_each_makes_its_change(attempt):
    other = write()

    assert settle_together(attempt, kind_finds=other.pk)

    other.refresh_from_db()
    assert stand(attempt) == ("sent", "", "accepted", "250 ok")
    assert (other.state, other.state_reason) == ("queued", "told")


@pytest.mark.parametrize("alone", [True, False], ids=["by itself", "inside a transaction"])
@pytest.mark.django_db(transaction=True)
def test_one_that_meets_no_row_undoes_those_before_it(attempt, alone):
    before = stand(attempt)
    if alone:
        assert not settle_together(attempt, kind_finds=0)
    else:
        with transaction.atomic():
            assert not settle_together(attempt, kind_finds=0)
            assert stand(attempt) == before  # and more can be asked in the same transaction
    assert stand(attempt) == before

    Attempt.objects.update(outcome="unknown", finished_at=timezone.now())  # as one that was taken for dead
    closed = stand(attempt)
    assert not settle_together(attempt, kind_finds=attempt.message_id)
    assert stand(attempt) == closed


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_whoever_closes_the_attempt_at_the_same_moment_is_not_written_over(attempt):
    has_locked, may_commit = Event(), Event()

    def take_for_dead():
        try:
            with transaction.atomic():
                settle(attempt, Answer("unknown", "stopped"))
                has_locked.set()
                assert may_commit.wait(20)
        finally:
            connection.close()

    def finish():
        try:
            return settle_together(attempt, kind_finds=attempt.message_id)
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as threads:
        burial = threads.submit(take_for_dead)
        assert has_locked.wait(20)
        finishing = threads.submit(finish)
        with pytest.raises(TimeoutError):
            finishing.result(0.5)  # it waits for the row
        may_commit.set()
        burial.result(20)
        assert not finishing.result(20)

    assert stand(attempt)[0::2] == ("unknown", "unknown")
