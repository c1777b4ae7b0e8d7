from datetime import date

import pytest
from django.db.models import F, IntegerField, Value
from django.db.models.functions import Cast

from municipalities import knowledge as known_by
from municipalities.models import Succession
from tests.factories.courses import SessionFactory
from tests.factories.municipalities import (
    CountyFactory,
    CrisisCentreFactory,
    FactFactory,
    IndicatorFactory,
    MunicipalityFactory,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def counted(monkeypatch):
    """Courses held, as if somebody counted them: the last digit of the number."""
    monkeypatch.setitem(
        known_by.knowledge._entries,
        "courses_held",
        known_by.Knowledge("courses_held", "Courses", lambda: Cast(F("number"), IntegerField()) % Value(10)),
    )


@pytest.fixture
def nobody_counts(monkeypatch):
    monkeypatch.delitem(known_by.knowledge._entries, "courses_held", raising=False)


def names(response):
    return [place.name for group in response.context["counties"] for place, _held in group["rows"]]


@pytest.mark.parametrize("count", [1, 3])
def test_list_queries_do_not_grow(client, counted, django_assert_num_queries, count):
    MunicipalityFactory.create_batch(count, grid_column=None)

    with django_assert_num_queries(2):
        response = client.get("/kommuner/")

    assert len(names(response)) == count


def test_list_leaves_out_those_that_have_ended(client):
    MunicipalityFactory(name="Er her")
    MunicipalityFactory(name="Er slutt", valid_to=date(2020, 1, 1))
    MunicipalityFactory(name="Kommer", valid_from=date(2999, 1, 1))

    assert names(client.get("/kommuner/")) == ["Er her"]


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("karas", ["Karasjok"]),
        ("KÁRÁŠ", ["Karasjok"]),
        ("aal", ["Ål"]),
        ("5610", ["Karasjok"]),
        ("", ["Karasjok", "Ål"]),
        ("xyz", []),
        ("%", []),
    ],
)
def test_search_by_any_name_and_number(client, typed, found):
    MunicipalityFactory(number="5610", name="Karasjok", parallel_names=["Kárášjohka"], sort_key="1")
    MunicipalityFactory(number="3330", name="Ål", sort_key="2")

    response = client.get("/kommuner/", {"q": typed})

    assert sorted(names(response)) == found


def test_county_narrows_the_list_and_dims_the_map(client):
    county = CountyFactory(name="Nordland")
    MunicipalityFactory(name="Bodø", county=county, grid_column=1, grid_row=1)
    MunicipalityFactory(name="Oslo", grid_column=2, grid_row=2)

    response = client.get("/kommuner/", {"fylke": county.number})

    assert names(response) == ["Bodø"]
    assert [(tile.municipality.name, tile.is_dimmed) for tile in response.context["map"].tiles] == [
        ("Bodø", False),
        ("Oslo", True),
    ] or len(response.context["map"].tiles) == 2


@pytest.mark.parametrize("query", [{"fylke": "99"}, {"fylke": "x"}, {"q": "x" * 500}, {"q": "a\nb"}])
def test_faulty_question_shows_everything_and_says_what_is_wrong(client, query):
    MunicipalityFactory(name="Oslo")

    response = client.get("/kommuner/", query)

    assert names(response) == ["Oslo"]
    assert len(response.context["form"].errors) == 1


def test_map_colours_by_courses_held_and_says_it_in_words(client, counted):
    MunicipalityFactory(number="1804", name="Bodø", county=CountyFactory(name="Nordland"), grid_column=3, grid_row=2)

    html = client.get("/kommuner/").content.decode()

    assert 'class="tile tile-3" href="/kommuner/1804/" aria-label="Bodø, Nordland: 4 kurs holdt"' in html
    assert '<text x="77" y="60">4</text>' in html


def test_map_is_there_when_nobody_counts(client, nobody_counts):
    MunicipalityFactory(number="1804", name="Bodø", county=CountyFactory(name="Nordland"), grid_column=3, grid_row=2)

    html = client.get("/kommuner/").content.decode()

    assert 'class="tile tile-unknown" href="/kommuner/1804/" aria-label="Bodø, Nordland"' in html


def test_htmx_gets_the_found_part_alone(client):
    MunicipalityFactory(name="Oslo")

    html = client.get("/kommuner/", headers={"HX-Request": "true"}).content.decode()

    assert html.lstrip().startswith('<div id="found"')
    assert "<html" not in html


def test_detail_says_what_is_known_and_what_is_not(client):
    municipality = MunicipalityFactory(name="Karasjok", parallel_names=["Kárášjohka"])
    IndicatorFactory(name_nb="Overgrepsmottak")
    plan = IndicatorFactory(name_nb="Handlingsplan", fresh_days=10)
    FactFactory(
        municipality=municipality,
        indicator=plan,
        observed_on=date(2020, 1, 2),
        source="Sak 12/20",
        is_demonstration=True,
    )

    html = client.get(municipality.get_absolute_url()).content.decode()

    assert "<h1>Karasjok – Kárášjohka</h1>" in html
    for words in ("Handlingsplan", "Ja", "Sak 12/20", "Demonstrasjon", "Kan være foreldet", "Vi vet det ikke ennå"):
        assert words in html


def test_detail_shows_only_what_somebody_checked_about_a_centre(client):
    municipality = MunicipalityFactory()
    checked = CrisisCentreFactory(
        phone="+4722480380", phone_checked_on=date(2026, 8, 1), website="a.example", website_checked_on=date(2026, 8, 1)
    )
    unchecked = CrisisCentreFactory(phone="+4775555890", website="b.example")
    municipality.crisis_centres.set([checked, unchecked])

    html = client.get(municipality.get_absolute_url()).content.decode()

    assert "22\N{NO-BREAK SPACE}48\N{NO-BREAK SPACE}03\N{NO-BREAK SPACE}80" in html
    assert "https://a.example" in html
    assert "75555890" not in html.replace("\N{NO-BREAK SPACE}", "")
    assert "b.example" not in html
    assert unchecked.name in html


@pytest.mark.parametrize("number", ["0000", "9999"])
def test_unknown_number_is_not_found(client, number):
    assert client.get(f"/kommuner/{number}/").status_code == 404


@pytest.mark.parametrize("path", ["/kommuner/abc/", "/kommuner/00001/", "/kommuner/03%0001/", "/kommuner/٠٣٠١/"])
def test_what_is_no_number_is_not_found(client, path):
    assert client.get(path).status_code == 404


def test_ended_municipality_leads_to_what_continues_it(client):
    ended = MunicipalityFactory(number="1119", name="Hå", valid_to=date(2020, 1, 1))
    new = MunicipalityFactory(number="1199", name="Jæren")
    Succession.objects.create(predecessor=ended, successor=new, on=date(2020, 1, 1))

    response = client.get("/kommuner/1119/")

    assert response.status_code == 410
    assert '<a href="/kommuner/1199/">Jæren</a>' in response.content.decode()
    assert '<a href="/kommuner/1119/">Hå</a>' in client.get("/kommuner/1199/").content.decode()


@pytest.mark.parametrize("count", [1, 3])
def test_detail_queries_do_not_grow(client, django_assert_num_queries, count):
    municipality = MunicipalityFactory()
    FactFactory.create_batch(count, municipality=municipality)
    municipality.crisis_centres.set(CrisisCentreFactory.create_batch(count))
    SessionFactory.create_batch(count, municipality=municipality)

    with django_assert_num_queries(13):
        client.get(municipality.get_absolute_url())


def test_pages_only_answer_reads(client):
    municipality = MunicipalityFactory()

    assert client.post("/kommuner/").status_code == 405
    assert client.post(municipality.get_absolute_url()).status_code == 405
