"""Municipalities are picked by what they have, not by what somebody has written down, and the count says so."""

from datetime import date

import pytest
from django.db.models import Value

from municipalities.knowledge import Knowledge, knowledge
from municipalities.models import Indicator, Municipality
from municipalities.services.facts import set_fact
from outreach.forms.audiences import AudienceForm
from outreach.services.mailings.audience_words import describe
from outreach.services.mailings.audiences import Audience, look
from tests.factories.outreach import indicators, place

pytestmark = pytest.mark.django_db
DAY = date(2026, 11, 24)


def found(key, how, value="", day=DAY):
    audience = Audience(everywhere=True, indicator=key, indicator_is=how, indicator_value=value)
    seen = look(audience, day=day)
    return "".join(sorted(row.municipality[-1] for row in seen.candidates)), seen.count.fact


def test_yes_is_having_it_and_no_or_unknown_is_lacking_it():
    for number, answer in enumerate(("yes", "yes", "no", None), 1):
        place(plan=None, number=f"610{number}")
        if answer:
            old = date(2024, 11, 24) if number == 2 else date(2026, 11, 1)  # 730 days before
            town = Municipality.objects.get(pk=f"610{number}")
            set_fact(town, indicators()[0], value=answer, observed_on=old, source="Kommunen")

    picked = {how: found("action-plan", how)[0] for how in ("has", "lacks", "unknown", "stale")}

    assert picked == {"has": "12", "lacks": "34", "unknown": "4", "stale": "2"}
    assert found("action-plan", "stale", day=date(2026, 11, 23))[0] == ""
    assert [found("action-plan", "equals", value)[0] for value in ("yes", "no", "vet ikke")] == ["12", "3", ""]
    split = found("action-plan", "has")[1]
    assert (split.has, split.others, split.unknown, split.stale) == (2, 1, 1, 1)


def test_numbers_are_had_above_zero():
    number = Indicator.objects.create(key="stillinger", name_nb="x", name_nn="x", name_en="x", kind="number")
    for place_number, value in enumerate(("0", "2", "0.5"), 1):
        set_fact(place(number=f"610{place_number}"), number, value=value, observed_on=DAY, source="Kommunen")

    assert [found("stillinger", how)[0] for how in ("has", "lacks", "unknown", "stale")] == ["23", "1", "", ""]


def test_a_value_is_found_however_it_was_written():
    written = {
        "number": ("2.5", "2,50", "3"),
        "date": ("2026-11-01", "2026-11-01", "2026-11-02"),
        "text": ("Ja", "JA", "x"),
    }
    asked = {"number": ("2,5", "2.5 årsverk"), "date": ("1.11.2026", "2026-11-01"), "text": ("ja",)}
    places = [place(number=f"610{number}") for number in (1, 2, 3)]
    for kind, values in written.items():
        names = dict.fromkeys(("name_nb", "name_nn", "name_en"), kind)
        indicator = Indicator.objects.create(key=kind, kind=kind, unit="årsverk" if kind == "number" else "", **names)
        for one, value in zip(places, values, strict=True):
            set_fact(one, indicator, value=value, observed_on=DAY, source="Kommunen")
        assert [found(kind, "equals", value)[0] for value in asked[kind]] == ["12"] * len(asked[kind])
    level = {
        "level": "local",
        "roles": ["mailbox"],
        "everywhere": "on",
        "indicator": "number",
        "indicator_is": "equals",
    }

    assert AudienceForm(level | {"indicator_value": "noen"}).errors.keys() == {"indicator_value"}
    form = AudienceForm(level | {"indicator_value": "2,5"})
    assert form.is_valid(), form.errors
    assert describe(form.audience).endswith("number: 2,5 årsverk")


@pytest.mark.parametrize(
    ("kind", "counted", "equals", "picked"),
    [
        ("number", 0, {"0": "1", "3": "", "tre": ""}, ["", "1", ""]),
        ("number", 3, {"0": "", "3": "1", "3,0": "1"}, ["1", "", ""]),
        ("yes_no", True, {"yes": "1", "no": "", "kanskje": ""}, ["1", "", ""]),
        ("yes_no", False, {"yes": "", "no": "1"}, ["", "1", ""]),
        ("date", date(2026, 1, 2), {"2026-01-02": "1", "i fjor": ""}, ["1", "", ""]),
    ],
)
def test_what_the_platform_counts_is_had_above_zero_too(monkeypatch, kind, counted, equals, picked):
    place(number="6101")
    monkeypatch.setitem(knowledge._entries, "tried", Knowledge("tried", "x", lambda: Value(counted)))
    names = {"name_nb": "x", "name_nn": "x", "name_en": "x"}
    Indicator.objects.create(key="tried", kind=kind, knowledge_key="tried", **names)

    assert {value: found("tried", "equals", value)[0] for value in equals} == equals
    assert [found("tried", how)[0] for how in ("has", "lacks", "unknown")] == picked


def test_the_words_say_what_is_asked():
    plan, courses = indicators()
    words = {
        (key, how): describe(Audience(everywhere=True, indicator=key, indicator_is=how)).rpartition(" · ")[2]
        for key in (plan.key, courses.key)
        for how in ("has", "lacks", "unknown", "stale")
    }

    assert [words[plan.key, how] for how in ("has", "lacks", "unknown", "stale")] == [
        "Handlingsplan: ja",
        "Handlingsplan: nei, ingen eller ukjent",
        "Handlingsplan er ikke kjent",
        "Handlingsplan er utdatert",
    ]
    assert words[courses.key, "has"] == "Kurs: minst én"
    assert [value for value, _label in AudienceForm().fields["indicator_is"].choices][:2] == ["has", "lacks"]
