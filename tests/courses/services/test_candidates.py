"""What speaks against a trainer, in words."""

from datetime import date, time

import pytest
from django.utils import translation

from courses.services.candidates import say_minutes, say_reason
from courses.services.hours import span_of
from courses.services.reasons import HINTS, REFUSALS, Reason, Why

SPAN = span_of(date(2027, 3, 8), time(9), time(12))


@pytest.mark.parametrize("why", Why)
@pytest.mark.parametrize("language", ["nb", "nn", "en"])
def test_every_reason_has_words_in_each_language(why, language):
    reason = Reason(why, SPAN, session=1, number=2, minutes=75, name="2. påskedag")

    with translation.override(language):
        assert say_reason(reason)
    assert (reason.refuses, reason.warns) == (why in REFUSALS, why not in REFUSALS | HINTS)


@pytest.mark.parametrize("why", [Why.TAKEN, Why.TRAVEL])
def test_session_elsewhere_is_named_only_for_those_who_may_see_it(why):
    reason = Reason(why, SPAN, session=1, minutes=75)

    assert "Når hjemmet er farlig" not in say_reason(reason)
    assert ("Når hjemmet er farlig, Bodø" in say_reason(reason, {1: "Når hjemmet er farlig, Bodø"})) == (
        why == Why.TAKEN
    )


@pytest.mark.parametrize(("minutes", "words"), [(0, "0 min"), (45, "45 min"), (120, "2 t"), (200, "3 t 20 min")])
def test_minutes_are_said_as_people_do(minutes, words):
    assert say_minutes(minutes) == words
