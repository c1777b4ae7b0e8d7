import pytest
from django.urls import reverse

from municipalities.models import ContactPerson, CrisisCentre, Municipality, Unit
from taushet import roles
from tests.factories.municipalities import ContactPersonFactory, CrisisCentreFactory, MunicipalityFactory, UnitFactory
from tests.factories.taushet import StaffFactory, sign_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def administrator(client):
    return sign_in(client, StaffFactory(roles=[roles.ADMINISTRATOR], is_staff=True, is_superuser=True))


@pytest.mark.parametrize("factory", [MunicipalityFactory, UnitFactory, ContactPersonFactory, CrisisCentreFactory])
@pytest.mark.parametrize("count", [1, 3])
def test_queries_of_the_lists_do_not_grow(client, administrator, django_assert_max_num_queries, factory, count):
    name = factory._meta.model._meta.model_name
    factory.create_batch(count)
    address = reverse(f"admin:municipalities_{name}_changelist")

    with django_assert_max_num_queries(9):
        response = client.get(address)

    assert response.context["cl"].result_count == factory._meta.model.objects.count()


def test_no_form_of_a_crisis_centre_asks_for_an_address(client, administrator):
    form = client.get(reverse("admin:municipalities_crisiscentre_add")).context["adminform"].form

    assert sorted(form.fields) == [
        "host",
        "municipalities",
        "name",
        "organisation_number",
        "phone",
        "phone_checked_on",
        "source",
        "source_year",
        "website",
        "website_checked_on",
    ]


def test_phone_and_organisation_number_are_checked_and_kept_in_one_form(client, administrator):
    address = reverse("admin:municipalities_crisiscentre_add")
    values = {"name": "Krisesenteret", "phone": "12", "organisation_number": "974760674"}

    refused = client.post(address, values).context["adminform"].form.errors
    client.post(address, values | {"phone": "22 33 11 60", "organisation_number": "974 760 673"})

    assert refused == {
        "phone": ["Dette er ikke et telefonnummer. Norske numre har åtte sifre. Utenlandske begynner med +."],
        "organisation_number": [
            "Kontrollsifferet stemmer ikke, så ett av sifrene må være feil. Sjekk nummeret en gang til."
        ],
    }
    centre = CrisisCentre.objects.get()
    assert (centre.phone, centre.organisation_number) == ("+4722331160", "974760673")


@pytest.mark.parametrize(
    ("name", "model", "values", "field"),
    [
        ("unit", Unit, {"name": "NAV", "kind": "nav", "organisation_number": "1"}, "organisation_number"),
        ("contactperson", ContactPerson, {"name": "Kari", "email": "kari@"}, "email"),
    ],
)
def test_bad_unit_or_contact_person_is_refused_beside_its_field(client, administrator, name, model, values, field):
    place = MunicipalityFactory()

    response = client.post(reverse(f"admin:municipalities_{name}_add"), values | {"municipality": place.pk})

    assert field in response.context["adminform"].form.errors
    assert not model.objects.exists()


def test_correction_by_hand_is_remembered(client, administrator):
    place = MunicipalityFactory(name="Bodo")
    address = reverse("admin:municipalities_municipality_change", args=[place.pk])
    form = client.get(address).context["adminform"].form
    values = {name: value for name, value in form.initial.items() if value is not None and name != "successors"}
    inline = {"succeeded_by-TOTAL_FORMS": 0, "succeeded_by-INITIAL_FORMS": 0}

    client.post(address, values | inline | {"name": "Bodø", "parallel_names": "[]", "initial-parallel_names": "[]"})

    corrected = Municipality.objects.get()
    assert (corrected.name, corrected.corrected_fields) == ("Bodø", ["name"])


def test_administration_has_the_way_out(client, administrator):
    assert 'class="quick-exit" href="/forlat/"' in client.get("/admin/").text
