"""Offices to look after: a bounce becomes a task, and a person settles it."""

from datetime import date

import pytest
from django.urls import reverse

from outreach.models import OfficeTask
from outreach.services.offices.office_tasks import open_task
from taushet.services.delivery import suppress
from tests.factories.municipalities import MunicipalityFactory
from tests.factories.outbox import write
from tests.factories.outreach import MandateFactory
from tests.outreach.views.test_offices import councillor

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]


def test_a_bounce_becomes_one_task_and_is_settled(client, author, said):
    mandate = councillor(MunicipalityFactory(), email="kari@a.example", checked_on=date(2026, 11, 1))
    message, other = write(to_email="kari@a.example"), write(to_email="gammel@a.example")

    task = open_task(mandate, "bounce", message=message)
    assert open_task(mandate, "bounce", message=message) == task
    assert open_task(mandate, "bounce", message=write(to_email="kari@a.example")) == task
    left = open_task(mandate, "left")
    assert open_task(mandate, "left", message=other) == left
    assert "Kari Vik" in client.get("/stab/").content.decode()
    faulty = client.post(reverse("outreach:office_task_address", args=[task.pk]), {"email": "x"})
    assert list(faulty.context["address"].errors) == ["email", "source", "checked_on"]
    values = {"email": "ny@a.example", "source": "a.example", "checked_on": "2026-11-23"}
    for dead in ("Kari@A.example", "borte@a.example"):
        suppress(dead, "bounce")
        same = client.post(reverse("outreach:office_task_address", args=[task.pk]), values | {"email": dead})
        assert "Mail to this address has come back." in same.context["address"].errors["email"][0]
    assert "No mail goes to it" in client.get(task.get_absolute_url()).text
    known = {"email_source": "nett", "email_checked_on": date(2026, 11, 1)}
    other_office = MandateFactory(politician=mandate.politician, role="group_leader", email="Kari@a.example", **known)
    assert str(other_office) in client.get(task.get_absolute_url()).text
    values["also"] = [other_office.pk]
    done = client.post(reverse("outreach:office_task_address", args=[task.pk]), values, follow=True)

    other_office.refresh_from_db()
    assert other_office.email == "ny@a.example"
    assert said(done) == ["The office is looked after."]
    mandate.refresh_from_db()
    assert mandate.email == "ny@a.example"
    assert set(OfficeTask.objects.values_list("settled_how", flat=True)) == {"address"}
    assert open_task(mandate, "bounce", message=message) == task  # the same mail, told once more
    assert open_task(mandate, "bounce", message=write(to_email="kari@a.example")) is None
    again = client.post(reverse("outreach:office_task_dismiss", args=[task.pk]), follow=True)
    assert said(again) == ["Somebody has looked after this already."]
