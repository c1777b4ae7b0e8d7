"""The processes of `manage.py worker`: a parent that only watches, and children that each do one thing.

They are forked from the parent after Django is set up, so that they share its memory. The parent respawns a child
that dies, gives back what it had in hand, and signs that the living are alive. A child lives no longer than its
parent: the parent holds one end of a pipe, and when that end closes, however it does, the children stop.
"""

import gc
import logging
import mmap
import os
import select
import signal
import socket
import struct
import time
import uuid
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field

from django.db import DatabaseError, connections

from taushet.models import WorkerProcess
from taushet.services.recovery import bury

logger = logging.getLogger(__name__)

BEAT_EVERY = 10.0  # seconds; WorkerProcess.DEAD_AFTER is several of these
GRACE = 90.0  # seconds to finish the message at hand; longer than a mail provider may take to answer
NETWORK_TIMEOUT = 60.0
LONGEST_RESPAWN_PAUSE = 30.0
STOPPING = {signal.SIGTERM, signal.SIGINT}


class Alarm:
    """Sleep that a signal ends at once, and the memory that one came."""

    def __init__(self, *more_ends: int):
        self.rang = False
        self._wake, write = os.pipe()
        for end in (self._wake, write):
            os.set_blocking(end, False)
        self._ends = [self._wake, *more_ends]
        for number in STOPPING:
            signal.signal(number, self._ring)
        signal.set_wakeup_fd(write, warn_on_full_buffer=False)

    def _ring(self, *_):
        self.rang = True

    def sleep(self, seconds: float) -> list[int]:
        """Wait for a signal or for one of the other ends; return those that have something to say."""
        ready, _writable, _broken = select.select(self._ends, [], [], max(0.0, seconds))
        if self._wake in ready:
            with suppress(BlockingIOError):
                os.read(self._wake, 4096)
        return [end for end in ready if end != self._wake]


class Pulse:
    """A number in memory shared by parent and child: when the child last came round."""

    def __init__(self):
        self._memory = mmap.mmap(-1, 8)
        self.beat()

    def beat(self) -> None:
        self._memory[:] = struct.pack("d", time.monotonic())

    @property
    def age(self) -> float:
        return time.monotonic() - struct.unpack("d", self._memory[:])[0]


class Life:
    """What a child knows of its own life: its name, whether to go on, and how to wait."""

    def __init__(self, name: str, parent: int, pulse: Pulse):
        self.name = name
        self._parent = parent
        self._pulse = pulse
        self._alarm = Alarm(parent)

    def goes_on(self) -> bool:
        self._pulse.beat()
        return not self._alarm.rang and not self.rest(0)

    def rest(self, seconds: float) -> bool:
        """Wait; True when the parent is gone."""
        if self._parent in self._alarm.sleep(seconds):
            self._alarm.rang = True
        return self._alarm.rang


@dataclass
class Role:
    """Something a child does: `run(life)` until `life` ends. Stuck for `limit` seconds, it is ended by force."""

    key: str
    run: Callable[[Life], None]
    limit: float


@dataclass
class Child:
    role: Role
    pid: int = 0
    name: str = ""
    pulse: Pulse = field(default_factory=Pulse)
    pause: float = 0.0
    started: float = 0.0
    start_at: float = 0.0


class Parent:
    """Starts a child for each role, and keeps them until it is told to stop."""

    def __init__(self, roles: list[Role]):
        self.children = [Child(role) for role in roles]
        self._machine = socket.gethostname()[:30]
        self._next_beat = self._database_away_until = 0.0

    def run(self) -> None:
        gc.collect()
        gc.freeze()
        self._read_end, self._write_end = os.pipe()
        self._alarm = Alarm()
        signal.signal(signal.SIGCHLD, lambda *_: None)  # wakes the sleep
        while not self._alarm.rang:
            self._look_after_children()
            self._alarm.sleep(0.5)
        self._stop()

    def _look_after_children(self) -> None:
        now = time.monotonic()
        for child in self.children:
            if child.pid and self._has_ended(child):
                self._note_end(child, now)
            elif child.pid and child.pulse.age > child.role.limit:
                logger.error("%s has been stuck for %.0f s and is ended", child.name, child.pulse.age)
                os.kill(child.pid, signal.SIGKILL)
        if now < self._database_away_until:
            return
        try:
            self._talk_to_database(now)
            self._database_away_until = 0.0
        except DatabaseError:
            logger.warning("the worker waits for the database", exc_info=not self._database_away_until)
            self._database_away_until = now + 2.0
        finally:
            connections.close_all()  # a child must not inherit one

    def _talk_to_database(self, now: float) -> None:
        for child in self.children:
            if child.name and not child.pid:
                bury(child.name)
                child.name = ""
            if not child.pid and child.start_at <= now:
                self._start(child)
        if now >= self._next_beat:
            self._next_beat = now + BEAT_EVERY
            self._beat()

    def _start(self, child: Child) -> None:
        name = f"{self._machine}:{os.getpid()}:{child.role.key}:{uuid.uuid4().hex[:12]}"
        WorkerProcess.objects.create(name=name, role=child.role.key)
        connections.close_all()
        child.name, child.started, child.pulse = name, time.monotonic(), Pulse()
        signal.pthread_sigmask(signal.SIG_BLOCK, STOPPING)  # until the child has an alarm of its own
        child.pid = os.fork()
        if not child.pid:
            self._be(child)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, STOPPING)

    def _be(self, child: Child) -> None:
        """The life of a child; it never returns into the parent's code."""
        status = 1
        try:
            os.close(self._write_end)
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            socket.setdefaulttimeout(NETWORK_TIMEOUT)
            life = Life(child.name, self._read_end, child.pulse)
            signal.pthread_sigmask(signal.SIG_UNBLOCK, STOPPING)
            child.role.run(life)
            status = 0
        except BaseException:
            logger.exception("%s ended", child.name)
        finally:
            logging.shutdown()
            os._exit(status)

    def _has_ended(self, child: Child) -> bool:
        try:
            pid, _status = os.waitpid(child.pid, os.WNOHANG)
        except ChildProcessError:
            return True
        return pid != 0

    def _note_end(self, child: Child, now: float) -> None:
        logger.error("%s ended and is started again", child.name)
        lived = now - child.started
        child.pause = 0.0 if lived > LONGEST_RESPAWN_PAUSE else min(max(1.0, child.pause * 2), LONGEST_RESPAWN_PAUSE)
        child.pid, child.start_at = 0, now + child.pause

    def _beat(self) -> None:
        living = {child.name: child.role.key for child in self.children if child.pid}
        known = set(WorkerProcess.objects.filter(name__in=living).values_list("name", flat=True))
        for name in living.keys() - known:  # somebody took it for dead while the database was away
            WorkerProcess.objects.create(name=name, role=living[name])
        WorkerProcess.objects.filter(name__in=living).beat()

    def _stop(self) -> None:
        """Let every child finish what it has in hand; a second signal, or the end of the grace, ends them by force."""
        self._alarm.rang = False
        for child in self.children:
            if child.pid:
                os.kill(child.pid, signal.SIGTERM)
        deadline = time.monotonic() + GRACE
        while any(child.pid for child in self.children):
            if self._alarm.rang or time.monotonic() > deadline:
                self._end_by_force()
            for child in self.children:
                if child.pid and self._has_ended(child):
                    child.pid = 0
            self._alarm.sleep(0.1)
        with suppress(DatabaseError):
            for child in self.children:
                bury(child.name)
        connections.close_all()

    def _end_by_force(self) -> None:
        for child in self.children:
            if child.pid:
                os.kill(child.pid, signal.SIGKILL)
