import pytest
from django.urls import reverse

from courses.models import Format, Session
from tests.factories.courses import SessionFactory
from tests.factories.municipalities import CountyFactory, MunicipalityFactory

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("count", [1, 3])
def test_queries_of_the_front_page_do_not_grow(client, django_assert_num_queries, count):
    SessionFactory.create_batch(count)
    client.get(reverse("front_page"))

    with django_assert_num_queries(2):
        response = client.get(reverse("front_page"))

    assert response.text.count('class="session-row"') == count


def test_front_page_shows_only_what_can_be_booked(client):
    SessionFactory(course__title_nb="Åpent kurs")
    SessionFactory(course__title_nb="Fullt kurs", capacity=0)
    SessionFactory(course__title_nb="Avlyst kurs", state=Session.State.CANCELLED)
    SessionFactory(course__title_nb="Kladdekurs", state=Session.State.DRAFT)

    text = client.get(reverse("front_page")).text

    assert [name for name in ("Åpent kurs", "Fullt kurs", "Avlyst kurs", "Kladdekurs") if name in text] == [
        "Åpent kurs"
    ]


def test_page_of_a_municipality_shows_what_is_within_reach(client):
    home, neighbour = MunicipalityFactory.create_batch(2, county=CountyFactory())
    SessionFactory(course__title_nb="Hjemme", municipality=home)
    SessionFactory(course__title_nb="Hos naboen", municipality=neighbour)
    SessionFactory(course__title_nb="På skjermen", municipality=None, format=Format.ONLINE)
    SessionFactory(course__title_nb="Langt unna", municipality=MunicipalityFactory(county=CountyFactory()))
    SessionFactory(course__title_nb="Fullt kurs", municipality=home, capacity=0)

    text = client.get(home.get_absolute_url()).text

    names = ("Hjemme", "Hos naboen", "På skjermen", "Langt unna", "Fullt kurs")
    assert [name for name in names if name in text] == ["Hjemme", "Hos naboen", "På skjermen"]
