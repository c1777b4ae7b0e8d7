"""Single offices by hand, the long list, leaves, and offices to look after."""

from datetime import date

import pytest
from django.urls import reverse

from municipalities.services.place_cells import municipality_place
from outreach.forms.politicians import PoliticianFilterForm
from outreach.models import Mandate, OfficeTask, Politician
from outreach.services.offices.office_holders import NewOffice, add_office, local_body
from outreach.services.offices.office_tasks import open_task
from outreach.services.offices.offices import current_mandate
from outreach.views.politicians import holders
from taushet.models import AuditEntry
from tests.factories.municipalities import MunicipalityFactory
from tests.factories.outbox import write
from tests.factories.outreach import MandateFactory, PoliticianFactory, place
from tests.factories.taushet import UserFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]

OFFICE = {
    "role": "councillor",
    "first_name": "Åse",
    "last_name": "Øyen",
    "party": "Ap",
    "source": "alver.example",
    "checked_on": "2026-11-20",
}


def councillor(municipality, last_name="Vik", role="councillor", **values):
    new = NewOffice(role, "Kari", last_name, "alver.example", **{"party": "Ap"} | values)
    return add_office(local_body(municipality_place(municipality), new), new, politician=None, by=UserFactory())


def test_an_office_is_put_in_corrected_and_ended(client, author, said):
    municipality = MunicipalityFactory()
    address = reverse("outreach:office_create", args=[municipality.pk])

    client.post(address, OFFICE)
    mandate = Mandate.objects.get()
    change = OFFICE | {"party": "SV", "email": "ase@alver.example"}
    client.post(reverse("outreach:mandate_update", args=[mandate.pk]), change)
    client.post(reverse("outreach:mandate_end", args=[mandate.pk]), {"on": "2026-11-23"})

    mandate.refresh_from_db()
    assert (mandate.body.kind, mandate.body.municipality) == ("council", municipality)
    assert (mandate.party, mandate.email, mandate.email_source, mandate.email_checked_on) == (
        "SV",
        "ase@alver.example",
        "alver.example",
        date(2026, 11, 20),
    )
    assert mandate.ends_on == date(2026, 11, 23)
    actions = AuditEntry.objects.filter(action__startswith="mandate.").order_by("pk").values_list("action", flat=True)
    assert list(actions) == ["mandate.created", "mandate.changed", "mandate.ended"]


def test_a_name_that_is_here_already_is_asked_about(client, author):
    namesake = PoliticianFactory(first_name="Åse", last_name="Øyen")
    address = reverse("outreach:office_create", args=[MunicipalityFactory().pk])

    asked = client.post(address, OFFICE)
    assert list(asked.context["form"].errors) == ["person"]
    client.post(address, OFFICE | {"person": str(namesake.pk)})
    client.post(address, OFFICE | {"person": "another", "role": "director"})
    twice = client.post(address, OFFICE | {"person": str(namesake.pk)})

    assert Mandate.objects.get(role="councillor").politician == namesake
    assert Politician.objects.count() == 2
    assert twice.context["form"].non_field_errors() == ["This person holds the same office already."]


def test_a_new_director_follows_the_one_before():
    municipality = MunicipalityFactory()
    first = councillor(municipality, role="director")

    second = councillor(municipality, "Moe", role="director", starts_on=date(2026, 11, 1))

    first.refresh_from_db()
    assert (first.ends_on, current_mandate(municipality, "director")) == (date(2026, 11, 1), second)


def test_who_is_on_leave_does_not_serve_and_the_substitute_is_told(client, author):
    municipality = MunicipalityFactory()
    mandate, vara = councillor(municipality), councillor(municipality, "Vara", role="substitute")
    address = reverse("outreach:leave_create", args=[mandate.pk])
    leave = {"starts_on": "2026-11-01", "ends_on": "2026-12-01", "substitute": vara.pk}

    client.post(address, leave)
    again = client.post(address, {"starts_on": "2026-11-15"})

    assert again.context["form"].non_field_errors() == ["There is a leave in these days already."]
    assert list(Mandate.objects.serving(date(2026, 11, 23))) == [vara]
    assert set(Mandate.objects.serving(date(2026, 12, 1))) == {mandate, vara}
    page = client.get(reverse("outreach:recipient_detail", args=[municipality.pk])).content.decode()
    assert "Kari Vara meets instead" in page
    client.post(reverse("outreach:leave_end", args=[mandate.leaves.get().pk]), {"on": "2026-11-10"})
    assert Mandate.objects.serving(date(2026, 11, 10)).count() == 2


@pytest.mark.parametrize("count", [1, 3])
def test_the_page_of_a_municipality_shows_the_council_by_party(client, author, django_assert_num_queries, count):
    municipality = place()
    for number in range(count):
        councillor(municipality, f"Åsen {number}")
    councillor(municipality, "Zahl", party="H")
    councillor(municipality, "Leder", role="group_leader")
    address = reverse("outreach:recipient_detail", args=[municipality.pk])
    client.get(address)

    with django_assert_num_queries(10):
        page = client.get(address)

    assert [(party, len(rows)) for party, rows in page.context["council"]] == sorted(
        [("Ap", count), ("H", 1)], key=lambda group: (-group[1], group[0])
    )
    assert page.context["mailbox"].email
    found = client.get(address, {"q": "zahl"}).context["council"]
    assert [(party, [str(one.politician) for one in rows]) for party, rows in found] == [("H", ["Kari Zahl"])]


def test_the_list_is_narrowed_and_taken_out(client, author):
    municipality = MunicipalityFactory(name="Øygarden")
    old = councillor(municipality, "Øyen", email="a@b.example", checked_on=date(2025, 1, 1))
    councillor(municipality, "Hansen", party="H")
    national = MandateFactory(politician=PoliticianFactory(first_name="=HYPERLINK", last_name="Berg"), party="H")

    def found(**asked):
        return sorted(one.politician.last_name for one in PoliticianFilterForm(asked).narrow(holders()))

    assert found() == ["Berg", "Hansen", "Øyen"]
    assert found(q="øygarden") == ["Hansen", "Øyen"]
    assert found(q="øyen kari") == ["Øyen"]
    assert found(level="national") == ["Berg"]
    assert found(county=municipality.county_id, party="h") == ["Hansen"]
    assert found(role="member", address="no") == ["Berg"]
    assert found(municipality=municipality.pk) == ["Hansen", "Øyen"]
    assert found(older="12", address="yes") == ["Øyen"]
    page = client.get(reverse("outreach:politician_list"), {"level": "local"})
    assert page.context["page"].paginator.count == 2
    lines = b"".join(client.get(reverse("outreach:politician_csv"), {"party": "H"}).streaming_content).decode()
    assert "Berg;'=HYPERLINK;" in lines
    assert ("Øyen" in lines, str(old.body) in lines, str(national.body) in lines) == (False, True, True)


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
    done = client.post(reverse("outreach:office_task_address", args=[task.pk]), values, follow=True)

    assert said(done) == ["The office is looked after."]
    mandate.refresh_from_db()
    assert mandate.email == "ny@a.example"
    assert set(OfficeTask.objects.values_list("settled_how", flat=True)) == {"address"}
    assert open_task(mandate, "bounce", message=message) == task  # the same mail, told once more
    assert open_task(mandate, "bounce", message=write(to_email="kari@a.example")) is None
    again = client.post(reverse("outreach:office_task_dismiss", args=[task.pk]), follow=True)
    assert said(again) == ["Somebody has looked after this already."]


def test_who_has_left_is_ended_and_what_is_nothing_is_put_aside(client, author):
    mandates = [councillor(MunicipalityFactory(), name) for name in ("Vik", "Moe")]
    ending, nothing = [open_task(mandate, "left") for mandate in mandates]

    client.post(reverse("outreach:office_task_end", args=[ending.pk]), {"on": "2026-11-20"})
    client.post(reverse("outreach:office_task_dismiss", args=[nothing.pk]))

    assert [task.settled_how for task in OfficeTask.objects.order_by("pk")] == ["ended", "dismissed"]
    assert Mandate.objects.get(pk=mandates[0].pk).ends_on == date(2026, 11, 20)
    assert open_task(mandates[0], "left") is None
    assert client.get(reverse("outreach:office_task_list")).context["page"].paginator.count == 0
