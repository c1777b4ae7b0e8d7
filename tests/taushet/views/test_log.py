from datetime import UTC, datetime

import pytest
from django.urls import reverse

from taushet.models import AuditEntry
from taushet.roles import ADMINISTRATOR, APPROVER, CAMPAIGN, FINANCE
from taushet.services import audit
from tests.factories.taushet import StaffFactory, UserFactory, sign_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def administrator(client):
    return sign_in(client, StaffFactory(roles=[ADMINISTRATOR]))


def lines(client, query=""):
    page = client.get(reverse("log_list") + query).context["page"]
    return [entry.action for entry in page]


def test_others_do_not_read_the_log(client):
    sign_in(client, StaffFactory(roles=[CAMPAIGN, APPROVER, FINANCE]))

    assert client.get(reverse("log_list")).status_code == 403


def test_the_newest_line_comes_first(client, administrator):
    audit.record("first", administrator)
    audit.record("second", administrator)

    assert lines(client) == ["second", "first"]


def test_lines_are_found_by_person_object_and_day(client, administrator):
    colleague, other = StaffFactory(name="Kåre Kollega"), UserFactory()
    audit.record("seen", other, by=colleague)
    audit.record("changed", colleague, by=administrator)
    AuditEntry.objects.filter(action="changed").update(at=datetime(2026, 3, 1, 23, 30, tzinfo=UTC))

    assert lines(client, "?who=kollega") == ["seen"]
    assert lines(client, f"?object_type=taushet.user&object_id={other.pk}") == ["seen"]
    assert lines(client, "?action=chang") == ["changed"]
    assert lines(client, "?since=2026-03-02&until=2026-03-02") == ["changed"]
    assert lines(client, "?until=2026-03-01") == []


@pytest.mark.parametrize("query", ["?since=yesterday", "?object_type=nothing.there", "?who=%00", "?page=x"])
def test_what_makes_no_sense_is_told_and_left_out(client, administrator, query):
    audit.record("seen", administrator)

    assert lines(client, query) == ["seen"]


def test_fifty_lines_a_page(client, administrator):
    for number in range(51):
        audit.record(f"act{number}", administrator, by=administrator)

    assert len(lines(client)) == 50
    assert lines(client, "?page=2") == ["act0"]


@pytest.mark.parametrize("count", [1, 3])
def test_the_number_of_queries_does_not_grow(client, administrator, django_assert_num_queries, count):
    for _ in range(count):
        audit.record("seen", administrator, by=UserFactory())

    with django_assert_num_queries(9):
        lines(client)
