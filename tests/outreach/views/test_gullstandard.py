"""The Gullstandard of a municipality: read by anybody, filled in by staff on one page."""

from datetime import date

import pytest
from django.conf import settings

from municipalities.models import Fact
from outreach.services.demands.demands import load_demands
from outreach.services.demands.gullstandard import read_gullstandard
from tests.factories.municipalities import MunicipalityFactory
from tests.factories.outreach import indicators

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]


def test_the_checklist_holds_only_what_the_source_shows():
    standard = read_gullstandard()

    assert [len(heading.get("questions", [])) for heading in standard.headings] == [4, 8, 0, 0]
    assert [heading.get("is_not_seen", False) for heading in standard.headings] == [False, False, True, True]
    assert (len(set(standard.keys)), standard.year) == (12, 2015)


def test_staff_fill_in_the_checklist_and_anybody_reads_it(client, author, said, django_assert_num_queries):
    indicators()
    load_demands()
    place = MunicipalityFactory(name="Alver")
    staff, public = f"/stab/kommuner/{place.pk}/gullstandard/", f"/kommuner/{place.pk}/gullstandard/"
    answers = {"gull-attitudes": "yes", "help-on-website": "no", "observed_on": "2026-11-20"}

    form = client.post(staff, answers).context["form"]
    assert form.errors == {"source": ["Say where you have this from."]}
    response = client.post(staff, answers | {"source": "Nettsiden"}, follow=True)
    assert said(response) == ["2 answers are saved."]
    # What stands as it was keeps its day and source; what becomes unknown is kept as history.
    response = client.post(
        staff, {"gull-attitudes": "yes", "observed_on": "2026-11-23", "source": "Annet"}, follow=True
    )
    assert said(response) == ["1 answer is saved."]
    current = Fact.objects.current().get(municipality=place)
    assert (current.indicator.key, current.observed_on, current.source) == (
        "gull-attitudes",
        date(2026, 11, 20),
        "Nettsiden",
    )
    assert Fact.objects.filter(municipality=place).count() == 2
    assert said(client.post(staff, {"gull-attitudes": "yes", "observed_on": "2026-11-23"}, follow=True)) == [
        "Nothing differed from what we knew."
    ]

    client.logout()
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    with django_assert_num_queries(4):
        page = client.get(public)
    assert "Nettsiden, 20\N{NO-BREAK SPACE}November 2026" in page.text
    assert page.text.count("Unknown</") == 11
    assert "The Gullstandard: 1 yes, 0 no, 11 unknown." in client.get(f"/kommuner/{place.pk}/").text
