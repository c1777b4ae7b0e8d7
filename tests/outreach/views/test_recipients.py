from datetime import date

import pytest
from django.urls import reverse

from outreach.models import Mandate
from outreach.services.offices.offices import current_mandate, set_mayor
from taushet.models import AuditEntry
from tests.factories.municipalities import MunicipalityFactory
from tests.factories.outreach import MandateFactory, PoliticianFactory, place
from tests.outreach.services.mailings.test_approvals import approved

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]

LIST = reverse("outreach:recipient_list")
ADDRESS = {"email": "post@alver.example", "source": "alver.example/kontakt", "checked_on": "2026-11-20"}
MAYOR = ADDRESS | {"first_name": "Kari", "last_name": "Nordmann", "party": "Ap"}


def to(name, municipality):
    return reverse(f"outreach:{name}", args=[municipality.pk])


def give_mayor(municipality, **changes):
    values = {"first_name": "Kari", "last_name": "Nordmann", "party": "Ap", "email": "kari@a.example", "source": "x"}
    return set_mayor(municipality, **values | changes, checked_on=date(2026, 11, 1), by=None)


def test_the_address_of_the_mailbox_is_put_in(client, author, said):
    municipality = MunicipalityFactory()

    response = client.post(to("mailbox_update", municipality), ADDRESS, follow=True)

    mandate = current_mandate(municipality, "mailbox")
    assert said(response) == ["The address is saved."]
    assert (mandate.email, mandate.email_source, mandate.email_checked_on) == (
        "post@alver.example",
        "alver.example/kontakt",
        date(2026, 11, 20),
    )
    assert AuditEntry.objects.get(action="mandate.address_set").actor == author


def test_putting_it_in_twice_makes_one_office(client, author):
    municipality = MunicipalityFactory()

    for _time in range(2):
        client.post(to("mailbox_update", municipality), ADDRESS)

    assert Mandate.objects.count() == 1
    assert AuditEntry.objects.filter(action="mandate.address_set").count() == 1


@pytest.mark.parametrize(
    ("changes", "fields"),
    [
        ({"email": ""}, ["email"]),
        ({"email": "ikke en adresse"}, ["email"]),
        ({"email": "a@a.example\r\nBcc: b@b.example"}, ["email"]),
        ({"source": ""}, ["source"]),
        ({"source": "a" * 301}, ["source"]),
        ({"checked_on": ""}, ["checked_on"]),
        ({"checked_on": "2026-11-24"}, ["checked_on"]),
        ({"checked_on": "31.02.2026"}, ["checked_on"]),
    ],
)
@pytest.mark.parametrize("name", ["mailbox_update", "mayor_update"])
def test_a_wrong_address_is_told_and_kept_in_the_form(client, author, name, changes, fields):
    response = client.post(to(name, MunicipalityFactory()), MAYOR | changes)

    assert list(response.context["form"].errors) == fields
    assert response.context["form"]["source"].value() == (MAYOR | changes)["source"]
    assert not Mandate.objects.exists()


def test_a_mayor_is_put_in_and_followed_by_another(client, author):
    municipality = MunicipalityFactory()

    client.post(to("mayor_update", municipality), MAYOR)
    client.post(to("mayor_update", municipality), MAYOR | {"first_name": "Ola"})

    mayors = Mandate.objects.filter(role="mayor").order_by("pk")
    assert [(str(mayor.politician), mayor.ends_on) for mayor in mayors] == [
        ("Kari Nordmann", date(2026, 11, 23)),
        ("Ola Nordmann", None),
    ]


def test_a_mayor_who_has_left_is_asked_for_and_gets_no_letter(client, author, said):
    municipality = place()
    give_mayor(municipality)
    sent = approved(municipality, recipient="mayor")

    asked = client.get(to("mayor_end", municipality))
    response = client.post(to("mayor_end", municipality), follow=True)
    again = client.post(to("mayor_end", municipality), follow=True)

    assert "Letters that have not left for Kari Nordmann are stopped." in asked.text
    assert (said(response), said(again)) == (["The mayor is put down as having left office today."], [])
    assert not sent.letters.get().mandate.is_in_office(date(2026, 11, 23))


def test_a_municipality_that_has_ended_gets_no_new_address(client, author):
    ended = MunicipalityFactory(valid_to=date(2024, 1, 1))

    assert client.post(to("mailbox_update", ended), ADDRESS).status_code == 404
    assert client.post(to("mayor_update", ended), MAYOR).status_code == 404


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({}, ["Alver", "Bygland"]),
        ({"lacking": "mailbox"}, ["Bygland"]),
        ({"lacking": "mayor"}, ["Bygland"]),
        ({"lacking": "x"}, ["Alver", "Bygland"]),
        ({"q": "BYG"}, ["Bygland"]),
        ({"county": "61"}, ["Alver"]),
        ({"county": "1' OR 1=1"}, ["Alver", "Bygland"]),
        ({"page": "99"}, ["Alver", "Bygland"]),
    ],
)
def test_municipalities_are_narrowed(client, author, asked, found):
    give_mayor(place(name="Alver", county__number="61"))
    place(name="Bygland", address=False, county__number="62")

    response = client.get(LIST, asked)
    part = client.get(LIST, asked, headers={"HX-Request": "true"})

    assert [municipality.name for municipality in response.context["page"]] == found
    assert part.text.strip().startswith('<div id="recipients">')


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_costs_the_same_for_one_and_for_many(client, author, django_assert_num_queries, count):
    for _number in range(count):
        place()
    client.get(LIST)

    with django_assert_num_queries(9):
        response = client.get(LIST)

    assert len(response.context["page"]) == count


@pytest.mark.parametrize("count", [1, 3])
def test_a_politician_costs_the_same_with_one_office_and_with_many(client, author, django_assert_num_queries, count):
    politician = PoliticianFactory(first_name="Kari", last_name="Nordmann")
    MandateFactory.create_batch(count, politician=politician)
    url = reverse("outreach:politician_detail", args=[politician.pk])
    client.get(url)

    with django_assert_num_queries(14):
        response = client.get(url)

    assert len(response.context["mandates"]) == count
    assert "Kari Nordmann" in response.text


def test_a_mayor_with_the_name_of_somebody_here_is_asked_about(client, author):
    municipality = MunicipalityFactory()
    namesake = PoliticianFactory(first_name="Kari", last_name="Nordmann")

    asked = client.post(to("mayor_update", municipality), MAYOR)
    assert list(asked.context["form"].errors) == ["person"]
    client.post(to("mayor_update", municipality), MAYOR | {"person": str(namesake.pk)})
    client.post(to("mayor_update", municipality), MAYOR | {"party": "SV"})

    mayor = Mandate.objects.get()
    assert (mayor.politician, mayor.party) == (namesake, "SV")
