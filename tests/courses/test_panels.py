import pytest
from django.urls import reverse

from courses.models import Session
from tests.factories.courses import SessionFactory

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
