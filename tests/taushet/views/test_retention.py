import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from taushet.models import AuditEntry
from taushet.roles import ADMINISTRATOR, APPROVER, CAMPAIGN, FINANCE
from taushet.services.retention import apply_rules
from tests.factories.outbox import write
from tests.factories.taushet import StaffFactory, sign_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def administrator(client):
    return sign_in(client, StaffFactory(roles=[ADMINISTRATOR]))


def shown(client):
    page = client.get(reverse("retention_list")).content.decode()
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


def night(**detail):
    return AuditEntry.objects.create(
        actor_kind="clock", action="retention.applied", object_type="retention", object_id="2026-11-27", detail=detail
    )


def test_others_do_not_see_it(client):
    sign_in(client, StaffFactory(roles=[CAMPAIGN, APPROVER, FINANCE]))

    assert client.get(reverse("retention_list")).status_code == 403


def test_administrator_sees_what_a_night_erased(client, administrator):
    message = write(to_email="kari@bodo.test")
    type(message).objects.update(created_at=timezone.now() - timedelta(days=500), state="sent")
    apply_rules(timezone.now())

    page = shown(client)

    assert "1 · E-post vi sender" in page
    assert "kari@bodo.test" not in page


def test_night_with_nothing_due_and_night_that_failed_say_so(client, administrator):
    night(erased={}, failed=[], seconds=0.1)
    night(erased={}, failed=["messages", "gone-rule"], seconds=0.1)

    page = shown(client)

    assert "Ingenting var gammelt nok til å slettes." in page
    assert "Feilet" in page
    assert "gone-rule" in page


def test_before_the_first_night_it_says_so(client, administrator):
    assert "Den har ikke kjørt ennå." in shown(client)


@pytest.mark.parametrize("count", [1, 3])
def test_nights_cost_the_same_few_queries(client, administrator, django_assert_max_num_queries, count):
    for _night in range(count):
        night(erased={"messages": 2}, failed=[], seconds=0.1)

    with django_assert_max_num_queries(9):
        response = client.get(reverse("retention_list"))

    assert len(response.context["page"].object_list) == count
