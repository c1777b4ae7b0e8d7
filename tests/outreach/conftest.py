"""The letters of the tests are written on a Monday morning, when offices are open."""

from datetime import datetime

import pytest
from django.utils import timezone

from taushet.workdays import OSLO

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
