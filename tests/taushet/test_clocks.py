"""Days counted on the wall clock, also over the two nights a year when it jumps."""

from datetime import UTC, datetime

import pytest
from django.utils import timezone

from taushet.clocks import days_from


def oslo(*parts, fold=0):
    return datetime(*parts, tzinfo=timezone.get_default_timezone(), fold=fold)


@pytest.mark.parametrize(
    ("moment", "days", "expected"),
    [
        (oslo(2026, 10, 26, 9), -1, datetime(2026, 10, 25, 8, tzinfo=UTC)),
        (oslo(2026, 10, 26, 9), -2, datetime(2026, 10, 24, 7, tzinfo=UTC)),
        (oslo(2027, 3, 29, 2, 30), -1, datetime(2027, 3, 28, 1, 30, tzinfo=UTC)),  # 03.30, after the jump
        (oslo(2026, 10, 26, 2, 30), -1, datetime(2026, 10, 25, 0, 30, tzinfo=UTC)),  # the first 02.30
        (oslo(2026, 10, 25, 2, 30, fold=1), 1, datetime(2026, 10, 26, 1, 30, tzinfo=UTC)),
        (datetime(2027, 3, 29, 7, tzinfo=UTC), -1, datetime(2027, 3, 28, 7, tzinfo=UTC)),
    ],
)
def test_days_keep_the_time_of_day(moment, days, expected):
    assert days_from(moment, days) == expected
