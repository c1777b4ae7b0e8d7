import pytest
from django.urls import reverse

from tests.factories.courses import SessionFactory

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("count", [1, 3, 51])
def test_queries_of_the_list_do_not_grow(client, django_assert_num_queries, count):
    SessionFactory.create_batch(count)
    client.get(reverse("courses:course_list"))

    with django_assert_num_queries(4):
        response = client.get(reverse("courses:course_list"))

    assert len(response.context["page"].object_list) == min(count, 50)
