"""What is measured, and where it is missing."""

from datetime import date

import pytest
from django.conf import settings
from django.urls import reverse
from django.utils import translation

from municipalities.forms.facts import FactForm
from municipalities.models import Indicator
from municipalities.services.facts import set_fact
from municipalities.services.indicators import make_indicator
from tests.factories.courses import BookingFactory, SessionFactory
from tests.factories.municipalities import IndicatorFactory, MunicipalityFactory
from tests.factories.taushet import StaffFactory, sign_in

pytestmark = pytest.mark.django_db

LIST, NEW, LACKS, LACKS_CSV = (
    reverse(f"municipalities:{name}")
    for name in ("indicator_list", "indicator_create", "fact_lack_list", "fact_lack_csv")
)
NAMES = {"name_nb": "Årlig øving", "name_nn": "Årleg øving", "name_en": "Yearly exercise"}


@pytest.fixture
def staff(client):
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    return sign_in(client, StaffFactory())


def change(client, indicator, **data):
    address = reverse("municipalities:indicator_update", args=[indicator.key])
    return client.post(address, NAMES | {"kind": indicator.kind} | data)


def test_an_indicator_is_made_and_changed_while_no_fact_contradicts(client, staff):
    client.post(NEW, NAMES | {"kind": "text", "fresh_days": "30"})
    indicator = Indicator.objects.get()
    assert (indicator.key, indicator.fresh_days) == ("arlig-oving", 30)
    set_fact(MunicipalityFactory(), indicator, value="12", observed_on=date(2026, 1, 1), source="x")

    refused = change(client, indicator, kind="date")
    counted = change(client, indicator, knowledge_key="courses_held", kind="number")
    change(client, indicator, kind="number", unit="ganger")

    assert "12" in refused.context["form"].errors["kind"][0]
    assert list(counted.context["form"].errors) == ["kind"]
    indicator.refresh_from_db()
    assert (indicator.kind, indicator.unit, indicator.fresh_days) == ("number", "ganger", None)
    assert list(change(client, indicator, kind="text", unit="x").context["form"].errors) == ["unit"]
    assert make_indicator(by=staff, kind="text", **NAMES).key == "arlig-oving-2"


def test_the_list_tells_where_facts_are_fresh_old_or_missing(client, staff):
    indicator = IndicatorFactory(key="plan", fresh_days=365)
    fresh, old, missing = [MunicipalityFactory(name=name) for name in ("Ny", "=Gammel", "Uten")]
    set_fact(fresh, indicator, value="yes", observed_on=date.today(), source="x")
    set_fact(old, indicator, value="no", observed_on=date(2020, 1, 1), source="y")

    rows = client.get(LIST).context["rows"]
    assert rows == [(indicator, {"fresh": 1, "stale": 1, "missing": 1})]

    def found(**asked):
        return [lack.municipality for lack in client.get(LACKS, asked).context["lacks"]]

    assert set(found()) == {old, missing}
    assert found(indicator="plan", state="missing") == [missing]
    assert found(indicator="plan", state="stale", county=old.county_id) == [old]
    assert found(indicator="unknown") == []
    lines = b"".join(client.get(LACKS_CSV, {"state": "stale"}).streaming_content).decode().splitlines()
    assert lines[1].startswith(f"{old.number};'=Gammel;")


def test_what_the_platform_knows_is_shown_and_never_entered(client, staff):
    place = MunicipalityFactory()
    session = SessionFactory(state="held")
    for seats, state in ((3, "confirmed"), (2, "confirmed"), (9, "cancelled")):
        BookingFactory(session=session, municipality=place, seats=seats, state=state)
    IndicatorFactory(key="people", kind="number", knowledge_key="people_trained")
    later = IndicatorFactory(key="answer", kind="date", knowledge_key="nobody_counts_this")

    indicators = client.get(reverse("municipalities:municipality_facts", args=[place.number])).context["indicators"]

    assert [(indicator.key, known.value) for indicator, known, _person in indicators] == [("people", "5")]
    assert dict(client.get(LIST).context["rows"])[later] is None
    assert client.get(reverse("municipalities:fact_update", args=[place.number, "people"])).status_code == 404


def test_no_field_of_a_fact_is_called_optional_when_they_are_needed_together():
    with translation.override("nb"):
        assert "valgfri" not in str(FactForm(indicator=IndicatorFactory(kind="text")))
