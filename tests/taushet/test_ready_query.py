"""What a ready query gives is what Django gives, asked from whatever thread."""

from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal

import pytest
from django.db import connection
from django.forms import model_to_dict

from courses.models import Session
from taushet.ready_query import ReadyQuery
from tests.factories.courses import SessionFactory

COLUMNS = ("pk", "price", "first_starts_at", "is_demonstration", "municipality__name")


def taught_in(language, least_seats):
    sessions = Session.objects.filter(language=language, capacity__gte=least_seats)
    return sessions.order_by("pk").values_list(*COLUMNS)


def ready() -> ReadyQuery:
    return ReadyQuery(taught_in, "xx", 1999)


@pytest.mark.django_db
def test_it_gives_the_rows_that_django_gives_for_each_of_the_values():
    SessionFactory(language="nb", capacity=10, price=Decimal("99.50"))
    SessionFactory(language="nb", capacity=20, price=None)
    SessionFactory(language="nn", capacity=30, price=Decimal(300))
    query = ready()

    for asked in [("nb", 10), ("nb", 15), ("nn", 10), ("nn", 31)]:
        assert query.rows(*asked) == list(taught_in(*asked))

    assert [price for _pk, price, *_rest in query.rows("nb", 10)] == [Decimal("99.50"), None]


@pytest.mark.django_db
def test_it_gives_the_objects_that_django_gives_with_those_beside_them(django_assert_num_queries):
    near, far = (
        SessionFactory(language="nn", capacity=30),
        SessionFactory(language="nn", capacity=30, municipality=None),
    )
    query = ReadyQuery(
        lambda language: (
            Session.objects.select_related("course", "municipality").filter(language=language).order_by("pk")
        ),
        "xx",
    )

    with django_assert_num_queries(1):
        found = query.objects("nn")
        assert [one.municipality for one in found] == [near.municipality, None]
        assert [one.course.title_nb for one in found] == [near.course.title_nb, far.course.title_nb]

    assert found == [near, far]
    asked = Session.objects.filter(language="nn").order_by("pk")
    assert [model_to_dict(one) for one in found] == [model_to_dict(one) for one in asked]
    assert query.first("nn") == near
    assert query.first("nb") is None


@pytest.mark.django_db
def test_what_was_put_off_is_read_when_it_is_asked_for(django_assert_num_queries):
    session = SessionFactory(course__aims_nb="Se tegnene")
    query = ReadyQuery(
        lambda number: Session.objects.select_related("course").defer("course__aims_nb").filter(pk=number), -1
    )
    found = query.first(session.pk)

    with django_assert_num_queries(1):
        assert found.course.aims_nb == "Se tegnene"


@pytest.mark.django_db(transaction=True)
def test_threads_share_it():
    SessionFactory(language="nn")
    query = ready()

    def ask(_number):
        try:
            return query.rows("nn", 1)
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as threads:
        answers = list(threads.map(ask, range(8)))

    assert answers == [list(taught_in("nn", 1))] * 8


@pytest.mark.django_db
def test_a_stand_in_that_does_not_reach_the_database_is_refused():
    query = ReadyQuery(lambda number: Session.objects.filter(pk=1).values_list("pk"), -5)

    with pytest.raises(ValueError, match="Each stand-in"):
        query.rows(1)
