from datetime import date, timedelta

import pytest
from django.db.models import Value
from django.utils import timezone

from municipalities import knowledge as known_by
from municipalities.exceptions import BadValue
from municipalities.forms.facts import FactForm
from municipalities.models import Fact, Indicator
from municipalities.services.facts import forget_fact, known_values, set_fact
from tests.factories.municipalities import FactFactory, IndicatorFactory, MunicipalityFactory
from tests.factories.taushet import UserFactory

DAY = date(2026, 3, 1)


def put_in(municipality, indicator, value="yes", **more):
    return set_fact(municipality, indicator, **({"value": value, "observed_on": DAY, "source": "Planen"} | more))


def test_new_value_replaces_the_old_one_and_keeps_it(db):
    municipality, indicator, user = MunicipalityFactory(), IndicatorFactory(), UserFactory()
    old = put_in(municipality, indicator, "no")

    new = put_in(municipality, indicator, "yes", by=user)

    old.refresh_from_db()
    assert list(Fact.objects.current()) == [new]
    assert old.value == "no"
    assert old.replaced_at is not None
    assert new.entered_by == user


def test_same_value_again_writes_nothing(db):
    municipality, indicator = MunicipalityFactory(), IndicatorFactory()
    fact = put_in(municipality, indicator)

    assert put_in(municipality, indicator) == fact
    assert Fact.objects.count() == 1


def test_forgotten_value_is_unknown_again(db):
    fact = FactFactory()

    forget_fact(fact.municipality, fact.indicator)

    assert known_values([fact.municipality.pk]) == {}
    assert Fact.objects.count() == 1


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("yes_no", "maybe"),
        ("yes_no", ""),
        ("number", "many"),
        ("number", "NaN"),
        ("number", "1e999999"),
        ("date", "2026-02-30"),
        ("date", "today"),
        ("text", "x" * 301),
        ("text", "   "),
    ],
)
def test_value_that_does_not_suit_is_refused(db, kind, value):
    with pytest.raises(BadValue):
        put_in(MunicipalityFactory(), IndicatorFactory(kind=kind), value)

    assert not Fact.objects.exists()


@pytest.mark.parametrize(("value", "stored"), [("1 234,5", "1234.5"), ("0", "0"), ("-3", "-3")])
def test_number_is_stored_with_a_point(db, value, stored):
    assert put_in(MunicipalityFactory(), IndicatorFactory(kind="number"), value).value == stored


@pytest.mark.parametrize(
    ("typed", "stands", "is_taken"),
    [
        ("1.234", "", False),
        ("12.345.678", "", False),
        ("1.234", "1.234", True),  # as it stood before
        ("0.125", "", True),
        ("1,234", "", True),
    ],
)
def test_a_number_that_can_be_read_in_two_ways_is_asked_about_when_it_is_typed(db, typed, stands, is_taken):
    said = {"value": typed, "observed_on": "2026-03-01", "source": "Planen"}
    form = FactForm(said, indicator=IndicatorFactory(kind="number"), initial={"value": stands})
    assert form.is_valid() == is_taken
    assert set(form.errors) == (set() if is_taken else {"value"})


def test_future_day_and_missing_source_are_refused(db):
    municipality, indicator = MunicipalityFactory(), IndicatorFactory()

    with pytest.raises(BadValue):
        put_in(municipality, indicator, observed_on=timezone.localdate() + timedelta(days=1))
    with pytest.raises(BadValue):
        put_in(municipality, indicator, source=" ")


def test_value_the_platform_counts_cannot_be_put_in(db):
    with pytest.raises(BadValue):
        put_in(MunicipalityFactory(), IndicatorFactory(kind="number", knowledge_key="courses_held"), "3")


def test_value_goes_stale_on_its_day(db):
    fact = FactFactory(indicator=IndicatorFactory(fresh_days=730), observed_on=DAY)

    last_day = DAY + timedelta(days=729)
    assert known_values([fact.municipality.pk], on=last_day)[fact.municipality.pk, fact.indicator.key].is_fresh
    assert not known_values([fact.municipality.pk], on=last_day + timedelta(days=1))[
        fact.municipality.pk, fact.indicator.key
    ].is_fresh


def test_counted_value_is_known_beside_the_entered_ones(db, monkeypatch, django_assert_num_queries):
    monkeypatch.setitem(known_by.knowledge._entries, "nights", known_by.Knowledge("nights", "Nights", lambda: Value(0)))
    counted = IndicatorFactory(kind=Indicator.Kind.NUMBER, knowledge_key="nights")
    facts = FactFactory.create_batch(3)

    with django_assert_num_queries(3):
        known = known_values([fact.municipality.pk for fact in facts])

    assert known[facts[0].municipality.pk, counted.key].value == "0"
    assert known[facts[0].municipality.pk, facts[0].indicator.key].value == "yes"
    assert len(known) == 6
