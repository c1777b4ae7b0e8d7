from datetime import timedelta

import pytest
from django.core.cache import cache
from django.utils import timezone

from taushet.services.erasing import erase_traces
from taushet.services.limits import is_within

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)


def tries(number, who="192.0.2.1", action="book", times=3):
    return [is_within(action, who, times=times, every=HOUR) for _turn in range(number)]


def test_so_many_tries_are_within_and_the_next_is_not():
    assert tries(4) == [True, True, True, False]


def test_others_and_other_actions_are_counted_for_themselves():
    tries(3)

    assert tries(1, who="192.0.2.2") == [True]
    assert tries(1, action="ask") == [True]


def test_next_span_begins_anew(monkeypatch):
    tries(4)
    now = timezone.now().timestamp()
    monkeypatch.setattr("taushet.services.limits.time.time", lambda: now + HOUR.total_seconds())

    assert tries(1) == [True]


def test_a_try_is_counted_with_one_query(django_assert_num_queries):
    with django_assert_num_queries(1):
        tries(1)


def test_counts_are_erased_once_their_span_is_over():
    tries(1)

    assert erase_traces(timezone.now() + timedelta(minutes=59)) == 0
    assert erase_traces(timezone.now() + timedelta(minutes=61)) == 1


def test_counts_stay_when_much_else_is_kept(settings):
    tries(3)
    for number in range(400):
        cache.set(f"{number:04d}", number, 600)

    assert tries(1) == [False]
