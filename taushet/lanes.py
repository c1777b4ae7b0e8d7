"""What each child of the worker does, round after round."""

import logging
import time
from collections.abc import Callable

from django.db import InterfaceError, OperationalError, connections

from taushet.services.asking import Turn
from taushet.services.carrier import Carrier
from taushet.services.clock import Clock
from taushet.services.jobs import run_next_job
from taushet.services.recovery import bury_the_dead, give_back
from taushet.services.sending import send_next
from taushet.worker import Life, Role

logger = logging.getLogger(__name__)

LOOK_FOR_THE_DEAD_EVERY = 15.0


def roles(senders: int = 1, runners: int = 1) -> list[Role]:
    """Return the processes of one worker: sign-in mail has one of its own, so that nothing stands before it."""
    return [
        Role("sign-in", lambda life: send_mail(life, only_sign_in=True), limit=300),
        *(Role(f"mail-{number}", send_mail, limit=300) for number in range(1, senders + 1)),
        *(Role(f"tasks-{number}", run_tasks, limit=3600) for number in range(1, runners + 1)),
        Role("clock", keep_time, limit=300),
    ]


def send_mail(life: Life, *, only_sign_in: bool = False) -> None:
    """Send what is due; rest longer and longer while the line to the provider is in trouble."""
    carrier, trouble = Carrier(), 0
    longest = 10 if only_sign_in else 120

    def turn() -> float:
        nonlocal trouble
        went = send_next(carrier, life.name, only_sign_in=only_sign_in)
        if went is Turn.IDLE:
            carrier.rest()
            return 0.25 if only_sign_in else 0.5
        trouble = trouble + 1 if went is Turn.TROUBLE else 0
        return min(2**trouble, longest) if trouble else 0

    keep_going(life, turn)
    carrier.close()


def run_tasks(life: Life) -> None:
    """Run the tasks that are due."""
    keep_going(life, lambda: 0 if run_next_job(life.name) else 0.5)


def keep_time(life: Life) -> None:
    """Enqueue periodic work, and give back what dead workers of any machine had in hand."""
    clock, looked = Clock(), 0.0

    def turn() -> float:
        nonlocal looked
        clock.tick()
        if time.monotonic() - looked > LOOK_FOR_THE_DEAD_EVERY:
            bury_the_dead()
            looked = time.monotonic()
        return 1.0

    keep_going(life, turn)


def keep_going(life: Life, turn: Callable[[], float]) -> None:
    """Take turns until the life ends; a turn says how long to rest.

    A database that is away is waited for. What was in hand when it went is then given back, as after a crash.
    """
    away = 0
    while life.goes_on():
        try:
            if away:
                give_back(life.name)
            pause, away = turn(), 0
        except (OperationalError, InterfaceError):
            away += 1
            logger.warning("%s waits for the database", life.name, exc_info=away == 1)
            connections.close_all()
            pause = min(0.5 * 2**away, 30)
        if pause:
            life.rest(pause)
