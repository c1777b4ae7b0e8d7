"""The letters of the tests are written on a Monday morning, when offices are open."""

from datetime import datetime

import pytest
from django.utils import timezone

from taushet.workdays import OSLO
from tests.servers.smtp import smtp_server

MONDAY = datetime(2026, 11, 23, 10, 0, tzinfo=OSLO)


class Clock:
    """What time it is."""

    now = MONDAY

    def set(self, *moment):
        self.now = datetime(*moment, tzinfo=OSLO)


@pytest.fixture
def clock(monkeypatch):
    clock = Clock()
    monkeypatch.setattr(timezone, "now", lambda: clock.now)
    return clock


@pytest.fixture
def mailbox(settings):
    """A real mail server that letters may be sent to."""
    with smtp_server() as (mailbox, mailers):
        settings.OUTGOING_MAIL = True
        settings.MAILERS = mailers
        yield mailbox
